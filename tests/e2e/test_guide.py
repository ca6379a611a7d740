"""First programs: the guide's Node client with Payfeed's address, the README's own."""

import asyncio
import json
import re
import sys
from pathlib import Path

from needs import need
from node_programs import node_folder
from shop import Shop

README = Path(__file__).resolve().parent.parent.parent / "README.md"


async def test_the_guides_node_client_receives_a_valid_payment_once(shop: Shop) -> None:
    folder = await asyncio.to_thread(node_folder)
    client = await asyncio.create_subprocess_exec(
        *(need("node"), "listen.js", f"{shop.server.ws}/payfeed", shop.wallet["inkey"]),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    assert client.stdout
    try:
        assert await asyncio.wait_for(client.stdout.readline(), 20) == b"open\n"
        await asyncio.sleep(1)
        await shop.sell(1000)
        told = await asyncio.wait_for(client.stdout.readline(), 20)
        assert json.loads(told) == {"valid": True, "amount": 1000}
        await asyncio.sleep(4)
    finally:
        client.kill()
        rest = await client.stdout.read()
        await client.wait()
    assert rest == b""


async def test_the_readmes_first_lines_print_a_payment(shop: Shop) -> None:
    block = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert block
    program = block[1]
    assert len([line for line in program.splitlines() if line.strip()]) <= 10
    program = program.replace("ws://localhost:5006", shop.server.ws)
    program = program.replace("your wallet's invoice key", shop.wallet["inkey"])
    await shop.sell(1234)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", program), stdout=asyncio.subprocess.PIPE
    )
    assert running.stdout
    try:
        line = await asyncio.wait_for(running.stdout.readline(), 30)
    finally:
        running.kill()
        await running.wait()
    assert line.decode().endswith("-1 1234 sat\n")
