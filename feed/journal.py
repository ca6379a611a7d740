"""The log that is woken: append → commit → wake.

A tail holds a feed's newest events in memory. Older ones are read from the database,
one page at a time in the whole process; cursors at the same position share a page.
"""

import asyncio
import contextlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from loguru import logger

from .. import crud
from ..errors import Locked, Unavailable, UnknownWallet
from ..host import postgres
from ..models import Draft, Event, Feed
from .protocol import event_body, sign

PAGE_EVENTS = 500
PAGE_BYTES = 1024 * 1024  # of bodies, unless a single one is larger
TAIL_BYTES = 16 * 1024 * 1024  # of bodies; signed frames are as much again at most
TAIL_EVENTS = 1000
MAX_TAILS = 10_000
BATCH_ENTRIES = 200
LOCK_SECONDS = 1  # how long an append tries a feed that another connection holds
LOCK_PAUSE_SECONDS = 0.02
BACKOFF_SECONDS = 10
PRUNE_WAITERS = 100  # waiters whose time is over
EPOCH_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_epoch() -> str:
    """Eight random characters; see "epoch" in docs/protocol.md."""
    return "".join(secrets.choice(EPOCH_ALPHABET) for _ in range(8))


class Tail:
    """One feed in memory: its row, its newest events, its waiters.

    `readers` counts the registered subscriptions.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.head = feed.head
        self.events: list[Event] = []
        self.signed: dict[int, str] = {}
        self.waiters: list[asyncio.Future[None]] = []
        self._prune_at = PRUNE_WAITERS
        self.readers = 0
        self.page_lock = asyncio.Lock()

    def id_of(self, offset: int) -> str:
        return f"{self.feed.epoch}-{offset}"

    def frame(self, event: Event) -> str:
        """The signed frame, made once for all readers while the event is in memory."""
        text = self.signed.get(event.offset)
        if text is None:
            text = sign(event.body, event.id, event.timestamp, self.feed.secret)
            if self.events and event.offset >= self.events[0].offset:
                self.signed[event.offset] = text
        return text

    def update(self, feed: Feed) -> None:
        """Replace the row; frames that were signed with another secret are dropped."""
        if feed.secret != self.feed.secret:
            self.signed.clear()
        self.feed = feed

    def recent(self, after: int) -> list[Event] | None:
        """The events after an offset, or None if memory does not reach back."""
        if after >= self.head:
            return []
        if not self.events or self.events[0].offset > after + 1:
            return None
        return self.events[after + 1 - self.events[0].offset :]

    def wake(self) -> None:
        waiters, self.waiters = self.waiters, []
        for future in waiters:
            if not future.done():
                future.set_result(None)

    def wait(self) -> "asyncio.Future[None]":
        """Resolved by the next wake. Never await anything between a read and this."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiters.append(future)
        if len(self.waiters) > self._prune_at:
            self.waiters = [waiter for waiter in self.waiters if not waiter.done()]
            self._prune_at = 2 * len(self.waiters) + PRUNE_WAITERS
        return future

    @property
    def is_quiet(self) -> bool:
        return not self.readers and all(waiter.done() for waiter in self.waiters)

    def forget(self) -> int:
        """Drop the older half of the events in memory; returns the bytes freed."""
        half = len(self.events) // 2 + 1
        gone, self.events = self.events[:half], self.events[half:]
        for event in gone:
            self.signed.pop(event.offset, None)
        return sum(len(event.body) for event in gone)


@dataclass
class Entry:
    """Drafts to be stored; the result is None if another connection holds the feed."""

    wallet_id: str
    drafts: list[Draft]
    stored: "asyncio.Future[list[Event] | None]"

    def end(self, events: list[Event] | None) -> None:
        if not self.stored.done():
            self.stored.set_result(events)

    def fail(self, exc: Exception) -> None:
        if not self.stored.done():
            self.stored.set_exception(exc)


@dataclass
class Place:
    """The newest known position of a feed, and its ended epochs."""

    epoch: str
    head: int
    ended: set[str] = field(default_factory=set)

    def is_past(self, epoch: str, head: int) -> bool:
        return epoch in self.ended or (epoch == self.epoch and head < self.head)

    def move(self, epoch: str, head: int) -> None:
        if epoch == self.epoch:
            self.head = max(head, self.head)
        else:
            self.ended.add(self.epoch)
            self.epoch, self.head = epoch, head


class Journal:
    """All feeds of this process.

    `on_append` is called with new events after their commit, `on_epoch_end` with a
    wallet whose epoch has ended.
    """

    def __init__(
        self,
        on_append: Callable[[Tail, Sequence[Event]], None],
        on_epoch_end: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._on_append = on_append
        self._on_epoch_end = on_epoch_end
        self._clock = clock
        self._tails: OrderedDict[str, Tail] = OrderedDict()
        self._bytes = 0
        self._places: dict[str, Place] = {}
        self._waiting: list[Entry] = []
        self._locked: dict[str, float] = {}  # wallet id: when to try it again
        self._writer: asyncio.Task[None] | None = None
        self._page_lock = asyncio.Lock()
        self._pages: dict[tuple[str, str, int], asyncio.Task[list[Event]]] = {}

    def now(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    @property
    def has_tails(self) -> bool:
        return bool(self._tails)

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
            self._tails.setdefault(wallet_id, Tail(feed))
            self._forget_quiet_tails()
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

    def refresh(self, feed: Feed) -> bool:
        """Take over a feed's row as the database has it. True if its head moved."""
        tail = self._tails.get(feed.wallet_id)
        if tail is None:
            return False
        if tail.feed.epoch != feed.epoch:
            self.end_epoch(tail)
            return False
        tail.update(feed)
        return self.advance(tail, feed.head)

    def _forget_quiet_tails(self) -> None:
        surplus = len(self._tails) - MAX_TAILS
        for wallet_id, tail in list(self._tails.items())[: max(0, surplus)]:
            if tail.is_quiet:
                self.drop(wallet_id)

    def _is_past(self, feed: Feed) -> bool:
        """Whether the row is older than what is known; remembers it if not."""
        place = self._places.setdefault(feed.wallet_id, Place(feed.epoch, feed.head))
        if place.is_past(feed.epoch, feed.head):
            return True
        place.move(feed.epoch, feed.head)
        return False

    async def renew_if_past(self, feed: Feed) -> bool:
        """Begin a new epoch if the feed went back, as in an older copy of the database.

        Returns whether the row is outdated, which is also so if it was read before the
        last append.
        """
        if not self._is_past(feed):
            return False
        if await crud.end_epoch(feed, new_epoch()):
            self._warn_renewed(feed.wallet_id)
            tail = self._tails.get(feed.wallet_id)
            if tail:
                self.end_epoch(tail)
        return True

    def _renew(self, wallet_id: str, epoch: str, head: int) -> str | None:
        """The new epoch of a feed that went back, else None. See `crud.append`."""
        place = self._places.get(wallet_id)
        if place is None or not place.is_past(epoch, head):
            return None
        self._warn_renewed(wallet_id)
        return new_epoch()

    def _warn_renewed(self, wallet_id: str) -> None:
        logger.warning(
            f"payfeed: wallet {wallet_id}: its log went back, a new epoch begins"
        )

    def end_epoch(self, tail: Tail) -> None:
        """End the feed's readers; clients reconnect and get a gap."""
        self._on_epoch_end(tail.feed.wallet_id)
        self.drop(tail.feed.wallet_id)
        tail.wake()

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        """Store drafts, then wake readers. Returns the new events, without duplicates.

        Drafts that arrive while a transaction runs share the next one. Raises Locked if
        another connection holds the feed for LOCK_SECONDS, or still holds it.
        """
        # a tail that is loaded before the append cannot miss it
        if await self.tail(wallet_id) is None:
            return []
        deadline = time.monotonic() + LOCK_SECONDS
        while (events := await self._queue(wallet_id, drafts)) is None:
            if wallet_id in self._locked or time.monotonic() > deadline:
                self._locked.setdefault(wallet_id, 0)
                raise Locked()
            await asyncio.sleep(LOCK_PAUSE_SECONDS)
        if events:
            with contextlib.suppress(Unavailable):
                tail = await self.tail(wallet_id)  # a new one, if a new epoch began
                if tail:
                    self._on_append(tail, events)
        return events

    async def _queue(self, wallet_id: str, drafts: list[Draft]) -> list[Event] | None:
        if self._is_in_backoff(wallet_id):
            return None
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(Entry(wallet_id, drafts, stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        events: list[Event] | None = await stored
        return events

    async def _write(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH_ENTRIES]
            del self._waiting[:BATCH_ENTRIES]
            await self._try(batch)

    async def _try(self, batch: list[Entry]) -> None:
        """Store a batch; if one entry is the cause of a failure, store the others."""
        try:
            await self._store(batch)
        except Exception as exc:
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                for entry in (*batch, *self._waiting):
                    entry.fail(Unavailable(exc.message))
                self._waiting.clear()
            elif len(batch) == 1:
                self._fail(batch[0], exc)
            else:
                for entry in batch:
                    if self._is_in_backoff(entry.wallet_id):
                        entry.end(None)
                    else:
                        await self._try([entry])

    def _fail(self, entry: Entry, exc: Exception) -> None:
        if isinstance(exc, Locked):
            # the next batches must not wait for it again
            self._locked[entry.wallet_id] = time.monotonic() + BACKOFF_SECONDS
        entry.fail(exc)

    def _is_in_backoff(self, wallet_id: str) -> bool:
        return time.monotonic() < self._locked.get(wallet_id, 0)

    async def _store(self, batch: list[Entry]) -> None:
        """Commit, then wake."""
        entries = [(entry.wallet_id, entry.drafts) for entry in batch]
        stored = await crud.append(entries, self.now(), event_body, self._renew)
        for entry, events in zip(batch, stored, strict=True):
            if events:
                self._add_to_tail(entry.wallet_id, events)
            if events is not None:
                self._locked.pop(entry.wallet_id, None)
            entry.end(events)

    def _add_to_tail(self, wallet_id: str, events: list[Event]) -> None:
        newest = events[-1]
        place = self._places.setdefault(wallet_id, Place(newest.epoch, 0))
        place.move(newest.epoch, newest.offset)
        tail = self._tails.get(wallet_id)
        if tail and tail.feed.epoch != newest.epoch:
            self.end_epoch(tail)
        elif tail:
            self._extend(tail, events)
            tail.wake()

    def _extend(self, tail: Tail, events: Iterable[Event]) -> None:
        for event in events:
            if event.offset <= tail.head and tail.feed.epoch == event.epoch:
                continue
            if event.offset != tail.head + 1:
                self._bytes -= sum(len(old.body) for old in tail.events)
                tail.events, tail.signed = [], {}
            tail.events.append(event)
            tail.head = event.offset
            self._bytes += len(event.body)
        self._tails.move_to_end(tail.feed.wallet_id)
        if len(tail.events) > TAIL_EVENTS:
            self._bytes -= tail.forget()
        for other in list(self._tails.values()):
            while self._bytes > TAIL_BYTES and other.events:
                self._bytes -= other.forget()

    def follow(self, tail: Tail, events: list[Event], head: int) -> None:
        """Take over events up to `head` that another process appended."""
        self._extend(tail, events)
        self.advance(tail, head)
        tail.wake()

    def advance(self, tail: Tail, head: int) -> bool:
        """Another process appended up to `head`: wake the readers, which read them from
        the database. False if that was known."""
        if head <= tail.head:
            return False
        self._bytes -= sum(len(old.body) for old in tail.events)
        tail.events, tail.signed, tail.head = [], {}, head
        tail.wake()
        return True

    def wake(self, wallet_id: str) -> None:
        tail = self._tails.get(wallet_id)
        if tail:
            tail.wake()

    def wake_all(self) -> None:
        for tail in self._tails.values():
            tail.wake()

    async def page(self, tail: Tail, after: int) -> list[Event]:
        """Up to PAGE_EVENTS and PAGE_BYTES of stored events after an offset."""
        name = (tail.feed.wallet_id, tail.feed.epoch, after)
        task = self._pages.get(name)
        if task is None:
            task = asyncio.create_task(self._read_page(tail, after))
            self._pages[name] = task
            task.add_done_callback(lambda _: self._pages.pop(name, None))
        return await asyncio.shield(task)

    async def _read_page(self, tail: Tail, after: int) -> list[Event]:
        feed = tail.feed
        async with self._turn(tail):
            return await crud.get_events(
                feed.wallet_id, feed.epoch, after, PAGE_EVENTS, PAGE_BYTES
            )

    @asynccontextmanager
    async def _turn(self, tail: Tail) -> AsyncIterator[None]:
        """One page at a time in the process, and the wallets take turns."""
        async with tail.page_lock, self._page_lock:
            yield

    async def page_before(self, tail: Tail, before: int) -> list[Event]:
        """Up to PAGE_EVENTS and PAGE_BYTES before an offset, ascending."""
        feed = tail.feed
        async with self._turn(tail):
            return await crud.get_events_before(
                feed.wallet_id, feed.epoch, before, PAGE_EVENTS, PAGE_BYTES
            )

    def drop(self, wallet_id: str) -> None:
        tail = self._tails.pop(wallet_id, None)
        if tail:
            self._bytes -= sum(len(old.body) for old in tail.events)
