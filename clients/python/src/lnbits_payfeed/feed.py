"""A feed as an asynchronous iterator that reconnects and resumes."""

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

from .address import check_key, parse_address
from .backoff import Backoff
from .checks import (
    check_count,
    check_payment_hash,
    check_seconds,
    check_since,
    filter_query,
    wrong,
)
from .connection import (
    Connect,
    Connection,
    ConnectionLost,
    FeedConnection,
    FrameTooLarge,
    Trace,
)
from .cursor import AsyncCursor, Cursor
from .errors import (
    REFUSALS,
    GaveUp,
    InvalidFrame,
    PayfeedError,
    PaymentTimeout,
    RequestFailed,
    WrongSignature,
)
from .events import (
    Balance,
    Connected,
    Direction,
    Disconnected,
    Event,
    FeedEvent,
    Gap,
    InvalidEvent,
    Item,
    PaymentEvent,
    SettledStatus,
)
from .frames import ErrorFrame, Frame, Heartbeat, Unknown, Verifier, parse_frame
from .http import find_too_large
from .position import ResumePosition
from .proxy import find_proxy
from .saving import CursorStore

log = logging.getLogger("lnbits_payfeed")

ACK_PAUSE_SECONDS = 0.25
IDLE_HEARTBEATS = 2.5


@dataclass(frozen=True)
class _TooLarge:
    """An event that is larger than a frame may be."""

    id: str


class Feed:
    """The events of one wallet, in order, each handed out once.

        async with Feed("https://lnbits.example.org", key, since="start") as feed:
            async for event in feed:
                ...
                await feed.ack(event)

    url: LNbits' address. key: an access key or the wallet's invoice key.
    since: where to begin: after an event id, at "start", at "@<unix seconds>", after
        the last event "acked" with this access key; None: with the next event.
    types: event types, as names or one string with commas between them.
    direction: "in" or "out". status: "confirmed" or "failed". min_amount: satoshi.
    tag: LNbits' tag of the payment. payment_hash: 64 lower-case hex digits; the default
        of `since` is then "start". external_id: the merchant's identifier of the
        invoice. Each of these six leaves out other events.
    secret: the feed's signing secret `whsec_…`; every event is verified with it.
    cursor: stores the id of the last processed event; takes precedence over `since`.
    balance: also hand out `Balance` items.
    max_attempts: failed connections in a row before GaveUp; None: no limit.
    backoff_base_seconds, backoff_cap_seconds: pauses are random from 0 to a limit that
        doubles from the base up to the cap.
    stable_seconds: a connection that lasts this long resets the count of failures.
    connect_timeout_seconds: for the handshake, and again for the first frame.
    silence_seconds: a connection on which nothing arrives for this long, at least 1, is
        closed; a ping is sent after half of it. None: 2.5 heartbeats, without pings.
    tls: an SSL context, for example for a private certificate authority.
    on_change: called with Connected and Disconnected.
    on_invalid: called with an InvalidFrame for every malformed frame.
    trace: called with every line of handshake and traffic.
    connect: opens connections in place of a WebSocket: `testing.FakeFeed.connect`.

    The proxy is read from the environment when the feed is created.

    Raises BadAddress on creation. The iteration raises Refused, WrongSignature, GaveUp
    and RequestFailed.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        since: str | None = None,
        types: Sequence[str] | str = (),
        direction: Direction | None = None,
        min_amount: int | float | None = None,
        tag: str | None = None,
        status: SettledStatus | None = None,
        payment_hash: str | None = None,
        external_id: str | None = None,
        secret: str | None = None,
        cursor: Cursor | AsyncCursor | None = None,
        balance: bool = False,
        max_attempts: int | None = None,
        backoff_base_seconds: float = 0.5,
        backoff_cap_seconds: float = 30,
        stable_seconds: float = 30,
        connect_timeout_seconds: float = 10,
        silence_seconds: float | None = None,
        tls: ssl.SSLContext | None = None,
        on_change: Callable[[Connected | Disconnected], None] | None = None,
        on_invalid: Callable[[InvalidFrame], None] | None = None,
        trace: Trace | None = None,
        connect: Connect | None = None,
    ) -> None:
        self._address = parse_address(url)
        self._proxy = find_proxy(self._address)
        self._key = check_key(key)
        self._may_ack = key.startswith("pfk_")
        self._query = filter_query(
            types, direction, min_amount, tag, status, payment_hash, external_id
        )
        check_since(since)
        check_count("max_attempts", max_attempts)
        check_seconds("backoff_base_seconds", backoff_base_seconds)
        check_seconds("backoff_cap_seconds", backoff_cap_seconds)
        check_seconds("stable_seconds", stable_seconds)
        check_seconds("connect_timeout_seconds", connect_timeout_seconds, least=0.001)
        if silence_seconds is not None:
            check_seconds("silence_seconds", silence_seconds, least=1)
        if not isinstance(balance, bool):
            raise wrong("balance", balance, "True or False")
        self._verifier = None if secret is None else Verifier(secret)
        self._store = CursorStore(cursor)
        self._position = ResumePosition(since, cursor is not None, self._store.load())
        self._has_balance = balance
        self._max_attempts = max_attempts
        self._backoff = Backoff(backoff_base_seconds, backoff_cap_seconds)
        self._stable_seconds = stable_seconds
        self._connect_timeout = connect_timeout_seconds
        self._silence_seconds = silence_seconds
        self._tls = tls
        self._on_change = on_change
        self._on_invalid = on_invalid
        self._trace = trace
        self._connect_with = connect
        self._for_payments: dict[str, Any] = {
            "url": url,
            "key": key,
            "secret": secret,
            "max_attempts": max_attempts,
            "backoff_base_seconds": backoff_base_seconds,
            "backoff_cap_seconds": backoff_cap_seconds,
            "stable_seconds": stable_seconds,
            "connect_timeout_seconds": connect_timeout_seconds,
            "silence_seconds": silence_seconds,
            "tls": tls,
            "trace": trace,
            "connect": connect,
        }
        self._connection: FeedConnection | None = None
        self._hello: Connected | None = None
        self._hello_at = 0.0
        self._error_frame: ErrorFrame | None = None
        self._next_attempt_at = 0.0
        self._next_ack_at = 0.0
        self._ack_task: asyncio.Task[None] | None = None
        self._io: asyncio.Task[Data | _TooLarge | None] | None = None
        self._is_blocked = False
        self._is_closed = False
        self._failure: PayfeedError | None = None
        self.invalid = 0

    @property
    def since(self) -> str | None:
        """The `since` of the next connection: the last id, once there is one."""
        return self._position.since

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
        """The next item.

        It may be cancelled, for example by `asyncio.wait_for`, without losing an item.
        """
        while not self._is_closed:
            item = self._take_arrived()
            if self._position.unsaved_id is not None:
                await self._save_cursor()
            if item is not None:
                return item
            if self._failure:
                await self._disconnect()
                raise self._failure
            try:
                item = await self._step()
            except ConnectionLost as exc:
                self._on_connection_lost(exc)
            else:
                await self._save_cursor()
                if item is not None:
                    return item
        raise StopAsyncIteration

    async def next_items(self, most: int) -> list[tuple[Item, str | None]]:
        """The next item, and up to `most` that have arrived; each with its `since`.

        Raises what the iteration raises.
        """
        items = [(await self.__anext__(), self.since)]
        while len(items) < most:
            item = self._take_arrived()
            if item is None:
                break
            items.append((item, self.since))
        return items

    def _take_arrived(self) -> Item | None:
        """The next item if its frame has arrived; without a turn of the event loop."""
        while self._io is None and self._connection and self._hello:
            if self._failure or self._is_closed:
                break
            data = self._connection.poll()
            if data is None:
                break
            item = self._read(data)
            if item is not None:
                return item
        return None

    async def _save_cursor(self) -> None:
        event_id = self._position.take_unsaved()
        if event_id is not None:
            await self._store.save(event_id)

    async def ack(self, event: Event | InvalidEvent) -> None:
        """Mark this event and all before it as processed.

        Saves the cursor; a FileCursor without `every_event` at most every 50 ms and at
        the end, so a crash repeats the events of the last 50 ms. With an
        access key, the newest id is also sent to the server, at most four times a
        second. Raises what the cursor's `save` raises.
        """
        if event.id is not None:
            self._position.finish(event.id)
            if self._position.unsaved_id is not None:
                await self._save_cursor()
        self._schedule_ack()

    async def wait_for_payment(
        self,
        payment_hash: str,
        timeout_seconds: float | None = None,
        *,
        direction: Direction = "in",
        status: SettledStatus = "confirmed",
    ) -> PaymentEvent:
        """The event of a payment, when it is in the log; it may be there already.

        It has a connection of its own, which reconnects like a feed: the position and
        the cursor of this feed do not move. timeout_seconds: None waits without a
        limit. Raises BadAddress for an argument that cannot be used, PaymentTimeout,
        InvalidFrame if the event is malformed, and what the iteration raises.
        """
        check_payment_hash(payment_hash)
        if timeout_seconds is not None:
            check_seconds("timeout_seconds", timeout_seconds)
        feed = Feed(
            **self._for_payments,
            since="start",
            types="payment",
            direction=direction,
            status=status,
            payment_hash=payment_hash,
        )
        async with feed:
            try:
                finding = feed._find_payment(payment_hash)
                return await asyncio.wait_for(finding, timeout_seconds)
            except (TimeoutError, asyncio.TimeoutError):
                raise PaymentTimeout(payment_hash, timeout_seconds or 0) from None

    async def _find_payment(self, payment_hash: str) -> PaymentEvent:
        """A server before 0.2.0 sends other payments too."""
        while True:
            item = await self.__anext__()
            if isinstance(item, InvalidEvent):
                raise InvalidFrame(item.reason)
            if isinstance(item, PaymentEvent):
                if item.payment.payment_hash == payment_hash:
                    return item

    async def close(self) -> None:
        """End the iteration, send the last ack, close the socket, unlock the cursor."""
        self._is_closed = True
        if self._io:
            self._io.add_done_callback(_retrieve_outcome)
            self._io.cancel()
        try:
            await self._disconnect()
        finally:
            await self._store.close()

    async def _disconnect(self) -> None:
        if self._ack_task:
            self._ack_task.cancel()
        if self._connection:
            await self._send_ack()
            await self._connection.close()

    async def _step(self) -> Item | None:
        """The next item, or None after a step without one.

        Connecting and receiving continue in a task if the caller is cancelled: a caller
        with short timeouts would never connect, nor notice an idle connection.
        """
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
        return self._read(data)

    def _read(self, data: Data) -> Item | None:
        try:
            return self._handle(parse_frame(data))
        except InvalidFrame as exc:
            self._report_invalid(exc)
            return None

    async def _connect_or_receive(self) -> Data | _TooLarge | None:
        if self._connection is None:
            await asyncio.sleep(self._next_attempt_at - time.monotonic())
            if self._is_blocked:
                return await self._find_too_large()
            await self._connect()
            return None
        if self._hello is None:
            return await self._connection.receive(self._connect_timeout)
        if self._silence_seconds is not None:
            silence = self._silence_seconds
            return await self._connection.receive(silence, is_pinging=True)
        limit = self._hello.heartbeat_seconds * IDLE_HEARTBEATS
        return await self._connection.receive(limit)

    async def _connect(self) -> None:
        self._hello = self._error_frame = None
        loaded = await self._store.load_async()
        if loaded is not None:
            self._position.on_loaded(loaded)
        self._connection = await self._open_connection(self._query_since())

    async def _open_connection(self, query: dict[str, str]) -> FeedConnection:
        if self._connect_with:
            return await self._connect_with(self._address.socket(query), self._key)
        return await Connection.open(
            self._address,
            query,
            self._key,
            self._connect_timeout,
            self._proxy,
            self._tls,
            self._trace,
        )

    def _query_since(self) -> dict[str, str]:
        since = self._position.since
        return self._query | ({"since": since} if since else {})

    async def _find_too_large(self) -> _TooLarge:
        """The next event, whose frame was too large to be read.

        Raises RequestFailed, or ConnectionLost to try again: after a temporary error,
        or if the next event fits, as the frame was not an event.
        """
        since, problem = self._position.since, FrameTooLarge().reason
        try:
            event_id = await find_too_large(
                self._address, self._key, self._query_since(), self._proxy, self._tls
            )
        except RequestFailed as exc:
            detail = f"{problem} after {since}, and GET events fails: {exc.detail}"
            if exc.status in (0, 429) or exc.status >= 500:
                raise ConnectionLost(detail) from exc
            raise RequestFailed(exc.status, detail) from exc
        self._is_blocked = False
        if event_id in (None, since):
            raise ConnectionLost(f"{problem} after {since}, and is not an event")
        return _TooLarge(str(event_id))

    def _skip(self, event_id: str) -> Gap:
        gap = Gap(str(self._position.since), None, "too_large")
        log.warning("event %s is skipped: it is too large for a frame", event_id)
        self._position.skip(event_id)
        return gap

    def _handle(self, frame: Frame) -> Item | None:
        if isinstance(frame, Event):
            return self._event(frame)
        if isinstance(frame, InvalidEvent):
            return self._invalid_event(frame)
        if isinstance(frame, Gap):
            self._position.on_gap()
            return frame
        if isinstance(frame, Balance):
            return frame if self._has_balance else None
        if isinstance(frame, Connected):
            self._on_hello(frame)
        elif isinstance(frame, Heartbeat):
            self._position.on_heartbeat(frame.cursor)
            self._schedule_ack()
        elif isinstance(frame, ErrorFrame):
            self._error_frame = frame
        elif isinstance(frame, Unknown) and frame.id:
            self._position.pass_over(frame.id)
        return None

    def _on_hello(self, hello: Connected) -> None:
        self._hello = hello
        self._hello_at = time.monotonic()
        self._position.on_hello(hello.cursor, hello.recovered)
        self._schedule_ack()
        self._report(hello)

    def _event(self, event: FeedEvent) -> FeedEvent | None:
        if not self._is_signed(event.id, event.frame["timestamp"], event.text):
            return None
        return event if self._position.on_event(event.id) else None

    def _invalid_event(self, event: InvalidEvent) -> InvalidEvent | None:
        stamp = json.loads(event.raw).get("timestamp")
        if not self._is_signed(event.id, stamp, event.raw):
            return None
        if event.id is not None and not self._position.on_event(event.id):
            return None
        self._report_invalid(InvalidFrame(event.reason))
        return event

    def _is_signed(self, event_id: str | None, timestamp: Any, text: str) -> bool:
        """False sets a failure: nothing more is handed out."""
        verifier = self._verifier
        if verifier is None or verifier.is_signed(text, str(event_id), timestamp):
            return True
        self._failure = WrongSignature(str(event_id))
        self._count_invalid(InvalidFrame(str(self._failure)))
        return False

    def _on_connection_lost(self, lost: ConnectionLost) -> None:
        """Decide what follows: an error, or a pause and another attempt."""
        self._connection = None
        if isinstance(lost, FrameTooLarge) and self._hello:
            self._is_blocked = True
            self._hello = None
            self._report(Disconnected(lost.reason, lost.code, 0))
            return
        error_frame = self._error_frame
        code = lost.code or (error_frame.code if error_frame else None)
        reason = error_frame.message if error_frame else lost.reason
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
            error_frame.retry_after if error_frame else lost.retry_after
        )
        self._next_attempt_at = time.monotonic() + pause
        self._report(Disconnected(reason, code, pause))

    def _schedule_ack(self) -> None:
        if not self._may_ack or self._is_closed:
            return
        if self._ack_task is None or self._ack_task.done():
            self._ack_task = asyncio.create_task(self._ack_soon())

    async def _ack_soon(self) -> None:
        """Pause between acks, to stay below the server's limit of frames."""
        while True:
            pause = self._next_ack_at - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            if not await self._send_ack():
                return

    async def _send_ack(self) -> bool:
        if not self._connection or not self._hello or not self._may_ack:
            return False
        event_id = self._position.take_ack()
        if event_id is None:
            return False
        self._next_ack_at = time.monotonic() + ACK_PAUSE_SECONDS
        await self._connection.send(json.dumps({"type": "ack", "id": event_id}))
        return True

    def _report(self, change: Connected | Disconnected) -> None:
        log.info("%s", change)
        if self._on_change:
            self._on_change(change)

    def _report_invalid(self, exc: InvalidFrame) -> None:
        log.warning("invalid frame: %s", exc)
        self._count_invalid(exc)

    def _count_invalid(self, exc: InvalidFrame) -> None:
        self.invalid += 1
        if self._on_invalid:
            self._on_invalid(exc)


def _retrieve_outcome(io: "asyncio.Task[Data | _TooLarge | None]") -> None:
    """Otherwise asyncio warns of an exception that was never retrieved."""
    if not io.cancelled():
        io.exception()
