"""Write the publisher's names, which publisher.json holds, into all files.

manifest.json says which repository the addresses in the files name until then.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AUTHORS = {
    "clients/js/package.json": r'("author": ").*(")',
    "clients/python/pyproject.toml": r'(authors = \[{ name = ").*(" }\])',
}
TEXTS = ("*.md", "*.json", "*.yml", "*.yaml", "*.toml", "*.conf")


def publisher() -> dict[str, Any]:
    result: dict[str, Any] = json.loads((ROOT / "publisher.json").read_text())
    return result


def with_names() -> dict[str, str]:
    """The text that each file should have, by its path from the root."""
    names = publisher()
    old = json.loads((ROOT / "manifest.json").read_text())["repos"][0]
    # also in badges and raw files
    address = re.compile(
        rf"(github(?:usercontent)?\.com/){old['organisation']}/{old['repository']}\b"
    )
    new = f"{names['organisation']}/{names['repository']}"
    listed = subprocess.run(
        ["git", "ls-files", *TEXTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    texts = {
        name: address.sub(rf"\g<1>{new}", (ROOT / name).read_text())
        for name in listed.stdout.splitlines()
        if name != "publisher.json"
    }
    manifest = {"id": "payfeed", **{key: names[key] for key in old if key != "id"}}
    texts["manifest.json"] = json.dumps({"repos": [manifest]}, indent=2) + "\n"
    config = json.loads(texts["config.json"])
    config["contributors"] = names["contributors"]
    texts["config.json"] = json.dumps(config, indent=2) + "\n"
    author = names["contributors"][0]["name"]
    for name, pattern in AUTHORS.items():
        texts[name] = re.sub(pattern, rf"\g<1>{author}\g<2>", texts[name])
    return texts


if __name__ == "__main__":
    for name, text in with_names().items():
        if text != (ROOT / name).read_text():
            (ROOT / name).write_text(text)
            print(name)
