"""One endpoint: what to send next, and what a result changes."""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from loguru import logger

from ... import crud
from ...feed.filters import read_filter
from ...feed.journal import Journal
from ...feed.protocol import dumps
from ...feed.tail import Tail
from ...models import Event, Filter
from ...models_webhooks import (
    BLOCKED,
    FAILED,
    GONE,
    Attempt,
    Change,
    Delivery,
    Webhook,
)
from ..position import first_kept, gap_frame
from . import schedule
from .budget import Budget
from .ledger import Ledger
from .schedule import Health
from .sender import Outcome, Sender, signed_headers

OPEN_REQUESTS = 4
WINDOW_EVENTS = 1000  # between the cursor and the newest event that was sent
UNSTORED_RESULTS = 200
WAITING_ROWS = 50
UNSTORED_EVENTS = 1000  # left out by the filter, before the cursor is stored
NEVER = math.inf
GONE_STATUS = 410


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


@dataclass(frozen=True)
class Item:
    """One request to be made. `delivery` is None for an event that is new.

    `due`: when it should have been made; None: now.
    """

    event_id: str
    type: str
    epoch: str
    offset: int
    event_at: int
    body: str
    delivery: Delivery | None = None
    due: float | None = None
    is_probe: bool = False


def filter_of(webhook: Webhook) -> Filter:
    return read_filter(webhook.event_filter)


def host_of(webhook: Webhook) -> str:
    """For the log: the rest of a URL may be secret."""
    return str(urlsplit(webhook.url).hostname)


class Worker:
    """A cursor over the log that sends.

    `changed` is set when there may be something to do. Of the events up to `position`,
    the `_unresolved` ones have no result yet: the cursor is before the first of them.
    """

    def __init__(self, webhook: Webhook, parts: Parts) -> None:
        self.webhook = webhook
        self.filter = filter_of(webhook)
        self.changed = asyncio.Event()
        self.is_loaded = False
        self.is_disabled = False
        self.must_store = False
        self.lease_until = NEVER  # monotonic
        self.epoch = webhook.epoch
        self.position = webhook.cursor_offset
        self.health = _health(webhook)
        self._parts = parts
        self._tail: Tail | None = None
        self._sender = parts.new_sender()
        self._is_reported = webhook.is_reported
        self._stored_cursor = webhook.cursor_offset
        self._requests: dict[str, asyncio.Task[None]] = {}
        self._page: deque[Event] = deque()
        self._known: set[int] = set()  # after the cursor, with a result
        self._unresolved: set[int] = set()
        self._due: deque[Delivery] = deque()
        self._next_due = 0.0  # of the deliveries that are not in memory; 0: unknown
        self._head: Delivery | None = None  # ordered: what has to be delivered first
        self._is_head_open = False
        self._has_gap = False  # events after the cursor are missing
        self._is_dues_turn = True
        self._is_new_ones_turn = False
        self._has_probed_all = False
        self._succeeds = False
        self._last_attempt_id = 0

    @property
    def cursor(self) -> int:
        return min(self._unresolved) - 1 if self._unresolved else self.position

    @property
    def unstored_events(self) -> int:
        """How far the cursor is ahead of its row."""
        return self.cursor - self._stored_cursor

    @property
    def is_failing(self) -> bool:
        return self.health.is_failing and not self.webhook.ordered

    @property
    def rests_until(self) -> float:
        """Until then there is nothing to do, whatever is recorded."""
        return self.health.next_probe_at if self.is_failing else 0

    async def load(self, webhook: Webhook) -> None:
        """Take over the row, unless memory is as new."""
        is_known = (
            self.is_loaded
            and webhook.epoch == self.epoch
            and webhook.cursor_offset == self._stored_cursor
            and webhook.failures == self.health.failures
        )
        if is_known:
            return
        self.epoch, self.position = webhook.epoch, webhook.cursor_offset
        self._stored_cursor = webhook.cursor_offset
        self._is_reported = webhook.is_reported
        self.health = _health(webhook)
        self._forget_read()
        self._next_due = 0
        self._known = await crud.get_results_after(
            webhook.id, webhook.epoch, webhook.cursor_offset
        )
        # ids stay unique and ascending if the clock was set back
        self._last_attempt_id = await crud.get_last_attempt_id(webhook.id)
        self.is_loaded = True

    def _forget_read(self) -> None:
        self._page.clear()
        self._due.clear()
        self._unresolved.clear()
        self._head, self._is_head_open, self._has_gap = None, False, False

    async def has_work(self) -> bool:
        """Is there something to send or to store now? Writes nothing.

        Passes what the filter leaves out.
        """
        self._tail = None  # another process may have appended
        tail = await self._open_tail()
        now = self._parts.now()
        if self.must_store or tail.feed.epoch != self.epoch:
            return True
        if self.is_failing:
            return now >= self.health.next_probe_at and not self._has_probed_all
        if now >= self._next_due:
            await self._refill()
        if self._head:
            return (self._head.next_at or 0) <= now
        return bool(self._due) or await self._find_new() or self._has_gap

    def look_again(self) -> None:
        """Deliveries were added beside this worker."""
        self._next_due, self._has_probed_all = 0, False

    async def run(self) -> float | None:
        """Send until nothing is due. Returns when something is; None: nothing waits."""
        tail = await self._open_tail()
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

    async def _open_tail(self) -> Tail:
        journal = self._parts.journal
        if self._tail is None or not journal.is_current(self._tail):
            self._tail = await journal.current_tail(self.webhook.wallet_id, "start")
        return self._tail

    def next_wake(self) -> float | None:
        """When something is due that is not due now."""
        if self.is_disabled:
            return None
        if time.monotonic() >= self.lease_until:
            return self._parts.now() + 1
        if self.is_failing:
            return None if self._has_probed_all else self.health.next_probe_at
        due = self._next_due
        if self._head and not self._is_head_open:
            due = min(due, self._head.next_at or 0)
        return None if due == NEVER else due

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

    def _start(self, item: Item) -> None:
        task = asyncio.create_task(self._attempt(item))
        self._requests[item.event_id] = task
        task.add_done_callback(lambda done: self._on_done(item, done))

    def _on_done(self, item: Item, task: "asyncio.Task[None]") -> None:
        self._requests.pop(item.event_id, None)
        if not task.cancelled() and task.exception():
            reason = type(task.exception()).__name__
            logger.warning(f"payfeed: webhook {self.webhook.id} failed: {reason}")
            self.is_loaded = False
            self.lease_until = 0
        self.changed.set()

    # what to send next

    async def _next_item(self) -> Item | None:
        tail = await self._open_tail()
        if tail.feed.epoch != self.epoch:
            await self._begin_epoch(tail)
        item = await self._choose()
        if item is None and self._has_gap and not self._unresolved:
            await self._pass_gap(tail)
            item = await self._choose()
        return item

    async def _choose(self) -> Item | None:
        if self.is_failing:
            return await self._next_probe()
        if self.webhook.ordered:
            return await self._next_due_item() or await self._next_in_order()
        self._is_dues_turn = not self._is_dues_turn
        if self._is_dues_turn:
            return await self._next_new_item() or await self._next_due_item()
        return await self._next_due_item() or await self._next_new_item()

    async def _next_probe(self) -> Item | None:
        """One at a time: an event that was never tried, then the longest untried."""
        if self._requests or self._parts.now() < self.health.next_probe_at:
            return None
        self._is_new_ones_turn = not self._is_new_ones_turn
        for is_new in (self._is_new_ones_turn, not self._is_new_ones_turn):
            item = await (self._next_new_item() if is_new else self._longest_untried())
            if item:
                self._has_probed_all = False
                return replace(item, due=self.health.next_probe_at, is_probe=True)
        self._has_probed_all = True
        return None

    async def _longest_untried(self) -> Item | None:
        await self._parts.ledger.flush(self.webhook.id)
        delivery = await crud.get_longest_untried(self.webhook.id)
        return await self._item_of(delivery) if delivery else None

    async def _next_in_order(self) -> Item | None:
        if self._is_head_open:
            return None
        if self._head is None:
            item = await self._next_new_item()
        elif (self._head.next_at or 0) > self._parts.now():
            return None
        else:
            item = await self._item_of(self._head)
            if item is None:  # its event is no longer kept
                self._unresolved.discard(self._head.event_offset)
                self._head = None
        self._is_head_open = item is not None
        return item

    async def _next_due_item(self) -> Item | None:
        if not self._due and self._parts.now() >= self._next_due:
            await self._refill()
        while self._due:
            delivery = self._due.popleft()
            if delivery.event_id not in self._requests:
                if item := await self._item_of(delivery):
                    return item
        return None

    async def _refill(self) -> None:
        """Read the deliveries that are due, and when the next one is."""
        await self._parts.ledger.flush(self.webhook.id)
        # a query may see their rows before or after their results
        open_ids = set(self._requests)
        self._next_due = NEVER
        limit = WAITING_ROWS + len(open_ids)
        rows = await crud.get_waiting(self.webhook.id, limit)
        now = self._parts.now()
        fresh = [row for row in rows if row.event_id not in open_ids]
        if self.webhook.ordered:
            heads = [row for row in fresh if self._is_in_order(row)]
            fresh = [row for row in fresh if row not in heads]
            if heads and not self._is_head_open:
                self._head = min(heads, key=lambda row: row.event_offset)
                if self._head.event_offset:
                    self._unresolved.add(self._head.event_offset)
        self._due = deque(row for row in fresh if (row.next_at or 0) <= now)
        later = [row.next_at or 0 for row in fresh if (row.next_at or 0) > now]
        if later:
            self._next_due = min(self._next_due, later[0])
        elif len(rows) == limit:
            self._next_due = now

    def _is_in_order(self, delivery: Delivery) -> bool:
        return delivery.type == "gap" or delivery.event_offset > self.cursor

    async def _item_of(self, delivery: Delivery) -> Item | None:
        """None if the event is no longer kept: its delivery has failed then."""
        body, epoch = delivery.body, self.epoch
        if body is None:
            epoch = delivery.event_id.partition("-")[0]
            event = await crud.get_event(
                self.webhook.wallet_id, epoch, delivery.event_offset
            )
            body = event.body if event else None
        if body is None:
            error = "the event is no longer kept"
            self._add(saved=replace(delivery, next_at=None, error=error))
            return None
        return Item(
            event_id=delivery.event_id,
            type=delivery.type,
            epoch=epoch,
            offset=delivery.event_offset,
            event_at=delivery.event_at,
            body=body,
            delivery=delivery,
            due=delivery.next_at,
        )

    async def _next_new_item(self) -> Item | None:
        if self.position - self.cursor >= WINDOW_EVENTS:
            return None
        if not await self._find_new():
            return None
        event = self._page.popleft()
        self.position = event.offset
        self._unresolved.add(event.offset)
        return Item(
            event_id=event.id,
            type=event.type,
            epoch=event.epoch,
            offset=event.offset,
            event_at=event.timestamp,
            body=event.body,
        )

    async def _find_new(self) -> bool:
        """Is there an event that was never sent? Then it is the first in `_page`."""
        while True:
            while self._page:
                event = self._page[0]
                is_known = event.offset in self._known
                if self.filter.accepts(event) and not is_known:
                    return True
                self._known.discard(event.offset)
                self._page.popleft()
                self.position = event.offset
            if not await self._read_page():
                return False

    async def _read_page(self) -> bool:
        """Read on. False at the log's head, and when a gap has to be sent first."""
        tail = await self._open_tail()
        if tail.feed.epoch != self.epoch or self.position >= tail.head:
            return False
        events = tail.recent(self.position)
        if events is None:
            if await self._is_behind_log(tail):
                self._has_gap = True
                return False
            page = await self._parts.journal.page(tail, self.position, self.filter)
            events = page.events
            if not events:
                self.position = max(self.position, page.end)
        self._page = deque(events)
        return True

    async def _is_behind_log(self, tail: Tail) -> bool:
        """Were events deleted that were not sent?"""
        oldest = await crud.get_oldest(self.webhook.wallet_id)
        return self.position + 1 < first_kept(tail, oldest)

    async def _pass_gap(self, tail: Tail) -> None:
        self._has_gap = False
        oldest = await crud.get_oldest(self.webhook.wallet_id)
        if self.position + 1 < first_kept(tail, oldest):
            await self._leave_gap(tail, oldest, "expired")

    async def _begin_epoch(self, tail: Tail) -> None:
        """What waited has failed; a gap is the first thing to be sent."""
        self._forget_read()
        self._known.clear()
        oldest = await crud.get_oldest(self.webhook.wallet_id)
        await self._leave_gap(tail, oldest, "unknown")

    async def _leave_gap(self, tail: Tail, oldest: int | None, reason: str) -> None:
        since = f"{self.epoch}-{self.position}"
        now = int(self._parts.now())
        gap = Delivery(
            webhook_id=self.webhook.id,
            event_id=f"gap-{since}",
            type="gap",
            event_offset=0,
            event_at=now,
            next_at=now,
            body=dumps(gap_frame(tail, since, oldest, reason)),
        )
        is_new_epoch = reason == "unknown"
        epoch = tail.feed.epoch
        offset = 0 if is_new_epoch else first_kept(tail, oldest) - 1
        await self._parts.ledger.flush(self.webhook.id)
        await crud.move_webhook(self.webhook, epoch, offset, gap, is_new_epoch)
        self.epoch, self.position, self._stored_cursor = epoch, offset, offset
        self._next_due, self._is_dues_turn = 0, True
        self._has_probed_all = False

    # what a result changes

    async def _attempt(self, item: Item) -> None:
        is_suspect = self.health.failures > 0
        async with self._parts.budget.request(is_suspect):
            started = self._parts.now()
            headers = signed_headers(
                self.webhook, item.event_id, item.body, int(started)
            )
            outcome = await self._sender.send(self.webhook.url, headers, item.body)
        self._parts.on_outcome(outcome)
        self._finish(item, started, outcome)

    def _finish(self, item: Item, started: float, outcome: Outcome) -> None:
        if self._is_first_in_order(item):
            self._is_head_open = False
        attempt = self._attempt_of(item, started, outcome)
        if outcome.is_delivered:
            self._succeed(item, attempt)
        else:
            self._fail(item, attempt, outcome)

    def _succeed(self, item: Item, attempt: Attempt) -> None:
        was_failing = self.is_failing
        self.health = Health()
        self._succeeds, self._has_probed_all = True, False
        if was_failing:
            self._due.clear()
            self._next_due = 0
            logger.info(f"payfeed: webhook {self._name}: works again")
        if self._is_reported:
            self._is_reported = False
            self._parts.on_end(self.webhook, None)
        self._resolve(item)
        self._head = None if self._is_head(item) else self._head
        self._add(attempt=attempt, done=item.event_id if item.delivery else None)

    def _fail(self, item: Item, attempt: Attempt, outcome: Outcome) -> None:
        now = self._parts.now()
        wait = None
        if outcome.status in (429, 503):
            wait = schedule.retry_after(outcome.retry_after, now)
        was_failing = self.is_failing
        self._succeeds = False
        self.health = self.health.after_failure(
            now, item.due, wait, self._parts.random()
        )
        if self.is_failing and not was_failing:
            count = self.health.failures
            logger.info(
                f"payfeed: webhook {self._name}: {count} failures in a row, probing"
                " from now on"
            )
        delivery = self._failed_delivery(item, attempt, now, wait)
        reason = self._reason_to_end(item, delivery, outcome, now)
        if reason == BLOCKED:
            delivery = replace(delivery, next_at=int(now))
        if self.webhook.ordered and self._is_first_in_order(item):
            self._head = delivery
        else:
            self._resolve(item)
            if delivery.next_at is not None:
                self._next_due = min(self._next_due, delivery.next_at)
        if reason:
            self.is_disabled = self._is_reported = True
            logger.info(f"payfeed: webhook {self._name}: disabled: {reason}")
            self._parts.on_end(self.webhook, reason)
        self._has_probed_all = False
        self._add(attempt=attempt, saved=delivery, disabled=reason)

    def _failed_delivery(
        self, item: Item, attempt: Attempt, now: float, wait: float | None
    ) -> Delivery:
        known = item.delivery or Delivery(
            self.webhook.id, item.event_id, item.type, item.offset, item.event_at
        )
        error = attempt.error or f"the receiver answered {attempt.status}"
        known = replace(known, last_at=int(now), error=error)
        if item.epoch != self.epoch:
            return replace(known, next_at=None, error="epoch ended")
        if item.is_probe:
            return replace(known, next_at=known.next_at or int(now))
        attempts = known.attempts + 1
        due = schedule.next_attempt(attempts, now, wait, self._parts.random())
        next_at = None if due is None else math.ceil(due)
        return replace(known, attempts=attempts, next_at=next_at)

    def _reason_to_end(
        self, item: Item, delivery: Delivery, outcome: Outcome, now: float
    ) -> str | None:
        if outcome.status == GONE_STATUS:
            return GONE
        is_kept = self.webhook.ordered and self._is_first_in_order(item)
        if is_kept and delivery.next_at is None:
            return BLOCKED
        return FAILED if self.health.is_over(now) else None

    def _is_first_in_order(self, item: Item) -> bool:
        """Does the cursor of an ordered endpoint wait for this event?"""
        is_first = item.delivery is None or self._is_in_order(item.delivery)
        return is_first and item.epoch == self.epoch

    def _is_head(self, item: Item) -> bool:
        return self._head is not None and self._head.event_id == item.event_id

    def _resolve(self, item: Item) -> None:
        if item.epoch == self.epoch:
            self._unresolved.discard(item.offset)

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

    def _add(self, **members: Any) -> None:
        """Hand a result to the ledger, with the cursor that it allows."""
        self._stored_cursor = self.cursor
        change = Change(
            webhook_id=self.webhook.id,
            epoch=self.epoch,
            cursor_offset=self.cursor,
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
        unstored = self.unstored_events
        if unstored >= UNSTORED_EVENTS or (self.must_store and unstored > 0):
            self._add()
        self.must_store = False

    @property
    def _name(self) -> str:
        return f"{self.webhook.id} to {host_of(self.webhook)}"


def _health(webhook: Webhook) -> Health:
    return Health(webhook.failures, webhook.first_failure_at, webhook.next_probe_at)
