"""Which key opens what, by which way, and until when."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from reader import Reader, reading
from shop import Shop

HANG_GUARD = 30


def ws(shop: Shop, path: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws{path}"


async def new_key(shop: Shop, *scopes: str, **options: Any) -> dict[str, Any]:
    body = {"name": "till", "scopes": scopes, **options}
    admin = shop.wallet["adminkey"]
    made = await shop.server.payfeed("POST", "keys", admin, json=body)
    assert made.status_code == 201
    answer: dict[str, Any] = made.json()
    return answer


async def statuses(shop: Shop, key: str, **paths: int) -> None:
    for path, status in paths.items():
        answer = await shop.server.payfeed("GET", path, key)
        assert answer.status_code == status, path


async def test_a_key_is_taken_in_every_documented_form(shop: Shop) -> None:
    for key in ((await new_key(shop, "read"))["key"], shop.wallet["inkey"]):
        bearer = {"Authorization": f"Bearer {key}"}
        forms: list[tuple[str, dict[str, Any]]] = [
            (f"/{key}", {}),
            ("", {"additional_headers": {"X-Api-Key": key}}),
            ("", {"additional_headers": bearer}),
            ("", {"subprotocols": ["payfeed.v1", f"bearer.{key}"]}),
        ]
        for path, how in forms:
            async with reading(ws(shop, path), **how) as reader:
                assert (await reader.next())["type"] == "hello"
        answer = await shop.server.http.get("/payfeed/api/v1/feed", headers=bearer)
        assert answer.status_code == 200
    async with reading(ws(shop)) as reader:
        assert (await reader.next())["code"] == 4401
        assert await reader.close_code() == 4401


async def test_an_admin_key_is_taken_in_headers_and_refused_in_every_address(
    shop: Shop,
) -> None:
    admin, other = shop.wallet["adminkey"], shop.wallet["inkey"]
    async with reading(ws(shop), additional_headers={"X-Api-Key": admin}) as reader:
        assert (await reader.next())["type"] == "hello"
    for path in (f"/{admin}", f"?api-key={admin}", f"/{other}?api-key={admin}"):
        header = {"additional_headers": {"X-Api-Key": other}} if path[0] == "?" else {}
        async with reading(ws(shop, path), **header) as reader:
            error = await reader.next()
            assert error["code"] == (4400 if path.startswith(f"/{other}") else 4403)
    http, header = shop.server.http, {"X-Api-Key": other}
    for method, path in (
        ("GET", f"sse/{admin}"),
        ("GET", f"events?api-key={admin}"),
        ("POST", f"notify/{admin}"),
        ("POST", f"ws/{admin}"),
        ("GET", f"ws/{admin}/text"),
    ):
        path = f"/payfeed/api/v1/{path}"
        answer = await http.request(method, path, json=1, headers=header)
        assert answer.status_code == 403, path
        assert "admin key" in answer.json()["detail"]


async def test_scopes_decide_what_an_access_key_may_do(shop: Shop) -> None:
    reads = (await new_key(shop, "read"))["key"]
    notifies = (await new_key(shop, "notify"))["key"]
    await statuses(shop, reads, feed=200, events=200, subscribers=403, keys=403)
    await statuses(shop, notifies, feed=403, events=403, sse=403, subscribers=403)
    for key, status in ((reads, 403), (notifies, 200)):
        sent = await shop.server.payfeed("POST", "notify", key, json="hello")
        assert sent.status_code == status
    async with reading(ws(shop, f"/{notifies}")) as reader:
        assert await reader.close_code() == 4403
    balances = (await new_key(shop, "read", "balance"))["key"]
    async with (
        reading(ws(shop, f"/{reads}")) as without,
        reading(ws(shop, f"/{balances}")) as with_balance,
    ):
        assert (await with_balance.until("balance_update"))["balance"] == 0
        await shop.sell(5)
        assert (await with_balance.until("balance_update"))["balance"] == 5
        await without.until("payment")
        await without.until("heartbeat")
    kinds = {json.loads(text)["type"] for text in without.texts}
    assert "balance_update" not in kinds


async def test_a_key_that_expires_closes_what_it_opened_and_opens_no_more(
    shop: Shop,
) -> None:
    made = await new_key(shop, "read", expires_at=int(time.time()) + 3)
    async with reading(ws(shop, f"/{made['key']}")) as reader:
        await reader.next()
        assert await reader.close_code() == 4403
    async with reading(ws(shop, f"/{made['key']}")) as reader:
        assert "expired" in (await reader.next())["message"]
        assert await reader.close_code() == 4403
    await statuses(shop, made["key"], events=403)


async def test_revoking_ends_events_and_long_polls_before_the_next_event(
    shop: Shop,
) -> None:
    made = await new_key(shop, "read")
    key, server = made["key"], shop.server
    poll = asyncio.create_task(server.payfeed("GET", "events?wait=30", key))
    header = {"X-Api-Key": key}
    async with server.http.stream(
        "GET", "/payfeed/api/v1/sse", headers=header
    ) as stream:
        lines = stream.aiter_lines()
        while '"hello"' not in await asyncio.wait_for(anext(lines), HANG_GUARD):
            pass
        admin = shop.wallet["adminkey"]
        await server.payfeed("DELETE", f"keys/{made['id']}", admin)
        await shop.sell(5)
        rest = [line async for line in lines]
    assert [line for line in rest if '"code":4403' in line]
    assert not [line for line in rest if '"payment"' in line]
    assert (await poll).status_code == 403
    again = await server.payfeed("DELETE", f"keys/{made['id']}", admin)
    assert again.status_code == 404
    assert (await server.payfeed("DELETE", "keys/%00", admin)).status_code == 404


async def last_used(shop: Shop, key_id: str) -> int | None:
    answer = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    found: int | None
    [found] = [key["last_used_at"] for key in answer.json() if key["id"] == key_id]
    return found


async def test_the_last_use_of_a_key_is_stored_at_most_once_a_minute(
    shop: Shop,
) -> None:
    first, second = [await new_key(shop, "read") for _ in range(2)]
    stored = None
    for made in (first, first, second):
        await statuses(shop, made["key"], events=200)
        deadline = time.monotonic() + HANG_GUARD
        while await last_used(shop, made["id"]) is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        stored = stored or await last_used(shop, first["id"])
        while time.time() < (stored or 0) + 1:
            await asyncio.sleep(0.1)
    assert await last_used(shop, first["id"]) == stored
    assert (await last_used(shop, second["id"]) or 0) > (stored or 0)


@contextlib.asynccontextmanager
async def writes_blocked(shop: Shop) -> AsyncIterator[None]:
    """Nobody else can write to the table of access keys."""
    if url := shop.server.env["LNBITS_DATABASE_URL"]:
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "LOCK TABLE payfeed.access_keys IN EXCLUSIVE MODE"
                )
                yield
        finally:
            await connection.close()
    else:
        path = shop.server.folder / "data" / "ext_payfeed.sqlite3"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


async def test_a_request_does_not_wait_for_the_time_of_its_keys_use(
    shop: Shop,
) -> None:
    made = await new_key(shop, "read")
    async with writes_blocked(shop):
        await statuses(shop, made["key"], events=200)


async def test_closing_the_feed_to_the_invoice_key_ends_what_it_opened(
    shop: Shop,
) -> None:
    admin, key = shop.wallet["adminkey"], shop.wallet["inkey"]
    async with (
        reading(ws(shop, f"/{key}")) as closed,
        reading(ws(shop), additional_headers={"X-Api-Key": admin}) as open_,
    ):
        await closed.next()
        await open_.next()
        body = {"allow_inkey": False}
        changed = await shop.server.payfeed("PATCH", "feed", admin, json=body)
        assert changed.json()["allow_inkey"] is False
        assert await closed.close_code() == 4403
        await shop.sell(5)
        await open_.until("payment")
    await statuses(shop, key, events=403, feed=403)
    await statuses(shop, admin, events=200)


async def acks(reader: Reader, *ids: str) -> None:
    for event_id in ids:
        await reader.connection.send(json.dumps({"type": "ack", "id": event_id}))
    await reader.connection.send('{"type":"ping"}')
    await reader.until("pong")


async def test_an_ack_is_kept_never_moves_back_and_must_have_been_sent(
    shop: Shop,
) -> None:
    key, admin = (await new_key(shop, "read"))["key"], shop.wallet["adminkey"]
    for amount in (1, 2, 3):
        await shop.sell(amount)
    async with reading(ws(shop, f"/{key}?since=acked")) as reader:
        one, two, three = [event["id"] for event in await reader.events(3)]
        await acks(reader, two, one)
    async with reading(ws(shop, f"/{key}?since=acked")) as reader:
        assert (await reader.events(1))[0]["id"] == three
        subscribers = (await shop.server.payfeed("GET", "subscribers", admin)).json()
        assert [(entry["acked"], entry["last_id"]) for entry in subscribers] == [
            (two, three)
        ]
        assert abs(subscribers[0]["since"] - time.time()) < HANG_GUARD
        assert subscribers[0]["address"] == "127.0.0.1"
    for strange in (three.replace("-3", "-4"), "other-1"):
        async with reading(ws(shop, f"/{key}?since=acked")) as reader:
            await reader.events(1)
            await reader.connection.send(json.dumps({"type": "ack", "id": strange}))
            assert await reader.close_code() == 4400


async def test_a_new_epoch_ends_every_reader_and_they_go_on_from_its_beginning(
    shop: Shop,
) -> None:
    server, key = shop.server, shop.wallet["inkey"]
    await shop.sell(1)
    page = (await server.payfeed("GET", "events?since=start&wait=20", key)).json()
    old = page["events"][-1]["id"]
    poll = asyncio.create_task(
        server.payfeed("GET", f"events?since={old}&wait=30", key)
    )
    async with reading(ws(shop, f"/{key}")) as reader:
        await reader.next()
        admin, body = shop.wallet["adminkey"], {"what": "epoch"}
        feed = (await server.payfeed("POST", "feed/rotate", admin, json=body)).json()
        assert feed["epoch"] not in old
        assert (feed["events"], feed["head"]) == (0, f"{feed['epoch']}-0")
        assert await reader.close_code() == 1012
    assert (await poll).json()["events"] == []
    async with reading(ws(shop, f"/{key}?since={old}")) as reader:
        assert (await reader.next())["recovered"] is False
        gap = await reader.next()
        assert (gap["since"], gap["oldest"], gap["reason"]) == (old, None, "unknown")
        await shop.sell(2)
        assert (await reader.events(1))[0]["id"] == f"{feed['epoch']}-1"
    assert server.faults == []
