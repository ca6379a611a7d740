"""Fail on an import that the table in docs/architecture.md does not have.

LNbits is imported in three rooms only, and one names HTTPException.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `(\w+)\.py` \|.*\| ([^|]*) \|$", re.MULTILINE)
LNBITS_ROOMS = {"host", "crud", "views"}


def rooms() -> dict[str, set[str]]:
    """Every room of the table and what it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    return {room: set(re.findall(r"\w+", names)) for room, names in ROW.findall(text)}


def imports(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The rooms that a module imports, and the packages from outside."""
    inner: set[str] = set()
    outer: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            outer |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [a.name for a in node.names]
            into = inner if node.level else outer
            into |= {name.split(".")[0] for name in names if name}
    return inner, outer


def violations() -> list[str]:
    allowed = rooms()
    paths = {path.stem: path for path in sorted(ROOT.glob("*.py"))}
    told = [f"{room}.py is not there" for room in allowed.keys() - paths.keys()]
    for room, path in paths.items():
        text = path.read_text()
        if room not in allowed:
            told.append(f"{path.name} is no room of the architecture")
            continue
        inner, outer = imports(ast.parse(text))
        for other in sorted(inner - allowed[room]):
            told.append(f"{room} may not import {other}")
        if "lnbits" in outer and room not in LNBITS_ROOMS:
            told.append(f"{room} may not import lnbits")
        if "HTTPException" in text and room != "views_api":
            told.append(f"{room} names HTTPException")
    return told


if __name__ == "__main__":
    sys.exit("\n".join(violations()) or None)
