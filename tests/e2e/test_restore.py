"""A backup is restored as docs/operating.md says; clients notice."""

import asyncio
import contextlib
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio
from lnbits_payfeed import Event, Feed, Gap
from needs import need
from receiver import Receiver
from shop import Shop, opened

HANG_GUARD = 60
SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}


class Backup:
    """Of a whole LNbits: its data folder, and its database on PostgreSQL."""

    def __init__(self, shop: Shop) -> None:
        self.server = shop.server
        self.data = shop.server.folder / "data"
        self.copy = shop.server.folder / "backup"
        self.url = shop.server.env.get("LNBITS_DATABASE_URL")

    async def _postgres(self, *commands: str) -> None:
        assert self.url
        base, _, _ = self.url.rpartition("/")
        connection = await asyncpg.connect(f"{base}/postgres")
        for command in commands:
            await connection.execute(command)
        await connection.close()

    def _copy(self, name: str) -> None:
        """As `.backup` of SQLite's shell does it."""
        with (
            contextlib.closing(sqlite3.connect(self.data / name)) as source,
            contextlib.closing(sqlite3.connect(self.copy / name)) as target,
        ):
            source.backup(target)

    def _client(self, tool: str, *arguments: str) -> None:
        program = Path(need("pg_ctl")).resolve().parent / tool
        subprocess.run([program, *arguments], check=True, timeout=HANG_GUARD)

    def _dump(self) -> None:
        self._client("pg_dump", "-Fc", "-f", str(self.copy / "dump"), str(self.url))

    async def take_stopped(self) -> None:
        """On SQLite of a stopped LNbits, which is started again."""
        if self.url:
            self.copy.mkdir()
            self._dump()
            return
        await self.server.terminate()
        shutil.copytree(self.data, self.copy)
        await self.server.start()

    async def take(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        """On SQLite `meanwhile` is done between the copies, else before."""
        self.copy.mkdir()
        if self.url:
            await meanwhile()
            self._dump()
            return
        self._copy("ext_payfeed.sqlite3")
        await meanwhile()
        self._copy("database.sqlite3")

    async def restore(self) -> None:
        """Put the backup in place, for the next start."""
        self.server.env["PAYFEED_RESTORED"] = f"{time.time()}"
        if self.url:
            name = self.url.rpartition("/")[2]
            await self._postgres(
                f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name}"
            )
            self._client("pg_restore", "-d", self.url, str(self.copy / "dump"))
            return
        for path in self.data.glob("*.sqlite3*"):
            path.unlink()
        shutil.copytree(self.copy, self.data, dirs_exist_ok=True)


@pytest_asyncio.fixture(scope="module")
async def shop_to_restore(module_database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(**SETTINGS, **module_database) as ready:
        yield ready


@pytest_asyncio.fixture
async def shop(shop_to_restore: Shop) -> AsyncIterator[Shop]:
    """One server for all tests; each has a user of its own, and a backup."""
    yield await shop_to_restore.for_new_user()
    shutil.rmtree(shop_to_restore.server.folder / "backup", ignore_errors=True)


async def take(feed: Feed, count: int) -> list[Any]:
    """The next items of a client."""
    items: list[Any] = []
    while len(items) < count:
        items.append(await asyncio.wait_for(anext(feed), HANG_GUARD))
    return items


async def test_after_restoring_a_backup_clients_get_a_gap_and_then_what_is_new(
    shop: Shop,
) -> None:
    server, key = shop.server, shop.wallet["inkey"]
    body = {"name": "till", "scopes": ["read"]}
    made = await server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    options: dict[str, Any] = {"since": "start", "backoff_cap_seconds": 0.5}
    async with Feed(server.base, made.json()["key"], **options) as feed:
        kept = [await shop.sell(1)]
        assert len(await take(feed, 1)) == 1
        backup = Backup(shop)
        await backup.take_stopped()
        kept += [await shop.sell(2), await shop.sell(3)]
        before = await take(feed, 2)
        await feed.ack(before[-1])
        server.kill()
        await backup.restore()
        await server.start()
        gap = (await take(feed, 1))[0]
        assert isinstance(gap, Gap)
        assert gap.reason == "unknown"
        payment_hash = await shop.sell(4)
        new = (await take(feed, 1))[0]
        assert isinstance(new, Event)
        assert new.frame["payment"]["payment_hash"] == payment_hash
        assert new.id.endswith("-1")
        assert new.id.split("-")[0] != before[0].id.split("-")[0]
        await feed.ack(new)
    await server.swept()
    page = (await server.payfeed("GET", "events?since=start", key)).json()
    recorded = [event["payment"]["payment_hash"] for event in page["events"]]
    assert recorded == [payment_hash]
    assert payment_hash not in kept


async def test_after_restoring_a_backup_a_webhook_is_sent_a_gap_and_then_what_is_new(
    shop: Shop,
) -> None:
    server, key = shop.server, shop.wallet["adminkey"]
    async with Receiver() as receiver:
        body = {"url": receiver.url()}
        await server.payfeed("POST", "webhooks", key, json=body)
        first = await shop.sell(1)
        before = (await receiver.until(1))[0]
        assert before.payment_hash == first
        backup = Backup(shop)
        await backup.take_stopped()
        await shop.sell(2)
        await receiver.until(2)
        server.kill()
        await backup.restore()
        await server.start()
        gap = (await receiver.until(3))[2].frame
        assert (gap["type"], gap["reason"]) == ("gap", "unknown")
        assert gap["since"] == before.id
        last = await shop.sell(3)
        assert (await receiver.until(4))[3].payment_hash == last


async def test_a_later_start_with_the_same_text_goes_on_in_the_epoch(
    shop: Shop,
) -> None:
    server, key = shop.server, shop.wallet["inkey"]
    server.env["PAYFEED_RESTORED"] = f"{time.time()}"
    await server.terminate()
    await server.start()
    await shop.sell(1)
    await server.swept()
    before = (await server.payfeed("GET", "events?since=start", key)).json()
    await server.terminate()
    await server.start()
    await server.swept()
    after = (await server.payfeed("GET", "events?since=start", key)).json()
    assert [event["id"] for event in after["events"]] == [before["events"][0]["id"]]
    assert "begin a new epoch" in server.log


async def test_a_backup_of_a_running_lnbits_misses_no_payment_that_lnbits_has(
    shop: Shop,
) -> None:
    """Nor is any sent again; what was paid after the backup is gone in both."""
    server, key = shop.server, shop.wallet["inkey"]
    backup = Backup(shop)
    hashes: list[str] = []

    async def sell() -> None:
        hashes.append(await shop.sell(2))
        await recorded(2)

    async def recorded(count: int) -> list[str]:
        """The payments of the feed, once there are so many."""
        events: list[Any] = []
        cursor = "start"
        while len(events) < count:
            path = f"events?since={cursor}&wait=20"
            page = (await server.payfeed("GET", path, key)).json()
            assert page["events"], events
            events += page["events"]
            cursor = page["cursor"]
        return [event["payment"]["payment_hash"] for event in events]

    first = await shop.sell(1)
    assert await recorded(1) == [first]
    await backup.take(meanwhile=sell)
    await shop.sell(3)
    server.kill()
    await backup.restore()
    await server.start()
    missing = [] if backup.url else hashes
    assert await recorded(len(missing)) == missing
    await server.swept()
    last = await shop.sell(4)
    assert await recorded(len(missing) + 1) == [*missing, last]
