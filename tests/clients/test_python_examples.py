"""The examples for Python, curl and wscat work on a real LNbits."""

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
from stoppable_proxy import stoppable_proxy

EXAMPLES = ROOT / "examples"
PATHS = [EXAMPLES / name for name in ("listen.py", "sse.sh", "wscat.sh")]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_an_example_has_fewer_than_forty_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 40


async def test_the_python_example_processes_each_payment_once_across_a_crash(
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


@pytest.mark.parametrize("name", ["docs/python.md", "clients/python/README.md"])
async def test_the_first_python_program_of_a_document_works(
    shop: Any, tmp_path: Path, name: str
) -> None:
    text = (ROOT / name).read_text()
    call = re.search(r'main\("(https:[^"]*)", "([^"]*)"\)', text)
    assert call
    code = text.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in code.splitlines() if line]) <= 10
    code = code.replace(call[1], shop.server.base).replace(
        f'"{call[2]}"', f'"{shop.wallet["inkey"]}"'
    )
    program = tmp_path / "first.py"
    program.write_text(code)
    await shop.sell(7, "tea")
    async with running(program=[sys.executable, str(program)]) as command:
        assert await command.line() == "7 sat tea"


async def test_the_program_of_the_readme_works_without_the_client(
    shop: Any, tmp_path: Path
) -> None:
    code = (ROOT / "README.md").read_text()
    code = code.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    changes = {
        "ws://localhost:5006": shop.server.ws,
        "your wallet's invoice key": shop.wallet["inkey"],
    }
    for old, new in changes.items():
        assert old in code
        code = code.replace(old, new)
    (tmp_path / "readme.py").write_text(code)
    await shop.sell(7, "tea")
    program = [sys.executable, str(tmp_path / "readme.py")]
    async with running(program=program) as command:
        assert (await command.line()).endswith("-1 7 sat")


async def test_the_documented_processing_of_payments_works(
    shop: Any, tmp_path: Path
) -> None:
    """A sent payment is acknowledged without handing out goods."""
    text = (ROOT / "docs" / "python.md").read_text()
    text = text.partition("## Process every payment\n")[2]
    code = text.partition("```python\n")[2].partition("```")[0]
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    program = tmp_path / "till.py"
    url, key = shop.server.base, shop.wallet["inkey"]
    program.write_text(
        "import asyncio\n"
        "from lnbits_payfeed import Feed, FileCursor, Gap, InvalidEvent\n"
        "from lnbits_payfeed import PaymentEvent\n\n"
        "async def hand_out(event):\n    print(event.payment.amount)\n\n"
        f"async def main(url, key):\n{lines}\nasyncio.run(main({url!r}, {key!r}))\n"
    )
    state = tmp_path / "till.state"
    state.write_text((await shop.server.payfeed("GET", "feed", key)).json()["head"])
    await shop.sell(100)
    invoice = await shop.server.invoice(shop.payer, 30, "spent")
    await shop.server.pay(shop.wallet, invoice)
    await shop.server.payfeed("GET", "events?wait=20", key)
    await shop.sell(5)
    options: dict[str, Any] = {"program": [sys.executable, str(program)]}
    async with running(**options, cwd=tmp_path) as command:
        assert await command.line() == "100"
        assert await command.line() == "5"
        events = (await shop.server.payfeed("GET", "events", key)).json()
        directions = [event["payment"]["direction"] for event in events["events"]]
        assert sorted(directions) == ["in", "in", "out"]
        while state.read_text().strip() != events["head"]:
            await asyncio.sleep(0.05)


async def test_the_curl_example_waits_a_minute_after_a_refusal(shop: Any) -> None:
    program = [str(EXAMPLES / "sse.sh")]
    options: dict[str, Any] = {"program": program, "url": shop.server.base}
    async with running(key="0" * 32, **options) as command:
        await command.wait_for("in 60 s")


async def test_the_curl_example_resumes_after_a_lost_connection(shop: Any) -> None:
    options: dict[str, Any] = {
        "program": [str(EXAMPLES / "sse.sh")],
        "key": shop.wallet["inkey"],
    }
    amounts: list[int] = []

    async def collect(command: Any, count: int) -> None:
        while len(amounts) < count:
            frame = await command.frame()
            if frame["type"] == "payment":
                amounts.append(frame["payment"]["amount"])

    await shop.sell(1)
    async with (
        stoppable_proxy(shop.server.port) as proxy,
        running(url=proxy.base, **options) as command,
    ):
        await collect(command, 1)
        await shop.sell(2)
        await collect(command, 2)
        await proxy.stop()
        await shop.sell(3)
        await proxy.start()
        await collect(command, 3)
    assert amounts == [1, 2, 3]


@pytest.fixture(scope="session")
def wscat() -> str:
    """The folder with the program, as locked."""
    need("npm")
    return str(packages(ROOT / "tests" / "wscat") / "node_modules" / ".bin")


async def test_the_wscat_example_shows_frames_and_answers(
    shop: Any, wscat: str
) -> None:
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
