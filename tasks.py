"""What runs in the background, with one lifetime: the task that LNbits runs."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from loguru import logger

from . import crud
from .delivery.webhooks.dispatcher import RENEW_SECONDS
from .extension import Extension, set_current, unset_current
from .feed.restored import renew_epochs
from .host import postgres, server, settings
from .host import tasks as host_tasks

NAME = "ext_payfeed"
SWEEP_SECONDS = 1
FOLLOW_SECONDS = 2
LOOK_BACK_SECONDS = 60
SWEEP_SHARE = 0.1
MAX_SWEEP_PAUSE_SECONDS = 30
FAILED_SWEEP_PAUSE_SECONDS = 5
LATE_SECONDS = 15
RETENTION_SECONDS = 300
POLL_SECONDS = 5
WEBHOOKS_SECONDS = 30  # a look for work of webhooks, in case a wake was lost
RECONNECT_SECONDS = 1
ASK_SECONDS = 30
ANSWER_SECONDS = 10

Loop = Callable[[], Coroutine[Any, Any, None]]


def start() -> None:
    """Run the extension until `stop`. Another copy that runs ends first."""
    host_tasks.start(NAME, run)


def stop() -> None:
    host_tasks.stop(NAME)


async def run() -> None:
    """One lifetime of the extension, until it is cancelled."""
    async with running_extension() as extension:
        await server.wait_for_shutdown()
        extension.close_readers()
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def running_extension() -> AsyncIterator[Extension]:
    """A copy of the extension with its loops; all of it ends with the block."""
    chosen = settings.load()
    await renew_epochs(chosen.restored)
    crud.open_databases()
    extension = Extension(chosen)
    set_current(extension)
    loops = [asyncio.create_task(loop()) for loop in loops_of(extension)]
    stop_listening = host_tasks.listen_for_payments(
        f"{NAME}_invoices", extension.recorder.on_invoice_paid
    )
    try:
        yield extension
    finally:
        stop_listening()
        await extension.webhooks.stop()
        unset_current(extension)
        extension.close()
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        crud.close_databases()


def loops_of(extension: Extension) -> list[Loop]:
    """The loops that run side by side; each handles its own failures."""

    async def clock() -> None:
        extension.subscribers.tick()
        await extension.authenticator.save_last_used()

    async def retention() -> None:
        await extension.webhooks.expire()
        deleted = await extension.retention.expire()
        if deleted:
            logger.info(f"payfeed: retention deleted {deleted} events")
        await extension.erasing.complete()
        await extension.retention.bound_bodies()
        await extension.payment_index.complete()

    recheck = extension.subscribers.recheck
    beat_seconds = extension.settings.heartbeat_seconds
    loops: list[Loop] = [
        lambda: watch(extension),
        lambda: repeat("look back", LOOK_BACK_SECONDS, extension.looks.look_back),
        lambda: repeat("audit", SWEEP_SECONDS, extension.audit.run),
        lambda: repeat("clock", 1, clock),
        lambda: repeat("retention", RETENTION_SECONDS, retention),
        lambda: repeat("recheck", beat_seconds, recheck),
    ]
    if extension.settings.webhooks:
        webhooks, renew = extension.webhooks.poll, extension.webhooks.renew_leases
        look_seconds = WEBHOOKS_SECONDS
        if postgres.has_other_processes():
            look_seconds = POLL_SECONDS
            loops.append(lambda: repeat("leases", RENEW_SECONDS, renew))
        loops.append(lambda: repeat("webhooks", look_seconds, webhooks))
    if postgres.has_other_processes():
        loops.append(lambda: listen(extension))
    return loops


async def repeat(name: str, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Call `act` every so many seconds; a failure is logged."""
    while True:
        try:
            await act()
        except Exception as exc:
            logger.warning(f"payfeed: {name} failed: {_reason(exc)}")
        await asyncio.sleep(seconds)


async def watch(extension: Extension) -> None:
    """Look every second for changed payments, and for users who enable or disable.

    LNbits without an index on times has to be read whole: then less often, so that
    reading takes a tenth of the time. Recording does not count: it has to be done.
    """
    followed_at = -math.inf
    while True:
        began = time.monotonic()
        failure: Exception | None = None
        try:
            if began - followed_at >= FOLLOW_SECONDS:
                await extension.enablement.follow()
                followed_at = began
            found = await extension.looks.look()
            if found:
                logger.info(f"payfeed: reconcile recorded {found} payments")
        except Exception as exc:
            failure = exc
            logger.warning(f"payfeed: sweep failed: {_reason(exc)}")
        took = time.monotonic() - began
        pause = sweep_pause(extension.looks.scan_seconds, took, failure)
        if failure is None:
            extension.stay_healthy(pause + took + LATE_SECONDS)
        await asyncio.sleep(pause)


def sweep_pause(
    scan_seconds: float, took_seconds: float, failure: Exception | None
) -> float:
    """Seconds until the next look. A database that is back does not wait long."""
    cost = took_seconds if failure else scan_seconds
    longest = FAILED_SWEEP_PAUSE_SECONDS if failure else MAX_SWEEP_PAUSE_SECONDS
    return min(max(SWEEP_SECONDS, cost / SWEEP_SHARE), longest)


async def listen(extension: Extension) -> None:
    """Receive PostgreSQL's notifications; `Enablement.follow` finds what is lost."""
    reported = ""
    while True:
        began = time.monotonic()
        try:
            await _receive_notifications(extension)
        except Exception as exc:
            # not the text: it may contain a part of the database's address
            reason = type(exc).__name__
            if reason != reported or time.monotonic() - began > ASK_SECONDS:
                logger.warning(f"payfeed: no notifications, polling: {reason}")
            reported = reason
        await asyncio.sleep(RECONNECT_SECONDS)


async def _receive_notifications(extension: Extension) -> None:
    """Until the connection is lost, which raises. A query detects a silent loss."""
    name = {"application_name": "payfeed listens"}
    connection = await postgres.connect(timeout=ANSWER_SECONDS, server_settings=name)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    receive = extension.peers.on_notification
    try:
        await connection.add_listener("payfeed", lambda *args: receive(args[-1]))
        await extension.peers.poll()
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(lost.wait(), ASK_SECONDS)
            await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
    finally:
        await connection.close(timeout=1)


def _reason(exc: Exception) -> str:
    return f"{type(exc).__name__}: {str(exc).partition(chr(10))[0]}"
