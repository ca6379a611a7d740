"""Every limit of the environment, each with its answer."""

import asyncio
import contextlib
import itertools
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from lnbits_server import Server
from reader import reading
from shop import Shop, opened

HANG_GUARD = 30
FAR = 100_000
TOKEN = "a token for metrics"


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


async def test_counts_sizes_and_rates_are_limited_and_reported(strict: Shop) -> None:
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


def path_of(key: str) -> tuple[str, dict[str, str]]:
    return "/payfeed/api/v1/feed", {"X-Api-Key": key}


async def attempt(shop: Shop, key: str, client: str = "10.0.0.1") -> int:
    """The status of a request with this key that a proxy forwards for `client`."""
    path, headers = path_of(key)
    headers["X-Forwarded-For"] = client
    return (await shop.server.http.get(path, headers=headers)).status_code


def guess() -> str:
    return secrets.token_hex(16)


async def test_failed_attempts_are_limited_per_address_and_in_all(strict: Shop) -> None:
    codes = await asyncio.gather(*(attempt(strict, guess()) for _ in range(20)))
    assert sorted(codes)[:4] == [404] * 4
    assert sorted(codes)[-10:] == [429] * 10
    assert await attempt(strict, guess(), "10.0.0.2") == 404
    networks = [f"2001:db8:0:{n % 2}::{n}" for n in range(40)]
    codes = await asyncio.gather(*(attempt(strict, guess(), n) for n in networks))
    assert 8 <= codes.count(404) <= 12
    many = [f"10.0.1.{n}" for n in range(100)]
    codes = await asyncio.gather(*(attempt(strict, guess(), n) for n in many))
    assert codes.count(404) <= 40
    assert codes.count(429) >= 60
    malformed = [attempt(strict, key) for key in ("unknown", "pfk_short", "0" * 31)]
    assert await asyncio.gather(*malformed) == [429] * 3


@contextlib.asynccontextmanager
async def flood_of_guesses(shop: Shop) -> AsyncIterator[None]:
    """Unknown keys from changing addresses until the block ends, after a head start."""
    numbers = itertools.count()

    async def go_on() -> None:
        while True:
            await attempt(shop, guess(), f"10.1.{next(numbers) % 250}.1")

    async with _tasks(4, go_on):
        while await attempt(shop, guess(), f"10.2.{next(numbers) % 250}.1") != 429:
            pass
        yield


@contextlib.asynccontextmanager
async def _tasks(
    count: int, run: Callable[[], Coroutine[Any, Any, None]]
) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(run()) for _ in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_known_key_enters_whatever_else_is_tried(strict: Shop) -> None:
    """From a clean address, from the guesser's own, and after a restart."""
    server, good = strict.server, strict.wallet["inkey"]
    body = {"name": "till", "scopes": ["read"]}
    made = await server.payfeed("POST", "keys", strict.wallet["adminkey"], json=body)
    keys = (good, made.json()["key"])
    for _ in range(2):
        async with flood_of_guesses(strict):
            for _ in range(20):
                for key in keys:
                    assert await attempt(strict, key) == 200
                    assert await attempt(strict, key, "10.9.9.9") == 200
            async with reading(address(strict)) as reader:
                assert (await reader.next())["type"] == "hello"
        await server.terminate()
        await server.start()


async def test_clients_with_an_old_key_do_not_lock_the_new_key_out(
    strict: Shop,
) -> None:
    server, old = strict.server, strict.wallet["inkey"]
    assert await attempt(strict, old) == 200
    new = guess()
    await strict.lab(
        "sql",
        statement="UPDATE wallets SET inkey = :new WHERE inkey = :old",
        values={"old": old, "new": new},
    )
    codes = [await attempt(strict, old) for _ in range(100)]
    assert codes[:4] == [404] * 4
    assert codes.count(404) < 20
    assert await attempt(strict, new) == 200
    path, headers = path_of(old)
    headers["X-Forwarded-For"] = "10.0.0.1"
    refused = await server.http.get(path, headers=headers)
    assert int(refused.headers["Retry-After"]) <= 60


async def test_reads_have_a_rate_per_key(database: dict[str, str]) -> None:
    async with opened(PAYFEED_READS_PER_MINUTE="5", **database) as shop:
        key, other = shop.wallet["inkey"], shop.payer["inkey"]
        for path in ("events", "feed", "keys", "subscribers", "events"):
            answer = await shop.server.payfeed("GET", path, key)
            assert answer.status_code != 429
        answer = await shop.server.payfeed("GET", "events", key)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        answer = await shop.server.payfeed("GET", "events", other)
        assert answer.status_code == 200


async def test_a_long_poll_is_a_subscriber_while_it_waits(strict: Shop) -> None:
    server, key = strict.server, strict.wallet["inkey"]

    async def poll() -> httpx.Response:
        return await server.payfeed("GET", "events?wait=30", key)

    async def subscribers(count: int) -> None:
        deadline = time.monotonic() + HANG_GUARD
        while len((await server.payfeed("GET", "subscribers", key)).json()) != count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    polls = [asyncio.create_task(poll()) for _ in range(2)]
    await subscribers(2)
    refused = await poll()
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    async with reading(address(strict)) as reader:
        assert (await reader.next())["code"] == 4429
    polls[0].cancel()
    await subscribers(1)  # its client has gone
    await strict.sell(5)
    answer = (await polls[1]).json()
    assert [event["payment"]["amount"] for event in answer["events"]] == [5]
    await subscribers(0)
    assert server.faults == []


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


async def disconnected(shop: Shop, peer: socket.socket) -> None:
    """Wait until the server lists no subscriber and has closed this connection."""
    deadline = time.monotonic() + HANG_GUARD
    key = shop.wallet["inkey"]
    while (await shop.server.payfeed("GET", "subscribers", key)).json():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)
    while established(peer, shop.server):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.3)


async def test_a_client_that_stops_reading_is_disconnected_and_counted_as_4008(
    database: dict[str, str],
) -> None:
    async with opened(
        PAYFEED_SEND_TIMEOUT_SECONDS="2",
        PAYFEED_NOTIFY_PER_MINUTE="9999",
        PAYFEED_METRICS_TOKEN=TOKEN,
        **database,
    ) as shop:
        key, server = shop.wallet["inkey"], shop.server
        narrow = narrow_socket(server)
        narrow.setblocking(False)
        stalled = await websockets.connect(
            address(shop),
            sock=narrow,
            max_queue=1,
            compression=None,
            ping_interval=None,  # or the client ends the connection itself
        )
        stalled.transport.pause_reading()
        for _ in range(600):
            await server.payfeed("POST", "notify", key, json="x" * 16000)
        await disconnected(shop, narrow)
        # the peer still does not read: the close code is in the metrics only
        metrics = await server.http.get(
            "/payfeed/api/v1/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert 'payfeed_refusals_total{code="4008"} 1' in metrics.text.splitlines()
        stalled.transport.abort()
        assert server.faults == []


async def test_an_event_stream_that_is_not_read_is_disconnected_and_delays_no_shutdown(
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
        await disconnected(shop, narrow)
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
            result = [e["payment"]["payment_hash"] for e in await live.events(3)]
            assert result == hashes
            offsets: list[int] = []
            while len(offsets) < FAR + 3:
                frame = json.loads(await asyncio.wait_for(behind.recv(), HANG_GUARD))
                offsets += [int(frame["id"].split("-")[1])] if "id" in frame else []
            assert offsets == list(range(1, FAR + 4))
            await behind.close()
            await flood.close()
