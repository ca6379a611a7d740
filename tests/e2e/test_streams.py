"""What a stream says beside its events, what bounds it, and when it is over."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncGenerator
from typing import Any

import deaf
import pytest
from frames import check_frame
from reader import reading
from shop import Shop

HANG_GUARD = 20
# LNbits' own pings give a peer forty seconds at least
GONE_GUARD = 15
LARGE = "é" * 1_000_000
ANSWER_BYTES = 4 * 1024 * 1024


async def new_wallet(shop: Shop) -> dict[str, Any]:
    """A wallet whose feed is there."""
    wallet = await shop.server.new_wallet(shop.user, "stream")
    await shop.server.payfeed("GET", "feed", wallet["inkey"])
    return wallet


async def new_key(shop: Shop, wallet: dict[str, Any], *scopes: str) -> dict[str, Any]:
    body = {"name": "till", "scopes": scopes}
    made = await shop.server.payfeed("POST", "keys", wallet["adminkey"], json=body)
    answer: dict[str, Any] = made.json()
    return answer


async def messages(
    shop: Shop, key: str, query: str = "", last_event_id: str | None = None
) -> AsyncGenerator[tuple[str | None, dict[str, Any]], None]:
    """(what `EventSource` would resume after, frame) of an event stream."""
    headers = {"X-Api-Key": key}
    if last_event_id:
        headers["Last-Event-ID"] = last_event_id
    path = f"/payfeed/api/v1/sse{query}"
    async with shop.server.http.stream("GET", path, headers=headers) as stream:
        resume_id = None
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                resume_id = value
            elif name == "data":
                yield resume_id, json.loads(value)
                resume_id = None


async def test_every_message_of_an_event_stream_has_the_id_to_resume_after(
    shared_shop: Shop,
) -> None:
    shop, wallet = shared_shop, await new_wallet(shared_shop)
    made = await new_key(shop, wallet, "read", "balance")
    await shop.server.payfeed("POST", "test", wallet["inkey"])
    seen: dict[str, str | None] = {}
    cursors: dict[str, str | None] = {}
    async for resume_id, frame in messages(shop, made["key"], "?since=other-1"):
        seen.setdefault(frame["type"], resume_id)
        cursors[frame["type"]] = frame.get("cursor") or frame.get("id")
        if frame["type"] == "heartbeat":
            await shop.server.payfeed(
                "DELETE", f"keys/{made['id']}", wallet["adminkey"]
            )
    epoch = (await shop.server.payfeed("GET", "feed", wallet["inkey"])).json()["epoch"]
    assert seen == {
        "hello": f"{epoch}-0",
        "gap": f"{epoch}-0",
        "test": f"{epoch}-1",
        "balance_update": f"{epoch}-1",
        "heartbeat": f"{epoch}-1",
        "error": f"{epoch}-1",
    }
    assert all(cursors[kind] == seen[kind] for kind in ("hello", "test", "heartbeat"))


async def test_a_stream_that_is_cut_before_its_first_event_resumes_without_a_loss(
    shared_shop: Shop,
) -> None:
    shop, wallet = shared_shop, await new_wallet(shared_shop)
    first = messages(shop, wallet["inkey"])
    resume_id, _ = await anext(first)
    await first.aclose()
    invoice = await shop.server.invoice(wallet, 5)
    await shop.server.pay(shop.payer, invoice)
    await shop.server.payfeed("GET", "events?since=start&wait=20", wallet["inkey"])
    again = messages(shop, wallet["inkey"], last_event_id=resume_id)
    kinds = [(await anext(again))[1]["type"] for _ in range(2)]
    assert kinds == ["hello", "payment"]
    await again.aclose()


async def test_the_lag_of_a_reader_counts_no_event_that_its_filter_leaves_out(
    shared_shop: Shop,
) -> None:
    shop, wallet = shared_shop, await new_wallet(shared_shop)
    made, admin = await new_key(shop, wallet, "read"), wallet["adminkey"]
    subprotocols = ["payfeed.v1", f"bearer.{made['key']}"]
    address = f"{shop.server.ws}/payfeed/api/v1/ws?types=payment&since=acked"
    async with reading(address, subprotocols=subprotocols) as reader:
        await reader.next()
        for _ in range(3):
            await shop.server.payfeed("POST", "notify", wallet["inkey"], json=1)
        heartbeat = await reader.until("heartbeat")
        while heartbeat["cursor"] != heartbeat["head"]:
            heartbeat = await reader.until("heartbeat")
        (one,) = (await shop.server.payfeed("GET", "subscribers", admin)).json()
        assert (one["last_id"], one["lag"]) == (heartbeat["head"], 0)
        ack = {"type": "ack", "id": heartbeat["cursor"]}
        await reader.connection.send(json.dumps(ack))
        await reader.connection.send('{"type":"ping"}')
        await reader.until("pong")
    (key,) = (await shop.server.payfeed("GET", "keys", admin)).json()
    assert (key["acked"], key["lag"]) == (heartbeat["head"], 0)


async def test_a_large_comment_stops_no_reader(shared_shop: Shop) -> None:
    shop, wallet = shared_shop, await new_wallet(shared_shop)
    key = wallet["inkey"]
    made = await shop.lab(
        "invoice", wallet_id=wallet["id"], amount=5, extra={"comment": LARGE}
    )
    async with reading(f"{shop.server.ws}/payfeed/api/v1/ws/{key}") as reader:
        await reader.next()
        await shop.server.pay(shop.payer, made)
        frame = await reader.until("payment")
        assert len(reader.texts[-1]) < 66_000
    check_frame(frame)
    payment = frame["payment"]
    assert payment["truncated"] == ["comment"]
    assert len(payment["comment"]) > 10_000
    assert LARGE.startswith(payment["comment"])
    page = (await shop.server.payfeed("GET", "events", key)).json()
    assert page["events"] == [frame]


async def test_an_answer_is_bounded_in_bytes_and_pages_lose_nothing(
    shared_shop: Shop,
) -> None:
    shop, wallet = shared_shop, await new_wallet(shared_shop)
    key = wallet["inkey"]
    await shop.lab("messages", wallet_id=wallet["id"], count=300, padding=30_000)
    epoch = (await shop.server.payfeed("GET", "feed", key)).json()["epoch"]

    async def page(query: str) -> tuple[list[str], bool, str]:
        path = f"events?limit=1000{query}"
        answer = await shop.server.payfeed("GET", path, key)
        assert len(answer.content) < ANSWER_BYTES * 1.1
        result = answer.json()
        return [e["id"] for e in result["events"]], result["has_more"], result["cursor"]

    forth: list[str] = []
    cursor, has_more = "start", True
    while has_more:
        ids, has_more, cursor = await page(f"&since={cursor}")
        forth += ids
        assert forth[-1] == cursor
    assert forth == [f"{epoch}-{number}" for number in range(1, 301)]
    back, has_more = [f"{epoch}-301"], True
    while has_more:
        ids, has_more, _ = await page(f"&before={back[0]}")
        assert ids
        back = ids + back
    assert back[:-1] == forth


# an event stream has nothing that a peer which is there would have to answer
@pytest.mark.parametrize(
    ("way", "has_vanished"), [("ws", False), ("ws", True), ("sse", True)]
)
async def test_a_dead_peer_is_no_subscriber_after_two_heartbeats_and_a_half(
    shop: Shop, way: str, has_vanished: bool
) -> None:
    server, key = shop.server, shop.wallet["inkey"]

    async def subscribers() -> int:
        return len((await server.payfeed("GET", "subscribers", key)).json())

    def open_peer() -> socket.socket:
        path = f"/payfeed/api/v1/{way}/{key}"
        if way == "ws":
            return deaf.upgrade(server, path)
        return deaf.connect(server, f"GET {path}", "")

    async with reading(f"{server.ws}/payfeed/api/v1/ws/{key}") as healthy:
        await healthy.next()
        peer = await asyncio.to_thread(open_peer)
        deadline = time.monotonic() + HANG_GUARD
        while await subscribers() != 2:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        if has_vanished:
            deaf.vanish(peer)
        deadline = time.monotonic() + GONE_GUARD
        while await subscribers() != 1:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        await healthy.until("heartbeat")
    peer.close()
    assert server.faults == []


async def events_of(shop: Shop, query: str) -> list[str]:
    """The payment hashes that `GET events` answers with."""
    answer = await shop.server.payfeed("GET", f"events{query}", shop.wallet["inkey"])
    return [event["payment"]["payment_hash"] for event in answer.json()["events"]]


async def test_a_reader_that_names_a_payment_finds_it_in_the_log(shop: Shop) -> None:
    key = shop.wallet["inkey"]
    payment_hash = await shop.sell(1)
    await shop.sell(2)
    query = f"?payment_hash={payment_hash}"
    path = f"{shop.server.ws}/payfeed/api/v1/ws/{key}{query}"
    async with reading(path) as socket:
        (sent,) = await socket.events(1)
    streamed: dict[str, Any] = {}
    async for _, streamed in messages(shop, key, query):
        if "id" in streamed:
            break
    assert sent["payment"]["payment_hash"] == payment_hash
    assert streamed == sent
    assert await events_of(shop, query) == [payment_hash]
    assert await events_of(shop, f"{query}&since={sent['id']}") == []


async def test_a_long_poll_that_names_a_payment_ends_when_it_is_made(
    shop: Shop,
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 3)
    payment_hash = invoice["payment_hash"]
    query = f"?payment_hash={payment_hash}&wait=30"
    polling = asyncio.create_task(events_of(shop, query))
    await shop.sell(1)
    await shop.server.pay(shop.payer, invoice)
    assert await asyncio.wait_for(polling, HANG_GUARD) == [payment_hash]


async def test_a_malformed_payment_hash_is_refused_on_every_route(shop: Shop) -> None:
    key, query = shop.wallet["inkey"], "?payment_hash=abc"
    path = f"{shop.server.ws}/payfeed/api/v1/ws/{key}{query}"
    async with reading(path) as socket:
        assert await socket.close_code() == 4400
    for route in ("sse", "events"):
        answer = await shop.server.payfeed("GET", f"{route}{query}", key)
        assert answer.status_code == 422
