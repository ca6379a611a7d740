"""What LNbits' end and its next start leave of a feed, and what they delete.

All feeds share two ends of the same server, as each start takes seconds.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from deaf import narrow_socket
from reader import reading
from shop import Shop, opened

HANG_GUARD = 30
KEPT_EVENTS = 4
KEPT_BYTES = 2500
FAR_AHEAD_SECONDS = 40 * 86400


@dataclass(frozen=True)
class Restarts:
    """A server that was killed twice, and what it gave for the feeds of its shops.

    Retention deleted events between the two kills only.
    """

    shop: Shop
    paid: Shop
    paid_hashes: list[str]
    paid_pages: list[dict[str, Any]]
    long: Shop
    long_pages: list[dict[str, Any]]
    large_offsets: list[int]
    old_hashes: list[str]
    old_page: dict[str, Any]
    deleted_wallet: dict[str, Any]
    log: str


async def page_of(shop: Shop) -> dict[str, Any]:
    path = "events?since=start"
    answer = await shop.server.payfeed("GET", path, shop.wallet["inkey"])
    page: dict[str, Any] = answer.json()
    return page


def offsets(page: dict[str, Any]) -> list[int]:
    return [int(event["id"].split("-")[1]) for event in page["events"]]


def hashes(page: dict[str, Any]) -> list[str]:
    return [event["payment"]["payment_hash"] for event in page["events"]]


async def retention_left(shop: Shop, count: int) -> dict[str, Any]:
    deadline = time.monotonic() + HANG_GUARD
    while len((page := await page_of(shop))["events"]) != count:
        assert time.monotonic() < deadline, offsets(page)
        await asyncio.sleep(0.2)
    return page


async def has_events(shop: Shop, count: int) -> None:
    """Wait until the first events of a feed are recorded."""
    key = shop.wallet["inkey"]
    epoch = (await page_of(shop))["head"].split("-")[0]
    path = f"events?since={epoch}-{count - 1}&wait=20"
    answer = await shop.server.payfeed("GET", path, key)
    assert answer.json()["events"]


async def age(shop: Shop, seconds: int) -> None:
    """As if the feed's events and the last deletion were so much older."""
    for statement in (
        f"UPDATE payfeed.events SET created_at = created_at - {seconds}"
        f" WHERE wallet_id = '{shop.wallet['id']}'",
        f"UPDATE payfeed.state SET value = value - {seconds}"
        " WHERE name = 'retention_ran_at'",
    ):
        await shop.lab("log-sql", statement=statement)


@pytest_asyncio.fixture(scope="module")
async def restarts(module_database: dict[str, str]) -> AsyncIterator[Restarts]:
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **module_database) as shop:
        server = shop.server
        paid, long, large, old = [await shop.for_new_user() for _ in range(4)]

        for amount in range(1, 9):
            await long.sell(amount)
        await has_events(long, 8)
        await large.sell(1)
        await has_events(large, 1)
        for _ in range(6):
            key = large.wallet["inkey"]
            await server.payfeed("POST", "notify", key, json="x" * 1000)
        old_hashes = [await old.sell(amount) for amount in (1, 2, 3)]
        await has_events(old, 3)
        await age(old, FAR_AHEAD_SECONDS)
        deleted = await old.new_wallet("closing")
        invoice = await server.invoice(deleted, 5)
        await server.payfeed("GET", "feed", deleted["inkey"])
        answer = await server.http.delete(
            f"/api/v1/wallet/{deleted['id']}", headers=old.user
        )
        assert answer.status_code == 200

        paid_hashes = [await paid.sell(10 + n) for n in range(KEPT_EVENTS)]
        server.kill()
        server.env["PAYFEED_RETENTION_EVENTS"] = str(KEPT_EVENTS)
        server.env["PAYFEED_MESSAGE_STORE_BYTES"] = str(KEPT_BYTES)
        await server.start()
        await shop.lab("settle-silently", payment_hash=invoice["payment_hash"])
        long_pages = [await retention_left(long, KEPT_EVENTS)]
        large_offsets = offsets(await retention_left(large, 3))
        await server.swept()
        paid_pages = [await page_of(paid)]
        old_page = await page_of(old)

        del server.env["PAYFEED_RETENTION_EVENTS"]
        del server.env["PAYFEED_MESSAGE_STORE_BYTES"]
        paid_hashes += [await paid.sell(20 + n) for n in range(5)]
        server.kill()
        await server.start()
        await server.swept()
        paid_pages.append(await page_of(paid))
        long_pages.append(await page_of(long))
        yield Restarts(
            shop, paid, paid_hashes, paid_pages, long, long_pages,
            large_offsets, old_hashes, old_page, deleted, server.log,
        )  # fmt: skip


async def test_killed_after_payments_nothing_is_lost_and_nothing_twice(
    restarts: Restarts,
) -> None:
    first, second = restarts.paid_pages
    assert sorted(hashes(first)) == sorted(restarts.paid_hashes[:KEPT_EVENTS])
    assert offsets(first) == list(range(1, KEPT_EVENTS + 1))
    # retention was on while some of the later ones were paid
    kept = second["events"][-5:]
    assert sorted(hashes({"events": kept})) == sorted(
        restarts.paid_hashes[KEPT_EVENTS:]
    )
    assert offsets(second)[-1] == len(restarts.paid_hashes)


async def test_retention_keeps_the_newest_and_reports_the_gap(
    restarts: Restarts,
) -> None:
    shop, page = restarts.long, restarts.long_pages[0]
    assert offsets(page) == [5, 6, 7, 8]
    epoch = page["head"].split("-")[0]
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}"
    async with reading(f"{address}?since={epoch}-1") as reader:
        assert (await reader.next())["recovered"] is False
        gap = await reader.next()
        assert (gap["reason"], gap["oldest"]) == ("expired", f"{epoch}-5")
        assert [e["id"] for e in await reader.events(4)] == [
            event["id"] for event in page["events"]
        ]


async def test_what_retention_deleted_is_never_brought_back(
    restarts: Restarts,
) -> None:
    shop = restarts.long
    assert offsets(restarts.long_pages[1]) == [5, 6, 7, 8]
    await shop.sell(9)
    await has_events(shop, 9)
    assert offsets(await page_of(shop)) == [5, 6, 7, 8, 9]


async def test_messages_are_deleted_first_when_a_feed_exceeds_its_bytes(
    restarts: Restarts,
) -> None:
    assert restarts.large_offsets == [1, 6, 7]


async def test_a_server_that_starts_far_ahead_of_its_log_deletes_nothing(
    restarts: Restarts,
) -> None:
    assert "nothing is deleted by age for a day" in restarts.log
    assert hashes(restarts.old_page) == restarts.old_hashes


async def test_a_deleted_wallet_stays_closed_after_a_restart(
    restarts: Restarts,
) -> None:
    server, wallet = restarts.shop.server, restarts.deleted_wallet
    answer = await server.payfeed("GET", "feed", wallet["inkey"])
    assert answer.status_code == 404
    rows = await server.call("GET", "/paylab/dump")
    kinds = [row.split(":")[0] for row in rows if wallet["id"] in row]
    assert kinds.count("feeds") == 1
    assert kinds.count("events") == 0
    assert server.faults == []


def stalled_stream(shop: Shop) -> socket.socket:
    """The peer of an event stream that reads nothing, with small buffers."""
    peer = narrow_socket(shop.server.port)
    path = f"/payfeed/api/v1/sse/{shop.wallet['inkey']}?since=start"
    peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return peer


async def test_sigterm_ends_every_reader_and_the_server(restarts: Restarts) -> None:
    """Also an event stream that is not read; the server is gone afterwards."""
    shop = await restarts.shop.for_new_user()
    server, key = shop.server, shop.wallet["inkey"]
    server.begin_log()
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=300, padding=30_000)
    stalled = stalled_stream(shop)
    poll = asyncio.create_task(server.payfeed("GET", "events?wait=30", key))
    stream = f"{server.base}/payfeed/api/v1/sse/{key}"
    address = f"{server.ws}/payfeed/api/v1/ws/{key}"
    async with httpx.AsyncClient(timeout=30) as other, reading(address) as live:
        async with other.stream("GET", stream) as sse:
            lines = sse.aiter_lines()
            await anext(lines)
            await shop.has_subscribers(4)
            ending = asyncio.create_task(server.terminate())

            async def rest() -> str:
                return "".join([line async for line in lines])

            # each by itself: the server waits for the last of them
            code, result, polled = await asyncio.gather(
                asyncio.wait_for(live.close_code(), HANG_GUARD),
                asyncio.wait_for(rest(), HANG_GUARD),
                asyncio.wait_for(poll, HANG_GUARD),
            )
            assert code == 1012
            assert '"code":1012' in result
            assert polled.json()["events"] == []
        await asyncio.wait_for(ending, HANG_GUARD)
    stalled.close()
    assert server.faults == []
