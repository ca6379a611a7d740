"""The examples for Python, curl and wscat do what they say, on a real LNbits."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, running
from needs import need
from npm import packages

EXAMPLES = ROOT / "examples"
OWN = [EXAMPLES / name for name in ("listen.py", "sse.sh", "wscat.sh")]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_an_example_has_less_than_forty_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 40


async def test_the_python_example_hands_out_once_across_a_crash(
    shop: Any, tmp_path: Path
) -> None:
    options: dict[str, Any] = {
        "program": [sys.executable, str(EXAMPLES / "listen.py")],
        "key": shop.wallet["inkey"],
        "url": shop.server.base,
        "PAYFEED_STATE": str(tmp_path / "state"),
    }
    async with running(**options):
        while not (tmp_path / "state").exists():
            await asyncio.sleep(0.05)
    await shop.sell(21, "a")
    await shop.sell(42, "b")
    async with running(**options) as command:
        assert "21 sat for 'a'" in await command.line()
        assert "42 sat for 'b'" in await command.line()


@pytest.mark.parametrize("name", ["docs/clients.md", "clients/python/README.md"])
async def test_the_first_lines_of_a_document_work(
    shop: Any, tmp_path: Path, name: str
) -> None:
    text = (ROOT / name).read_text()
    call = re.search(r'main\("(https:[^"]*)", "([^"]*)"\)', text)
    assert call
    code = text.partition("```python\n")[2].partition("```")[0]
    code = code.replace(call[1], shop.server.base).replace(
        f'"{call[2]}"', f'"{shop.wallet["inkey"]}"'
    )
    program = tmp_path / "first.py"
    program.write_text(code)
    await shop.sell(7, "tea")
    async with running(program=[sys.executable, str(program)]) as command:
        assert await command.line() == "7 sat tea"


async def test_curl_follows_the_feed_across_a_restart(shop: Any) -> None:
    options: dict[str, Any] = {
        "program": [str(EXAMPLES / "sse.sh")],
        "key": shop.wallet["inkey"],
        "url": shop.server.base,
    }
    amounts: list[int] = []

    async def collect(command: Any, count: int) -> None:
        while len(amounts) < count:
            frame = await command.frame()
            if frame["type"] == "payment":
                amounts.append(frame["payment"]["amount"])

    await shop.sell(1)
    async with running(**options) as command:
        await collect(command, 1)
        await shop.sell(2)
        await collect(command, 2)
        shop.server.kill()
        await shop.server.start()
        await shop.sell(3)
        await collect(command, 3)
    assert amounts == [1, 2, 3]


@pytest.fixture(scope="session")
def wscat() -> str:
    """The folder of the program, from its lock file."""
    need("npm")
    return str(packages(ROOT / "tests" / "wscat") / "node_modules" / ".bin")


async def test_wscat_shows_frames_and_answers(shop: Any, wscat: str) -> None:
    await shop.sell(5)
    options: dict[str, Any] = {
        "program": [str(EXAMPLES / "wscat.sh")],
        "key": shop.wallet["inkey"],
        "url": shop.server.base,
        "PATH": f"{wscat}{os.pathsep}{os.environ['PATH']}",
    }
    async with running(**options) as command:
        while '"amount":5' not in await command.line():
            pass
        assert command.process.stdin
        command.process.stdin.write(b'{"type":"ping"}\n')
        while '"pong"' not in (line := await command.line()):
            assert line or command.process.returncode is None
    assert json.loads(line[line.index("{") :])["type"] == "pong"
