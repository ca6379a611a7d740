"""The log that is woken: append, read on from an offset, wait for more.

A tail is a feed's newest events in memory. What it no longer holds is read from the
database, one page at a time for the whole process; cursors at the same place share it.
"""

import asyncio
import base64
import contextlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from loguru import logger

from . import crud
from .errors import Locked, Restarting, Unavailable
from .models import Draft, Event, Feed
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
PRUNE_WAITERS = 100  # who waits no longer, as its time is over


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def new_epoch() -> str:
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(alphabet) for _ in range(8))


class Tail:
    """One feed in memory: its row, its newest events and who waits for more."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.head = feed.head
        self.events: list[Event] = []
        self.signed: dict[int, str] = {}
        self.waiters: list[asyncio.Future[None]] = []
        self._prune_at = PRUNE_WAITERS
        self.sessions: set[Any] = set()
        self.page_lock = asyncio.Lock()
        self.balance_msat: int | None = None
        self.balance_reads = 0
        self.balance_round = 0
        self.balance_wanted = False
        self.balance_has_changed = False

    def id_of(self, offset: int) -> str:
        return f"{self.feed.epoch}-{offset}"

    def frame(self, event: Event) -> str:
        """The signed frame, made once for all who read it while it is in memory."""
        text = self.signed.get(event.offset)
        if text is None:
            text = sign(event.body, event.id, event.timestamp, self.feed.secret)
            if self.events and event.offset >= self.events[0].offset:
                self.signed[event.offset] = text
        return text

    def update(self, feed: Feed) -> None:
        """Take on the row as it is now; frames of an old secret are made again."""
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
        return not self.sessions and all(waiter.done() for waiter in self.waiters)

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
    """All feeds of this process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.tails: OrderedDict[str, Tail] = OrderedDict()
        self._bytes = 0
        self._places: dict[str, Place] = {}
        self._waiting: list[Entry] = []
        self._locked: dict[str, float] = {}  # wallet id: when to try it again
        self._writer: asyncio.Task[None] | None = None
        self._page_lock = asyncio.Lock()
        self._pages: dict[tuple[str, str, int], asyncio.Task[list[Event]]] = {}

    def now(self) -> int:
        return int(self._clock())

    def new_feed(self, wallet_id: str) -> Feed:
        return Feed(
            wallet_id=wallet_id,
            epoch=new_epoch(),
            head=0,
            channel=secrets.token_hex(16),
            secret=new_secret(),
            mirror_to_inkey=False,
            allow_inkey=True,
            active=True,
            created_at=self.now(),
        )

    async def tail(self, wallet_id: str) -> Tail | None:
        """The feed's tail, loaded on first use; None if there is no feed."""
        if wallet_id not in self.tails:
            feed = await crud.get_feed(wallet_id)
            if feed and await self.renew_if_past(feed):
                feed = await crud.get_feed(wallet_id)
            if feed is None:
                return None
            self.tails.setdefault(wallet_id, Tail(feed))
            self._forget_quiet_tails()
        return self.tails[wallet_id]

    def _forget_quiet_tails(self) -> None:
        surplus = len(self.tails) - MAX_TAILS
        for wallet_id, tail in list(self.tails.items())[: max(0, surplus)]:
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
            tail = self.tails.get(feed.wallet_id)
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
        """Close the sessions of a feed with 1012; clients reconnect and get a gap."""
        for session in list(tail.sessions):
            session.close(Restarting("The feed begins a new epoch."))
        self.drop(tail.feed.wallet_id)
        tail.wake()

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        """Store drafts, then wake. Returns the new events, doubles left out.

        What arrives while a transaction runs goes into the next one together. Raises
        Locked if another connection holds the feed for LOCK_SECONDS, or still holds it.
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
        if events and wallet_id not in self.tails:
            with contextlib.suppress(Unavailable):
                await self.tail(wallet_id)  # of the new epoch
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
        tail = self.tails.get(wallet_id)
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
        self.tails.move_to_end(tail.feed.wallet_id)
        if len(tail.events) > TAIL_EVENTS:
            self._bytes -= tail.forget()
        for other in list(self.tails.values()):
            while self._bytes > TAIL_BYTES and other.events:
                self._bytes -= other.forget()

    def follow(self, tail: Tail, events: list[Event], head: int) -> None:
        """Another process appended these, up to `head`: readers find them in memory."""
        self._extend(tail, events)
        self.advance(tail.feed.wallet_id, head)
        tail.wake()

    def advance(self, wallet_id: str, head: int) -> None:
        """Another process appended up to `head`: wake the cursors to read it."""
        tail = self.tails.get(wallet_id)
        if tail and head > tail.head:
            self._bytes -= sum(len(old.body) for old in tail.events)
            tail.events, tail.signed, tail.head = [], {}, head
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
        tail = self.tails.pop(wallet_id, None)
        if tail:
            self._bytes -= sum(len(old.body) for old in tail.events)
