"""The log that is woken: append, read on from an offset, wait for more.

A tail is a feed's newest events in memory. What it no longer holds is read from the
database, one page at a time for the whole process; cursors at the same place share it.
"""

import asyncio
import base64
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from . import crud
from .models import Draft, Event, Feed
from .protocol import event_body, sign

PAGE_EVENTS = 500
PAGE_BYTES = 1024 * 1024  # of bodies, unless a single one is larger
TAIL_BYTES = 16 * 1024 * 1024  # of bodies; signed frames are as much again at most
TAIL_EVENTS = 1000
MAX_TAILS = 10_000
BATCH_ENTRIES = 200
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
    """Drafts on their way into a wallet's log."""

    wallet_id: str
    drafts: list[Draft]
    stored: "asyncio.Future[list[Event]]"


class Journal:
    """All feeds of this process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.tails: OrderedDict[str, Tail] = OrderedDict()
        self._bytes = 0
        self._waiting: list[Entry] = []
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

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        """Store drafts, then wake. Returns the new events, doubles left out.

        What arrives while a transaction runs goes into the next one together.
        """
        # a tail that is loaded before the append cannot miss it
        if await self.tail(wallet_id) is None:
            return []
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(Entry(wallet_id, drafts, stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        events: list[Event] = await stored
        return events

    async def _write(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH_ENTRIES]
            del self._waiting[:BATCH_ENTRIES]
            if not await self._store(batch) and len(batch) > 1:
                for entry in batch:
                    await self._store([entry])

    async def _store(self, batch: list[Entry]) -> bool:
        """Commit, then wake. An entry that fails alone is told so; others go on."""
        entries = [(entry.wallet_id, entry.drafts) for entry in batch]
        try:
            stored = await crud.append(entries, self.now(), event_body)
        except Exception as exc:
            if len(batch) == 1 and not batch[0].stored.done():
                batch[0].stored.set_exception(exc)
            return False
        for entry, events in zip(batch, stored, strict=True):
            tail = self.tails.get(entry.wallet_id)
            if tail and events:
                self._extend(tail, events)
                tail.wake()
            if not entry.stored.done():
                entry.stored.set_result(events)
        return True

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
