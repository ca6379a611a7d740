"""A feed as an asynchronous iterator that survives everything but a refusal."""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from websockets.typing import Data

from .address import check_key, filter_query, parse_address
from .backoff import Backoff
from .connection import Connection, Ended, Trace
from .cursor import Cursor
from .errors import (
    REFUSALS,
    BadAddress,
    GaveUp,
    InvalidFrame,
    PayfeedError,
    WrongSignature,
)
from .events import Balance, Connected, Disconnected, Event, Gap, Item
from .frames import Frame, Goodbye, Heartbeat, Unknown, Verifier, parse_frame
from .place import Place

log = logging.getLogger("lnbits_payfeed")

ACK_PAUSE_SECONDS = 0.25
IDLE_HEARTBEATS = 2.5


class Feed:
    """Events of one wallet, in order, each handed out once.

        async with Feed("https://lnbits.example.org", key, since="start") as feed:
            async for event in feed:
                ...
                await feed.ack(event)

    url: LNbits' address. key: an access key or the wallet's invoice key.
    since: event id, "start", "@<unix seconds>" or "acked"; None: only what is new.
    types, direction (in, out), status (confirmed, failed), min_amount (satoshi), tag:
    filters.
    secret: the feed's signing secret; events without its signature raise.
    cursor: keeps the place beyond the end of the program and goes before `since`.
    balance: also hand out `Balance` items.
    max_attempts: connections that fail in a row before GaveUp; None: never.
    stable_seconds: a connection that lasts this long was no failure.
    tls: for a private certificate authority.
    on_change, on_invalid, trace: told of connections, refused frames and all traffic.

    Raises Refused, WrongSignature and GaveUp out of the iteration, BadAddress at once.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        since: str | None = None,
        types: Sequence[str] | str = (),
        direction: str | None = None,
        min_amount: int | float | None = None,
        tag: str | None = None,
        status: str | None = None,
        secret: str | None = None,
        cursor: Cursor | None = None,
        balance: bool = False,
        max_attempts: int | None = None,
        backoff_base_seconds: float = 0.5,
        backoff_cap_seconds: float = 30,
        stable_seconds: float = 30,
        connect_timeout_seconds: float = 10,
        tls: ssl.SSLContext | None = None,
        on_change: Callable[[Connected | Disconnected], None] | None = None,
        on_invalid: Callable[[InvalidFrame], None] | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._address = parse_address(url)
        self._key = check_key(key)
        self._may_ack = key.startswith("pfk_")
        self._query = filter_query(types, direction, min_amount, tag, status)
        self._verifier = Verifier(secret) if secret else None
        if max_attempts is not None and max_attempts < 1:
            raise BadAddress("max_attempts must be at least 1")
        self._place = Place(since, cursor)
        self._wants_balance = balance
        self._max_attempts = max_attempts
        self._backoff = Backoff(backoff_base_seconds, backoff_cap_seconds)
        self._stable_seconds = stable_seconds
        self._connect_timeout = connect_timeout_seconds
        self._tls = tls
        self._on_change = on_change
        self._on_invalid = on_invalid
        self._trace = trace
        self._connection: Connection | None = None
        self._hello: Connected | None = None
        self._hello_at = 0.0
        self._goodbye: Goodbye | None = None
        self._next_attempt_at = 0.0
        self._next_ack_at = 0.0
        self._ack_task: asyncio.Task[None] | None = None
        self._io: asyncio.Task[Data | None] | None = None
        self._is_closed = False
        self._failure: PayfeedError | None = None
        self.invalid = 0

    @property
    def position(self) -> str | None:
        """The id after which the next connection would resume."""
        return self._place.since

    async def __aenter__(self) -> "Feed":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> "Feed":
        return self

    async def __anext__(self) -> Item:
        """The next item. May be cancelled, as by `wait_for`, without losing one."""
        while not self._is_closed:
            if self._failure:
                await self._hang_up()
                raise self._failure
            try:
                item = await self._step()
            except Ended as ended:
                self._lost(ended)
            else:
                if item is not None:
                    return item
        raise StopAsyncIteration

    async def ack(self, event: Event) -> None:
        """This event and all before it are processed.

        Saves the cursor; with an access key the server is told too, at most four
        times a second, always the newest.
        """
        self._place.finished(event.id)
        self._schedule_ack()

    async def close(self) -> None:
        """Ends the iteration, sends the last ack, closes the socket."""
        self._is_closed = True
        if self._io:
            self._io.add_done_callback(_forget)
            self._io.cancel()
        await self._hang_up()

    async def _hang_up(self) -> None:
        if self._ack_task:
            self._ack_task.cancel()
        if self._connection:
            await self._send_ack()
            await self._connection.close()

    async def _step(self) -> Item | None:
        """Connecting and waiting go on when the caller is cancelled, by time-outs of
        its own: they would never come to an end, nor would silence be noticed."""
        if self._io is None:
            self._io = asyncio.create_task(self._connect_or_receive())
        io = self._io
        if not io.done():
            await asyncio.wait({io})
        if self._is_closed:
            return None
        self._io = None
        data = io.result()
        if data is None:
            return None
        try:
            return self._handle(parse_frame(data))
        except InvalidFrame as exc:
            self._tell_invalid(exc)
            return None

    async def _connect_or_receive(self) -> Data | None:
        if self._connection is None:
            await self._connect()
            return None
        limit = self._connect_timeout
        if self._hello:
            limit = self._hello.heartbeat_seconds * IDLE_HEARTBEATS
        return await self._connection.receive(limit)

    async def _connect(self) -> None:
        await asyncio.sleep(self._next_attempt_at - time.monotonic())
        query = dict(self._query)
        if self._place.since:
            query["since"] = self._place.since
        self._hello = self._goodbye = None
        self._connection = await Connection.open(
            self._address.socket(query),
            self._key,
            self._connect_timeout,
            self._tls,
            self._trace,
        )

    def _handle(self, frame: Frame) -> Item | None:
        if isinstance(frame, Event):
            return self._event(frame)
        if isinstance(frame, Gap):
            self._place.gap()
            return frame
        if isinstance(frame, Balance):
            return frame if self._wants_balance else None
        if isinstance(frame, Connected):
            self._greet(frame)
        elif isinstance(frame, Heartbeat):
            self._place.passed(frame.cursor)
        elif isinstance(frame, Goodbye):
            self._goodbye = frame
        elif isinstance(frame, Unknown) and frame.id:
            self._place.passed(frame.id)
        return None

    def _greet(self, hello: Connected) -> None:
        self._hello = hello
        self._hello_at = time.monotonic()
        self._place.hello(hello.cursor, hello.recovered)
        self._schedule_ack()
        self._tell(hello)

    def _event(self, event: Event) -> Event | None:
        if self._verifier and not self._verifier.is_signed(
            event.text, event.id, event.timestamp
        ):
            self._failure = WrongSignature(event.id)
            self._tell_invalid(InvalidFrame(str(self._failure)))
            return None
        return event if self._place.event(event.id) else None

    def _lost(self, ended: Ended) -> None:
        """Decide what follows: an error for good, or a pause and another attempt."""
        self._connection = None
        goodbye = self._goodbye
        code = ended.code or (goodbye.code if goodbye else None)
        reason = goodbye.message if goodbye else ended.reason
        if code in REFUSALS:
            self._failure = REFUSALS[code](reason)
            return
        if self._hello and time.monotonic() - self._hello_at >= self._stable_seconds:
            self._backoff.reset()
        else:
            self._backoff.fail()
        if self._max_attempts and self._backoff.failures >= self._max_attempts:
            self._failure = GaveUp(self._backoff.failures, reason)
            return
        pause = self._backoff.pause(
            goodbye.retry_after if goodbye else ended.retry_after
        )
        self._next_attempt_at = time.monotonic() + pause
        self._tell(Disconnected(reason, code, pause))

    def _schedule_ack(self) -> None:
        if not self._may_ack or self._is_closed:
            return
        if self._ack_task is None or self._ack_task.done():
            self._ack_task = asyncio.create_task(self._ack_soon())

    async def _ack_soon(self) -> None:
        """Pauses between acks keep clear of the server's limit of frames."""
        while True:
            pause = self._next_ack_at - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            if not await self._send_ack():
                return

    async def _send_ack(self) -> bool:
        if not self._connection or not self._hello or not self._may_ack:
            return False
        event_id = self._place.take_ack()
        if event_id is None:
            return False
        self._next_ack_at = time.monotonic() + ACK_PAUSE_SECONDS
        await self._connection.send(json.dumps({"type": "ack", "id": event_id}))
        return True

    def _tell(self, change: Connected | Disconnected) -> None:
        log.info("%s", change)
        if self._on_change:
            self._on_change(change)

    def _tell_invalid(self, exc: InvalidFrame) -> None:
        self.invalid += 1
        log.warning("a frame was refused: %s", exc)
        if self._on_invalid:
            self._on_invalid(exc)


def _forget(io: "asyncio.Task[Data | None]") -> None:
    """How it ended no longer matters, and asyncio need not warn."""
    if not io.cancelled():
        io.exception()
