"""What an endpoint is sent next: new events of the log, and deliveries that are due."""

import math
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from ... import crud
from ...feed.filters import read_filter
from ...feed.journal import Journal
from ...feed.protocol import dumps
from ...feed.tail import Tail
from ...models import Event, Filter
from ...models_webhooks import Delivery, Webhook
from ..position import first_kept, gap_frame
from .ledger import Ledger

WINDOW_EVENTS = 1000  # between the cursor and the newest event that was sent
WAITING_ROWS = 50
NEVER = math.inf


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


def gap_delivery(webhook_id: str, gap: dict[str, Any], now: int) -> Delivery:
    """A frame of type `gap` that is to be sent now."""
    return Delivery(
        webhook_id=webhook_id,
        event_id=f"gap-{gap['since']}",
        type="gap",
        event_offset=0,
        event_at=now,
        next_at=now,
        body=dumps(gap),
    )


class Backlog:
    """A cursor over the log, and the deliveries beside it.

    Of the events up to `position`, the `_unresolved` ones have no result yet: the
    cursor is before the first of them. `on_gone` is called with a delivery that has
    failed, as its event is no longer kept.
    """

    def __init__(
        self,
        webhook: Webhook,
        journal: Journal,
        ledger: Ledger,
        now: Callable[[], float],
        on_gone: Callable[[Delivery], None],
    ) -> None:
        self.filter = filter_of(webhook)
        self.epoch = webhook.epoch
        self.position = webhook.cursor_offset
        self.stored_cursor = webhook.cursor_offset  # as it is in the row
        self.has_probed_all = False
        self._webhook = webhook
        self._journal = journal
        self._ledger = ledger
        self._now = now
        self._on_gone = on_gone
        self._tail: Tail | None = None
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

    @property
    def cursor(self) -> int:
        return min(self._unresolved) - 1 if self._unresolved else self.position

    @property
    def unstored_events(self) -> int:
        """How far the cursor is ahead of its row."""
        return self.cursor - self.stored_cursor

    def is_at(self, webhook: Webhook) -> bool:
        """Is this the position in the row?"""
        return (webhook.epoch, webhook.cursor_offset) == (
            self.epoch,
            self.stored_cursor,
        )

    async def load(self, webhook: Webhook) -> None:
        """Begin at the position in the row."""
        self._go_to(webhook.epoch, webhook.cursor_offset)
        self._known = await crud.get_results_after(
            webhook.id, webhook.epoch, webhook.cursor_offset
        )

    def _go_to(self, epoch: str, offset: int) -> None:
        self.epoch = epoch
        self.position = self.stored_cursor = offset
        self._page.clear()
        self._due.clear()
        self._unresolved.clear()
        self._head, self._is_head_open, self._has_gap = None, False, False
        self.look_again()

    def look_again(self) -> None:
        """Deliveries may have been added beside this one."""
        self._due.clear()
        self._next_due, self.has_probed_all = 0, False

    async def tail(self) -> Tail:
        if self._tail is None or not self._journal.is_current(self._tail):
            self._tail = await self._journal.current_tail(
                self._webhook.wallet_id, "start"
            )
        return self._tail

    async def has_new_epoch(self) -> bool:
        self._tail = None  # another process may have appended
        return (await self.tail()).feed.epoch != self.epoch

    async def has_due(self) -> bool:
        """Is there something to send now? Writes nothing, passes what is left out."""
        now = self._now()
        if now >= self._next_due:
            await self._refill(())
        if self._head:
            return (self._head.next_at or 0) <= now
        return bool(self._due) or await self._find_new() or self._has_gap

    @property
    def next_due(self) -> float:
        """When a delivery is due that is not due now; NEVER: none is."""
        if self._head and not self._is_head_open:
            return min(self._next_due, self._head.next_at or 0)
        return self._next_due

    async def next_item(
        self, under_way: Collection[str], is_probe: bool = False
    ) -> Item | None:
        """The next request that is due, or a probe; None: nothing is.

        `under_way`: the ids of events that are being sent.
        """
        item = await self._choose(under_way, is_probe)
        if item is None and self._has_gap and not self._unresolved:
            await self._pass_gap()
            item = await self._choose(under_way, is_probe)
        return item

    async def _choose(self, under_way: Collection[str], is_probe: bool) -> Item | None:
        if is_probe:
            return await self._next_probe()
        if self._webhook.ordered:
            return await self._next_due_item(under_way) or await self._next_in_order()
        self._is_dues_turn = not self._is_dues_turn
        if self._is_dues_turn:
            return await self._next_new_item() or await self._next_due_item(under_way)
        return await self._next_due_item(under_way) or await self._next_new_item()

    async def _next_probe(self) -> Item | None:
        """In turn: an event that was never tried, and the longest untried."""
        self._is_new_ones_turn = not self._is_new_ones_turn
        for is_new in (self._is_new_ones_turn, not self._is_new_ones_turn):
            item = await (self._next_new_item() if is_new else self._longest_untried())
            if item:
                self.has_probed_all = False
                return replace(item, is_probe=True)
        self.has_probed_all = True
        return None

    async def _longest_untried(self) -> Item | None:
        await self._ledger.flush(self._webhook.id)
        delivery = await crud.get_longest_untried(self._webhook.id)
        return await self._item_of(delivery) if delivery else None

    async def _next_in_order(self) -> Item | None:
        if self._is_head_open:
            return None
        if self._head is None:
            item = await self._next_new_item()
        elif (self._head.next_at or 0) > self._now():
            return None
        else:
            item = await self._item_of(self._head)
            if item is None:  # its event is no longer kept
                self._unresolved.discard(self._head.event_offset)
                self._head = None
        self._is_head_open = item is not None
        return item

    async def _next_due_item(self, under_way: Collection[str]) -> Item | None:
        if not self._due and self._now() >= self._next_due:
            await self._refill(under_way)
        while self._due:
            delivery = self._due.popleft()
            if delivery.event_id not in under_way:
                if item := await self._item_of(delivery):
                    return item
        return None

    async def _refill(self, under_way: Collection[str]) -> None:
        """Read the deliveries that are due, and when the next one is."""
        await self._ledger.flush(self._webhook.id)
        # a query may see their rows before or after their results
        open_ids = set(under_way)
        self._next_due = NEVER
        limit = WAITING_ROWS + len(open_ids)
        rows = await crud.get_waiting(self._webhook.id, limit)
        now = self._now()
        fresh = [row for row in rows if row.event_id not in open_ids]
        if self._webhook.ordered:
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
                self._webhook.wallet_id, epoch, delivery.event_offset
            )
            body = event.body if event else None
        if body is None:
            error = "the event is no longer kept"
            self._on_gone(replace(delivery, next_at=None, error=error))
            return None
        return Item(
            delivery.event_id,
            delivery.type,
            epoch,
            delivery.event_offset,
            delivery.event_at,
            body,
            delivery,
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
            event.id, event.type, event.epoch, event.offset, event.timestamp, event.body
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
        tail = await self.tail()
        if tail.feed.epoch != self.epoch or self.position >= tail.head:
            return False
        events = tail.recent(self.position)
        if events is None:
            if await self._find_gap():
                self._has_gap = True
                return False
            page = await self._journal.page(tail, self.position, self.filter)
            events = page.events
            if not events:
                self.position = max(self.position, page.end)
        self._page = deque(events)
        return True

    async def _find_gap(self) -> int | None:
        """The first offset that is kept, if events before it were not sent."""
        oldest = await crud.get_oldest(self._webhook.wallet_id)
        first = first_kept(await self.tail(), oldest)
        return first if self.position + 1 < first else None

    async def _pass_gap(self) -> None:
        self._has_gap = False
        if first := await self._find_gap():
            await self._leave_gap("expired", first - 1)

    async def begin_epoch(self) -> None:
        """What waited has failed; a gap is the first thing to be sent."""
        await self._leave_gap("unknown", 0)
        self._known.clear()

    async def _leave_gap(self, reason: str, offset: int) -> None:
        tail = await self.tail()
        oldest = await crud.get_oldest(self._webhook.wallet_id)
        epoch, since = tail.feed.epoch, f"{self.epoch}-{self.position}"
        frame = gap_frame(tail, since, oldest, reason)
        gap = gap_delivery(self._webhook.id, frame, int(self._now()))
        await self._ledger.flush(self._webhook.id)
        await crud.move_webhook(
            self._webhook, epoch, offset, gap, is_new_epoch=epoch != self.epoch
        )
        self._go_to(epoch, offset)
        self._is_dues_turn = True

    # what a result changes here

    def blocks(self, item: Item) -> bool:
        """Does the cursor of an ordered endpoint wait for this event?"""
        is_first = item.delivery is None or self._is_in_order(item.delivery)
        return self._webhook.ordered and is_first and item.epoch == self.epoch

    def on_delivered(self, item: Item) -> None:
        if self.blocks(item):
            self._head, self._is_head_open = None, False
        self._resolve(item)

    def on_failed(self, item: Item, delivery: Delivery) -> None:
        """`delivery` says when it is due again."""
        if self.blocks(item):
            self._head, self._is_head_open = delivery, False
            return
        self._resolve(item)
        if delivery.next_at is not None:
            self._next_due = min(self._next_due, delivery.next_at)

    def _resolve(self, item: Item) -> None:
        self.has_probed_all = False
        if item.epoch == self.epoch:
            self._unresolved.discard(item.offset)
