"""What readers cost that are connected while nothing is paid: one for each wallet."""

import asyncio
from collections.abc import Callable

from harness import HELLO, SWITCHED, Row
from history import WALLETS, Old, cases, idle, old_lnbits
from lnbits_server import ROOT
from load_generator import Crowd, websocket_opening

SETTLE_SECONDS = 25
MEASURED_SECONDS = 40  # two checks of all keys, two heartbeats of each reader


async def idle_subscribers(
    sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000),
) -> list[Row]:
    return [
        await subscribed(database, size)
        for database, size, wallets in cases(sizes)
        if wallets == WALLETS
    ]


async def subscribed(database: str, size: int) -> Row:
    async with old_lnbits(database, size, WALLETS) as old:
        await old.server.terminate()
        old.server.add_extension("payfeed", ROOT)
        await old.server.start()
        await old.server.enable(old.server.admin)
        await old.until("active_feeds", WALLETS)
        await old.until("audit_rounds", 1)
        alone, _ = await idle(old, MEASURED_SECONDS)
        lnbits, used = [await _cpu(old, join) for join in (_join_lnbits, _join)]
    return Row(
        f"CPU, {WALLETS:,} idle subscribers of as many wallets, {size:,} payments on"
        f" {database}",
        f"{lnbits:.1f} %",
        f"{used:.1f} %",
        f"{alone:.1f} % without subscribers; goal: under 3",
    )


async def _cpu(old: Old, join: Callable[[Old, Crowd], None]) -> float:
    """In percent of a core, while the crowd that has joined waits."""
    crowd = Crowd()
    try:
        await asyncio.to_thread(join, old, crowd)
        await asyncio.sleep(SETTLE_SECONDS)
        used, _ = await idle(old, MEASURED_SECONDS)
    finally:
        crowd.end()
    return used


def _join_lnbits(old: Old, crowd: Crowd) -> None:
    """uvicorn sends a ping to each socket every 20 s, to LNbits' own ones too."""
    opening = websocket_opening("/api/v1/ws/idle")
    crowd.open("all", WALLETS, old.server.port, opening, SWITCHED)


def _join(old: Old, crowd: Crowd) -> None:
    for number in range(WALLETS):
        opening = websocket_opening("/payfeed/api/v1/ws", old.inkey(number))
        crowd.open(f"wallet {number}", 1, old.server.port, opening, HELLO)
