"""Every limit of the environment, each with its answer."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import websockets
from lnbits_server import Server
from reader import reading
from shop import Shop, opened

HANG_GUARD = 30
FAR = 100_000


@pytest.fixture
async def strict(database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(
        PAYFEED_MAX_SUBSCRIBERS_PER_WALLET="2",
        PAYFEED_NOTIFY_PER_MINUTE="3",
        PAYFEED_MESSAGE_BYTES="100",
        PAYFEED_FAILED_AUTH_PER_MINUTE="4",
        PAYFEED_HEARTBEAT_SECONDS="1",
        PAYFEED_RETENTION_DAYS="many",
        **database,
    ) as ready:
        yield ready


def address(shop: Shop, query: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}{query}"


def established(peer: socket.socket, server: Server) -> bool:
    """Does the server still hold its end of this connection?"""
    port = f":{peer.getsockname()[1]:04X}"
    assert server.process
    rows = Path(f"/proc/{server.process.pid}/net/tcp").read_text().splitlines()[1:]
    ends = [(row.split()[2], row.split()[3]) for row in rows]
    return any(remote.endswith(port) and state == "01" for remote, state in ends)


async def test_counts_sizes_and_rates_are_kept_and_told(strict: Shop) -> None:
    server, key = strict.server, strict.wallet["inkey"]
    async with reading(address(strict)) as one, reading(address(strict)) as two:
        await one.next()
        await two.next()
        async with reading(address(strict)) as three:
            error = await three.next()
            assert error["code"] == 4429
            assert error["retry_after"] > 0
            assert await three.close_code() == 4429
        sse = await server.payfeed("GET", "sse", key)
        assert sse.status_code == 429
        assert int(sse.headers["Retry-After"]) > 0
        first = await one.until("heartbeat")
        assert first["head"] == first["cursor"]
    large = await server.payfeed("POST", "notify", key, json="x" * 200)
    assert large.status_code == 413
    answers = await asyncio.gather(
        *(server.payfeed("POST", "notify", key, json=n) for n in range(20))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[:3] == [200] * 3
    assert statuses[-10:] == [429] * 10
    answer = await server.payfeed("POST", "test", key)
    assert int(answer.headers["Retry-After"]) > 0
    other = await server.payfeed("POST", "test", strict.payer["inkey"])
    assert other.status_code == 200
    assert "PAYFEED_RETENTION_DAYS is not a positive whole number" in server.log
    feed = (await server.payfeed("GET", "feed", key)).json()
    assert feed["retention"]["days"] == 30


async def test_behind_a_proxy_the_forwarded_address_counts(strict: Shop) -> None:
    async def attempt(client: str) -> int:
        headers = {"X-Forwarded-For": client}
        path = "/payfeed/api/v1/feed?api-key=unknown"
        return (await strict.server.http.get(path, headers=headers)).status_code

    codes = await asyncio.gather(*(attempt("10.0.0.1") for _ in range(20)))
    assert sorted(codes)[:4] == [404] * 4
    assert sorted(codes)[-10:] == [429] * 10
    assert await attempt("10.0.0.2") == 404
    # ten times as many from all addresses together; a key that is known still enters
    known = {"X-Api-Key": strict.wallet["inkey"], "X-Forwarded-For": "10.0.0.3"}
    path = "/payfeed/api/v1/feed"
    assert (await strict.server.http.get(path, headers=known)).status_code == 200
    codes = await asyncio.gather(*(attempt(f"10.0.1.{n}") for n in range(100)))
    assert codes.count(404) >= 30
    assert codes.count(429) >= 30
    assert (await strict.server.http.get(path, headers=known)).status_code == 200


async def test_connects_per_address_are_limited(database: dict[str, str]) -> None:
    async with opened(PAYFEED_CONNECTS_PER_MINUTE="3", **database) as shop:
        for _ in range(3):
            async with reading(address(shop)) as reader:
                await reader.next()
        async with reading(address(shop)) as reader:
            assert (await reader.next())["retry_after"] > 0
            assert await reader.close_code() == 4429
        answer = await shop.server.payfeed("GET", "sse", shop.wallet["inkey"])
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0


def narrow_socket(server: Server) -> socket.socket:
    """Its peer's buffers fill up soon."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", server.port))
    return narrow


async def cut_off(shop: Shop, peer: socket.socket) -> None:
    """Until the reader is no subscriber, and gone from the machine too."""
    deadline = time.monotonic() + HANG_GUARD
    key = shop.wallet["inkey"]
    while (await shop.server.payfeed("GET", "subscribers", key)).json():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)
    while established(peer, shop.server):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)


async def test_a_reader_that_does_not_read_is_ended_with_4008(
    database: dict[str, str],
) -> None:
    async with opened(
        PAYFEED_SEND_TIMEOUT_SECONDS="2", PAYFEED_NOTIFY_PER_MINUTE="9999", **database
    ) as shop:
        key, server = shop.wallet["inkey"], shop.server
        narrow = narrow_socket(server)
        narrow.setblocking(False)
        stalled = await websockets.connect(
            address(shop), sock=narrow, max_queue=1, compression=None
        )
        stalled.transport.pause_reading()
        for _ in range(600):
            await server.payfeed("POST", "notify", key, json="x" * 16000)
        await cut_off(shop, narrow)  # though it still does not read
        stalled.transport.resume_reading()
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(stalled.recv(), HANG_GUARD)
        assert stalled.close_code in (4008, 1006)
        assert server.faults == []


async def test_a_reader_of_events_that_does_not_read_is_cut_off_and_delays_no_stop(
    database: dict[str, str],
) -> None:
    async with opened(
        PAYFEED_SEND_TIMEOUT_SECONDS="2", PAYFEED_NOTIFY_PER_MINUTE="9999", **database
    ) as shop:
        key, server = shop.wallet["inkey"], shop.server

        async def stall() -> socket.socket:
            narrow = narrow_socket(server)
            asked = f"GET /payfeed/api/v1/sse?since=start HTTP/1.1\r\nX-Api-Key: {key}"
            narrow.sendall(f"{asked}\r\nHost: localhost\r\n\r\n".encode())
            return narrow

        await server.payfeed("GET", "feed", key)
        await shop.lab("fill", wallet_id=shop.wallet["id"], count=40_000)
        narrow = await stall()
        while not (await server.payfeed("GET", "subscribers", key)).json():
            await asyncio.sleep(0.1)
        await cut_off(shop, narrow)
        again = await stall()
        while not (await server.payfeed("GET", "subscribers", key)).json():
            await asyncio.sleep(0.1)
        await server.terminate(HANG_GUARD)
        for peer in (narrow, again):
            peer.close()
        assert server.faults == []


async def test_a_far_behind_reader_and_floods_leave_others_alone(
    database: dict[str, str],
) -> None:
    async with opened(PAYFEED_RETENTION_EVENTS="200000", **database) as shop:
        await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
        await shop.lab("fill", wallet_id=shop.wallet["id"], count=FAR)
        async with reading(address(shop)) as live:
            await live.next()
            behind = await websockets.connect(address(shop, "?since=start"))
            flood = await websockets.connect(address(shop))
            vanished = await websockets.connect(address(shop))
            vanished.transport.abort()
            for _ in range(200):
                await flood.ping()
            hashes = [await shop.sell(amount) for amount in (1, 2, 3)]
            told = [e["payment"]["payment_hash"] for e in await live.events(3)]
            assert told == hashes
            offsets: list[int] = []
            while len(offsets) < FAR + 3:
                frame = json.loads(await asyncio.wait_for(behind.recv(), HANG_GUARD))
                offsets += [int(frame["id"].split("-")[1])] if "id" in frame else []
            assert offsets == list(range(1, FAR + 4))
            await behind.close()
            await flood.close()
