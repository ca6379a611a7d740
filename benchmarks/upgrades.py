"""The upgrade from 0.1.0 through LNbits' extension manager, with a large database.

1,000 wallets with 100,000 events, readers connected, a payment under way at all times.
"""

import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import websockets
from harness import Row, ms
from history import DAY, NUMBERS, PREFIX, WALLETS, Old, old_lnbits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import build_release
from publisher import install, manage, publish_commit, publishing

OLD, OLD_COMMIT = "0.1.0", "fea27cd"
EVENTS = 100_000
READERS = 100
RETRY_SECONDS = 1.0  # at most; at random, so that they do not return together
GUARD_SECONDS = 300

# copies of the only event of 0.1.0, in the feeds of all wallets
EVENT_ROWS = """
INSERT INTO payfeed.events
SELECT f.wallet_id, n / {wallets} + 1, type, custom, direction, status, amount_msat,
    tag, {begin} + n, size, replace(replace(body, first.epoch || '-1"',
    f.epoch || '-' || (n / {wallets} + 1) || '"'), '{hash}', {payment_hash})
FROM {numbers} AS numbers JOIN payfeed.feeds f ON f.wallet_id = {wallet},
    payfeed.events e JOIN payfeed.feeds first ON first.wallet_id = e.wallet_id
WHERE e.wallet_id = '{template}' AND event_offset = 1
"""
HEADS = "UPDATE payfeed.feeds SET head = {per_wallet} WHERE wallet_id LIKE '{prefix}%'"
SEEN = """
INSERT INTO payfeed.seen SELECT {wallet}, 'in', {payment_hash}, 'confirmed'
FROM {numbers} AS numbers WHERE true ON CONFLICT DO NOTHING
"""
DIALECT = {
    "sqlite": {
        "wallet": "printf('{prefix}%04d', n % {wallets})",
        "payment_hash": "printf('%064x', n)",
    },
    "postgres": {
        "wallet": "'{prefix}' || lpad((n % {wallets})::text, 4, '0')",
        "payment_hash": "lpad(to_hex(n), 64, '0')",
    },
}


async def payfeed_sql(old: Old, statement: str) -> list[Any]:
    if old.database == "sqlite":
        path = old.server.folder / "data" / "ext_payfeed.sqlite3"
        with sqlite3.connect(":memory:") as connection:
            connection.execute("ATTACH ? AS payfeed", (str(path),))
            return connection.execute(statement).fetchall()
    connection = await asyncpg.connect(old.url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def fill(old: Old) -> None:
    """The log of 0.1.0, as if it had recorded all of LNbits' payments."""
    (payment,) = await payfeed_sql(
        old,
        f"SELECT body FROM payfeed.events WHERE wallet_id = '{old.wallet['id']}'",
    )
    names = {
        "prefix": PREFIX,
        "wallets": str(WALLETS),
        "per_wallet": str(EVENTS // WALLETS),
        "template": old.wallet["id"],
        "hash": json.loads(payment[0])["payment"]["payment_hash"],
        "begin": str(int(time.time()) - 20 * DAY),
        "numbers": NUMBERS[old.database].format(count=EVENTS),
    }
    names |= {k: v.format(**names) for k, v in DIALECT[old.database].items()}
    for statement in (EVENT_ROWS, HEADS, SEEN):
        await payfeed_sql(old, statement.format(**names))


class Reader:
    """Connects again and again; `away_seconds` is how long it was not connected."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.hellos = 0
        self.lost_at: float | None = None
        self.away_seconds = 0.0

    async def run(self) -> None:
        while True:
            try:
                async with websockets.connect(self.url) as socket:
                    await socket.recv()
                    self.hellos += 1
                    if self.lost_at is not None:
                        self.away_seconds = time.monotonic() - self.lost_at
                    async for _ in socket:
                        pass
            except (OSError, websockets.WebSocketException):
                pass
            if self.lost_at is None and self.hellos:
                self.lost_at = time.monotonic()
            await asyncio.sleep(random.uniform(0, RETRY_SECONDS))


async def until(is_so: Any) -> None:
    deadline = time.monotonic() + GUARD_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def upgrade(database: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, publishing(Path(name)) as base:
        folder = Path(name)
        build_release.build(folder, base)
        publish_commit(folder, base, OLD_COMMIT, OLD)
        manifests = {"LNBITS_EXTENSIONS_MANIFESTS": f'["{base}/extensions.json"]'}
        async with old_lnbits(database, EVENTS, WALLETS, **manifests) as old:
            return await _upgrade(old, folder, base)


async def _upgrade(old: Old, folder: Path, base: str) -> list[Row]:
    server = old.server
    await install(server, OLD)
    await manage(server, "PUT", "/activate")
    await server.enable(server.admin)
    await server.pay(old.payer, await server.invoice(old.wallet, 1))
    await server.payfeed("GET", "events?since=start&wait=20", old.wallet["inkey"])
    feeds = 0
    while feeds < WALLETS + 2:
        ((feeds,),) = await payfeed_sql(old, "SELECT count(*) FROM payfeed.feeds")
        await asyncio.sleep(1)
    await server.terminate()
    await fill(old)
    await server.start()

    readers = [
        Reader(f"{server.ws}/payfeed/api/v1/ws/{old.inkey(number)}")
        for number in range(READERS)
    ]
    tasks = [asyncio.create_task(reader.run()) for reader in readers]
    await until(lambda: all(reader.hellos for reader in readers))
    paid, waits, is_over = 0, [0.0], False

    async def pay_on() -> None:
        nonlocal paid
        while not is_over:
            began = time.monotonic()
            await server.pay(old.payer, await server.invoice(old.wallet, 1))
            waits.append(time.monotonic() - began)
            paid += 1

    paying = asyncio.create_task(pay_on())
    build_release.build(folder, base)
    began = time.monotonic()
    await install(server, build_release.version())
    took = time.monotonic() - began
    await until(lambda: all(reader.hellos > 1 for reader in readers))
    is_over = True
    await paying
    found = 0
    deadline = time.monotonic() + GUARD_SECONDS
    while found != paid + 1:
        assert time.monotonic() < deadline, (found, paid)
        page = await server.payfeed(
            "GET", "events?since=start&limit=1000", old.wallet["inkey"]
        )
        found = len(page.json()["events"])
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    away = [reader.away_seconds for reader in readers]
    return [
        Row(
            f"upgrade from 0.1.0, {EVENTS:,} events, {WALLETS:,} wallets on"
            f" {old.database}: readers' return",
            "",
            f"{max(away):.1f} s",
            f"at most, p50 {ms(statistics.median(away))}; goal: at most 5 s. LNbits'"
            f" installation {took:.1f} s; {paid} payments meanwhile, none lost, the"
            f" slowest {max(waits):.1f} s",
        )
    ]


async def upgrades() -> list[Row]:
    return [
        row for database in ("sqlite", "postgres") for row in await upgrade(database)
    ]
