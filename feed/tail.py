"""One feed in memory: its row, its newest events, its waiters."""

import asyncio
import time
from collections.abc import Callable, Sequence

from ..models import Event, Feed
from .protocol import sign
from .redacted import redacted_body
from .secrets import overlap_end, valid_secrets

PRUNE_WAITERS = 100  # waiters whose time is over


class Tail:
    """A feed's newest events. `readers` counts the registered subscriptions."""

    def __init__(self, feed: Feed, now: Callable[[], float] = time.time) -> None:
        self.feed = feed
        self._now = now
        self.head = feed.head
        self.events: list[Event] = []
        self.size_bytes = 0  # of the events' bodies
        self.signed: dict[int, str] = {}
        self.redacted: dict[int, str] = {}  # signed too
        self._signed_with: list[str] = []
        self._signed_for: Feed | None = None
        self._signed_until: int | None = None
        self.waiters: list[asyncio.Future[None]] = []
        self._prune_at = PRUNE_WAITERS
        self.readers = 0
        self.page_lock = asyncio.Lock()

    def id_of(self, offset: int) -> str:
        return f"{self.feed.epoch}-{offset}"

    def frame(self, event: Event, is_public: bool = False) -> str:
        """The signed frame, made once for all readers while the event is in memory.

        Frames that were signed with another secret, or with one that has ended, are
        made again. `is_public`: the redacted one, for readers with a public key.
        """
        if self.feed is not self._signed_for or (
            self._signed_until is not None and self._now() >= self._signed_until
        ):
            self._choose_secrets()
        frames = self.redacted if is_public else self.signed
        text = frames.get(event.offset)
        if text is None:
            body = redacted_body(event) if is_public else event.body
            text = sign(body, event.id, event.timestamp, *self._signed_with)
            if self.events and event.offset >= self.events[0].offset:
                frames[event.offset] = text
        return text

    def _choose_secrets(self) -> None:
        """For all frames until an overlap ends, or the feed's row changes."""
        now = self._now()
        secrets = valid_secrets(self.feed, now)
        if secrets != self._signed_with:
            self.signed.clear()
            self.redacted.clear()
            self._signed_with = secrets
        self._signed_for = self.feed
        self._signed_until = overlap_end(self.feed, now)

    def recent(self, after: int) -> list[Event] | None:
        """The events after an offset, or None if memory does not reach back."""
        if after >= self.head:
            return []
        if not self.events or self.events[0].offset > after + 1:
            return None
        return self.events[after + 1 - self.events[0].offset :]

    def extend(self, events: Sequence[Event]) -> None:
        """Add new events; known ones are left out, and a hole forgets those before."""
        for event in events:
            if event.offset <= self.head and self.feed.epoch == event.epoch:
                continue
            if event.offset != self.head + 1:
                self.clear()
            self.events.append(event)
            self.size_bytes += len(event.body)
            self.head = event.offset

    def clear(self) -> None:
        """Forget all events: readers find them in the database."""
        self.events, self.size_bytes = [], 0
        self.signed, self.redacted = {}, {}

    def forget(self) -> None:
        """Drop the older half of the events in memory."""
        half = len(self.events) // 2 + 1
        dropped, self.events = self.events[:half], self.events[half:]
        for event in dropped:
            self.signed.pop(event.offset, None)
            self.redacted.pop(event.offset, None)
            self.size_bytes -= len(event.body)

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
