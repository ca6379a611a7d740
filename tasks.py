"""The background: invoice listener, reconcile, retention, the clock of sessions."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from functools import partial

from loguru import logger

from . import host
from .services import Payfeed

SWEEP_SECONDS = 1
SWEEP_SHARE = 0.1
MOST_SECONDS = 30
RETRY_SECONDS = 5
LATE_SECONDS = 15
RETENTION_SECONDS = 300
POLL_SECONDS = 5
RECONNECT_SECONDS = 1
ASK_SECONDS = 30
ANSWER_SECONDS = 10


async def sweep(payfeed: Payfeed) -> None:
    """Reconcile every second, more rarely where looking takes over a tenth of the time.

    What is found has to be recorded, however long that takes.
    """
    while not payfeed.stopping:
        began = time.monotonic()
        failure: Exception | None = None
        try:
            found = await payfeed.recorder.sweep()
            if found:
                logger.info(f"payfeed: reconcile recorded {found} payments")
        except Exception as exc:
            failure = exc
            logger.warning(f"payfeed: sweep failed: {_reason(exc)}")
        now = time.monotonic()
        took = now - began
        cost = took if failure else payfeed.recorder.look_seconds
        # the database may be back soon
        most = RETRY_SECONDS if failure else MOST_SECONDS
        pause = min(max(SWEEP_SECONDS, cost / SWEEP_SHARE), most)
        if failure is None:
            payfeed.healthy_until = now + pause + took + LATE_SECONDS
        await asyncio.sleep(pause)


async def expire(payfeed: Payfeed) -> None:
    gone = await payfeed.retention.expire()
    if gone:
        logger.info(f"payfeed: retention deleted {gone} events")
    await payfeed.retention.bound_bodies()


async def repeat(
    payfeed: Payfeed, name: str, seconds: float, act: Callable[[], Awaitable[None]]
) -> None:
    """`act` every so often; a failure, as of a lost database, is told and passes."""
    while not payfeed.stopping:
        try:
            await act()
        except Exception as exc:
            logger.warning(f"payfeed: {name} failed: {_reason(exc)}")
        await asyncio.sleep(seconds)


async def clock(payfeed: Payfeed) -> None:
    while not payfeed.stopping:
        await asyncio.sleep(1)
        payfeed.tick()


async def listen(payfeed: Payfeed) -> None:
    """PostgreSQL's notifications; while they are down, `poll` backs them up."""
    told = ""
    while not payfeed.stopping:
        began = time.monotonic()
        try:
            await _hear(payfeed)
        except Exception as exc:
            # not the text: it may hold a part of the database's address
            why = type(exc).__name__
            if why != told or time.monotonic() - began > ASK_SECONDS:
                logger.warning(f"payfeed: no notifications, polling: {why}")
            told = why
        await asyncio.sleep(RECONNECT_SECONDS)


async def _hear(payfeed: Payfeed) -> None:
    """Until the connection is lost, which raises. A silent loss shows by asking."""
    name = {"application_name": "payfeed listens"}
    connection = await host.connect_to_postgres(
        timeout=ANSWER_SECONDS, server_settings=name
    )
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    try:
        await connection.add_listener("payfeed", lambda *told: payfeed.heard(told[-1]))
        await payfeed.poll()
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(lost.wait(), ASK_SECONDS)
            await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
    finally:
        await connection.close(timeout=1)


def _reason(exc: Exception) -> str:
    return f"{type(exc).__name__}: {str(exc).partition(chr(10))[0]}"


def start(payfeed: Payfeed) -> list[Callable[[], None]]:
    """Start all tasks; the returned functions end them."""
    beat = payfeed.heartbeat_seconds
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "sweep": partial(sweep, payfeed),
        "clock": partial(clock, payfeed),
        "retention": partial(
            repeat, payfeed, "retention", RETENTION_SECONDS, partial(expire, payfeed)
        ),
        "recheck": partial(repeat, payfeed, "recheck", beat, payfeed.recheck),
        "poll": partial(repeat, payfeed, "poll", POLL_SECONDS, payfeed.poll),
    }
    if host.has_other_processes():
        loops["listen"] = partial(listen, payfeed)
    tasks = [host.start_task(name, run) for name, run in loops.items()]
    return [
        *(partial(host.cancel, task) for task in tasks),
        host.listen_for_payments(payfeed.recorder.on_invoice_paid),
        host.on_terminate(payfeed.close_all),
    ]
