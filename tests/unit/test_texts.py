"""Every text that the page shows exists in English, and every text is shown.

The sources write the names of texts out, so that these tests find them.
"""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from needs import need

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = sorted((ROOT / "static" / "i18n").glob("*.js"))
PAGES = sorted((ROOT / "templates" / "payfeed").glob("*.html"))
SOURCES = [
    *(ROOT / "static/components").glob("*.js"),
    *(ROOT / "static/lib").glob("*.js"),
    *(ROOT / "templates").rglob("*.html"),
]

# a name, and the characters after it
NAME = re.compile(r"""['"`](payfeed\.[\w.]*)(['"`]?\s*[+$]?)""")
LOADED = re.compile(r"set languages = \[(.*?)\]", re.DOTALL)
NOT_TEXTS = {"payfeed.v1"}  # the subprotocol


def leaves(tree: Any, name: str = "payfeed") -> dict[str, str]:
    """The texts by name, as `$t` expects them."""
    if not isinstance(tree, dict):
        return {name: tree}
    found: dict[str, str] = {}
    for key in tree:
        found |= leaves(tree[key], f"{name}.{key}")
    return found


@cache
def texts(path: Path) -> dict[str, str]:
    """The texts that a language file adds to those of LNbits."""
    program = f"""const added = {{}}
        globalThis.Payfeed = {{
            addTexts: (language, texts) => (added[language] = texts)
        }}
        require({json.dumps(str(path))})
        console.log(JSON.stringify(added[{json.dumps(path.stem)}]))"""
    done = subprocess.run(
        [need("node"), "-e", program], capture_output=True, text=True, check=True
    )
    return leaves(json.loads(done.stdout))


def names() -> dict[str, str]:
    """All names in the sources, with the characters after each."""
    return {
        name: rest
        for source in SOURCES
        for name, rest in NAME.findall(source.read_text())
        if name not in NOT_TEXTS
    }


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_no_name_of_a_text_is_concatenated() -> None:
    assert {name for name, rest in names().items() if rest[-1:] in ("+", "$")} == set()


def test_every_text_that_the_page_uses_exists_in_english() -> None:
    assert set(names()) - set(texts(ROOT / "static/i18n/en.js")) == set()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_a_language_has_every_text_that_the_page_uses_and_no_other(
    language: Path,
) -> None:
    english = texts(ROOT / "static/i18n/en.js")
    found = texts(language)
    assert set(found) == set(english)
    for name, text in found.items():
        assert name in names()
        assert text.strip()
        assert placeholders(text) == placeholders(english[name]), name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_language_is_loaded(page: Path) -> None:
    for language in LANGUAGES:
        assert f'"{language.stem}"' in LOADED.findall(page.read_text())[0]
