"""Keys for one purpose: what they read in every way of reading, and nothing more."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from frames import check_frame
from lnbits_payfeed.events import PaymentEvent
from lnbits_payfeed.frames import Verifier, parse_frame
from reader import Reader, reading
from shop import Shop
from test_streams import messages

Frame = dict[str, Any]

TEXTS = ("memo", "comment", "external_id", "labels", "extra")
HASH = "{hash}"  # in a filter: that of the shop's first invoice
FILTERS: list[Frame] = [
    {"filter": {"types": ["payment"]}},
    {"filter": {"types": ["message"]}},
    {"filter": {"types": ["door", "test"]}},
    {"filter": {"direction": "in"}},
    {"filter": {"direction": "out", "status": "failed"}},
    {"filter": {"status": "confirmed", "min_amount": 7}},
    {"filter": {"tag": "lnurlp"}},
    {"filter": {"payment_hash": HASH}},
    {"filter": {"payment_hash": HASH, "direction": "out"}},
    {"filter": {"external_id": "none"}},
    {"public": True},
    {"filter": {"types": ["payment", "door"]}, "public": True},
    {"filter": {"direction": "in"}, "public": True},
]


def is_accepted(event: Frame, key: Frame) -> bool:
    """Does the filter of a key accept an event?"""
    wanted = dict(key.get("filter", {}))
    types = wanted.pop("types", ["payment"] if key.get("public") else None)
    is_custom = "custom" in event and "message" in (types or ())
    if types and event["type"] not in types and not is_custom:
        return False
    payment = event.get("payment")
    if wanted and not payment:
        return False
    least = wanted.pop("min_amount", 0)
    if payment and payment["amount"] < least:
        return False
    return all((payment or {}).get(name) == value for name, value in wanted.items())


async def fill(shop: Shop, first: Frame) -> None:
    """Pay the shop's first invoice; then one event of each other kind."""
    await shop.server.pay(shop.payer, first)
    invoice = await shop.lab(
        "invoice",
        wallet_id=shop.wallet["id"],
        amount=7,
        memo="through a pay link",
        extra={"tag": "lnurlp", "comment": "from Ann"},
    )
    await shop.server.pay(shop.payer, invoice)
    spent = await shop.server.invoice(shop.payer, 3, "spent")
    await shop.server.pay(shop.wallet, spent)
    await shop.lab("node", outcome="failed")
    foreign = await shop.lab("foreign", amount_sat=2)
    body = {"out": True, "bolt11": foreign}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.request("POST", "/api/v1/payments", json=body, headers=admin)
    for path, value in (("notify", "hi"), ("notify", {"type": "door"}), ("test", None)):
        await shop.server.payfeed("POST", path, shop.wallet["inkey"], json=value)
    failed = "events?since=start&wait=30&status=failed"
    await shop.server.payfeed("GET", failed, shop.wallet["inkey"])
    sent = "events?since=start&wait=30&direction=out&status=confirmed"
    await shop.server.payfeed("GET", sent, shop.wallet["inkey"])


async def all_events(shop: Shop) -> list[Frame]:
    path = "events?since=start&limit=1000"
    answer = await shop.server.payfeed("GET", path, shop.wallet["inkey"])
    events: list[Frame] = answer.json()["events"]
    return events


async def new_key(shop: Shop, **body: Any) -> Frame:
    admin = shop.wallet["adminkey"]
    made = await shop.server.payfeed("POST", "keys", admin, json={"name": "k", **body})
    assert made.status_code == 201, made.text
    answer: Frame = made.json()
    return answer


async def new_keys(shop: Shop) -> tuple[list[Frame], Frame]:
    """A key for each filter, and the shop's first invoice."""
    first = await shop.server.invoice(shop.wallet, 5, "tea")
    text = json.dumps(FILTERS).replace(HASH, first["payment_hash"])
    return [await new_key(shop, **body) for body in json.loads(text)], first


def redacted(event: Frame, key: Frame) -> Frame:
    """The event as the key's readers get it, without the signature."""
    shown: Frame = json.loads(json.dumps(event))
    del shown["signature"]
    if not key["public"] or shown["type"] != "payment":
        return shown
    empty = {"memo": "", "labels": [], "extra": {}}
    for name in TEXTS:
        if name in shown["payment"]:
            shown["payment"][name] = empty.get(name)
    return shown | {"redacted": True}


def unsigned(frame: Frame) -> Frame:
    return {name: value for name, value in frame.items() if name != "signature"}


async def frames_until_head(frames: AsyncIterator[Frame], head: str) -> list[Frame]:
    """The events of a stream, up to a heartbeat that has passed the head."""
    events = []
    async for frame in frames:
        check_frame(frame)
        assert frame["type"] != "balance_update"
        if "id" in frame:
            events.append(frame)
        if frame["type"] in ("hello", "heartbeat") and frame["cursor"] == head:
            break
    return events


async def next_of(reader: Reader) -> AsyncIterator[Frame]:
    while True:
        yield await reader.next()


async def from_websocket(
    shop: Shop, key: str, head: str, query: str = ""
) -> list[Frame]:
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{key}?since=start&{query}"
    async with reading(address) as reader:
        return await frames_until_head(next_of(reader), head)


async def from_event_stream(
    shop: Shop, key: str, head: str, query: str = ""
) -> list[Frame]:
    frames = (frame async for _, frame in messages(shop, key, f"?since=start&{query}"))
    return await frames_until_head(frames, head)


async def read_pages(shop: Shop, key: str, query: str) -> list[Frame]:
    """The events of `GET events`, two in an answer."""
    found: list[Frame] = []
    page: Frame = {"has_more": True, "cursor": "start"}
    while page["has_more"]:
        path = f"events?{query}&limit=2&since={page['cursor']}"
        page = (await shop.server.payfeed("GET", path, key)).json()
        found += page["events"]
    return found


async def from_pages(shop: Shop, key: str, head: str, query: str = "") -> list[Frame]:
    return await read_pages(shop, key, query)


async def from_newest_pages(
    shop: Shop, key: str, head: str, query: str = ""
) -> list[Frame]:
    found: list[Frame] = []
    epoch, offset = head.split("-")
    page: Frame = {"has_more": True}
    before = f"{epoch}-{int(offset) + 1}"
    while page["has_more"]:
        path = f"events?limit=2&before={before}&{query}"
        page = (await shop.server.payfeed("GET", path, key)).json()
        found = page["events"] + found
        before = page["events"][0]["id"] if page["events"] else before
    return found


async def from_long_polls(
    shop: Shop, key: str, head: str, query: str = ""
) -> list[Frame]:
    return await read_pages(shop, key, f"wait=1&{query}")


WAYS: dict[str, Callable[..., Awaitable[list[Frame]]]] = {
    "WebSocket": from_websocket,
    "event stream": from_event_stream,
    "pages": from_pages,
    "newest pages": from_newest_pages,
    "long polls": from_long_polls,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_reads_what_its_filter_accepts_and_nothing_else(
    shop: Shop, way: str
) -> None:
    keys, first = await new_keys(shop)
    await fill(shop, first)
    events = await all_events(shop)
    head = events[-1]["id"]
    found = await asyncio.gather(*(WAYS[way](shop, key["key"], head) for key in keys))
    for key, frames in zip(keys, found, strict=True):
        accepted = [redacted(one, key) for one in events if is_accepted(one, key)]
        assert [unsigned(frame) for frame in frames] == accepted, key["filter"]


async def test_live_readers_get_what_their_keys_filters_accept(shop: Shop) -> None:
    keys, first = await new_keys(shop)
    base = f"{shop.server.ws}/payfeed/api/v1/ws"
    async with AsyncExitStack() as stack:
        streams: list[AsyncIterator[Frame]] = []
        for key in keys:
            socket = reading(f"{base}/{key['key']}")
            streams.append(next_of(await stack.enter_async_context(socket)))
            sse = await stack.enter_async_context(aclosing(messages(shop, key["key"])))
            streams.append(frame async for _, frame in sse)
        for stream in streams:
            assert (await anext(stream))["type"] == "hello"
        await fill(shop, first)
        events = await all_events(shop)
        found = await asyncio.gather(
            *(frames_until_head(stream, events[-1]["id"]) for stream in streams)
        )
    for number, frames in enumerate(found):
        key = keys[number // 2]
        accepted = [redacted(one, key) for one in events if is_accepted(one, key)]
        assert [unsigned(frame) for frame in frames] == accepted, key["filter"]


@pytest.mark.parametrize("way", ["WebSocket", "event stream", "pages"])
async def test_a_query_narrows_a_key_and_never_widens_it(shop: Shop, way: str) -> None:
    key = await new_key(shop, filter={"types": ["payment"], "direction": "in"})
    first = await shop.server.invoice(shop.wallet, 5, "tea")
    await fill(shop, first)
    events = await all_events(shop)
    head = events[-1]["id"]
    for query, amounts in (
        ("types=message", []),
        ("types=door", []),
        ("direction=out", []),
        ("types=payment,door", [5, 7]),
        ("min_amount=6", [7]),
        ("tag=lnurlp&status=confirmed", [7]),
        (f"payment_hash={first['payment_hash']}", [5]),
        (f"payment_hash={'0' * 64}", []),
    ):
        found = await WAYS[way](shop, key["key"], head, query)
        assert [one["payment"]["amount"] for one in found] == amounts, query


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "feed", None),
        ("PATCH", "feed", {}),
        ("GET", "keys", None),
        ("POST", "keys", {"name": "k"}),
        ("GET", "subscribers", None),
        ("POST", "notify", "hi"),
        ("POST", "test", None),
        ("GET", "webhooks", None),
    ],
)
async def test_a_narrowed_key_opens_nothing_but_its_events(
    shop: Shop, method: str, path: str, body: Any
) -> None:
    key = await new_key(shop, filter={"types": ["payment"]})
    answer = await shop.server.payfeed(method, path, key["key"], json=body)
    assert answer.status_code == 403, answer.text


async def test_a_narrowed_key_acknowledges_what_its_filter_leaves_out(
    shop: Shop,
) -> None:
    key = await new_key(shop, filter={"types": ["door"]})
    await shop.sell(5)
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}"
    async with reading(f"{address}?since=start") as reader:
        heartbeat = await reader.until("heartbeat")
        assert heartbeat["cursor"] == heartbeat["head"]
        ack = {"type": "ack", "id": heartbeat["cursor"]}
        await reader.connection.send(json.dumps(ack))
        await reader.connection.send('{"type":"ping"}')
        await reader.until("pong")
    (listed,) = (
        await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    ).json()
    assert (listed["acked"], listed["lag"]) == (heartbeat["cursor"], 0)
    await shop.server.payfeed(
        "POST", "notify", shop.wallet["inkey"], json={"type": "door"}
    )
    async with reading(f"{address}?since=acked") as reader:
        assert (await reader.next())["cursor"] == heartbeat["cursor"]
        assert (await reader.next())["type"] == "door"


async def test_an_ack_of_a_narrowed_key_beyond_its_cursor_is_refused(
    shop: Shop,
) -> None:
    key = await new_key(shop, filter={"types": ["door"]})
    async with reading(f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}") as reader:
        epoch, offset = (await reader.next())["cursor"].split("-")
        ack = {"type": "ack", "id": f"{epoch}-{int(offset) + 1}"}
        await reader.connection.send(json.dumps(ack))
        assert await reader.close_code() == 4400


async def test_after_a_gap_a_narrowed_key_reads_only_its_events(shop: Shop) -> None:
    key = await new_key(shop, filter={"types": ["door"]})
    await shop.sell(5)
    await shop.server.payfeed(
        "POST", "notify", shop.wallet["inkey"], json={"type": "door"}
    )
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}?since=other-7"
    async with reading(address) as reader:
        kinds = [(await reader.next())["type"] for _ in range(3)]
    assert kinds == ["hello", "gap", "door"]
    answer = await shop.server.payfeed("GET", "events?since=other-7", key["key"])
    page = answer.json()
    assert [event["type"] for event in page["events"]] == ["door"]
    assert page["recovered"] is False


async def test_public_frames_are_the_same_bytes_for_all_and_signed_as_sent(
    shop: Shop,
) -> None:
    keys = [await new_key(shop, public=True) for _ in range(2)]
    keys.append(await new_key(shop, public=True, filter={"direction": "in"}))
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    texts = set()
    async with AsyncExitStack() as stack:
        readers = [
            await stack.enter_async_context(
                reading(f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}")
            )
            for key in keys
        ]
        for reader in readers:
            await reader.next()
        await shop.sell(5, "secret memo")
        for reader in readers:
            await reader.until("payment")
            texts.add(reader.texts[-1])
    (text,) = texts
    frame = parse_frame(text)
    assert isinstance(frame, PaymentEvent)
    assert frame.redacted
    assert frame.payment.memo == ""
    assert Verifier(feed["secret"]).is_signed(text, frame.id, frame.timestamp)
    path = "events?since=start"
    answer = await shop.server.payfeed("GET", path, keys[0]["key"])
    assert text in answer.text


async def test_a_key_of_a_payment_is_answered_when_it_is_paid_and_from_then_on(
    shop: Shop,
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5, "tea")
    wanted = {"payment_hash": invoice["payment_hash"]}
    key = (await new_key(shop, filter=wanted))["key"]
    await shop.sell(7, "another")
    waiting = asyncio.create_task(shop.server.payfeed("GET", "events?wait=30", key))
    await shop.has_subscribers(1)
    await shop.server.pay(shop.payer, invoice)
    early = (await waiting).json()["events"]
    late = (await shop.server.payfeed("GET", "events?wait=30", key)).json()["events"]
    assert [one["payment"]["amount"] for one in early] == [5]
    assert late == early
    for read in (from_websocket, from_event_stream):
        assert await read(shop, key, early[0]["id"]) == early


async def test_the_wait_for_a_payment_is_answered_for_a_query_too(shop: Shop) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5, "tea")
    path = f"events?wait=30&payment_hash={invoice['payment_hash']}"
    read = shop.server.payfeed("GET", path, shop.wallet["inkey"])
    waiting = asyncio.create_task(read)
    await shop.has_subscribers(1)
    await shop.sell(7, "another")
    await shop.server.pay(shop.payer, invoice)
    (event,) = (await waiting).json()["events"]
    assert event["payment"]["payment_hash"] == invoice["payment_hash"]


async def test_a_narrowed_key_that_has_expired_is_refused_and_closed(
    shop: Shop,
) -> None:
    expires_at = int(time.time()) + 2
    key = await new_key(shop, filter={"types": ["payment"]}, expires_at=expires_at)
    async with reading(f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}") as reader:
        assert await reader.close_code() == 4403
    answer = await shop.server.payfeed("GET", "events", key["key"])
    assert answer.status_code == 403


async def test_a_revoked_narrowed_key_is_closed(shop: Shop) -> None:
    key = await new_key(shop, public=True)
    async with reading(f"{shop.server.ws}/payfeed/api/v1/ws/{key['key']}") as reader:
        await reader.next()
        path = f"keys/{key['id']}"
        await shop.server.payfeed("DELETE", path, shop.wallet["adminkey"])
        assert await reader.close_code() == 4403


async def test_a_key_is_renamed_by_the_admin_key(shop: Shop) -> None:
    key = await new_key(shop, public=True)
    path, body = f"keys/{key['id']}", {"name": "bar"}
    refused = await shop.server.payfeed("PATCH", path, shop.wallet["inkey"], json=body)
    assert refused.status_code == 403
    admin = shop.wallet["adminkey"]
    renamed = await shop.server.payfeed("PATCH", path, admin, json=body)
    assert (renamed.status_code, renamed.json()["name"]) == (200, "bar")
    missing = await shop.server.payfeed("PATCH", f"keys/{'0' * 16}", admin, json=body)
    assert missing.status_code == 404
