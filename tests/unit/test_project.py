"""The project's own order: one version, import arrows, what the archive holds."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import arrows
import zip as packing

ROOT = Path(__file__).resolve().parent.parent.parent


def test_rooms_import_only_what_the_architecture_allows() -> None:
    assert arrows.violations() == []


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
    archive = packing.build(tmp_path, "http://127.0.0.1:1")
    names = zipfile.ZipFile(archive).namelist()
    assert {name.split("/")[0] for name in names} == {"payfeed"}
    assert {"payfeed/__init__.py", "payfeed/config.json"} <= set(names)
    assert not [name for name in names if "test" in name or "tools" in name]
    release = json.loads((tmp_path / "extensions.json").read_text())["extensions"][0]
    assert release["archive"].endswith(archive.name)
    for name in ("icon", "details_link"):
        assert (tmp_path / release[name].rpartition("/")[2]).exists()
    assert release["repo"] == "payfeed/payfeed"
    assert packing.build(tmp_path / "again", "x").read_bytes() == archive.read_bytes()
