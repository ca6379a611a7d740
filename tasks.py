"""The background: invoice listener, reconcile, retention, the clock of sessions."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
from loguru import logger

from . import host
from .services import Payfeed

SWEEP_SECONDS = 1.5
SWEEP_SHARE = 0.05
RETENTION_SECONDS = 300
POLL_SECONDS = 5


async def sweep(payfeed: Payfeed) -> None:
    """Reconcile every few seconds, taking at most a twentieth of the time."""
    while not payfeed.stopping:
        began = time.monotonic()
        try:
            found = await payfeed.sweep()
            if found:
                logger.info(f"payfeed: reconcile recorded {found} payments")
        except Exception as exc:
            logger.warning(f"payfeed: sweep failed: {type(exc).__name__}: {exc}")
        took = time.monotonic() - began
        await asyncio.sleep(max(SWEEP_SECONDS, took / SWEEP_SHARE))


async def expire(payfeed: Payfeed) -> None:
    while not payfeed.stopping:
        gone = await payfeed.expire()
        if gone:
            logger.info(f"payfeed: retention deleted {gone} events")
        await asyncio.sleep(RETENTION_SECONDS)


async def clock(payfeed: Payfeed) -> None:
    checked = polled = time.monotonic()
    while not payfeed.stopping:
        await asyncio.sleep(1)
        now = time.monotonic()
        payfeed.tick()
        if now - checked >= payfeed.heartbeat_seconds:
            checked = now
            await payfeed.recheck()
        if now - polled >= POLL_SECONDS:
            polled = now
            await payfeed.poll()


async def listen(payfeed: Payfeed) -> None:
    """PostgreSQL's notifications; while they are down, `poll` backs them up."""
    url = host.database_url()
    if url is None:
        return

    def heard(_connection: object, _pid: int, _channel: str, payload: str) -> None:
        wallet_id, _, offset = payload.rpartition(" ")
        if offset.isdecimal():
            payfeed.journal.advance(wallet_id, int(offset))

    while not payfeed.stopping:
        connection = await asyncpg.connect(url)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            await connection.add_listener("payfeed", heard)
            await payfeed.poll()
            await lost.wait()
        finally:
            await connection.close()


def start(payfeed: Payfeed) -> list[Callable[[], None]]:
    """Start all tasks; the returned functions end them."""
    loops: dict[str, Callable[[Payfeed], Awaitable[None]]] = {
        "sweep": sweep,
        "retention": expire,
        "clock": clock,
        "listen": listen,
    }
    if host.database_url() is None:
        del loops["listen"]
    tasks = [
        host.start_task(name, partial(run, payfeed)) for name, run in loops.items()
    ]
    return [
        *(partial(host.cancel, task) for task in tasks),
        host.listen_for_payments(payfeed.on_invoice_paid),
        host.mask_logs(),
        host.on_terminate(payfeed.close_all),
    ]
