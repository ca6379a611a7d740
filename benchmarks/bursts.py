"""Many payments a second, as LNbits' listener hands them over, and their frames."""

import asyncio
import re
import statistics
import time
from contextlib import AsyncExitStack

from harness import Bench, Row, ms, p99
from postgres import Postgres
from websockets.asyncio.client import connect

# (payments a second, for seconds, are the feeds of 1,000 wallets opening meanwhile)
BURSTS = (
    (100, 10, False),
    (300, 10, False),
    (600, 10, False),
    (1000, 10, False),
    (300, 60, False),
    (300, 10, True),
)
OPENING_WALLETS = 1000
SENT_AT = re.compile(r'"memo":"([0-9]+)"')
GUARD_SECONDS = 120


async def bursts() -> list[Row]:
    rows = []
    for database in ("sqlite", "postgres"):
        async with AsyncExitStack() as stack:
            env = {}
            if database == "postgres":
                cluster = Postgres()
                cluster.start()
                stack.callback(cluster.close)
                env["LNBITS_DATABASE_URL"] = cluster.database()
            bench = await stack.enter_async_context(Bench(**env))
            for rate, seconds, is_opening in BURSTS:
                rows.append(await _burst(bench, database, rate, seconds, is_opening))
    return rows


async def _burst(
    bench: Bench, database: str, rate: int, seconds: int, is_opening: bool
) -> Row:
    count, wallet = rate * seconds, bench.shop.wallet
    url = f"{bench.shop.server.ws}/payfeed/api/v1/ws/{wallet['inkey']}"
    delays: list[float] = []
    async with connect(url, max_size=None) as socket:
        await socket.recv()
        if is_opening:
            await bench.lab("wallets", owner=wallet["user"], count=OPENING_WALLETS)
        await bench.lab("burst", wallet_id=wallet["id"], rate=rate, seconds=seconds)
        began = time.monotonic()
        while len(delays) < count:
            frame = str(await asyncio.wait_for(socket.recv(), GUARD_SECONDS))
            if sent_at := SENT_AT.search(frame):
                delays.append(time.monotonic() - int(sent_at[1]) / 1e6)
        took = time.monotonic() - began
    measure = f"{rate:,} payments/s for {seconds} s on {database}, payment → frame"
    if is_opening:
        measure += f", while {OPENING_WALLETS:,} feeds open"
    goal = " goal: 150 ms" if (rate, seconds) == (300, 60) else ""
    return Row(
        measure + ", p50 / p99",
        "",
        f"{ms(statistics.median(delays))} / {ms(p99(delays))};{goal}".rstrip(";"),
        f"all after {took:.1f} s",
    )
