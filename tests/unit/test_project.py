"""The project's own order: one version, import arrows, what the archive holds."""

import importlib.metadata
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import build_release
import check_imports
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


def test_there_is_one_version_number() -> None:
    version = json.loads((ROOT / "config.json").read_text())["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()
    package = json.loads((ROOT / "clients" / "js" / "package.json").read_text())
    assert package["version"] == version
    for page in (ROOT / "templates" / "payfeed").glob("*.html"):
        assert f"payfeed={version}" in page.read_text()


def test_without_npm_the_check_says_what_it_left_out_and_is_strict_on_demand() -> None:
    command = [sys.executable, str(ROOT / "tools" / "npm.py")]
    for strict, code in (("", 0), ("1", 1)):
        done = subprocess.run(
            command, env={"PATH": "", "STRICT": strict}, capture_output=True, text=True
        )
        assert done.returncode == code
        assert (done.stdout + done.stderr).startswith("JavaScript was not checked")


def test_the_archive_has_one_top_folder_and_only_what_an_operator_needs(
    tmp_path: Path,
) -> None:
    archive = build_release.build(tmp_path, "http://127.0.0.1:1")
    names = zipfile.ZipFile(archive).namelist()
    assert {name.split("/")[0] for name in names} == {"payfeed"}
    assert {"payfeed/__init__.py", "payfeed/config.json"} <= set(names)
    assert not [name for name in names if "test" in name or "tools" in name]
    release = json.loads((tmp_path / "extensions.json").read_text())["extensions"][0]
    assert release["archive"].endswith(archive.name)
    for name in ("icon", "details_link"):
        assert (tmp_path / release[name].rpartition("/")[2]).exists()
    assert release["repo"] == "payfeed/payfeed"
    again = build_release.build(tmp_path / "again", "x")
    assert again.read_bytes() == archive.read_bytes()
