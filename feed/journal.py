"""The log that is woken: append → commit → wake.

The newest events are in memory, as tails. Older ones are read from the database, one
page at a time in the whole process; cursors at the same position share a page.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from .. import crud
from ..errors import Unavailable, UnknownWallet
from ..host import postgres
from ..models import EVERYTHING, Draft, Event, EventPage, Feed, Filter
from .epochs import Positions, new_epoch, warn_renewed
from .protocol import event_body
from .tail import Tail
from .writer import Drafts, Writer

PAGE_EVENTS = 500
SCAN_EVENTS = 50_000  # of which a filter selects a page, in one statement
PAGE_BYTES = 1024 * 1024  # of bodies, unless a single one is larger
TAIL_BYTES = 16 * 1024 * 1024  # of bodies; signed frames: twice as much at most
TAIL_EVENTS = 1000
MAX_TAILS = 10_000
ANY_OFFSET = 2**62

PageName = tuple[str, str, int, Filter]  # wallet id, epoch, after


class Journal:
    """All feeds of this process.

    `on_append` is called with new events after their commit, `on_epoch_end` with a
    wallet whose epoch has ended, `on_advance` with one whose row shows new events.
    """

    def __init__(
        self,
        on_append: Callable[[Tail, Sequence[Event]], None],
        on_epoch_end: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        on_advance: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._on_append = on_append
        self._on_epoch_end = on_epoch_end
        self._on_advance = on_advance
        self._clock = clock
        self._tails: OrderedDict[str, Tail] = OrderedDict()
        self._tail_bytes = 0
        self._positions = Positions()
        self._writer = Writer(self._commit, self._add_to_tail)
        self._page_lock = asyncio.Lock()
        self._pages: dict[PageName, asyncio.Task[EventPage]] = {}
        # until then identifiers are compared with the bodies of all payments
        self.are_payments_indexed = False

    def now(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    def has_tail(self, wallet_id: str) -> bool:
        return wallet_id in self._tails

    def is_current(self, tail: Tail) -> bool:
        """False once the tail's epoch has ended."""
        return self._tails.get(tail.feed.wallet_id) is tail

    async def tail(self, wallet_id: str) -> Tail | None:
        """The feed's tail, loaded on first use; None if there is no feed."""
        if wallet_id not in self._tails:
            feed = await crud.get_feed(wallet_id)
            if feed and await self.renew_if_past(feed):
                feed = await crud.get_feed(wallet_id)
            if feed is None:
                return None
            self._tails.setdefault(wallet_id, Tail(feed, self.now))
            self._drop_quiet_tails()
        return self._tails[wallet_id]

    async def need_tail(self, wallet_id: str) -> Tail:
        """The feed's tail; UnknownWallet if there is no feed."""
        tail = await self.tail(wallet_id)
        if tail is None:
            raise UnknownWallet("This wallet has no feed.")
        return tail

    async def current_tail(self, wallet_id: str, since: str | None) -> Tail:
        """The tail for a new reader. With `since`, other processes may be ahead."""
        tail = await self.need_tail(wallet_id)
        if since and postgres.has_other_processes():
            feed = await crud.get_feed(wallet_id)
            if feed:
                self.refresh(feed)
                tail = await self.need_tail(wallet_id)
        return tail

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        """Store drafts, then wake readers. Returns the new events, without duplicates.

        Raises what `Writer.append` raises.
        """
        # a tail that is loaded before the append cannot miss it
        if await self.tail(wallet_id) is None:
            return []
        events = await self._writer.append(wallet_id, drafts)
        if events:
            with contextlib.suppress(Unavailable):
                tail = await self.tail(wallet_id)  # a new one, if a new epoch began
                if tail:
                    self._on_append(tail, events)
        return events

    async def _commit(self, entries: list[Drafts]) -> list[list[Event] | None]:
        renew = self._positions.renew
        return await crud.append(entries, self.now(), event_body, renew)

    def _add_to_tail(self, wallet_id: str, events: list[Event]) -> None:
        newest = events[-1]
        self._positions.move(wallet_id, newest.epoch, newest.offset)
        tail = self._tails.get(wallet_id)
        if tail and tail.feed.epoch != newest.epoch:
            self.end_epoch(tail)
        elif tail:
            self._extend(tail, events)
            tail.wake()

    async def page(
        self, tail: Tail, after: int, event_filter: Filter = EVERYTHING
    ) -> EventPage:
        """Stored events after an offset: up to PAGE_EVENTS, PAGE_BYTES, SCAN_EVENTS.

        Events that the filter leaves out may be among them, but mostly are not.
        """
        name = (tail.feed.wallet_id, tail.feed.epoch, after, event_filter)
        task = self._pages.get(name)
        if task is None:
            task = asyncio.create_task(self._read_page(tail, after, event_filter))
            self._pages[name] = task
            task.add_done_callback(lambda _: self._pages.pop(name, None))
        return await asyncio.shield(task)

    async def _read_page(
        self, tail: Tail, after: int, event_filter: Filter
    ) -> EventPage:
        wallet_id, epoch = tail.feed.wallet_id, tail.feed.epoch
        async with self._turn(tail):
            # a cursor must not pass events that are not stored yet
            end = tail.head
            before = ANY_OFFSET
            if self._is_scan(event_filter):
                first = await crud.get_offset_after(wallet_id, epoch, after)
                if first is not None:
                    end = min(end, first + SCAN_EVENTS - 1)
                before = end + 1
            events = await crud.get_events(
                wallet_id,
                epoch,
                after,
                PAGE_EVENTS,
                PAGE_BYTES,
                before,
                event_filter,
                self.are_payments_indexed,
            )
        return EventPage(events, events[-1].offset if events else max(after, end))

    async def page_before(
        self, tail: Tail, before: int, event_filter: Filter = EVERYTHING
    ) -> EventPage | None:
        """As `page`, before an offset, ascending. None: no event is before it."""
        wallet_id, epoch = tail.feed.wallet_id, tail.feed.epoch
        async with self._turn(tail):
            last = await crud.get_offset_before(wallet_id, epoch, before)
            if last is None:
                return None
            since = 1
            if self._is_scan(event_filter):
                since = max(since, last - SCAN_EVENTS + 1)
            events = await crud.get_events_before(
                wallet_id,
                epoch,
                before,
                PAGE_EVENTS,
                PAGE_BYTES,
                since - 1,
                event_filter,
                self.are_payments_indexed,
            )
        return EventPage(events, events[0].offset if events else since)

    def _is_scan(self, event_filter: Filter) -> bool:
        """Does the filter make a statement look at more events than it selects?"""
        is_found_by_index = self.are_payments_indexed and event_filter.has_identifier
        return event_filter != EVERYTHING and not is_found_by_index

    @asynccontextmanager
    async def _turn(self, tail: Tail) -> AsyncIterator[None]:
        """One page at a time in the process, and the wallets take turns."""
        async with tail.page_lock, self._page_lock:
            yield

    async def take(self, feed: Feed) -> None:
        """Take over a feed's row, which may have changed elsewhere."""
        if not await self.renew_if_past(feed) and self.refresh(feed):
            self._on_advance(feed.wallet_id)

    def refresh(self, feed: Feed) -> bool:
        """Take over a feed's row as the database has it. True if its head moved."""
        tail = self._tails.get(feed.wallet_id)
        if tail is None:
            return False
        if tail.feed.epoch != feed.epoch:
            self.end_epoch(tail)
            return False
        if feed.erased != tail.feed.erased:
            self._forget(tail)
        tail.feed = feed
        return self.advance(tail, feed.head)

    def follow(self, tail: Tail, events: list[Event], head: int) -> None:
        """Take over events up to `head` that another process appended."""
        self._extend(tail, events)
        self.advance(tail, head)
        tail.wake()

    def advance(self, tail: Tail, head: int) -> bool:
        """Another process appended up to `head`: wake readers, which read the database.

        False if that was known.
        """
        if head <= tail.head:
            return False
        self._forget(tail)
        tail.head = head
        tail.wake()
        return True

    def _forget(self, tail: Tail) -> None:
        """Readers find the events in the database."""
        self._tail_bytes -= tail.size_bytes
        tail.clear()

    async def renew_if_past(self, feed: Feed) -> bool:
        """Begin a new epoch if the feed went back, as in an older copy of the database.

        Returns whether the row is outdated, which is also so if it was read before the
        last append.
        """
        if not self._positions.is_past(feed.wallet_id, feed.epoch, feed.head):
            self._positions.move(feed.wallet_id, feed.epoch, feed.head)
            return False
        if await crud.end_epoch(feed, new_epoch()):
            warn_renewed(feed.wallet_id)
            tail = self._tails.get(feed.wallet_id)
            if tail:
                self.end_epoch(tail)
        return True

    def end_epoch(self, tail: Tail) -> None:
        """End the feed's readers; clients reconnect and get a gap."""
        self._on_epoch_end(tail.feed.wallet_id)
        self.drop(tail.feed.wallet_id)
        tail.wake()

    def wake(self, wallet_id: str) -> None:
        tail = self._tails.get(wallet_id)
        if tail:
            tail.wake()

    def wake_all(self) -> None:
        for tail in self._tails.values():
            tail.wake()

    def drop(self, wallet_id: str) -> None:
        """Forget a feed; it is loaded again when it is needed."""
        tail = self._tails.pop(wallet_id, None)
        if tail:
            self._tail_bytes -= tail.size_bytes

    def _drop_quiet_tails(self) -> None:
        surplus = len(self._tails) - MAX_TAILS
        for wallet_id, tail in list(self._tails.items())[: max(0, surplus)]:
            if tail.is_quiet:
                self.drop(wallet_id)

    def _extend(self, tail: Tail, events: Sequence[Event]) -> None:
        before = tail.size_bytes
        tail.extend(events)
        if len(tail.events) > TAIL_EVENTS:
            tail.forget()
        self._tail_bytes += tail.size_bytes - before
        self._tails.move_to_end(tail.feed.wallet_id)
        if self._tail_bytes > TAIL_BYTES:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        """The feeds that were appended to longest ago lose their events first."""
        for tail in self._tails.values():
            while self._tail_bytes > TAIL_BYTES and tail.events:
                before = tail.size_bytes
                tail.forget()
                self._tail_bytes -= before - tail.size_bytes
            if self._tail_bytes <= TAIL_BYTES:
                return
