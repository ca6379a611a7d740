"""The endpoints that this process sends for: woken by the log and by one timer."""

import asyncio
import contextlib
import heapq
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from loguru import logger

from ... import crud
from ...background import BackgroundTasks
from ...errors import Unavailable, UnknownWallet
from ...feed.tail import Tail
from ...models import Event
from ...models_webhooks import Change, Webhook, Work
from .ledger import Ledger
from .worker import Parts, Worker

LEASE_SECONDS = 10
LEASE_MARGIN_SECONDS = 2
RENEW_SECONDS = 3
OUTAGE_SECONDS = 5
BROKEN_SECONDS = 30
LOOK_SECONDS = 60  # the longest sleep: the wall clock may be set meanwhile
STOP_SECONDS = 1
ATTEMPT_DAYS = 30
ATTEMPTS = 10_000
DAY_SECONDS = 86400
SLICE_PAUSE_SECONDS = 0.05


class Dispatcher:
    """Workers by endpoint; a worker has a task while it has something to do.

    On PostgreSQL several processes do this: the one that holds the lease in an
    endpoint's row sends. `new_parts` makes what workers share, around a ledger.
    """

    def __init__(
        self,
        new_parts: Callable[[Ledger], Parts],
        tasks: BackgroundTasks,
        is_on: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._holder = secrets.token_hex(8)
        self._ledger = Ledger(self._store, self._on_refused)
        self._parts = new_parts(self._ledger)
        self._tasks = tasks
        self._is_on = is_on
        self._now = now
        self._workers: dict[str, Worker] = {}
        self._by_wallet: dict[str, set[str]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._reloading: asyncio.Lock = asyncio.Lock()
        self._missed: set[str] = set()  # wallets that were woken during a query
        self._sent_for: set[str] = set()
        self._is_stopping = False

    def on_append(self, tail: Tail, events: Sequence[Event]) -> None:
        """Wake the endpoints of a wallet whose filter accepts a new event."""
        if self._reloading.locked():
            self._missed.add(tail.feed.wallet_id)
        for webhook_id in self._by_wallet.get(tail.feed.wallet_id, ()):
            if any(map(self._workers[webhook_id].backlog.filter.accepts, events)):
                self.wake(webhook_id)

    def wake_wallet(self, wallet_id: str) -> None:
        if self._reloading.locked():
            self._missed.add(wallet_id)
        for webhook_id in self._by_wallet.get(wallet_id, ()):
            self.wake(webhook_id)

    def wake(self, webhook_id: str) -> None:
        """There may be something to do."""
        worker = self._workers.get(webhook_id)
        if worker is None or self._is_stopping:
            return
        worker.changed.set()
        if webhook_id in self._running:
            return
        if worker.rests_until > self._now():
            self._schedule(webhook_id, worker.rests_until)
            return
        self._running[webhook_id] = asyncio.create_task(self._run(worker))

    def position_of(self, webhook: Webhook) -> int:
        """Its cursor, which memory may know better than the row."""
        worker = self._workers.get(webhook.id)
        if (
            worker is None
            or not worker.is_loaded
            or worker.backlog.epoch != webhook.epoch
        ):
            return webhook.cursor_offset
        return max(worker.backlog.cursor, webhook.cursor_offset)

    # workers follow the rows

    async def poll(self) -> None:
        """Look for endpoints that were added, changed, removed, or have work."""
        await self._follow(None)

    async def reload(self, wallet_id: str) -> None:
        """The same for one wallet; its deliveries may have changed, too."""
        for webhook_id in self._by_wallet.get(wallet_id, ()):
            self._workers[webhook_id].backlog.look_again()
        await self._follow(wallet_id)
        self.wake_wallet(wallet_id)

    def reload_soon(self, wallet_id: str) -> None:
        if not self._is_stopping:
            self._tasks.spawn(self.reload(wallet_id))

    async def _follow(self, wallet_id: str | None) -> None:
        async with self._reloading:
            if self._is_stopping or not self._is_on:
                return
            found = {work.webhook.id: work for work in await crud.get_work(wallet_id)}
            known = (
                self._workers if wallet_id is None else self._by_wallet.get(wallet_id)
            )
            for webhook_id in list(known or ()):
                work = found.get(webhook_id)
                version = self._workers[webhook_id].webhook.version
                if work is None or work.webhook.version != version:
                    await self._end(webhook_id)
            for work in found.values():
                self._take_up(work)
        # what was recorded between the query and now
        missed, self._missed = self._missed, set()
        for wallet in missed:
            self.wake_wallet(wallet)

    def _take_up(self, work: Work) -> None:
        webhook = work.webhook
        worker = self._workers.get(webhook.id)
        if worker is None:
            worker = self._workers[webhook.id] = Worker(webhook, self._parts)
            self._sent_for.add(webhook.id)
            self._by_wallet.setdefault(webhook.wallet_id, set()).add(webhook.id)
        if webhook.id in self._running:
            return
        read = (worker.backlog.epoch, worker.backlog.position)
        has_passed = worker.is_loaded and read == (work.feed_epoch, work.head)
        if work.is_behind and not has_passed:
            self.wake(webhook.id)
        elif work.next_at is not None:
            self._schedule(webhook.id, max(work.next_at, worker.rests_until))

    async def _end(self, webhook_id: str) -> None:
        """Forget a worker; requests under way are abandoned."""
        worker = self._workers.pop(webhook_id, None)
        if worker is None:
            return
        wallet_id = worker.webhook.wallet_id
        self._by_wallet[wallet_id].discard(webhook_id)
        if not self._by_wallet[wallet_id]:
            del self._by_wallet[wallet_id]
        self._due.pop(webhook_id, None)
        task = self._running.get(webhook_id)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._ledger.flush(webhook_id)

    # one run of a worker

    async def _run(self, worker: Worker) -> None:
        webhook_id, due = worker.webhook.id, None
        try:
            while True:
                due = await self._run_once(worker)
                # nothing is awaited from here until the task is forgotten
                if not worker.changed.is_set() or worker.rests_until > self._now():
                    break
        except Unavailable:
            worker.is_loaded, due = False, self._now() + OUTAGE_SECONDS
        except UnknownWallet:
            due = None
        except Exception as exc:
            reason = type(exc).__name__
            logger.warning(f"payfeed: webhook {webhook_id} failed: {reason}")
            worker.is_loaded, due = False, self._now() + BROKEN_SECONDS
        finally:
            self._running.pop(webhook_id, None)
        if worker.is_disabled:
            self.reload_soon(worker.webhook.wallet_id)
        elif due is not None and self._workers.get(webhook_id) is worker:
            self._schedule(webhook_id, due)

    async def _run_once(self, worker: Worker) -> float | None:
        """Returns when to run again; None: when the log wakes it."""
        worker.changed.clear()
        webhook_id = worker.webhook.id
        if crud.has_leases():
            await self._ledger.flush(webhook_id)
            row = await crud.get_webhook(webhook_id)
            if row is None or not self._is_current(worker, row):
                return None
            await worker.load(row)
            if not await worker.has_work():
                return worker.next_wake()
            if row.lease_holder not in (None, self._holder):
                if row.lease_until > self._now():
                    return row.lease_until + 1
        if crud.has_leases() or not worker.is_loaded:
            taken_at = time.monotonic()
            row = await crud.take_webhook(webhook_id, self._holder, LEASE_SECONDS)
            if row is None or not self._is_current(worker, row):
                # another process was faster, or it is disabled: the row knows
                return self._now() + 1 if crud.has_leases() else None
            await worker.load(row)
            if crud.has_leases():
                worker.lease_until = taken_at + LEASE_SECONDS - LEASE_MARGIN_SECONDS
        self._sent_for.add(webhook_id)
        return await worker.run()

    def _is_current(self, worker: Worker, row: Webhook) -> bool:
        """Is the worker one of this row? Else the workers of its wallet are renewed."""
        if row.disabled is None and row.version == worker.webhook.version:
            return True
        self.reload_soon(row.wallet_id)
        return False

    async def _store(self, changes: list[Change]) -> set[str]:
        return await crud.store_changes(changes, self._holder)

    def _on_refused(self, webhook_id: str) -> None:
        worker = self._workers.get(webhook_id)
        if worker:
            worker.is_loaded, worker.lease_until = False, 0
            worker.changed.set()
            self.reload_soon(worker.webhook.wallet_id)

    # the timer of the process

    def _schedule(self, webhook_id: str, due: float) -> None:
        """Wake an endpoint at this time, or earlier if that is planned."""
        if due < self._due.get(webhook_id, math.inf):
            self._due[webhook_id] = due
            heapq.heappush(self._heap, (due, webhook_id))
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._heap and not self._is_stopping:
            delay = min(max(0.0, self._heap[0][0] - self._now()), LOOK_SECONDS)
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(delay, self._wake_due)

    def _wake_due(self) -> None:
        now = self._now()
        while self._heap and self._heap[0][0] <= now:
            due, webhook_id = heapq.heappop(self._heap)
            if self._due.get(webhook_id) == due:  # else it was planned for earlier
                del self._due[webhook_id]
                self.wake(webhook_id)
        self._set_timer()

    # called by the loops of the extension

    async def renew_leases(self) -> None:
        """Extend the leases of the endpoints that this process sends for now."""
        if not crud.has_leases() or not self._running:
            return
        began = time.monotonic()
        held = await crud.extend_leases(
            list(self._running), self._holder, LEASE_SECONDS
        )
        for webhook_id in self._running:
            worker = self._workers.get(webhook_id)
            if worker and webhook_id in held:
                worker.lease_until = began + LEASE_SECONDS - LEASE_MARGIN_SECONDS

    async def expire(self) -> None:
        """Bound the attempts, and store the cursors of endpoints that were quiet."""
        now = int(self._now())
        for webhook_id in list(self._sent_for):
            self._sent_for.discard(webhook_id)
            worker = self._workers.get(webhook_id)
            before = now - ATTEMPT_DAYS * DAY_SECONDS
            await _in_slices(
                crud.expire_attempts, webhook_id, before * 1_000_000, ATTEMPTS
            )
            if worker:
                await _in_slices(crud.expire_failed, worker.webhook, before)
        for webhook_id, worker in list(self._workers.items()):
            if worker.is_loaded and worker.backlog.unstored_events > 0:
                worker.must_store = True
                self.wake(webhook_id)

    async def stop(self) -> None:
        """End all requests; those under way are sent again after the next start."""
        if self._is_stopping:
            return
        self._is_stopping = True
        if self._timer:
            self._timer.cancel()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._stop(), STOP_SECONDS)

    async def _stop(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._ledger.flush()
        await crud.end_leases(self._holder)


async def _in_slices(delete: Callable[..., Awaitable[int]], *arguments: Any) -> None:
    """Until nothing is left to delete; others use the database in between."""
    gone = 1
    while gone:
        gone = await delete(*arguments)
        await asyncio.sleep(SLICE_PAUSE_SECONDS)
