"""Payfeed on an LNbits with a long history: each cost by the number of payments.

A history is rows of LNbits' payments with stamps between 40 and 10 days ago, in one
wallet or in 1,000. The extension is enabled after they are there.
"""

import asyncio
import random
import sqlite3
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from harness import HERE, ROOMY, Row, ms, p99
from lnbits_server import ROOT, Server
from postgres import Postgres
from reader import reading

DAY = 86400
WALLETS = 1000
IDLE_SECONDS = 60  # LNbits has work of its own once a minute
SENT_PAYMENTS = 20
POLL_SECONDS = 0.02
GUARD_SECONDS = 900

# an expression for each column of a copy; the other columns are the template's
PAYMENT = {
    "sqlite": {
        "checking_id": "printf('seed%08d', n)",
        "payment_hash": "printf('%064x', n)",
        "wallet_id": "CASE WHEN {wallets} = 1 THEN wallet_id"
        " ELSE printf('{prefix}%04d', n % {wallets}) END",
        **dict.fromkeys(("time", "created_at", "updated_at"), "{begin} + n * {step}"),
    },
    "postgres": {
        "checking_id": "'seed' || lpad(n::text, 8, '0')",
        "payment_hash": "lpad(to_hex(n), 64, '0')",
        "wallet_id": "CASE WHEN {wallets} = 1 THEN wallet_id"
        " ELSE '{prefix}' || lpad((n % {wallets})::text, 4, '0') END",
        **dict.fromkeys(
            ("time", "created_at", "updated_at"),
            "to_timestamp({begin} + n * {step}) AT TIME ZONE 'UTC'",
        ),
    },
}
WALLET = {
    "sqlite": {
        "id": "printf('{prefix}%04d', n)",
        "inkey": "printf('%032x', n)",
        "adminkey": "printf('%032x', n + 1000000)",
        "lightning_address": "NULL",
    },
    "postgres": {
        "id": "'{prefix}' || lpad(n::text, 4, '0')",
        "inkey": "lpad(to_hex(n), 32, '0')",
        "adminkey": "lpad(to_hex(n + 1000000), 32, '0')",
        "lightning_address": "NULL",
    },
}
NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c"
    " WHERE n < {count} - 1) SELECT n FROM c)",
    "postgres": "(SELECT generate_series(0, {count} - 1) AS n)",
}
PREFIX = "bench"


@dataclass
class Old:
    """An LNbits with a history; `wallet` sells and pays."""

    server: Server
    wallet: dict[str, Any]
    payer: dict[str, Any]
    database: str
    url: str

    def inkey(self, number: int) -> str:
        """The invoice key of one of many wallets."""
        return f"{number:032x}"

    async def sql(self, statement: str) -> list[tuple[Any, ...]]:
        if self.database == "sqlite":
            path = self.server.folder / "data" / "database.sqlite3"
            with sqlite3.connect(path) as connection:
                return connection.execute(statement).fetchall()
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def copy(self, table: str, count: int, where: str, wallets: int) -> None:
        """Fill a table with copies of one row."""
        (first,) = await self.sql(f"SELECT * FROM {table} WHERE {where} LIMIT 1")
        names = {
            "sqlite": f"SELECT name FROM pragma_table_info('{table}')",
            "postgres": "SELECT column_name FROM information_schema.columns"
            f" WHERE table_name = '{table}' AND table_schema = 'public'"
            " ORDER BY ordinal_position",
        }
        columns = [name for (name,) in await self.sql(names[self.database])]
        assert len(columns) == len(first)
        made = (WALLET if table == "wallets" else PAYMENT)[self.database]
        values = ", ".join(made.get(name, f't."{name}"') for name in columns)
        listed = ", ".join(f'"{name}"' for name in columns)
        numbers = NUMBERS[self.database].format(count=count)
        options = {
            "wallets": wallets,
            "prefix": PREFIX,
            "begin": time.time() - 40 * DAY,
            "step": 30 * DAY / count,
        }
        await self.sql(
            f"INSERT INTO {table} ({listed}) SELECT {values.format(**options)} FROM"
            f" (SELECT * FROM {table} WHERE {where} LIMIT 1) AS t, {numbers} AS numbers"
        )

    def process_file(self, name: str) -> str:
        assert self.server.process
        return Path(f"/proc/{self.server.process.pid}/{name}").read_text()

    def cpu_seconds(self) -> float:
        fields = self.process_file("stat").rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory_mb(self, name: str = "VmRSS") -> float:
        lines = self.process_file("status").splitlines()
        return (
            int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024
        )

    def written_kb(self) -> float:
        lines = self.process_file("io").splitlines()
        found = next(line for line in lines if line.startswith("write_bytes"))
        return int(found.split()[1]) / 1024

    async def state(self) -> dict[str, int]:
        found: dict[str, int] = await self.server.call("GET", "/benchlab/state")
        return found

    async def until(self, name: str, least: int) -> None:
        deadline = time.monotonic() + GUARD_SECONDS
        while (await self.state())[name] < least:
            assert time.monotonic() < deadline, name
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def old_lnbits(
    database: str, size: int, wallets: int, **env: str
) -> AsyncIterator[Old]:
    cluster = Postgres() if database == "postgres" else None
    url = ""
    if cluster:
        cluster.start()
        url = cluster.database()
    server = Server(with_extension=False, **ROOMY, **env, LNBITS_DATABASE_URL=url)
    server.add_extension("benchlab", HERE / "benchlab")
    server.add_extension("paylab", HERE.parent / "tests" / "paylab")
    try:
        await server.start()
        await server.install(enable=False)
        payer = (await server.wallets(server.admin))[0]
        wallet = await server.new_wallet(server.admin, "shop")
        await server.credit(payer["id"], 1_000_000)
        await server.pay(payer, await server.invoice(wallet, 1))
        await server.terminate()
        old = Old(server, wallet, payer, database, url)
        received = f"wallet_id = '{wallet['id']}'"
        if wallets > 1:
            await old.copy("wallets", wallets, f"id = '{wallet['id']}'", wallets)
        await old.copy("apipayments", size, received, wallets)
        if cluster:
            await old.sql("ANALYZE")
        await server.start()
        yield old
    finally:
        await server.close()
        if cluster:
            cluster.close()


async def opening(old: Old, feeds: int) -> tuple[float, float, float]:
    """Enable: (seconds to active feeds, longest wait for health, MB added)."""
    before, waits, is_over = old.memory_mb(), [0.0], False

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=old.server.base, timeout=60) as client:
            while not is_over:
                began = time.monotonic()
                await client.get("/api/v1/health")
                waits.append(time.monotonic() - began)
                await asyncio.sleep(POLL_SECONDS)

    asking = asyncio.create_task(ask())
    began = time.monotonic()
    await old.server.enable(old.server.admin)
    await old.until("active_feeds", feeds)
    took = time.monotonic() - began
    is_over = True
    await asking
    return took, max(waits), old.memory_mb("VmHWM") - before


async def idle(old: Old, seconds: int = IDLE_SECONDS) -> tuple[float, float]:
    """(CPU in percent of a core, kB written a second), while nothing happens."""
    began, cpu, written = time.monotonic(), old.cpu_seconds(), old.written_kb()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    return (
        (old.cpu_seconds() - cpu) / took * 100,
        (old.written_kb() - written) / took,
    )


async def sent(old: Old) -> list[float]:
    """Seconds from LNbits' answer to a payment to the payer's frame.

    At random moments: a payment just after a look would always wait for the next one.
    """
    took, moments = [], random.Random(1)
    url = f"{old.server.ws}/payfeed/api/v1/ws/{old.payer['inkey']}"
    async with reading(url) as reader:
        await reader.until("hello")
        for _ in range(SENT_PAYMENTS):
            await asyncio.sleep(moments.random())
            invoice = await old.server.invoice(old.wallet, 1)
            await old.server.pay(old.payer, invoice)
            answered = time.monotonic()
            await reader.until("payment")
            took.append(time.monotonic() - answered)
    return took


async def restart(old: Old) -> float:
    """Seconds from LNbits' own first answer to Payfeed's healthy one."""
    await old.server.terminate()
    await old.server.start(until_recording=False)
    began = time.monotonic()
    while (await old.server.http.get("/payfeed/api/v1/health")).status_code != 200:
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - began


async def history(database: str, size: int, wallets: int) -> list[Row]:
    async with old_lnbits(database, size, wallets) as old:
        await asyncio.sleep(5)
        alone = await idle(old)
        await old.server.terminate()
        old.server.add_extension("payfeed", ROOT)
        await old.server.start()
        await asyncio.sleep(5)
        took, wait, memory = await opening(old, wallets + (2 if wallets > 1 else 1))
        await old.until("audit_rounds", 1)
        await old.until("is_upgraded", 1)
        used = await idle(old)
        frames = await sent(old)
        healthy = await restart(old)
    place = f"{size:,} payments in {wallets:,} on {database}"
    added, written = used[0] - alone[0], used[1] - alone[1]
    middle = statistics.median(frames)
    slowest = f"{ms(middle)} / {ms(p99(frames))}"
    return [
        Row(
            f"enabling, {place}",
            "",
            f"{took:.1f} s; goal: 10 s",
            f"LNbits waits {ms(wait)} at most, {memory:.0f} MB; goals: 100 ms, 30 MB",
        ),
        Row(
            f"idle CPU, {place}",
            f"{alone[0]:.2f} %",
            f"{used[0]:.2f} %",
            f"{added:.2f} more, {written:.1f} kB/s more; goals: under 1, under 1",
        ),
        Row(f"sent payment → frame, p50 / p99, {place}", "", slowest, "0.6 s / 1.2 s"),
        Row(f"restart → healthy, {place}", "", f"{healthy:.2f} s", "goal: 1 s"),
    ]


def cases(sizes: tuple[int, ...]) -> Iterator[tuple[str, int, int]]:
    """(database, payments, wallets). Beyond 100,000 LNbits is too slow on SQLite."""
    for database in ("sqlite", "postgres"):
        for size in sizes:
            if database == "sqlite" and size > 100_000:
                continue
            for wallets in (1, WALLETS):
                yield database, size, wallets


async def histories(sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)) -> list[Row]:
    rows = []
    for case in cases(sizes):
        rows += await history(*case)
    return rows
