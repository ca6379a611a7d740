"""Fail on an import between rooms that docs/architecture.md does not have."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARROWS = {
    "__init__": {"tasks", "views", "views_api", "crud", "services"},
    "models": set(),
    "errors": set(),
    "protocol": {"models", "errors"},
    "crud": {"models"},
    "migrations": set(),
    "journal": {"crud", "models", "protocol"},
    "limits": {"errors"},
    "metrics": set(),
    "session": {"journal", "protocol", "errors", "models", "crud"},
    "host": {"models"},
    "recorder": {
        *("journal", "crud", "protocol", "host", "metrics"),
        *("errors", "models"),
    },
    "doors": {
        *("journal", "crud", "protocol", "host", "limits"),
        *("errors", "models"),
    },
    "services": {
        *("journal", "crud", "protocol", "host", "session"),
        *("limits", "metrics", "errors", "models", "recorder", "doors"),
    },
    "tasks": {"services", "host"},
    "views": {"protocol", "host"},
    "views_api": {"services", "session", "protocol", "models", "errors", "host"},
}


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [node.module] if node.module else [a.name for a in node.names]
            found |= {name.split(".")[0] for name in names if name}
    return found


def violations() -> list[str]:
    told = []
    for path in sorted(ROOT.glob("*.py")):
        room, text = path.stem, path.read_text()
        if room not in ARROWS:
            told.append(f"{path.name} is no room of the architecture")
            continue
        for other in sorted(imports(ast.parse(text)) - ARROWS[room]):
            told.append(f"{room} may not import {other}")
        if "HTTPException" in text and room != "views_api":
            told.append(f"{room} names HTTPException")
    return told


if __name__ == "__main__":
    sys.exit("\n".join(violations()) or None)
