"""Snippets in the documents run in tests or have a reason why not; links exist."""

import configparser
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "clients").glob("*/README.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
]

HERE = "tests/unit/test_documents.py"
PYTHON = "tests/clients/test_python_examples.py"
JAVASCRIPT = "tests/clients/test_javascript_examples.py"
CLUSTERS = "tests/clients/test_cluster_settings.py"
RECEIVERS = "tests/clients/test_webhook_receivers.py"
STANDBY = "tests/e2e/test_standby.py"
REQUEST = "not run: tests/e2e/test_webhooks.py makes the same request"
DRAWING = "not run: a drawing"
# how a fenced block begins: the test that runs it, or the reason why none does
BLOCKS = {
    "README.md": {
        "https://raw.githubusercontent.com/": "not run: an address on GitHub",
        "make run": "tests/e2e/test_demo.py",
        "import json": PYTHON,
        '{"type":"payment"': "not run: a shortened frame",
    },
    "docs/architecture.md": {"LNbits settles": DRAWING, "Journal.append": DRAWING},
    "docs/python.md": {
        "import asyncio": PYTHON,
        "cursor = FileCursor": PYTHON,
        "api = PayfeedApi": "not run: a fragment; test_api.py runs every method",
        "from lnbits_payfeed.testing": "tests/clients/test_python_testing.py",
        "with SyncFeed": "not run: a fragment; test_python_scenarios.py runs SyncFeed",
        "try:": "not run: a fragment; test_python_waiting.py waits for a payment",
    },
    "docs/javascript.md": {
        '<script type="module">': JAVASCRIPT,
        "import {isReceived": JAVASCRIPT,
        "const client": "not run: fragments; tests/node runs the client",
        "import {FakeFeed": "not run: tests/node/testing.test.mjs does the same",
    },
    "docs/installation.md": {
        "https://raw.githubusercontent.com/": "not run: an address on GitHub",
        "git clone": "tests/e2e/test_release.py",
        "services:": HERE,
        "docker run": "not run: the tests have no Docker",
        "[Service]": HERE,
        "make release": "tests/unit/test_project.py",
    },
    "docs/operating.md": {
        "scrape_configs:": HERE,
        "PAYFEED_RESTORED": "tests/e2e/test_restore.py",
    },
    "docs/page.md": {"open()": DRAWING},
    "docs/protocol.md": {
        "body, _, tail": HERE,
        '{\n  "name": "checkout"': "not run: a body; test_narrowed_keys.py sends such",
    },
    "docs/scaling.md": {
        "upstream lnbits": STANDBY,
        "pg_basebackup": "not run: needs two machines; test_standby.py does the same",
        "ALTER SYSTEM": "not run: test_standby.py sends the same",
        "server_name": CLUSTERS,
        "mqtt.durable_queue_type": CLUSTERS,
    },
    "docs/webhooks.md": {
        'curl -X POST "$PAYFEED_URL/payfeed/api/v1/webhooks" ': REQUEST,
        "# pip install fastapi": RECEIVERS,
        "# pip install flask": RECEIVERS,
        "// PAYFEED_WEBHOOK_SECRET": RECEIVERS,
        "<?php": RECEIVERS,
        "# AWS Lambda": RECEIVERS,
        'curl -X POST "$PAYFEED_URL/payfeed/api/v1/webhooks/<id>': REQUEST,
    },
    "clients/js/README.md": {"import {isReceived": JAVASCRIPT},
    "clients/python/README.md": {"import asyncio": PYTHON},
}


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(name: str) -> list[str]:
    """The fenced blocks of a document."""
    text = (ROOT / name).read_text()
    found = re.findall(r"^( *)```\w*\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [block.replace(f"\n{indent}", "\n").strip() for indent, block in found]


def block(name: str, beginning: str) -> str:
    (found,) = (block for block in blocks(name) if block.startswith(beginning))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_snippet_is_tested_or_has_a_reason(document: Path) -> None:
    known = BLOCKS.get(name_of(document), {})
    missing = [b for b in blocks(name_of(document)) if not b.startswith(tuple(known))]
    assert missing == []


def test_the_list_of_snippets_names_only_what_exists() -> None:
    for name, known in BLOCKS.items():
        for beginning, test in known.items():
            assert any(b.startswith(beginning) for b in blocks(name)), beginning
            assert test.startswith("not run: ") or (ROOT / test).is_file(), test


def anchors(document: Path) -> set[str]:
    """The headings of a document as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for document in (ROOT / "docs").glob("*.md"):
        assert document.name == "README.md" or f"({document.name})" in index


def test_the_compose_file_keeps_extensions_in_the_volume() -> None:
    service = yaml.safe_load(block("docs/installation.md", "services:"))["services"]
    (volume, _) = service["lnbits"]["volumes"]
    folder = volume.partition(":")[2]
    path = service["lnbits"]["environment"]["LNBITS_EXTENSIONS_PATH"]
    assert path.startswith(f"{folder}/")


def test_the_systemd_file_raises_the_limit_of_files() -> None:
    unit = configparser.ConfigParser()
    unit.read_string(block("docs/installation.md", "[Service]"))
    assert int(unit["Service"]["LimitNOFILE"]) > 1024


def test_prometheus_is_sent_to_the_metrics() -> None:
    (job,) = yaml.safe_load(block("docs/operating.md", "scrape_configs:"))[
        "scrape_configs"
    ]
    assert job["metrics_path"] == "/payfeed/api/v1/metrics"
    assert job["authorization"] == {"credentials": "the token"}


def test_the_documented_verification_accepts_frames_and_refuses_forgeries() -> None:
    code = block("docs/protocol.md", "body, _, tail")
    fixture = json.loads((ROOT / "tests/fixtures/frames/payment_in.json").read_text())

    def verified(text: str) -> bool:
        names: dict[str, Any] = {
            "text": text,
            "secret": fixture["secret"],
            "frame": json.loads(text),
        }
        exec("import base64, hmac\n" + code, names)
        return bool(names["ok"])

    assert verified(fixture["text"])
    assert not verified(fixture["text"].replace('"amount":1000,', '"amount":1001,'))
