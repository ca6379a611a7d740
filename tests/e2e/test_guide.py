"""The guide's Node client, given Payfeed's base address."""

import asyncio
import json
import subprocess
from pathlib import Path

from needs import need
from shop import Shop

FOLDER = Path(__file__).resolve().parent.parent / "node"


async def test_the_guides_node_client_receives_a_valid_payment_once(shop: Shop) -> None:
    npm = [need("npm"), "ci", "--silent", "--no-audit", "--no-fund"]
    await asyncio.to_thread(subprocess.run, npm, cwd=FOLDER, check=True, timeout=120)
    client = await asyncio.create_subprocess_exec(
        *(need("node"), "listen.js", f"{shop.server.ws}/payfeed", shop.wallet["inkey"]),
        cwd=FOLDER,
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
