"""Check the imports of the extension against docs/architecture.md.

The table "Who imports whom" lists each package and each module at the root with what it
may import. Beyond that:

- Imports are relative, and none stands inside a function: LNbits loads a second copy of
  the package during a live upgrade.
- No two modules import each other, directly or through others.
- Only `host`, `database`, `crud` and `views` import LNbits; only the views name
  HTTPException.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("access", "crud", "delivery", "feed", "host", "payments")
ROW = re.compile(r"^\| `([\w/.]+)` \|.*\| ([^|]*) \|$", re.MULTILINE)
IMPORT_LNBITS = {"host", "database", "crud", "views"}


def allowed_imports() -> dict[str, set[str]]:
    """What each package (`feed`) and each module at the root (`crud`) may import."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    return {
        name.removesuffix("/").removesuffix(".py"): set(re.findall(r"\w+", names))
        for name, names in ROW.findall(text)
    }


def modules() -> dict[str, Path]:
    """Every module of the extension by its dotted name, as `feed.journal`."""
    files = [*ROOT.glob("*.py"), *ROOT.glob("*/*.py"), *ROOT.glob("*/*/*.py")]
    found = {}
    for path in sorted(files):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if len(parts) == 1 or parts[0] in PACKAGES:
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(path: Path, name: str) -> Iterator[tuple[str, bool]]:
    """(dotted name, is it relative) of every import in a module."""
    is_package = path.name == "__init__.py"
    here = [] if name == "__init__" else name.split(".")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module), False
        elif isinstance(node, ast.ImportFrom):
            up = node.level - is_package
            base = here[: len(here) - up] if up else here
            base = [*base, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                yield ".".join([*base, alias.name]), True


def inner_imports(known: dict[str, Path], name: str) -> set[str]:
    """The modules of the extension that a module imports."""
    found = set()
    for target, is_relative in imports(known[name], name):
        if is_relative:
            owner = target.rpartition(".")[0]
            found.add(target if target in known else owner)
    return {target for target in found if target in known}


def late_imports(path: Path) -> Iterator[int]:
    """Lines of imports that stand inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of imports, or []."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name not in done:
            for target in sorted(graph[name]):
                if found := visit(target, [*trail, name]):
                    return found
            done.add(name)
        return []

    for name in sorted(graph):
        if found := visit(name, []):
            return found
    return []


def violations() -> list[str]:
    """One sentence for each import that breaks a rule."""
    allowed, known = allowed_imports(), modules()
    units = {name.split(".")[0] for name in known}
    found = [
        f"{unit} is not in the architecture" for unit in sorted(units - set(allowed))
    ]
    found += [f"{unit} does not exist" for unit in sorted(set(allowed) - units)]
    graph = {name: inner_imports(known, name) for name in known}
    for name, path in known.items():
        unit = name.split(".")[0]
        targets = {target.split(".")[0] for target in graph[name]} - {unit}
        for target in sorted(targets - allowed.get(unit, targets)):
            found.append(f"{name} may not import {target}")
        outer = {
            target.split(".")[0] for target, inner in imports(path, name) if not inner
        }
        if "lnbits" in outer and unit not in IMPORT_LNBITS:
            found.append(f"{name} may not import lnbits")
        found += [f"{name} imports {own} by its absolute name" for own in outer & units]
        found += [
            f"{name}:{line} imports inside a function" for line in late_imports(path)
        ]
        if "HTTPException" in path.read_text() and not unit.startswith("views"):
            found.append(f"{name} names HTTPException")
    if circle := cycle(graph):
        found.append(f"imports in a circle: {' → '.join(circle)}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(violations()) or None)
