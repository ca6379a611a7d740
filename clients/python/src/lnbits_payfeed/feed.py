"""A feed as an asynchronous iterator that survives everything but a refusal."""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from websockets.typing import Data

from .address import check_key, filter_query, parse_address
from .backoff import Backoff
from .connection import Connection, Ended, FrameTooLarge, Trace
from .cursor import Cursor
from .errors import (
    REFUSALS,
    BadAddress,
    GaveUp,
    InvalidFrame,
    PayfeedError,
    RequestFailed,
    WrongSignature,
)
from .events import (
    Balance,
    Connected,
    Disconnected,
    Event,
    Gap,
    InvalidEvent,
    Item,
)
from .frames import Frame, Goodbye, Heartbeat, Unknown, Verifier, parse_frame
from .http import find_too_large
from .place import Place
from .proxy import find_proxy

log = logging.getLogger("lnbits_payfeed")

ACK_PAUSE_SECONDS = 0.25
IDLE_HEARTBEATS = 2.5


@dataclass(frozen=True)
class _TooLarge:
    """The id of an event that does not fit into a frame."""

    id: str


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

    Raises Refused, WrongSignature, GaveUp and RequestFailed out of the iteration,
    BadAddress at once. The proxy is taken from the environment at once, too.
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
        self._proxy = find_proxy(self._address)
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
        self._io: asyncio.Task[Data | _TooLarge | None] | None = None
        self._is_blocked = False
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

    async def ack(self, event: Event | InvalidEvent) -> None:
        """This event and all before it are processed.

        Saves the cursor; with an access key the server is told too, at most four
        times a second, always the newest.
        """
        if event.id is not None:
            self._place.finished(event.id)
        self._schedule_ack()

    async def close(self) -> None:
        """Ends the iteration, sends the last ack, closes the socket and the cursor's
        file."""
        self._is_closed = True
        if self._io:
            self._io.add_done_callback(_forget)
            self._io.cancel()
        try:
            await self._hang_up()
        finally:
            self._place.close()

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
        try:
            data = io.result()
        except RequestFailed as exc:
            self._failure = exc
            return None
        if data is None:
            return None
        if isinstance(data, _TooLarge):
            return self._skip(data.id)
        try:
            return self._handle(parse_frame(data))
        except InvalidFrame as exc:
            self._tell_invalid(exc)
            return None

    async def _connect_or_receive(self) -> Data | _TooLarge | None:
        if self._connection is None:
            await asyncio.sleep(self._next_attempt_at - time.monotonic())
            if self._is_blocked:
                return await self._find_too_large()
            await self._connect()
            return None
        limit = self._connect_timeout
        if self._hello:
            limit = self._hello.heartbeat_seconds * IDLE_HEARTBEATS
        return await self._connection.receive(limit)

    async def _connect(self) -> None:
        self._hello = self._goodbye = None
        self._connection = await Connection.open(
            self._address,
            self._query_since(),
            self._key,
            self._connect_timeout,
            self._proxy,
            self._tls,
            self._trace,
        )

    def _query_since(self) -> dict[str, str]:
        since = self._place.since
        return self._query | ({"since": since} if since else {})

    async def _find_too_large(self) -> _TooLarge:
        """What the next event is, whose frame was refused without a look at it.

        Ended if it may be known later: after an error that may pass, or because the
        frame was no event and the next one fits.
        """
        since, begun = self._place.since, FrameTooLarge().reason
        try:
            event_id = await find_too_large(
                self._address, self._key, self._query_since(), self._proxy, self._tls
            )
        except RequestFailed as exc:
            detail = f"{begun} after {since}, and GET events fails: {exc.detail}"
            if exc.status in (0, 429) or exc.status >= 500:
                raise Ended(detail) from exc
            raise RequestFailed(exc.status, detail) from exc
        self._is_blocked = False
        if event_id in (None, since):
            raise Ended(f"{begun} after {since}, and is no event")
        return _TooLarge(str(event_id))

    def _skip(self, event_id: str) -> Gap:
        gap = Gap(str(self._place.since), None, "too_large")
        log.warning("event %s is left out: it is too large for a frame", event_id)
        self._place.skip(event_id)
        return gap

    def _handle(self, frame: Frame) -> Item | None:
        if isinstance(frame, Event):
            return self._event(frame)
        if isinstance(frame, InvalidEvent):
            return self._invalid_event(frame)
        if isinstance(frame, Gap):
            self._place.gap()
            return frame
        if isinstance(frame, Balance):
            return frame if self._wants_balance else None
        if isinstance(frame, Connected):
            self._greet(frame)
        elif isinstance(frame, Heartbeat):
            self._place.heartbeat(frame.cursor)
            self._schedule_ack()
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
        if not self._is_signed(event.id, event.frame["timestamp"], event.text):
            return None
        return event if self._place.event(event.id) else None

    def _invalid_event(self, event: InvalidEvent) -> InvalidEvent | None:
        stamp = json.loads(event.raw).get("timestamp")
        if not self._is_signed(event.id, stamp, event.raw):
            return None
        if event.id is not None and not self._place.event(event.id):
            return None
        self._tell_invalid(InvalidFrame(event.reason))
        return event

    def _is_signed(self, event_id: str | None, timestamp: Any, text: str) -> bool:
        """If not, nothing is handed out any more."""
        verifier = self._verifier
        if verifier is None or verifier.is_signed(text, str(event_id), timestamp):
            return True
        self._failure = WrongSignature(str(event_id))
        self._tell_invalid(InvalidFrame(str(self._failure)))
        return False

    def _lost(self, ended: Ended) -> None:
        """Decide what follows: an error for good, or a pause and another attempt."""
        self._connection = None
        if isinstance(ended, FrameTooLarge) and self._hello:
            self._is_blocked = True
            self._hello = None
            self._tell(Disconnected(ended.reason, ended.code, 0))
            return
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


def _forget(io: "asyncio.Task[Data | _TooLarge | None]") -> None:
    """How it ended no longer matters, and asyncio need not warn."""
    if not io.cancelled():
        io.exception()
