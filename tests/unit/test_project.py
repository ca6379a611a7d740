"""The project's own order: one version, import arrows, what the archive holds."""

import importlib.metadata
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import build_release
import check_imports
import publisher_names
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_modules_import_only_what_the_architecture_allows() -> None:
    assert check_imports.violations() == []


def test_an_import_that_breaks_a_rule_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "docs/architecture.md": "| `feed/` | the log | crud |\n"
        "| `access/` | keys | feed |\n| `crud.py` | SQL | – |\n",
        "feed/__init__.py": "",
        "feed/journal.py": "from .. import crud\nfrom ..access.keys import Key\n",
        "access/__init__.py": "",
        "access/keys.py": "import lnbits.settings\nfrom ..feed import journal\n",
        "crud.py": "def late() -> None:\n    import feed  # HTTPException\n",
        "extra.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(check_imports, "ROOT", tmp_path)
    assert sorted(check_imports.violations()) == [
        "access.keys may not import lnbits",
        "crud imports feed by its absolute name",
        "crud names HTTPException",
        "crud:2 imports inside a function",
        "extra is not in the architecture",
        "feed.journal may not import access",
        "imports in a circle: access.keys → feed.journal → access.keys",
    ]


def test_the_extension_needs_no_package_beside_those_of_lnbits() -> None:
    needed = {"lnbits"}
    for line in importlib.metadata.requires("lnbits") or ():
        if name := re.match(r"[\w.-]+", line):
            needed.add(name[0].lower())
    for name, path in check_imports.modules().items():
        found = check_imports.imports(path, name)
        outer = {
            target.split(".")[0] for target, is_relative in found if not is_relative
        }
        assert outer - sys.stdlib_module_names <= needed, name


def test_the_lowest_lnbits_is_the_lowest_that_is_tested() -> None:
    tested = [
        path.stem.removeprefix("lnbits-")
        for path in (ROOT / "requirements").glob("lnbits-*.txt")
    ]
    lowest = min(tested, key=lambda version: [int(part) for part in version.split(".")])
    config = json.loads((ROOT / "config.json").read_text())
    assert config["min_lnbits_version"] == lowest


def test_the_tile_is_a_png() -> None:
    tile = json.loads((ROOT / "config.json").read_text())["tile"]
    image = (ROOT / tile.removeprefix("/payfeed/")).read_bytes()
    assert image.startswith(b"\x89PNG\r\n\x1a\n")


# where the version stands, as a pattern with the version in its group
VERSIONS = {
    "config.json": r'"version": "(.+)"',
    "clients/js/package.json": r'"version": "(.+)"',
    "clients/python/pyproject.toml": r'^version = "(.+)"',
    "clients/python/src/lnbits_payfeed/version.py": r'__version__ = "(.+)"',
    "templates/payfeed/display.html": r"payfeed=([\d.]+)",
    "templates/payfeed/index.html": r"payfeed=([\d.]+)",
    "docs/javascript.md": r"lnbits-payfeed-([\d.]+)\.tgz",
    ".github/ISSUE_TEMPLATE/bug.yml": r"Payfeed ([\d.]+),",
    "CHANGELOG.md": r"^## \[(\d.+)\] - \d{4}-\d\d-\d\d$",
}


@pytest.mark.parametrize("name", VERSIONS)
def test_there_is_one_version_number(name: str) -> None:
    found = re.search(VERSIONS[name], (ROOT / name).read_text(), re.MULTILINE)
    assert found
    assert found[1] == build_release.version()


def test_without_npm_the_check_says_what_it_left_out_and_is_strict_on_demand() -> None:
    command = [sys.executable, str(ROOT / "tools" / "npm.py")]
    for strict, code in (("", 0), ("1", 1)):
        done = subprocess.run(
            command, env={"PATH": "", "STRICT": strict}, capture_output=True, text=True
        )
        assert done.returncode == code
        assert (done.stdout + done.stderr).startswith("JavaScript was not checked")


NEEDED_BY_OPERATORS = {
    *(
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "description.md",
        "toc.md",
    ),
    *("config.json", "manifest.json", "static", "templates", *check_imports.PACKAGES),
}


def test_the_archive_holds_only_what_an_operator_needs(tmp_path: Path) -> None:
    archive = build_release.build(tmp_path)
    names = [name.split("/", 1)[1] for name in zipfile.ZipFile(archive).namelist()]
    tops = {name.split("/")[0] for name in names if name}
    modules = {f"{name}.py" for name in check_imports.allowed_imports()}
    assert tops - modules == NEEDED_BY_OPERATORS


def test_the_registry_accepts_the_release(tmp_path: Path) -> None:
    build_release.build(tmp_path)
    assert build_release.problems(tmp_path) == []


def test_a_release_that_the_registry_would_reject_is_reported(tmp_path: Path) -> None:
    build_release.build(tmp_path)
    listing = json.loads((tmp_path / "extensions.json").read_text())
    listing["extensions"][0] |= {"hash": "0" * 64, "short_description": "A feed."}
    (tmp_path / "extensions.json").write_text(json.dumps(listing))
    assert build_release.problems(tmp_path) == [
        "the hash is another",
        "the description ends with a stop",
    ]


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    first, second = (build_release.build(tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


def test_every_file_that_a_served_listing_names_is_beside_it(tmp_path: Path) -> None:
    build_release.build(tmp_path, "https://example.org/payfeed")
    (release,) = json.loads((tmp_path / "extensions.json").read_text())["extensions"]
    for name in ("archive", "icon", "details_link"):
        folder, _, file = release[name].rpartition("/")
        assert folder == "https://example.org/payfeed"
        assert (tmp_path / file).exists()


def test_every_file_has_the_publishers_names() -> None:
    texts = publisher_names.with_names()
    assert [n for n, text in texts.items() if text != (ROOT / n).read_text()] == []


def test_other_names_of_the_publisher_reach_every_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contributors = [{"name": "The shops", "uri": "https://example.org", "role": "-"}]
    names: dict[str, Any] = {"organisation": "shops", "repository": "feed"}
    names["contributors"] = contributors
    monkeypatch.setattr(publisher_names, "publisher", lambda: names)
    texts = publisher_names.with_names()
    assert [n for n, text in texts.items() if ".com/payfeed/payfeed" in text] == []
    repo = {"id": "payfeed", "organisation": "shops", "repository": "feed"}
    assert json.loads(texts["clients/js/package.json"])["author"] == "The shops"
    assert '[{ name = "The shops" }]' in texts["clients/python/pyproject.toml"]
    assert json.loads(texts["manifest.json"]) == {"repos": [repo]}
    config = json.loads(texts["config.json"])
    assert config["repo"] == "https://github.com/shops/feed"
    assert config["contributors"] == contributors


def test_the_pictures_and_texts_of_the_details_page_are_in_the_repository() -> None:
    config = json.loads((ROOT / "config.json").read_text())
    raw = config["repo"].replace("github.com", "raw.githubusercontent.com")
    addresses = [image["uri"] for image in config["images"]]
    addresses += [config["description_md"], config["terms_and_conditions_md"]]
    for address in addresses:
        assert (ROOT / address.removeprefix(f"{raw}/main/")).is_file()
