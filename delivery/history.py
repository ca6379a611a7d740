"""Reading back: pages of events, and the long poll."""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import Any

from .. import crud
from ..access.authenticator import Authenticator
from ..errors import Malformed
from ..feed.journal import Journal
from ..feed.protocol import parse_id
from ..feed.tail import Tail
from ..metrics import Metrics
from ..models import Access, Event, Filter
from .position import first_at, resolve_position
from .subscribers import Subscribers
from .subscription import Subscription

ANSWER_BYTES = 4 * 1024 * 1024  # of bodies in one answer, unless one event is larger


@dataclass(frozen=True)
class EventsRequest:
    """What `GET events` asks for. `wait_seconds`: hold the request for that long."""

    since: str | None
    before: str | None
    limit: int
    wait_seconds: int
    event_filter: Filter


class Page:
    """The events of one answer: at most `limit`, and ANSWER_BYTES beyond the first."""

    def __init__(self, limit: int) -> None:
        self.events: list[Event] = []
        self._limit = limit
        self._bytes = 0

    def add(self, event: Event) -> bool:
        """False when the page is full: this event belongs to the next one."""
        self._bytes += len(event.body)
        is_full = len(self.events) == self._limit or self._bytes > ANSWER_BYTES
        if self.events and is_full:
            return False
        self.events.append(event)
        return True


class History:
    def __init__(
        self,
        journal: Journal,
        subscribers: Subscribers,
        authenticator: Authenticator,
        metrics: Metrics,
    ) -> None:
        self._journal = journal
        self._subscribers = subscribers
        self._authenticator = authenticator
        self._metrics = metrics

    async def read(
        self, access: Access, request: EventsRequest, address: str
    ) -> dict[str, Any]:
        """The answer of `GET events`; `events` are frames as text, ascending.

        A request that waits is a subscriber meanwhile, and ends as one: Forbidden,
        Restarting. Raises Malformed for `since` and `before`.
        """
        # a heartbeat that is never due
        beat = request.wait_seconds + 1
        subscription = await self._subscribers.prepare(
            access, request.event_filter, address, request.since, beat
        )
        if not request.wait_seconds:
            return await self._read(subscription, request)
        with self._subscribers.registered(subscription):
            return await self._read(subscription, request)

    async def _read(
        self, subscription: Subscription, request: EventsRequest
    ) -> dict[str, Any]:
        tail = subscription.tail
        oldest = await crud.get_oldest(tail.feed.wallet_id)
        is_recovered = True
        if request.before is not None or (
            subscription.since is None and not request.wait_seconds
        ):
            top = await self._top(tail, request.before)
            events, has_more = await self._read_backwards(
                subscription, top, request.limit
            )
            cursor = max(0, top - 1)
        else:
            acked = await self._authenticator.acked(subscription.access)
            position = await resolve_position(tail, subscription.since, acked)
            subscription.start(position, acked)
            is_recovered = position.gap is None
            events, has_more = await self._read_on(subscription, request)
            if request.wait_seconds and events:
                await self._authenticator.check_again(subscription.access)
            cursor = subscription.position
        self._metrics.delivered += len(events)
        return {
            "events": [subscription.frame(event) for event in events],
            "head": tail.id_of(tail.head),
            "cursor": tail.id_of(cursor),
            "oldest": tail.id_of(oldest) if oldest is not None else None,
            "has_more": has_more,
            "recovered": is_recovered,
        }

    async def _top(self, tail: Tail, before: str | None) -> int:
        if before is None:
            return tail.head + 1
        if before.startswith("@"):
            return await first_at(tail, before, "before")
        epoch, offset = parse_id(before)
        if epoch != tail.feed.epoch:
            raise Malformed(f"The id {before} is of another epoch.")
        return min(offset, tail.head + 1)

    async def _read_backwards(
        self, subscription: Subscription, top: int, limit: int
    ) -> tuple[list[Event], bool]:
        tail, event_filter = subscription.tail, subscription.filter
        page = Page(limit)
        while stored := await self._journal.page_before(tail, top, event_filter):
            for event in reversed(stored.events):
                if event_filter.accepts(event) and not page.add(event):
                    return page.events[::-1], True
            top = stored.end
        return page.events[::-1], False

    async def _read_on(
        self, subscription: Subscription, request: EventsRequest
    ) -> tuple[list[Event], bool]:
        tail = subscription.tail
        deadline = time.monotonic() + request.wait_seconds
        page = Page(request.limit)
        while True:
            if not self._journal.is_current(tail):  # its epoch has ended
                return page.events, False
            if subscription.closing and not self._subscribers.is_stopping:
                raise subscription.closing
            stored = await subscription.next_page()
            for event in stored.events:
                if subscription.filter.accepts(event) and not page.add(event):
                    return page.events, True
                subscription.position = event.offset
            subscription.position = stored.end
            if subscription.position < tail.head:
                await asyncio.sleep(0)  # a long search lets others read
                continue
            rest = deadline - time.monotonic()
            if page.events or rest <= 0 or self._subscribers.is_stopping:
                return page.events, False
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(subscription.wait(), rest)
