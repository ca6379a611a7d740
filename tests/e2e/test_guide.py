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
        await shop.has_subscribers(1)
        # one after the other: a repetition of the first would precede the second
        for amount in (1000, 2000):
            await shop.sell(amount)
            line = await asyncio.wait_for(client.stdout.readline(), 20)
            assert json.loads(line) == {"valid": True, "amount": amount}
    finally:
        client.kill()
        await client.wait()
