"""What is recorded, what never is, and that nobody on a channel is in the way."""

import json
import re

from frames import check_frame
from reader import reading
from shop import Shop


async def offsets(shop: Shop, key: str) -> list[int]:
    page = (await shop.server.payfeed("GET", "events?since=start", key)).json()
    return [int(event["id"].split("-")[1]) for event in page["events"]]


async def test_a_socket_that_hangs_on_lnbits_channel_is_dropped_the_rest_served(
    shop: Shop,
) -> None:
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    channel = feed["channel"]
    own = f"{shop.server.ws}/api/v1/ws/{channel}"
    direct = f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}"
    async with reading(own), reading(own) as healthy, reading(direct) as live:
        assert await shop.lab(f"hang/{channel}") == 1
        await live.next()
        hashes = [await shop.sell(amount) for amount in (1, 2)]
        result = [e["payment"]["payment_hash"] for e in await live.events(2)]
        assert result == hashes
        pushed = [e["payment"]["payment_hash"] for e in await healthy.events(2)]
        assert pushed == hashes
        assert await shop.server.call("GET", f"/paylab/sockets/{channel}") == 1
        assert len(healthy.texts) == 2


async def test_a_payment_that_is_no_valid_event_is_logged_once_and_stops_no_other(
    shop: Shop,
) -> None:
    key = shop.wallet["inkey"]
    bad = await shop.server.invoice(shop.wallet, 5)
    sql = (
        "UPDATE apipayments SET payment_hash = 'short', status = 'success'"
        " WHERE payment_hash = :hash"
    )
    values = {"hash": bad["payment_hash"]}
    assert await shop.lab("sql", statement=sql, values=values) == 1
    await shop.sell(6)
    page = await shop.server.payfeed("GET", "events?since=start&wait=20", key)
    assert [e["payment"]["amount"] for e in page.json()["events"]] == [6]
    await shop.server.swept()
    await shop.sell(7)
    last = page.json()["events"][-1]["id"]
    page = await shop.server.payfeed("GET", f"events?since={last}&wait=20", key)
    assert [e["payment"]["amount"] for e in page.json()["events"]] == [7]
    await shop.server.swept()
    assert shop.server.log.count("is not a valid event") == 1
    assert shop.server.faults == []


async def test_the_feed_of_a_new_wallet_is_empty_and_starts_at_one(shop: Shop) -> None:
    later = await shop.server.new_wallet(shop.user, "later")
    assert await offsets(shop, later["inkey"]) == []
    await shop.server.pay(shop.payer, await shop.server.invoice(later, 9))
    await shop.server.payfeed("GET", "events?since=start&wait=20", later["inkey"])
    assert await offsets(shop, later["inkey"]) == [1]


async def test_the_mirror_is_off_by_default_and_sends_only_received_payments(
    shop: Shop,
) -> None:
    server, key, admin = shop.server, shop.wallet["inkey"], shop.wallet["adminkey"]
    feed = (await server.payfeed("GET", "feed", admin)).json()
    assert feed["mirror_to_inkey"] is False
    assert re.fullmatch("[0-9a-f]{32}", feed["channel"])
    async with (
        reading(f"{server.ws}/api/v1/ws/{key}") as mirror,
        reading(f"{server.ws}/payfeed/api/v1/ws/{key}") as live,
    ):

        async def received(amount: int) -> None:
            await shop.sell(amount)
            while (await live.until("payment"))["payment"]["amount"] != amount:
                pass

        await live.next()
        await received(5)
        body = {"mirror_to_inkey": True}
        await server.payfeed("PATCH", "feed", admin, json=body)
        await received(7)
        await server.pay(shop.wallet, await server.invoice(shop.payer, 2))
        await live.until("payment")
        await received(9)
        mirrored = []
        while len(mirrored) < 2:
            frame = await mirror.next()
            # LNbits' own message arrives here too
            if "type" in frame:
                mirrored.append((frame["payment"]["amount"], frame["wallet_balance"]))
    assert mirrored == [(7, 12), (9, 19)]


async def test_frames_match_the_published_schema(shop: Shop) -> None:
    """Every frame that a subscriber can get, seen on the wire."""
    key, server = shop.wallet["inkey"], shop.server
    address = f"{server.ws}/payfeed/api/v1/ws/{key}"
    async with reading(address) as reader:
        await reader.next()
        await shop.sell(3, "<i>memo</i>")
        await reader.until("payment")
        await server.payfeed("POST", "test", key)
        await server.payfeed("POST", "notify", key, json={"a": [1, None]})
        await server.payfeed("POST", "notify", key, json={"type": "door", "x": 1})
        await reader.until("door")
        await reader.connection.send('{"type":"ping"}')
        await reader.until("pong")
        await reader.until("heartbeat")
        await reader.connection.send("nonsense")
        assert await reader.close_code() == 4400
    async with reading(f"{address}?since=other-1") as again:
        await again.until("payment")
    seen = set()
    for text in reader.texts + again.texts:
        frame = json.loads(text)
        check_frame(frame)
        seen.add(frame["type"])
    assert seen >= {
        *("hello", "gap", "payment", "message", "test", "door"),
        *("balance_update", "heartbeat", "pong", "error"),
    }
