"""Clients that read slowly or not at all: others wait for none of them."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import websockets
from deaf import narrow_socket
from limited import METRICS_TOKEN
from reader import reading
from shop import Shop

HANG_GUARD = 40
FAR = 20_000
# more than the machine takes on its way to a peer that does not read
COUNT, PADDING = 400, 30_000


def address(shop: Shop, query: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}{query}"


def established(peer: socket.socket, shop: Shop) -> bool:
    """Does the server still hold its end of this connection?"""
    port = f":{peer.getsockname()[1]:04X}"
    assert shop.server.process
    path = Path(f"/proc/{shop.server.process.pid}/net/tcp")
    rows = [row.split() for row in path.read_text().splitlines()[1:]]
    return any(row[2].endswith(port) and row[3] == "01" for row in rows)


async def disconnected(shop: Shop, peer: socket.socket) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while established(peer, shop):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)


async def metrics(shop: Shop) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    path = "/payfeed/api/v1/metrics"
    answer = await shop.server.http.get(path, headers=headers)
    samples = [line.rsplit(" ", 1) for line in answer.text.splitlines()]
    return {name: int(value) for name, value in samples if name[:1] != "#"}


async def lags(shop: Shop) -> list[int]:
    """Of each subscriber, ascending."""
    key = shop.wallet["inkey"]
    answer = await shop.server.payfeed("GET", "subscribers", key)
    return sorted(entry["lag"] for entry in answer.json())


@asynccontextmanager
async def stalled(shop: Shop) -> AsyncIterator[socket.socket]:
    """A subscriber that reads nothing after the handshake."""
    narrow = narrow_socket(shop.server.port)
    connection: Any = await websockets.connect(
        address(shop),
        sock=narrow,
        max_queue=1,
        compression=None,
        ping_interval=None,  # or the client ends the connection itself
    )
    connection.transport.pause_reading()
    try:
        yield narrow
    finally:
        connection.transport.abort()


async def test_a_client_that_never_reads_delays_no_other_and_is_disconnected_as_4008(
    limited_shop: Shop,
) -> None:
    shop, refused = limited_shop, 'payfeed_refusals_total{code="4008"}'
    before = (await metrics(shop)).get(refused, 0)
    async with (
        stalled(shop) as one,
        stalled(shop) as two,
        reading(address(shop), max_size=None) as healthy,
        reading(address(shop, "?types=payment")) as filtered,
    ):
        await healthy.next()
        await filtered.next()
        filling = asyncio.create_task(
            shop.lab(
                "messages", wallet_id=shop.wallet["id"], count=COUNT, padding=PADDING
            )
        )
        assert len(await healthy.events(COUNT)) == COUNT
        await filling
        await shop.sell(31)
        assert (await healthy.until("payment"))["payment"]["amount"] == 31
        assert (await filtered.until("payment"))["payment"]["amount"] == 31
        up_to_date, other, *behind = await lags(shop)
        assert up_to_date == other == 0
        assert len(behind) == 2
        assert min(behind) > 0
        # the metrics have the lag of the slowest
        assert (await metrics(shop))["payfeed_lag_events"] == max(behind)
        for peer in (one, two):
            await disconnected(shop, peer)
        assert await lags(shop) == [0, 0]
    # the peers still do not read: the close code is in the metrics only
    assert (await metrics(shop))[refused] == before + 2
    assert shop.server.faults == []


async def test_an_event_stream_that_is_not_read_is_disconnected(
    limited_shop: Shop,
) -> None:
    shop, key = limited_shop, limited_shop.wallet["inkey"]
    wallet_id = shop.wallet["id"]
    await shop.server.payfeed("GET", "feed", key)
    await shop.lab("messages", wallet_id=wallet_id, count=COUNT, padding=PADDING)
    narrow = narrow_socket(shop.server.port)
    asked = f"GET /payfeed/api/v1/sse?since=start HTTP/1.1\r\nX-Api-Key: {key}"
    narrow.sendall(f"{asked}\r\nHost: localhost\r\n\r\n".encode())
    await shop.has_subscribers(1)
    await disconnected(shop, narrow)
    await shop.has_subscribers(0)
    narrow.close()
    assert shop.server.faults == []


async def test_a_far_behind_reader_and_floods_leave_others_alone(
    limited_shop: Shop,
) -> None:
    shop = limited_shop
    await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    await shop.lab("fill", wallet_id=shop.wallet["id"], count=FAR)
    narrow = {
        "sock": narrow_socket(shop.server.port, 65536),
        "compression": None,
        "max_queue": 1,
    }
    async with (
        reading(address(shop)) as live,
        reading(address(shop, "?since=start"), **narrow) as behind,
        reading(address(shop)) as flood,
        reading(address(shop)) as vanished,
    ):
        await live.next()
        vanished.connection.transport.abort()
        for _ in range(200):
            await flood.connection.ping()
        hashes = [await shop.sell(amount) for amount in (1, 2, 3)]
        result = [e["payment"]["payment_hash"] for e in await live.events(3)]
        assert result == hashes
        assert max(await lags(shop)) > 0
        events = await behind.events(FAR + 3)
        assert [int(e["id"].split("-")[1]) for e in events] == list(range(1, FAR + 4))
