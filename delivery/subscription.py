"""One subscriber: a cursor over the log that yields frames.

WebSocket and Server-Sent Events read `frames()`; a long poll reads `next_page()`.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from .. import crud
from ..errors import Malformed, PayfeedError, RateLimited
from ..feed.journal import Journal
from ..feed.protocol import dumps, parse_client_frame, parse_id
from ..feed.tail import Tail
from ..models import Access, Event, EventPage, Filter
from .balance import Balance
from .position import StreamPosition

CLIENT_FRAMES_PER_SECOND = 10


class Sending:
    """Times the write of one frame, for `Subscription.is_stalled`."""

    def __init__(self) -> None:
        self.last_started = time.monotonic()
        self.since: float | None = None

    def __enter__(self) -> None:
        self.last_started = self.since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.since = None


class Subscription:
    """A registered cursor over what its key may read and its filter accepts.

    `event_filter` is already narrowed to what the key may read, `since` is where it is
    to begin. `position` is the offset that it has passed, events that its filter left
    out included. `closing` is why it ends.
    """

    def __init__(
        self,
        journal: Journal,
        tail: Tail,
        access: Access,
        event_filter: Filter,
        address: str,
        heartbeat_seconds: int,
        balance: Balance | None = None,
        since: str | None = None,
    ) -> None:
        self.tail = tail
        self.since = since
        self.access = access
        self.filter = event_filter
        self.address = address
        self.heartbeat_seconds = heartbeat_seconds
        self.connected_at = journal.now()
        self.position = tail.head
        self.acked: int | None = None
        self.closing: PayfeedError | None = None
        self.task: asyncio.Task[Any] | None = asyncio.current_task()
        self.sending = Sending()
        self._journal = journal
        self._epoch = tail.feed.epoch
        self._gap: dict[str, Any] | None = None
        self._pongs = 0
        self._reported_position = self.position
        self._reported_at = time.monotonic()
        self._balance = balance
        self._seen_readings = balance.readings if balance else 0
        self._seen_changes: int | None = None
        self._client_frame_times: list[float] = []
        self._waiting: asyncio.Future[None] | None = None

    @property
    def wallet_id(self) -> str:
        return self.tail.feed.wallet_id

    @property
    def cursor(self) -> str:
        """The id of the last event that this subscriber has passed."""
        return self.tail.id_of(self.position)

    @property
    def lag(self) -> int:
        """How many events follow the cursor."""
        return max(0, self.tail.head - self.position)

    def frame(self, event: Event) -> str:
        """The signed frame as this subscriber is sent it."""
        return self.tail.frame(event, self.access.is_public)

    def start(self, position: StreamPosition, acked: int | None) -> None:
        """Begin at a position; `acked` is the access key's acknowledged offset."""
        self.position, self._gap, self.acked = position.offset, position.gap, acked
        self._report_position()

    def wait(self) -> "asyncio.Future[None]":
        """Resolved by the next wake of this subscription, or of all of its feed.

        Never await anything between a read and this.
        """
        self._waiting = self.tail.wait()
        return self._waiting

    def wake(self) -> None:
        """Wake this subscription alone: its feed may have thousands of others."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def close(self, reason: PayfeedError) -> None:
        """End after the frame that is being sent."""
        if self.closing is None:
            self.closing = reason
        self.wake()

    def abort(self, reason: PayfeedError) -> None:
        """End now, even within a write that does not return."""
        if self.closing is None:
            self.closing = reason
        self.sending.since = None
        if self.task:
            self.task.cancel()

    def is_stalled(self, now: float, timeout_seconds: float) -> bool:
        """Has the write of one frame taken longer than the timeout?"""
        since = self.sending.since
        return since is not None and now - since > timeout_seconds

    def has_expired(self, date: int) -> bool:
        expires_at = self.access.expires_at
        return expires_at is not None and expires_at <= date

    def is_idle(self, now: float) -> bool:
        """Is a heartbeat due?

        Either nothing was sent for its time, or only frames without a cursor while the
        filter left out events: a client can acknowledge only ids that it has received.
        """
        is_behind = self._reported_position != self.position
        since = self._reported_at if is_behind else self.sending.last_started
        return now - since >= self.heartbeat_seconds

    async def frames(self) -> AsyncIterator[tuple[str | None, str]]:
        """(event id or None, text) from `hello` on; raises `closing` at the end."""
        yield None, self._hello()
        if self._gap:
            yield None, dumps(self._gap)
        while True:
            if self.closing:
                raise self.closing
            page = await self.next_page()
            for event in page.events:
                # moved before it is sent: the ack may arrive before the write returns
                self.position = event.offset
                if self.filter.accepts(event):
                    self._report_position()
                    yield event.id, self.frame(event)
                if self.closing:
                    raise self.closing
            self.position = page.end
            if self.closing or self.position < self.tail.head:
                continue
            state = self._next_state()
            if state is None:
                await self.wait()
            else:
                yield None, state

    async def next_page(self) -> EventPage:
        """The events after the cursor, from memory with those that are left out.

        At the head it has no events; then, and in a part of the log without events for
        this filter, `end` is the next position.
        """
        events = self.tail.recent(self.position)
        if events is None:
            return await self._journal.page(self.tail, self.position, self.filter)
        return EventPage(events, events[-1].offset if events else self.position)

    async def receive(self, message: dict[str, Any]) -> None:
        """Handle one client frame. Raises Malformed, RateLimited."""
        now = time.monotonic()
        recent = [then for then in self._client_frame_times if now - then < 1]
        self._client_frame_times = [*recent, now]
        if len(self._client_frame_times) > CLIENT_FRAMES_PER_SECOND:
            raise RateLimited("More than 10 frames a second.", retry_after=1)
        text = message.get("text")
        if text is None:
            raise Malformed("Binary frames are not supported.")
        frame = parse_client_frame(text)
        if frame["type"] == "ping":
            self._pongs += 1
            self.wake()
        else:
            await self._ack(frame["id"])

    async def _ack(self, event_id: str) -> None:
        key_id = self.access.access_key_id
        if key_id is None:
            raise Malformed("ack needs an access key.")
        epoch, offset = parse_id(event_id)
        if epoch != self._epoch or offset > self.position:
            raise Malformed(f"The id {event_id} was not sent on this connection.")
        if offset > (self.acked or 0):
            self.acked = offset
            is_narrowed = self.access.key_filter is not None
            await crud.ack(key_id, self.wallet_id, epoch, offset, is_narrowed)

    def _report_position(self) -> None:
        self._reported_position, self._reported_at = self.position, time.monotonic()

    def _next_state(self) -> str | None:
        """The state frame that is due at the head of the log."""
        if self._pongs:
            self._pongs -= 1
            return dumps({"type": "pong", "timestamp": self._journal.now()})
        if self._balance and self._is_balance_due(self._balance):
            self._seen_changes = self._balance.changes
            return self._balance_update(self._balance.msat or 0)
        if self.is_idle(time.monotonic()):
            self._report_position()
            return self._heartbeat()
        return None

    def _is_balance_due(self, balance: Balance) -> bool:
        """Once after the replay, with a new reading, then after every change."""
        if balance.msat is None:
            return False
        if self._seen_changes is None:
            return balance.readings > self._seen_readings
        return balance.changes != self._seen_changes

    def _hello(self) -> str:
        return dumps(
            {
                "type": "hello",
                "protocol": 1,
                "wallet_id": self.wallet_id,
                "head": self.tail.id_of(self.tail.head),
                "cursor": self.cursor,
                "recovered": self._gap is None,
                "heartbeat": self.heartbeat_seconds,
                "timestamp": self._journal.now(),
            }
        )

    def _balance_update(self, msat: int) -> str:
        return dumps(
            {
                "type": "balance_update",
                "wallet_id": self.wallet_id,
                "balance": msat // 1000,
                "balance_msat": msat,
                "timestamp": self._journal.now(),
            }
        )

    def _heartbeat(self) -> str:
        return dumps(
            {
                "type": "heartbeat",
                "head": self.tail.id_of(self.tail.head),
                "cursor": self.cursor,
                "timestamp": self._journal.now(),
            }
        )
