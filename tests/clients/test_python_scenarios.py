"""The Python client through every scenario of the scripted server."""

import asyncio
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from lnbits_payfeed import Event, Feed, Gap
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


def told(item: object) -> str:
    if isinstance(item, Gap):
        return f"gap {item.reason}"
    assert isinstance(item, Event)
    return item.id


async def listen(feed: Feed, scenario: dict[str, Any]) -> tuple[list[str], str]:
    """What was told, and the outcome."""
    expected, ack = scenario["expect"], scenario.get("client", {}).get("ack")
    found: list[str] = []
    try:
        async for item in feed:
            found.append(told(item))
            if ack and isinstance(item, Event):
                await feed.ack(item)
            if expected["outcome"] == "running" and len(found) == len(expected["told"]):
                return found, "running"
    except payfeed.Refused as exc:
        return found, f"stopped {exc.code}"
    except payfeed.GaveUp:
        return found, "gave up"
    except payfeed.WrongSignature:
        return found, "wrong signature"
    return found, "ended"


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_client_goes_through(name: str) -> None:
    scenario = SCENARIOS[name]
    expected = scenario["expect"]
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/{name}"
        async with Feed(url, KEY, **options(scenario)) as feed:
            found, outcome = await asyncio.wait_for(listen(feed, scenario), HANG_GUARD)
        connections = await asyncio.to_thread(report, port, name)
    assert found == expected["told"]
    assert outcome == expected["outcome"]
    assert feed.invalid == expected["invalid"]
    check_connections(connections, expected, key_in="header")


def test_the_blocking_form_goes_through_restarts() -> None:
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
                found.append(told(item))
                assert isinstance(item, Event)
                feed.ack(item)
                if len(found) == 4:
                    assert feed.next(timeout_seconds=0.05) is None
                    assert feed.position == "abc-4"
                    break
        return found

    assert asyncio.run(main()) == scenario["expect"]["told"]


async def test_the_cursor_keeps_only_what_was_acknowledged(tmp_path: Path) -> None:
    cursor = payfeed.FileCursor(tmp_path / "place")
    async with scripted_server() as port:

        async def read(name: str, count: int, ack: bool) -> list[str]:
            url = f"http://127.0.0.1:{port}/{name}"
            found: list[str] = []
            async with Feed(url, KEY, since="start", cursor=cursor) as feed:
                async for item in feed:
                    found.append(told(item))
                    if ack and isinstance(item, Event):
                        await feed.ack(item)
                    if len(found) == count:
                        break
            return found

        assert await read("restart~1", 2, ack=False) == ["abc-1", "abc-2"]
        assert cursor.load() == "abc-0"
        assert await read("restart~2", 2, ack=True) == ["abc-1", "abc-2"]
        assert cursor.load() == "abc-2"
        assert await read("restart~3", 1, ack=False) == ["abc-1"]
        connections = await asyncio.to_thread(report, port, "restart~3")
    assert connections[0]["since"] == "abc-2"
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


async def test_waiting_may_be_cancelled_without_losing_an_event() -> None:
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/restart"
        chosen = options(SCENARIOS["restart"])
        found: list[str] = []
        async with Feed(url, KEY, **chosen) as feed:
            while len(found) < 4:
                try:
                    item = await asyncio.wait_for(feed.__anext__(), 0.05)
                except asyncio.TimeoutError:
                    continue
                found.append(told(item))
        assert found == SCENARIOS["restart"]["expect"]["told"]


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


@pytest.mark.parametrize(
    "url",
    [
        "localhost:5000",
        "ftp://localhost",
        "http://",
        "http://localhost:x",
        "http://user:pass@localhost",
        "http://localhost/payfeed/api/v1/ws/0123456789abcdef",
        "http://localhost/?api-key=0123456789abcdef",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_without_its_key(url: str) -> None:
    with pytest.raises(payfeed.BadAddress) as told_:
        Feed(url, KEY)
    assert "0123456789abcdef" not in str(told_.value)


def test_a_key_that_cannot_be_one_is_refused() -> None:
    for key in ("", "two words", "clé", "a\nb"):
        with pytest.raises(payfeed.BadAddress):
            Feed("http://localhost", key)
