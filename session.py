"""One subscriber, from hello to close: a cursor over the log.

The same for WebSocket and SSE: `frames()` yields what is to be sent, in order.
"""

import time
from collections.abc import AsyncIterator
from typing import Any

from . import crud
from .errors import Malformed, PayfeedError, TooMany
from .journal import Journal, Tail
from .models import Access, Event, Filter
from .protocol import dumps, parse_client_frame, parse_id, parse_number

CLIENT_FRAMES_PER_SECOND = 10


class Start:
    """Where a subscriber begins, and whether the log still reaches there."""

    def __init__(self, offset: int, gap: dict[str, Any] | None = None) -> None:
        self.offset = offset
        self.gap = gap


async def find_start(tail: Tail, since: str | None, acked: int | None) -> Start:
    """The place that `since` names; Malformed if it is none of the four forms."""
    if since is None:
        return Start(tail.head)
    if since == "start":
        return Start(0)
    if since.startswith("@"):
        moment = parse_number(since[1:], "since", 0, 10**15)
        first = await crud.first_offset_at(tail.feed.wallet_id, moment)
        return Start(tail.head if first is None else first - 1)
    if since == "acked":
        if acked is None:
            raise Malformed("since=acked needs an access key.")
        epoch, offset = tail.feed.epoch, acked
        since = tail.id_of(acked)
    else:
        epoch, offset = parse_id(since)
    oldest = await crud.get_oldest(tail.feed.wallet_id)
    if epoch != tail.feed.epoch or offset > tail.head:
        return Start(0, _gap(tail, since, oldest, "unknown"))
    if oldest is not None and offset + 1 < oldest:
        return Start(oldest - 1, _gap(tail, since, oldest, "expired"))
    return Start(offset)


def _gap(tail: Tail, since: str, oldest: int | None, reason: str) -> dict[str, Any]:
    first = tail.id_of(oldest) if oldest is not None else None
    return {"type": "gap", "since": since, "oldest": first, "reason": reason}


class Session:
    """A live cursor. `sending_since` lets one watchdog time all writes."""

    def __init__(
        self,
        journal: Journal,
        tail: Tail,
        access: Access,
        wanted: Filter,
        address: str,
        heartbeat_seconds: int,
    ) -> None:
        self.journal = journal
        self.tail = tail
        self.access = access
        self.filter = wanted
        self.address = address
        self.heartbeat_seconds = heartbeat_seconds
        self.connected_at = journal.now()
        self.position = tail.head
        self.epoch = tail.feed.epoch
        self.acked: int | None = None
        self.last_sent = time.monotonic()
        self.sending_since: float | None = None
        self.closing: PayfeedError | None = None
        self.pongs = 0
        self._known_position = self.position  # what the client knows of it
        self._known_since = self.last_sent
        self._balance_round: int | None = None
        self._balance_reads = tail.balance_reads
        self._frame_times: list[float] = []

    def close(self, reason: PayfeedError) -> None:
        if self.closing is None:
            self.closing = reason
        self.tail.wake()

    def has_expired(self, date: int) -> bool:
        expires_at = self.access.expires_at
        return expires_at is not None and expires_at <= date

    def is_idle(self, now: float) -> bool:
        """A heartbeat is due.

        Nothing was sent for its time, or only frames without a cursor while the filter
        left out events: a client can acknowledge only what it knows.
        """
        is_behind = self._known_position != self.position
        since = self._known_since if is_behind else self.last_sent
        return now - since >= self.heartbeat_seconds

    @property
    def cursor(self) -> str:
        """The id of the last event that this subscriber has passed."""
        return self.tail.id_of(self.position)

    def _make_known(self) -> None:
        self._known_position, self._known_since = self.position, time.monotonic()

    async def frames(
        self, since: str | None, acked: int | None
    ) -> AsyncIterator[tuple[str | None, str]]:
        """(event id or None, text), until `closing` is raised."""
        start = await find_start(self.tail, since, acked)
        self.position, self.acked = start.offset, acked
        self._make_known()
        now = self.journal.now
        yield (
            None,
            dumps(
                {
                    "type": "hello",
                    "protocol": 1,
                    "wallet_id": self.tail.feed.wallet_id,
                    "head": self.tail.id_of(self.tail.head),
                    "cursor": self.cursor,
                    "recovered": start.gap is None,
                    "heartbeat": self.heartbeat_seconds,
                    "timestamp": now(),
                }
            ),
        )
        if start.gap:
            yield None, dumps(start.gap)
        while True:
            if self.closing:
                raise self.closing
            events = await self.next_events()
            for event in events:
                # before it is sent: the ack may arrive before the sending returns
                self.position = event.offset
                if self.filter.accepts(event):
                    self._make_known()
                    yield event.id, self.tail.frame(event)
                if self.closing:
                    break
            if self.closing or self.position < self.tail.head:
                continue
            state = self._next_state()
            if state is None:
                await self.tail.wait()
            else:
                yield None, state

    async def next_events(self) -> list[Event]:
        """What follows the cursor; an empty stored page means all of it has gone."""
        events = self.tail.recent(self.position)
        if events is None:
            known_head = self.tail.head
            events = await self.journal.page(self.tail, self.position)
            if not events:
                self.position = max(self.position, known_head)
        return events

    def _next_state(self) -> str | None:
        """The state frame that is due now that the cursor has caught up."""
        if self.pongs:
            self.pongs -= 1
            return dumps({"type": "pong", "timestamp": self.journal.now()})
        if self._wants_balance():
            self._balance_round = self.tail.balance_round
            return self._balance_frame()
        if self.is_idle(time.monotonic()):
            return self._heartbeat()
        return None

    def _wants_balance(self) -> bool:
        """Once as it is after the replay, then after every change."""
        if "balance" not in self.access.scopes or self.tail.balance_msat is None:
            return False
        if self._balance_round is None:
            return self.tail.balance_reads > self._balance_reads
        return self.tail.balance_round != self._balance_round

    def _balance_frame(self) -> str:
        msat = self.tail.balance_msat or 0
        return dumps(
            {
                "type": "balance_update",
                "wallet_id": self.tail.feed.wallet_id,
                "balance": msat // 1000,
                "balance_msat": msat,
                "timestamp": self.journal.now(),
            }
        )

    def _heartbeat(self) -> str:
        self._make_known()
        return dumps(
            {
                "type": "heartbeat",
                "head": self.tail.id_of(self.tail.head),
                "cursor": self.cursor,
                "timestamp": self.journal.now(),
            }
        )

    async def receive(self, message: dict[str, Any]) -> None:
        """One client frame; what is not allowed is raised."""
        now = time.monotonic()
        recent = [then for then in self._frame_times if now - then < 1]
        self._frame_times = [*recent, now]
        if len(self._frame_times) > CLIENT_FRAMES_PER_SECOND:
            raise TooMany("More than 10 frames a second.", retry_after=1)
        text = message.get("text")
        if text is None:
            raise Malformed("Binary frames are not understood.")
        frame = parse_client_frame(text)
        if frame["type"] == "ping":
            self.pongs += 1
            self.tail.wake()
        else:
            await self._ack(frame["id"])

    async def _ack(self, event_id: str) -> None:
        if self.access.access_key_id is None:
            raise Malformed("ack needs an access key.")
        epoch, offset = parse_id(event_id)
        if epoch != self.epoch or offset > self.position:
            raise Malformed("This id was not sent here.")
        if offset > (self.acked or 0):
            self.acked = offset
            key_id, wallet_id = self.access.access_key_id, self.access.wallet_id
            await crud.ack(key_id, wallet_id, epoch, offset)
