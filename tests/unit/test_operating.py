"""docs/operating.md lists what the code reads and says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import check_imports
from payfeed.host import settings

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = (ROOT / "docs" / "operating.md").read_text()
MODULES = [path.read_text() for path in check_imports.modules().values()]


def rows(beginning: str) -> Iterator[list[str]]:
    """The cells of the rows of tables that begin so."""
    for line in DOCUMENT.splitlines():
        if re.match(rf"\| {beginning}", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_setting_is_documented_with_its_default() -> None:
    defaults = settings.Settings(_env_file=None).dict()
    documented = {name.strip("`"): default for name, default, _ in rows("`PAYFEED_")}
    assert documented == {
        f"PAYFEED_{name.upper()}": {True: "on", False: "off", "": "none"}.get(
            default, str(default)
        )
        for name, default in defaults.items()
    }


def logged() -> Iterator[tuple[str, re.Pattern[str]]]:
    """(level, what the text after the name looks like) of every line in a log."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module)):
            if isinstance(node, ast.Call) and "logger." in ast.unparse(node.func):
                (text,) = node.args
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                result = "".join(
                    re.escape(part.value) if isinstance(part, ast.Constant) else ".+"
                    for part in parts
                )
                level = ast.unparse(node.func).removeprefix("logger.")
                yield level, re.compile(result.removeprefix(re.escape("payfeed: ")))


def test_every_line_of_the_log_is_documented_at_its_level() -> None:
    documented = [
        (level, text)
        for level, texts, _ in rows("(?:debug|info|warning|error)")
        for text in re.findall("`(.+?)`", texts)
    ]
    shapes = list(logged())
    assert shapes
    for level, shape in shapes:
        assert any(level == at and shape.fullmatch(text) for at, text in documented), (
            level,
            shape.pattern,
        )
    for level, text in documented:
        assert any(level == at and shape.fullmatch(text) for at, shape in shapes), text
