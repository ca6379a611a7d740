"""The guide's Node client, given Payfeed's base address."""

import asyncio
import json

from needs import need
from node_programs import node_folder
from shop import Shop


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
