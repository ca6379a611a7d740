"""The Python client through every scenario of the scripted server."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from lnbits_payfeed import Event, Feed, Gap, InvalidEvent, Item
from lnbits_payfeed.backoff import Backoff
from lnbits_payfeed.checks import filter_query
from lnbits_payfeed.position import ResumePosition
from scenario import SCENARIOS, check_connections, report
from scripted_server import KEY, SECRET, scripted_server

HANG_GUARD = 30


def options(scenario: dict[str, Any]) -> dict[str, Any]:
    chosen = {"backoff_base_seconds": 0.05, "backoff_cap_seconds": 0.2}
    chosen |= scenario.get("client", {})
    chosen.pop("ack", None)
    if chosen.pop("secret", False):
        chosen["secret"] = SECRET
    return chosen


def label(item: object) -> str:
    """The item as scenarios.json names it."""
    if isinstance(item, Gap):
        return f"gap {item.reason}"
    if isinstance(item, InvalidEvent):
        return f"invalid {item.id}" if item.id else "invalid"
    assert isinstance(item, Event)
    return item.id


async def polled(feed: Feed) -> AsyncIterator[Item]:
    """The items, for a caller that waits only briefly for each."""
    while True:
        with contextlib.suppress(asyncio.TimeoutError):
            yield await asyncio.wait_for(feed.__anext__(), 0.05)


async def listen(
    feed: Feed, scenario: dict[str, Any], items: AsyncIterator[Item]
) -> tuple[list[str], str]:
    """The labels of all items, and the outcome."""
    expected, ack = scenario["expect"], scenario.get("client", {}).get("ack")
    found: list[str] = []
    try:
        async for item in items:
            found.append(label(item))
            if ack and isinstance(item, Event | InvalidEvent):
                await feed.ack(item)
            if expected["outcome"] == "running" and len(found) == len(
                expected["items"]
            ):
                return found, "running"
    except payfeed.Refused as exc:
        return found, f"stopped {exc.code}"
    except payfeed.GaveUp:
        return found, "gave up"
    except payfeed.WrongSignature:
        return found, "wrong signature"
    return found, "ended"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_client_passes_every_scenario(name: str) -> None:
    await play(name, lambda feed: feed)


@pytest.mark.parametrize(
    "name",
    ["restart", "quiet", "silence", "silence-before-hello", "slow-handshake"],
)
async def test_a_caller_that_polls_gets_the_same_items(name: str) -> None:
    await play(name, polled)


async def play(name: str, read: Callable[[Feed], AsyncIterator[Item]]) -> None:
    scenario = SCENARIOS[name]
    expected = scenario["expect"]
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/{name}"
        async with Feed(url, KEY, **options(scenario)) as feed:
            listening = listen(feed, scenario, read(feed))
            found, outcome = await asyncio.wait_for(listening, HANG_GUARD)
        connections = await asyncio.to_thread(report, port, name)
    assert found == expected["items"]
    assert outcome == expected["outcome"]
    assert feed.invalid == expected["invalid"]
    check_connections(connections, expected, key_in="header")


def test_the_blocking_feed_resumes_after_restarts() -> None:
    scenario = SCENARIOS["restart"]

    async def serve(ready: "asyncio.Future[int]", stop: asyncio.Event) -> None:
        async with scripted_server() as port:
            ready.set_result(port)
            await stop.wait()

    async def main() -> list[str]:
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        server = asyncio.create_task(serve(ready, stop))
        url = f"http://127.0.0.1:{await ready}/restart"
        found = await asyncio.to_thread(read, url)
        stop.set()
        await server
        return found

    def read(url: str) -> list[str]:
        found: list[str] = []
        with payfeed.SyncFeed(url, KEY, **options(scenario)) as feed:
            for item in feed:
                found.append(label(item))
                assert isinstance(item, Event)
                feed.ack(item)
                if len(found) == 4:
                    assert feed.next(timeout_seconds=0.05) is None
                    assert feed.since == "abc-4"
                    break
        feed.ack(item)
        assert list(feed) == []
        return found

    assert asyncio.run(main()) == scenario["expect"]["items"]


class MemoryCursor:
    """A cursor that is not a file, such as a row in a database."""

    def __init__(self) -> None:
        self.stored: str | None = None

    def load(self) -> str | None:
        return self.stored

    def save(self, event_id: str) -> None:
        self.stored = event_id


class DatabaseCursor:
    """A cursor whose methods are coroutines, as of asyncpg or aiosqlite."""

    def __init__(self) -> None:
        self.stored: str | None = None

    async def load(self) -> str | None:
        await asyncio.sleep(0)
        return self.stored

    async def save(self, event_id: str) -> None:
        await asyncio.sleep(0)
        self.stored = event_id


class StuckCursor(payfeed.FileCursor):
    """A file on a disk that does not answer until `free` is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.free = threading.Event()
        self.saved: list[str] = []

    def save(self, event_id: str) -> None:
        assert self.free.wait(HANG_GUARD)
        self.saved.append(event_id)
        super().save(event_id)


async def test_a_slow_disk_holds_up_neither_acks_nor_the_event_loop(
    tmp_path: Path,
) -> None:
    cursor = StuckCursor(tmp_path / "state")
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/restart"
        async with Feed(url, KEY, since="start", cursor=cursor) as feed:
            for _ in range(4):
                item = await feed.__anext__()
                assert isinstance(item, Event)
                await feed.ack(item)
            cursor.free.set()
    assert cursor.load() == "abc-4"
    # one save for many acks
    assert cursor.saved[-1] == "abc-4"
    assert len(cursor.saved) < 4


async def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    feed_cursor = payfeed.FileCursor(folder / "state")
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/restart"
        feed = Feed(url, KEY, since="start", cursor=feed_cursor)
        item = await feed.__anext__()
        assert isinstance(item, Event)
        shutil.rmtree(folder)
        await feed.ack(item)
        with pytest.raises(FileNotFoundError):
            await feed.close()


@pytest.mark.parametrize("kind", ["file", "memory", "database"])
async def test_the_cursor_stores_only_acknowledged_events(
    tmp_path: Path, kind: str
) -> None:
    path, is_file = tmp_path / "state", kind == "file"
    cursor: Any = payfeed.FileCursor(path)
    if kind != "file":
        cursor = MemoryCursor() if kind == "memory" else DatabaseCursor()

    async def stored() -> Any:
        loaded = cursor.load()
        return await loaded if kind == "database" else loaded

    async with scripted_server() as port:

        async def read(name: str, count: int, ack: bool) -> list[str]:
            url = f"http://127.0.0.1:{port}/{name}"
            found: list[str] = []
            async with Feed(url, KEY, since="start", cursor=cursor) as feed:
                async for item in feed:
                    found.append(label(item))
                    if ack and isinstance(item, Event):
                        await feed.ack(item)
                    if len(found) == count:
                        break
            return found

        assert await read("restart~1", 2, ack=False) == ["abc-1", "abc-2"]
        assert await stored() == "abc-0"
        assert await read("restart~2", 2, ack=True) == ["abc-1", "abc-2"]
        assert await stored() == "abc-2"
        assert await read("restart~3", 1, ack=False) == ["abc-1"]
        connections = await asyncio.to_thread(report, port, "restart~3")
    assert connections[0]["since"] == "abc-2"
    files = {path, tmp_path / "state.lock"} if is_file else set()
    assert set(tmp_path.iterdir()) == files


@pytest.mark.parametrize(
    ("since", "acknowledged"), [("acked", "abc-8"), ("start", None), (None, None)]
)
def test_heartbeats_are_acknowledged_only_by_feeds_that_acknowledge_events(
    since: str | None, acknowledged: str | None
) -> None:
    """Others would move the position that the server stores for the key."""
    position = ResumePosition(since)
    position.on_hello("abc-0", True)
    position.on_heartbeat("abc-0")
    assert position.take_ack() is None
    position.on_heartbeat("abc-8")
    assert position.take_ack() == acknowledged
    position.on_event("abc-9")
    position.on_heartbeat("abc-12")
    assert position.take_ack() is None
    position.finish("abc-9")
    assert position.take_ack() == "abc-9"
    position.on_heartbeat("abc-15")
    assert position.take_ack() == "abc-15"


async def test_closing_ends_a_waiting_iteration() -> None:
    async with scripted_server() as port:
        feed = Feed(f"http://127.0.0.1:{port}/live", KEY, since="start")
        items = [await feed.__anext__()]

        async def rest() -> None:
            async for item in feed:
                items.append(item)

        waiting = asyncio.create_task(rest())
        await asyncio.sleep(0)
        await feed.close()
        await asyncio.wait_for(waiting, HANG_GUARD)
        assert len(items) == 1


async def test_closing_ends_a_handshake_without_an_answer() -> None:
    arrived = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        with contextlib.closing(writer), contextlib.suppress(OSError):
            await reader.read()  # until the client is gone

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        feed = Feed(url, KEY, connect_timeout_seconds=600)
        waiting = asyncio.create_task(anext(feed, None))
        await arrived.wait()
        await feed.close()
        assert await asyncio.wait_for(waiting, HANG_GUARD) is None


async def test_a_callback_that_raises_does_not_hide_a_wrong_signature() -> None:
    def raises(_: payfeed.InvalidFrame) -> None:
        raise ArithmeticError

    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/no-signature"
        async with Feed(url, KEY, secret=SECRET, on_invalid=raises) as feed:
            with pytest.raises(ArithmeticError):
                await anext(feed)
            for _ in range(2):
                with pytest.raises(payfeed.WrongSignature):
                    await anext(feed)


def test_pauses_are_random_below_a_limit_that_doubles_up_to_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: low + 0.5 * (high - low))
    backoff = Backoff(base_seconds=1, cap_seconds=8)
    pauses = []
    for _ in range(6):
        backoff.fail()
        pauses.append(backoff.pause())
    assert pauses == [0.5, 1, 2, 4, 4, 4]
    assert backoff.pause(retry_after=60) == 64
    backoff.reset()
    assert backoff.pause() == 0.5


def test_filters_become_a_query() -> None:
    def query(types: Any = (), min_amount: Any = None) -> dict[str, str]:
        return filter_query(types, None, min_amount, None, None)

    assert query() == {}
    assert query(["payment", "door.open"]) == {"types": "payment,door.open"}
    assert query("payment") == {"types": "payment"}
    for amount, text in ((0.5, "0.500"), (21, "21.000"), (1e14, f"1{14 * '0'}.000")):
        assert query(min_amount=amount) == {"min_amount": text}


@pytest.mark.parametrize(
    "url",
    [
        "localhost:5000",
        "ftp://localhost",
        "http://",
        "http://localhost:x",
        "http://[::1",
        "http://lnbits..example.org",
        "http://localhost/a b",
        "http://user:pass@localhost",
        "http://localhost/payfeed/api/v1/ws/0123456789abcdef",
        "http://localhost/?api-key=0123456789abcdef",
    ],
)
def test_an_invalid_address_is_refused_without_showing_its_key(url: str) -> None:
    with pytest.raises(payfeed.BadAddress) as caught:
        Feed(url, KEY)
    assert "0123456789abcdef" not in str(caught.value)


def test_an_invalid_key_is_refused() -> None:
    for key in ("", "two words", "clé", "a\nb"):
        with pytest.raises(payfeed.BadAddress):
            Feed("http://localhost", key)
