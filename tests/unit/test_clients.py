"""The clients stand on their own: what they import, and the package that is built."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import lnbits_payfeed
import setup

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "clients" / "python"
# typing_extensions: for type checkers only, which bring it
PACKAGES = {"websockets", "click", "paho", "python_socks", "typing_extensions"}


def foreign_imports(path: Path) -> set[str]:
    """What a module takes from outside of its own package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level != 1:
            name = str(node.module).partition(".")[0]
            found.add("." * node.level + name)
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
    build = [uv, "build", "-q", "--no-config", "--wheel", "-o", str(tmp_path)]
    subprocess.run([*build, str(CLIENT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
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
