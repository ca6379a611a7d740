"""Sends for one endpoint, in a task that exists while something is due."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from loguru import logger

from ... import crud
from ...feed.journal import Journal
from ...models_webhooks import Attempt, Change, Webhook
from .backlog import NEVER, Backlog, Item
from .budget import Budget
from .ledger import Ledger
from .results import Circumstances, failure_of
from .schedule import Health
from .sender import Outcome, Sender, signed_headers

OPEN_REQUESTS = 4
UNSTORED_RESULTS = 200
UNSTORED_EVENTS = 1000  # left out by the filter, before the cursor is stored


@dataclass(frozen=True)
class Parts:
    """What all workers of a process share.

    `on_end` is called when an endpoint is disabled, with the reason, and when it works
    again after that, with None. `now` is in Unix seconds, `random` from 0 to 1.
    """

    journal: Journal
    ledger: Ledger
    budget: Budget
    new_sender: Callable[[], Sender]
    on_outcome: Callable[[Outcome], None]
    on_end: Callable[[Webhook, str | None], None]
    now: Callable[[], float]
    random: Callable[[], float]


def host_of(webhook: Webhook) -> str:
    """For the log: the rest of a URL may be secret."""
    return str(urlsplit(webhook.url).hostname)


class Worker:
    """`changed` is set when there may be something to do."""

    def __init__(self, webhook: Webhook, parts: Parts) -> None:
        self.webhook = webhook
        self.changed = asyncio.Event()
        self.is_loaded = False
        self.is_disabled = False
        self.must_store = False
        self.lease_until = NEVER  # monotonic
        self.health = _health(webhook)
        self.backlog = Backlog(
            webhook,
            parts.journal,
            parts.ledger,
            parts.now,
            on_gone=lambda delivery: self._store(saved=delivery),
        )
        self._parts = parts
        self._sender = parts.new_sender()
        self._is_reported = webhook.is_reported
        self._requests: dict[str, asyncio.Task[None]] = {}
        self._succeeds = False
        self._last_attempt_id = 0

    @property
    def is_failing(self) -> bool:
        return self.health.is_failing and not self.webhook.ordered

    @property
    def rests_until(self) -> float:
        """Until then there is nothing to do, whatever is recorded."""
        return self.health.next_probe_at if self.is_failing else 0

    async def load(self, webhook: Webhook) -> None:
        """Take over the row, unless memory is as new."""
        is_known = self.is_loaded and webhook.failures == self.health.failures
        if is_known and self.backlog.is_at(webhook):
            return
        self._is_reported = webhook.is_reported
        self.health = _health(webhook)
        await self.backlog.load(webhook)
        # ids stay unique and ascending if the clock was set back
        self._last_attempt_id = await crud.get_last_attempt_id(webhook.id)
        self.is_loaded = True

    async def has_work(self) -> bool:
        """Is there something to send or to store now? Writes nothing.

        Passes what the filter leaves out.
        """
        if await self.backlog.has_new_epoch() or self.must_store:
            return True
        if self.is_failing:
            return self._is_probe_due() and not self.backlog.has_probed_all
        return await self.backlog.has_due()

    async def run(self) -> float | None:
        """Send until nothing is due. Returns when something is; None: nothing waits."""
        tail = await self.backlog.tail()
        tail.readers += 1
        try:
            while True:
                self.changed.clear()
                await self._start_requests()
                if not self._requests:
                    self._store_cursor()
                    return self.next_wake()
                await self._wait()
        finally:
            tail.readers -= 1
            await self._end_requests()

    async def _start_requests(self) -> None:
        while len(self._requests) < self._most_requests() and self._may_send():
            if self._parts.ledger.pending(self.webhook.id) >= UNSTORED_RESULTS:
                await self._parts.ledger.flush(self.webhook.id)
            item = await self._next_item()
            if item is None:
                return
            self._start(item)

    def _most_requests(self) -> int:
        """A receiver that failed last time, or was not seen yet, gets one at a time."""
        is_trusted = self._succeeds and not self.health.failures
        return OPEN_REQUESTS if is_trusted else 1

    def _may_send(self) -> bool:
        return not self.is_disabled and time.monotonic() < self.lease_until

    async def _next_item(self) -> Item | None:
        tail = await self.backlog.tail()
        if tail.feed.epoch != self.backlog.epoch:
            await self.backlog.begin_epoch()
        if not self.is_failing:
            return await self.backlog.next_item(self._requests)
        if self._requests or not self._is_probe_due():
            return None
        item = await self.backlog.next_item((), is_probe=True)
        return replace(item, due=self.health.next_probe_at) if item else None

    def _is_probe_due(self) -> bool:
        return self._parts.now() >= self.health.next_probe_at

    def _start(self, item: Item) -> None:
        task = asyncio.create_task(self._attempt(item))
        self._requests[item.event_id] = task
        task.add_done_callback(lambda done: self._on_done(item, done))

    async def _attempt(self, item: Item) -> None:
        is_suspect = self.health.failures > 0
        async with self._parts.budget.request(is_suspect):
            started = self._parts.now()
            headers = signed_headers(
                self.webhook, item.event_id, item.body, int(started)
            )
            outcome = await self._sender.send(self.webhook.url, headers, item.body)
        self._parts.on_outcome(outcome)
        attempt = self._attempt_of(item, started, outcome)
        if outcome.is_delivered:
            self._succeed(item, attempt)
        else:
            self._fail(item, attempt, outcome)

    def _on_done(self, item: Item, task: "asyncio.Task[None]") -> None:
        self._requests.pop(item.event_id, None)
        if not task.cancelled() and task.exception():
            reason = type(task.exception()).__name__
            logger.warning(f"payfeed: webhook {self.webhook.id} failed: {reason}")
            self.is_loaded = False
            self.lease_until = 0
        self.changed.set()

    def _attempt_of(self, item: Item, started: float, outcome: Outcome) -> Attempt:
        self._last_attempt_id = max(self._last_attempt_id + 1, int(started * 1_000_000))
        return Attempt(
            webhook_id=self.webhook.id,
            id=self._last_attempt_id,
            event_id=item.event_id,
            type=item.type,
            event_offset=item.offset,
            event_at=item.event_at,
            is_probe=item.is_probe,
            delivered=outcome.is_delivered,
            duration_ms=outcome.duration_ms,
            status=outcome.status,
            reply=outcome.reply,
            error=outcome.error,
        )

    def _succeed(self, item: Item, attempt: Attempt) -> None:
        was_failing = self.is_failing
        self.health = Health()
        self._succeeds = True
        self.backlog.on_delivered(item)
        if was_failing:
            self.backlog.look_again()
            logger.info(f"payfeed: webhook {self._name}: works again")
        if self._is_reported:
            self._is_reported = False
            self._parts.on_end(self.webhook, None)
        self._store(attempt=attempt, done=item.event_id if item.delivery else None)

    def _fail(self, item: Item, attempt: Attempt, outcome: Outcome) -> None:
        was_failing = self.is_failing
        failure = failure_of(
            item,
            outcome,
            Circumstances(
                webhook=self.webhook,
                health=self.health,
                epoch=self.backlog.epoch,
                is_blocking=self.backlog.blocks(item),
                now=self._parts.now(),
                random=self._parts.random,
            ),
        )
        self._succeeds, self.health = False, failure.health
        self.backlog.on_failed(item, failure.delivery)
        if self.is_failing and not was_failing:
            logger.info(
                f"payfeed: webhook {self._name}: {self.health.failures} failures in a"
                " row, probing from now on"
            )
        if failure.disabled:
            self.is_disabled = self._is_reported = True
            logger.info(f"payfeed: webhook {self._name}: disabled: {failure.disabled}")
            self._parts.on_end(self.webhook, failure.disabled)
        self._store(attempt=attempt, saved=failure.delivery, disabled=failure.disabled)

    def _store(self, **members: Any) -> None:
        """Hand a result to the ledger, with the cursor that it allows."""
        cursor = self.backlog.stored_cursor = self.backlog.cursor
        change = Change(
            webhook_id=self.webhook.id,
            epoch=self.backlog.epoch,
            cursor_offset=cursor,
            failures=self.health.failures,
            first_failure_at=self.health.first_failure_at,
            next_probe_at=math.ceil(self.health.next_probe_at),
            is_reported=self._is_reported,
            at=int(self._parts.now()),
            **members,
        )
        self._parts.ledger.add(change)

    def _store_cursor(self) -> None:
        """What the filter left out is stored now and then: nothing was sent."""
        unstored = self.backlog.unstored_events
        if unstored >= UNSTORED_EVENTS or (self.must_store and unstored > 0):
            self._store()
        self.must_store = False

    def next_wake(self) -> float | None:
        """When something is due that is not due now."""
        if self.is_disabled:
            return None
        if time.monotonic() >= self.lease_until:
            return self._parts.now() + 1
        if self.is_failing:
            is_over = self.backlog.has_probed_all
            return None if is_over else self.health.next_probe_at
        due = self.backlog.next_due
        return None if due == NEVER else due

    async def _wait(self) -> None:
        timeout = None
        if len(self._requests) < self._most_requests():
            wake = self.next_wake()
            timeout = None if wake is None else max(0.0, wake - self._parts.now())
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.changed.wait(), timeout)

    async def _end_requests(self) -> None:
        """Those under way are abandoned; they do not count as attempts."""
        requests = list(self._requests.values())
        for request in requests:
            request.cancel()
        await asyncio.gather(*requests, return_exceptions=True)
        await self._sender.close()

    @property
    def _name(self) -> str:
        return f"{self.webhook.id} to {host_of(self.webhook)}"


def _health(webhook: Webhook) -> Health:
    return Health(webhook.failures, webhook.first_failure_at, webhook.next_probe_at)
