"""A backup is restored as docs/operating.md says; clients notice."""

import asyncio
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
from lnbits_payfeed import Event, Feed, Gap
from shop import Shop

OPERATING = Path(__file__).resolve().parent.parent.parent / "docs/operating.md"
HANG_GUARD = 60


def statements(dialect: str) -> str:
    found = re.search(rf"```{dialect}\n(.*?)```", OPERATING.read_text(), re.DOTALL)
    assert found
    return found[1]


class Backup:
    """Of a stopped LNbits: its data folder, and its database on PostgreSQL."""

    def __init__(self, shop: Shop) -> None:
        self.server = shop.server
        self.data = shop.server.folder / "data"
        self.copy = shop.server.folder / "backup"
        self.url = shop.server.env.get("LNBITS_DATABASE_URL")

    async def _postgres(self, *commands: str, database: str = "postgres") -> None:
        assert self.url
        base, _, _ = self.url.rpartition("/")
        connection = await asyncpg.connect(f"{base}/{database}")
        for command in commands:
            await connection.execute(command)
        await connection.close()

    async def take(self) -> None:
        shutil.copytree(self.data, self.copy)
        if self.url:
            name = self.url.rpartition("/")[2]
            await self._postgres(f"CREATE DATABASE {name}_backup TEMPLATE {name}")

    async def restore(self) -> None:
        shutil.rmtree(self.data)
        self.copy.rename(self.data)
        if self.url:
            name = self.url.rpartition("/")[2]
            await self._postgres(
                f"DROP DATABASE {name} WITH (FORCE)",
                f"ALTER DATABASE {name}_backup RENAME TO {name}",
            )
            await self._postgres(statements("postgresql"), database=name)
        else:
            with sqlite3.connect(self.data / "ext_payfeed.sqlite3") as database:
                database.executescript(statements("sqlite"))
            database.close()


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
    wish = {"name": "till", "scopes": ["read"]}
    made = await server.payfeed("POST", "keys", shop.wallet["adminkey"], json=wish)
    options: dict[str, Any] = {"since": "start", "backoff_cap_seconds": 0.5}
    async with Feed(server.base, made.json()["key"], **options) as feed:
        kept = [await shop.sell(1)]
        assert len(await take(feed, 1)) == 1
        backup = Backup(shop)
        await server.terminate()
        await backup.take()
        await server.start()
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
    await asyncio.sleep(4)
    page = (await server.payfeed("GET", "events?since=start", key)).json()
    told = [event["payment"]["payment_hash"] for event in page["events"]]
    assert told == [payment_hash]
    assert payment_hash not in kept
