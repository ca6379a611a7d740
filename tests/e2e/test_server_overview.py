"""What administrators see of the whole server, and who is refused."""

import asyncio
import json
import time
from typing import Any

from reader import reading
from shop import Shop

HANG_GUARD = 60
PATH = "/payfeed/api/v1/server"


async def overview(shop: Shop) -> dict[str, Any]:
    answer = await shop.server.http.get(PATH, headers=shop.server.admin)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_the_overview_is_for_administrators_only(shop: Shop) -> None:
    async def status(headers: dict[str, str]) -> int:
        return (await shop.server.http.get(PATH, headers=headers)).status_code

    assert await status({}) == 403
    assert await status({"X-Api-Key": shop.wallet["adminkey"]}) == 403
    assert await status(shop.user) == 403
    assert await status(shop.server.admin) == 200
    cookie = shop.server.admin["Authorization"].removeprefix("Bearer ")
    assert await status({"Cookie": f"cookie_access_token={cookie}"}) == 200


async def test_the_overview_counts_feeds_readers_and_webhooks_of_all_users(
    shop: Shop,
) -> None:
    server, admin = shop.server, shop.wallet["adminkey"]
    before = await overview(shop)
    body = {"url": "https://receiver.invalid/hook"}
    made = (await server.payfeed("POST", "webhooks", admin, json=body)).json()
    off = {"enabled": False}
    await server.payfeed("PATCH", f"webhooks/{made['id']}", admin, json=off)
    other = await shop.new_wallet("other")
    await server.payfeed("GET", "events?since=start", other["inkey"])
    async with reading(f"{server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}") as one:
        await one.until("hello")
        after = await overview(shop)
    assert after["webhooks"]["disabled"] == before["webhooks"]["disabled"] + 1
    assert after["feeds"]["active"] > before["feeds"]["active"]
    assert after["subscribers"]["connected"] >= 1
    assert after["healthy"] is True
    assert after["storage"]["database_bytes"] > 0
    assert after["sweep"]["looked_at"] >= before["sweep"]["looked_at"]


async def test_the_overview_has_the_size_of_the_largest_feeds_and_no_payments(
    own_server_shop: Shop,
) -> None:
    """Retention counts first when the server starts: here after the sales."""
    shop, server = own_server_shop, own_server_shop.server
    for _ in range(3):
        await shop.sell(1234, "a secret memo")
    path, key = "events?since=start&limit=3&wait=20", shop.wallet["inkey"]
    while len((await server.payfeed("GET", path, key)).json()["events"]) < 3:
        await asyncio.sleep(0.1)
    feed = (await server.payfeed("GET", "feed", key)).json()
    await server.terminate()
    await server.start()
    deadline = time.monotonic() + HANG_GUARD
    while (found := await overview(shop))["storage"]["measured_at"] is None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    size = {"wallet_id": feed["wallet_id"], "events": 3, "bytes": feed["bytes"]}
    assert size in found["storage"]["largest"]
    assert found["storage"]["events"] >= 3
    text = json.dumps(found)
    assert "1234" not in text.replace(feed["wallet_id"], "")
    for secret in ("a secret memo", "LNbits wallet", key, shop.wallet["adminkey"]):
        assert secret not in text
