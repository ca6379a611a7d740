"""No name of LNbits that it has marked as deprecated is used.

LNbits marks them in a comment, a docstring or a line of the log. A name that the code
can do without (`try: … except ImportError`) is for older versions of LNbits.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import check_imports
import pytest


def optional(tree: ast.Module) -> set[ast.AST]:
    """Everything inside a `try` that handles ImportError."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        and any("ImportError" in ast.unparse(h.type) for h in node.handlers if h.type)
        for inner in ast.walk(node)
    }


def imported(tree: ast.Module) -> Iterator[tuple[str, str, Any]]:
    """(name in LNbits, name in the module, object) of every import from LNbits."""
    leave_out = optional(tree)
    for node in ast.walk(tree):
        if node in leave_out:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "lnbits":
                    module = importlib.import_module(alias.name)
                    yield alias.name, alias.asname or alias.name, module
        elif isinstance(node, ast.ImportFrom) and not node.level:
            home = str(node.module)
            if home.split(".")[0] == "lnbits":
                for alias in node.names:
                    found = getattr(importlib.import_module(home), alias.name)
                    yield f"{home}.{alias.name}", alias.asname or alias.name, found


def used(source: str) -> Iterator[tuple[str, Any]]:
    """(name, object) of all that a module takes from LNbits."""
    tree = ast.parse(source)
    modules: dict[str, ModuleType] = {}
    for name, local, found in imported(tree):
        yield name, found
        if isinstance(found, ModuleType):
            modules[local] = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module = modules.get(ast.unparse(node.value))
            if module:
                yield f"{module.__name__}.{node.attr}", getattr(module, node.attr)


def is_deprecated(found: Any) -> bool:
    marks = [inspect.getdoc(found) or ""]
    if inspect.isfunction(found) or inspect.isclass(found):
        marks.append(inspect.getcomments(found) or "")
    if inspect.isfunction(found):
        marks.append(inspect.getsource(found))
    return any(re.search("deprecat", mark, re.IGNORECASE) for mark in marks)


@pytest.mark.parametrize("name", check_imports.modules())
def test_no_deprecated_name_of_lnbits_is_used(name: str) -> None:
    source = check_imports.modules()[name].read_text()
    assert [taken for taken, found in used(source) if is_deprecated(found)] == []


def test_a_deprecated_name_is_found() -> None:
    """This one is deprecated in all versions."""
    source = (
        "import lnbits.core.services as services\n"
        "from lnbits.core.services import websocket_updater as update\n"
        "from lnbits.helpers import urlsafe_short_hash\n"
        "services.websocket_updater\n"
        "try:\n    from lnbits import tasks\nexcept ImportError:\n    tasks = None\n"
        "tasks.create_task\n"
    )
    result = [name for name, found in used(source) if is_deprecated(found)]
    assert result == ["lnbits.core.services.websocket_updater"] * 2
