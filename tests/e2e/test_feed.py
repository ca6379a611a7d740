"""The main job on a real LNbits: a paid invoice reaches every listener, once."""

import asyncio
import base64
import hashlib
import importlib.metadata
import json
import time
from hmac import digest
from typing import Any

import httpx
import websockets
from reader import reading
from shop import Shop

LNBITS = tuple(
    int(part) for part in importlib.metadata.version("lnbits").split(".")[:3]
)
HANG_GUARD = 30
HOSTILE = "<script>alert(1)</script> & 5 < 6 > 4 &amp; é 🙂 \"' \\"


def ws(shop: Shop, key: str, query: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{key}{query}"


def is_valid_by_the_guide(data: dict[str, Any]) -> bool:
    payment = data.get("payment")
    if not payment:
        return False
    return (
        isinstance(payment["payment_hash"], str)
        and isinstance(payment["amount"], int | float)
        and payment["amount"] > 0
        and payment["status"] in ("pending", "confirmed", "failed")
    )


async def test_a_payment_arrives_once_everywhere_byte_for_byte(shop: Shop) -> None:
    key = shop.wallet["inkey"]
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    own = f"{shop.server.ws}/api/v1/ws/{feed['channel']}"
    async with reading(ws(shop, key)) as live, reading(own) as pushed:
        hello = await live.next()
        assert hello["type"] == "hello"
        assert hello["protocol"] == 1
        assert hello["recovered"] is True
        payment_hash = await shop.sell(1000, HOSTILE)
        frame = await live.until("payment")
        text = live.texts[-1]
        assert is_valid_by_the_guide(frame)
        assert frame["payment"]["amount"] == 1000
        assert frame["payment"]["amount_msat"] == 1_000_000
        assert frame["payment"]["payment_hash"] == payment_hash
        assert frame["payment"]["memo"] == HOSTILE
        assert "preimage" not in text
        assert (await pushed.next()) == frame
        assert pushed.texts == [text]
        assert text.isascii()
        body, _, signature = text.rpartition(',"signature":"v1,')
        signed = f"{frame['id']}.{frame['timestamp']}.{body}}}".encode()
        secret = base64.b64decode(feed["secret"].removeprefix("whsec_"))
        expected = base64.b64encode(digest(secret, signed, hashlib.sha256)).decode()
        assert signature == expected + '"}'
        balance = await live.until("balance_update")
        assert balance["balance_msat"] == 1_000_000
        heartbeat = await live.until("heartbeat")
        assert heartbeat["cursor"] == frame["id"]
    page = (await shop.server.payfeed("GET", "events", key)).json()
    assert page["events"] == [frame]
    async with reading(ws(shop, key, "?since=start")) as late:
        await late.next()
        assert await late.until("payment") == frame
        assert late.texts[-1] == text


async def test_the_guides_python_client_works_with_payfeed_in_front(shop: Shop) -> None:
    base_url = f"{shop.server.ws}/payfeed"
    received: list[dict[str, Any]] = []

    async def listen() -> None:
        uri = f"{base_url}/api/v1/ws/{shop.wallet['inkey']}"
        async with websockets.connect(uri) as socket:
            async for message in socket:
                data = json.loads(message)
                if "payment" in data:
                    received.append(data["payment"])

    task = asyncio.create_task(listen())
    await shop.has_subscribers(1)
    # one after the other: a repetition of the first would precede the second
    for amount in (1000, 2000):
        await shop.sell(amount)
        deadline = time.monotonic() + HANG_GUARD
        while amount not in [payment["amount"] for payment in received]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    task.cancel()
    assert [payment["amount"] for payment in received] == [1000, 2000]


async def test_a_client_resumes_where_it_was_and_is_informed_of_gaps(
    shop: Shop,
) -> None:
    key = shop.wallet["inkey"]
    hashes = [await shop.sell(amount) for amount in (1, 2, 3)]
    async with reading(ws(shop, key, "?since=start")) as first:
        events = await first.events(3)
    assert [e["payment"]["payment_hash"] for e in events] == hashes
    epoch = events[0]["id"].split("-")[0]
    assert [e["id"] for e in events] == [f"{epoch}-{n}" for n in (1, 2, 3)]
    async with reading(ws(shop, key, f"?since={epoch}-1")) as resumed:
        assert (await resumed.next())["cursor"] == f"{epoch}-1"
        assert [e["id"] for e in await resumed.events(2)] == [
            f"{epoch}-2",
            f"{epoch}-3",
        ]
    async with reading(ws(shop, key, f"?since={epoch}-9")) as ahead:
        assert (await ahead.next())["recovered"] is False
        assert (await ahead.next())["reason"] == "unknown"
        assert len(await ahead.events(3)) == 3
    query = "?since=start&min_amount=2&direction=in&types=payment"
    async with reading(ws(shop, key, query)) as filtered:
        assert [e["payment"]["amount"] for e in await filtered.events(2)] == [2, 3]
    async with reading(ws(shop, key, f"?since=@{events[0]['timestamp']}")) as timed:
        assert len(await timed.events(3)) == 3


async def test_outgoing_payments_are_marked_as_outgoing(shop: Shop) -> None:
    async with reading(ws(shop, shop.payer["inkey"], "?since=start")) as reader:
        await shop.sell(1234)
        while True:
            frame = await reader.until("payment")
            if frame["payment"]["direction"] == "out":
                break
        assert frame["payment"]["amount"] == 1234
        assert frame["payment"]["status"] == "confirmed"
        assert frame["payment"]["fee_msat"] >= 0


async def test_messages_are_recorded_answered_and_refused_as_documented(
    shop: Shop,
) -> None:
    key, http = shop.wallet["inkey"], shop.server.http
    api = "/payfeed/api/v1"

    async def post(path: str, **kwargs: Any) -> httpx.Response:
        return await http.post(f"{api}/{path}", **kwargs)

    async with reading(ws(shop, key)) as reader:
        await reader.next()
        for path in ("notify", "ws"):
            got = await http.get(f"{api}/{path}/{key}/a/b c")
            assert got.json()["message"] == "a/b c"
            assert got.json()["delivered"] == 1
            assert (await reader.events(1))[0]["data"] == "a/b c"
            got = await post(f"{path}/{key}", json="test message data")
            assert got.json()["sent"] is True
            assert got.json()["data"] == "test message data"
            assert (await reader.events(1))[0]["id"] == got.json()["id"]
        await post(f"notify/{key}?data=plain")
        assert (await reader.events(1))[0]["data"] == "plain"
        headers = {"X-Api-Key": key}
        await post("notify", json={"type": "door", "open": True}, headers=headers)
        door = (await reader.events(1))[0]
        assert (door["type"], door["custom"], door["open"]) == ("door", True, True)
        await post("notify", content='"\\ud800"', headers=headers)
        assert (await reader.events(1))[0]["data"] == "\ud800"
        for text in ('{"type":"door"}', "[1]", "5"):
            plain = headers | {"Content-Type": "text/plain; charset=utf-8"}
            await post("notify", content=text, headers=plain)
            assert (await reader.events(1))[0]["data"] == text
            got = await http.get(f"{api}/notify/{key}/{text}")
            assert got.json()["message"] == text
            assert (await reader.events(1))[0]["data"] == text
        await post("test", headers=headers)
        assert "payment" not in (await reader.events(1))[0]
    refused = {
        '{"type":"payment"}': 422,
        '{"payment":{"amount":1}}': 422,
        '{"a":NaN}': 422,
        "[" * 40 + "]" * 40: 422,
        "[" * 9000: 422,
        '"' + "x" * 17000 + '"': 413,
        "9" * 5000: 422,
    }
    for content, status in refused.items():
        answer = await post("notify", content=content, headers=headers)
        assert answer.status_code == status, content[:40]
        assert answer.json()["detail"]
    for kind, content, status in (
        ("text/plain", b"\xff", 422),
        ("application/json", b'"\xff"', 422),
        ("text/html", b"x", 422),
        ("application/x-www-form-urlencoded", b"a=1", 422),
        ("text/plain", b"x" * 16385, 413),
    ):
        answer = await post(
            "notify", content=content, headers=headers | {"Content-Type": kind}
        )
        assert answer.status_code == status, (kind, content[:9])
    long = "x" * 16385
    assert (await post(f"notify?data={long}", headers=headers)).status_code == 413
    assert (await http.get(f"{api}/notify/{key}/{long}")).status_code == 413
    assert (await post(f"notify?data={long[1:]}", headers=headers)).status_code == 200
    assert (await post("notify", json=1)).status_code == 401
    assert (await post("notify/unknown", json=1)).status_code == 404
    assert (await http.get(f"{api}/notify/pfk_no/x")).status_code == 401
    admin = shop.wallet["adminkey"]
    assert (await http.get(f"{api}/notify/{admin}/x")).status_code == 403
    assert (await post("test", headers={"X-Api-Key": admin})).status_code == 200
    assert (await http.get(f"{api}/events", headers=headers)).status_code == 200
    for bad in ("limit=0", "limit=x", "since=zz", "wait=31", "direction=up"):
        answer = await http.get(f"{api}/events?{bad}", headers=headers)
        assert answer.status_code == 422
    for value in ([[0, 1]], [["allow_inkey", True]], "text", None):
        changed = await http.patch(
            f"{api}/feed", json=value, headers={"X-Api-Key": admin}
        )
        assert changed.status_code == 422
    for name in (key, admin):
        assert name not in shop.server.log
    assert shop.server.faults == []


async def test_sse_and_long_poll_return_the_same_frames(shop: Shop) -> None:
    key, http = shop.wallet["inkey"], shop.server.http
    await shop.sell(5)
    async with http.stream("GET", f"/payfeed/api/v1/sse/{key}?since=start") as stream:
        resume_id = ""
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            resume_id = value if name == "id" else resume_id
            frame = json.loads(value) if name == "data" else {}
            if "id" in frame:
                break
    assert frame["id"] == resume_id
    waiting = asyncio.create_task(
        shop.server.payfeed("GET", f"events?since={frame['id']}&wait=20", key)
    )
    await shop.has_subscribers(1)
    payment_hash = await shop.sell(6)
    page = (await waiting).json()
    assert [e["payment"]["payment_hash"] for e in page["events"]] == [payment_hash]
    # a browser that reconnects sends the last id beside the query it began with
    resumed = {"Last-Event-ID": frame["id"]}
    assert await first_event(shop, "?since=start", resumed) == page["events"][0]


async def first_event(
    shop: Shop, query: str, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """The first event of a stream."""
    path = f"/payfeed/api/v1/sse/{shop.wallet['inkey']}{query}"
    async with shop.server.http.stream("GET", path, headers=headers) as stream:
        async for line in stream.aiter_lines():
            frame = json.loads(line.partition(": ")[2]) if line[:5] == "data:" else {}
            if "id" in frame:
                return dict(frame)
    raise AssertionError("the stream ended")


async def test_filters_leave_out_the_same_on_every_way_of_reading(shop: Shop) -> None:
    server, key = shop.server, shop.wallet["inkey"]
    await shop.sell(5)
    tagged = await shop.lab(
        "invoice", wallet_id=shop.wallet["id"], amount=6, extra={"tag": "lnurlp"}
    )
    await server.pay(shop.payer, tagged)
    await server.payfeed("GET", "events?min_amount=6&since=start&wait=20", key)
    await server.payfeed("POST", "notify", key, json={"type": "door"})
    await server.payfeed("POST", "notify", key, json="text")
    await server.pay(shop.wallet, await server.invoice(shop.payer, 2))
    await server.payfeed("GET", "events?direction=out&since=start&wait=20", key)
    for query, expected in {
        "types=message": ["door", "message"],
        "types=door": ["door"],
        "types=payment,door": [5, 6, "door", 2],
        "tag=lnurlp": [6],
        "direction=in&min_amount=5.001": [6],
        "direction=out": [2],
        "status=confirmed": [5, 6, 2],
    }.items():
        query = f"?since=start&{query}"
        async with reading(ws(shop, key, query)) as reader:
            events = await reader.events(len(expected))
        result = [
            e["payment"]["amount"] if "payment" in e else e["type"] for e in events
        ]
        assert result == expected, query
        page = (await server.payfeed("GET", f"events{query}&wait=1", key)).json()
        assert page["events"] == events, query
        assert await first_event(shop, query) == events[0]


async def test_pages_go_back_to_the_oldest_and_forth_to_the_newest(shop: Shop) -> None:
    for amount in range(1, 6):
        await shop.sell(amount)
    server, key = shop.server, shop.wallet["inkey"]
    await server.swept()

    async def page(query: str) -> tuple[list[int], bool, str]:
        answer = (await server.payfeed("GET", f"events?limit=2{query}", key)).json()
        assert answer["oldest"] == f"{epoch}-1"
        assert answer["head"] == f"{epoch}-5"
        amounts = [event["payment"]["amount"] for event in answer["events"]]
        return amounts, answer["has_more"], answer["cursor"]

    epoch = (await server.payfeed("GET", "feed", key)).json()["epoch"]
    assert await page("") == ([4, 5], True, f"{epoch}-5")
    assert await page(f"&before={epoch}-4") == ([2, 3], True, f"{epoch}-3")
    assert await page(f"&before={epoch}-2") == ([1], False, f"{epoch}-1")
    assert await page(f"&before={epoch}-1") == ([], False, f"{epoch}-0")
    assert await page("&since=start") == ([1, 2], True, f"{epoch}-2")
    assert await page(f"&since={epoch}-2") == ([3, 4], True, f"{epoch}-4")
    assert await page(f"&since={epoch}-4") == ([5], False, f"{epoch}-5")
    assert await page("&since=start&min_amount=5") == ([5], False, f"{epoch}-5")


async def test_a_poller_that_stores_the_cursor_loses_nothing_beside_writers(
    shop: Shop,
) -> None:
    server, key = shop.server, shop.wallet["inkey"]
    count, result, cursor = 50, [], "start"

    async def send(number: int) -> None:
        await server.payfeed("POST", "notify", key, json=number)

    writing = asyncio.gather(*(send(number) for number in range(count)))
    while len(result) < count:
        query = f"events?since={cursor}&limit=3&wait=10"
        answer = (await server.payfeed("GET", query, key)).json()
        assert answer["events"]
        result += [event["id"] for event in answer["events"]]
        cursor = answer["cursor"]
    await writing
    epoch = cursor.split("-")[0]
    assert result == [f"{epoch}-{number}" for number in range(1, count + 1)]


async def test_access_keys_respect_their_scopes_and_revoking_ends_their_connections(
    shop: Shop,
) -> None:
    admin = shop.wallet["adminkey"]
    body = {"name": "till", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", admin, json=body)
    assert made.status_code == 201
    key = made.json()["key"]
    assert key.startswith("pfk_")
    subprotocols = ["payfeed.v1", f"bearer.{key}"]
    address = f"{shop.server.ws}/payfeed/api/v1/ws?since=acked"
    async with reading(address, subprotocols=subprotocols) as reader:
        assert reader.connection.subprotocol == "payfeed.v1"
        await shop.sell(7)
        event = (await reader.events(1))[0]
        await reader.connection.send(json.dumps({"type": "ack", "id": event["id"]}))
        await reader.connection.send('{"type":"ping"}')
        await reader.until("pong")
        subscribers = (await shop.server.payfeed("GET", "subscribers", admin)).json()
        assert [
            (subscriber["name"], subscriber["lag"]) for subscriber in subscribers
        ] == [("till", 0)]
        assert (
            await shop.server.payfeed("POST", "notify", key, json=1)
        ).status_code == (403)
        gone = await shop.server.payfeed("DELETE", f"keys/{made.json()['id']}", admin)
        assert gone.status_code == 200
        assert await reader.close_code() == 4403
    async with reading(address, subprotocols=subprotocols) as reader:
        assert await reader.close_code() == 4403
    listed = (await shop.server.payfeed("GET", "keys", admin)).json()
    assert listed[0]["acked"] == event["id"]


async def test_a_malformed_query_is_closed_with_its_code(shop: Shop) -> None:
    for query in (
        *("since=zz", "since=acked", "since=@x", "since=@", "since=a-01"),
        *("since=", "since=%ff", "since=a-%D9%A1", "since=@-1", f"since=a-{'9' * 30}"),
        *("types=%20", "types=a,,b", "types=%00", "direction=up", "status=pending"),
        *("min_amount=-1", "min_amount=nan", "min_amount=1.0001", "min_amount=1e9"),
    ):
        async with reading(ws(shop, shop.wallet["inkey"], f"?{query}")) as reader:
            assert (await reader.next())["code"] == 4400, query
            assert await reader.close_code() == 4400
    for query in ("unknown=1", "types=", "tag=%00%ff", "since=@0&since=@1"):
        async with reading(ws(shop, shop.wallet["inkey"], f"?{query}")) as reader:
            assert (await reader.next())["type"] == "hello", query
    assert shop.server.faults == []


async def test_bad_keys_and_bad_frames_are_closed_with_their_codes(shop: Shop) -> None:
    async with reading(ws(shop, shop.wallet["adminkey"])) as reader:
        assert (await reader.next())["code"] == 4403
        assert await reader.close_code() == 4403
    async with reading(ws(shop, "unknown")) as reader:
        assert await reader.close_code() == 4401
    for bad in (
        *("x", b"\x00\xff", "[" * 5000, '{"type":"ack","id":"a-1"}'),
        *('{"type":"ping","x":NaN}', '{"type":"\\ud800"}', '"ping"', "[]", ""),
        *('{"type":["ping"]}', '{"type":{}}', '{"type":"ping","x":"' + "é" * 2100),
    ):
        async with reading(ws(shop, shop.wallet["inkey"])) as reader:
            await reader.connection.send(bad)
            assert await reader.close_code() == 4400
    async with reading(ws(shop, shop.wallet["inkey"])) as reader:
        for _ in range(20):
            await reader.connection.send('{"type":"ping"}')
        assert (await reader.until("error"))["retry_after"] > 0
        assert await reader.close_code() == 4429
    async with reading(ws(shop, shop.wallet["inkey"])) as reader:
        await reader.connection.send(b'{"type":"ping","x":"\xff"}', text=True)
        assert await reader.close_code() == 1007
    assert shop.server.faults == []


async def test_an_old_invoice_settled_without_dispatch_is_found(shop: Shop) -> None:
    invoice = await shop.server.invoice(shop.wallet, 77, "settled silently")
    async with reading(ws(shop, shop.wallet["inkey"])) as reader:
        await reader.next()
        body = {"payment_hash": invoice["payment_hash"], "age_seconds": 100_000}
        await shop.lab("settle-silently", **body)
        frame = await reader.until("payment")
        assert frame["payment"]["payment_hash"] == invoice["payment_hash"]
        # LNbits before 1.4.2 does not keep when it was settled
        late = 100_000 if LNBITS >= (1, 4, 2) else 0
        apart = frame["timestamp"] - frame["payment"]["timestamp"]
        assert abs(apart - late) < 100


async def test_the_order_of_a_feed_is_that_of_recording(shop: Shop) -> None:
    older, newer = [await shop.server.invoice(shop.wallet, n) for n in (1, 2)]
    async with reading(ws(shop, shop.wallet["inkey"])) as reader:
        await reader.next()
        for invoice, amount in ((newer, 2), (older, 1)):
            await shop.server.pay(shop.payer, invoice)
            assert (await reader.until("payment"))["payment"]["amount"] == amount
    page = (await shop.server.payfeed("GET", "events", shop.wallet["inkey"])).json()
    assert [event["payment"]["amount"] for event in page["events"]] == [2, 1]


async def test_what_was_final_before_the_feed_is_never_sent(shop: Shop) -> None:
    server = shop.server
    user = await server.new_user("late", enable=False)
    wallet = (await server.wallets(user))[0]
    await server.pay(shop.payer, await server.invoice(wallet, 11, "before"))
    async with reading(ws(shop, wallet["inkey"])) as reader:
        assert await reader.close_code() == 4403
    await server.swept()
    await server.enable(user)
    after = await server.invoice(wallet, 12, "after")
    async with reading(ws(shop, wallet["inkey"], "?since=start")) as reader:
        await reader.next()
        await server.pay(shop.payer, after)
        assert (await reader.until("payment"))["payment"]["memo"] == "after"
        await server.enable(user, on=False)
        assert await reader.close_code() == 4403
    await server.pay(shop.payer, await server.invoice(wallet, 13, "while off"))
    await server.swept()
    await server.enable(user)
    await server.swept()
    await server.pay(shop.payer, await server.invoice(wallet, 14, "on again"))
    async with reading(ws(shop, wallet["inkey"], "?since=start")) as reader:
        events = await reader.events(2)
    assert [e["payment"]["memo"] for e in events] == ["after", "on again"]


async def test_a_poisoned_or_closed_entry_does_not_stop_the_others(shop: Shop) -> None:
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    own = f"{shop.server.ws}/api/v1/ws/{feed['channel']}"
    async with reading(own) as poison, reading(own) as gone, reading(own) as healthy:
        await poison.connection.send(b"\x00")
        gone.connection.transport.abort()
        await asyncio.sleep(0.5)
        for amount in (21, 22):
            await shop.sell(amount)
            assert (await healthy.next())["payment"]["amount"] == amount
        assert len(healthy.texts) == 2
