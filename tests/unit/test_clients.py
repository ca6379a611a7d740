"""The clients stand on their own: what they import, and the package that is built."""

import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import lnbits_payfeed
import npm
import packages
import pytest
import setup
from needs import need
from node_programs import node

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "clients" / "python"
# typing_extensions: for type checkers only, which bring it
PACKAGES = {"websockets", "click", "nats", "paho", "python_socks", "typing_extensions"}


def foreign_imports(path: Path) -> set[str]:
    """What a module takes from outside of its own package."""
    found: set[str] = set()
    for part in ast.walk(ast.parse(path.read_text())):
        if isinstance(part, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and part.level != 1:
            name = str(part.module).partition(".")[0]
            found.add("." * part.level + name)
    return found - sys.stdlib_module_names


def test_the_python_client_imports_nothing_of_the_extension() -> None:
    for path in (CLIENT / "src" / "lnbits_payfeed").glob("*.py"):
        assert foreign_imports(path) <= PACKAGES, path.name


def test_the_javascript_client_is_one_module_without_dependencies() -> None:
    text = (ROOT / "static" / "js" / "payfeed-client.js").read_text()
    assert not re.findall(r"(?m)^(?:import|export .* from)\b|\bimport\(", text)
    package = json.loads((ROOT / "clients" / "js" / "package.json").read_text())
    assert "dependencies" not in package


def test_the_package_that_is_built_has_its_types_and_its_command(
    tmp_path: Path,
) -> None:
    uv, target = setup.uv(), tmp_path / "site"
    wheel, _ = packages.build(tmp_path)
    assert wheel.name == f"lnbits_payfeed-{lnbits_payfeed.__version__}-py3-none-any.whl"
    install = [uv, "pip", "install", "-q", "--no-config", "--no-deps"]
    where = ["--python", sys.executable, "--target", str(target)]
    subprocess.run([*install, *where, str(wheel)], check=True)
    assert (target / "lnbits_payfeed" / "py.typed").exists()
    done = subprocess.run(
        [str(target / "bin" / "payfeed"), "--version"],
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == lnbits_payfeed.__version__


def test_wheel_and_source_have_licence_changelog_and_a_readme_that_stands_alone(
    tmp_path: Path,
) -> None:
    wheel, sdist = packages.build(tmp_path)
    name = f"lnbits_payfeed-{lnbits_payfeed.__version__}"
    with zipfile.ZipFile(wheel) as archive:
        assert {
            "lnbits_payfeed/CHANGELOG.md",
            "lnbits_payfeed/testing.py",
            f"{name}.dist-info/licenses/LICENSE",
        } <= set(archive.namelist())
        metadata = archive.read(f"{name}.dist-info/METADATA").decode()
    headers, _, description = metadata.partition("\n\n")
    for header in (
        "License-Expression: MIT",
        "Author: ",
        "Keywords: ",
        "Project-URL: ",
    ):
        assert f"\n{header}" in headers
    assert description == (CLIENT / "README.md").read_text()
    with tarfile.open(sdist) as archive:
        files = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"}
        assert {f"{name}/{file}" for file in files} <= set(archive.getnames())


def test_the_npm_package_has_these_files(tmp_path: Path) -> None:
    need("npm")
    with tarfile.open(npm.pack(tmp_path)) as archive:
        files = {name.removeprefix("package/") for name in archive.getnames()}
    assert files == {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "index.d.ts",
        "package.json",
        "payfeed-client.js",
        "testing.d.ts",
        "testing.js",
    }


def test_the_npm_package_says_what_it_is() -> None:
    package = json.loads((ROOT / "clients" / "js" / "package.json").read_text())
    assert package["type"] == "module"
    assert package["engines"] == {"node": ">=20"}
    assert package["repository"]["directory"] == "clients/js"
    named = [entry[kind] for entry in package["exports"].values() for kind in entry]
    assert {name.removeprefix("./") for name in named} <= set(package["files"])
    assert {"author", "bugs", "homepage", "keywords", "license"} <= package.keys()


@pytest.mark.parametrize("client", ["python", "js"])
def test_each_package_has_the_projects_licence(client: str) -> None:
    copied = ROOT / "clients" / client / "LICENSE"
    assert copied.read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("client", ["python", "js"])
def test_each_changelog_has_the_version(client: str) -> None:
    text = (ROOT / "clients" / client / "CHANGELOG.md").read_text()
    assert f"## [{lnbits_payfeed.__version__}]" in text


@pytest.mark.parametrize("client", ["python", "js"])
def test_readmes_of_packages_have_no_relative_links(client: str) -> None:
    text = (ROOT / "clients" / client / "README.md").read_text()
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert targets
    assert all(target.startswith("https://") for target in targets)


def test_nothing_says_to_install_the_packages_by_name() -> None:
    """Anybody could have taken the name on a registry; a file or folder is ours."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md", "*.py", "*.js", "*.mjs", "*.html", "*.sh", "*.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    install = re.compile(r"(?:pip|npm|uv|pipx) (?:install|add|i)\b[^\n`]*")
    for file in listed.stdout.splitlines():
        for command in install.findall((ROOT / file).read_text()):
            words = [word.strip("'\"") for word in command.split()]
            assert not [w for w in words if w.startswith("lnbits-payfeed")], file


def test_a_commonjs_program_can_load_the_npm_package() -> None:
    assert node("commonjs.cjs") == "true\n"


def test_the_lock_files_of_npm_have_a_hash_and_no_address_for_every_package() -> None:
    for file in ROOT.glob("t*/*/package-lock.json"):
        packages = json.loads(file.read_text())["packages"]
        del packages[""]
        assert packages
        for name, package in packages.items():
            assert "integrity" in package, (file, name)
            assert "resolved" not in package, (file, name)
