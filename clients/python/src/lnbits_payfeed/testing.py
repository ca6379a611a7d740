"""A fake feed for the tests of programs that use this package; without network.

fake = FakeFeed()
async with Feed(fake.url, fake.key, since="start", connect=fake.connect) as feed:
    fake.pay(21, "coffee")
    event = await anext(feed)
"""

import asyncio
import contextlib
import hashlib
import json
import threading
import time
from collections import deque
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from websockets.typing import Data

from .connection import ConnectionLost
from .errors import InvalidFrame
from .events import FeedEvent, InvalidEvent, PaymentEvent
from .frames import Signer, new_secret, parse_frame
from .sample import sample_payment

HEARTBEAT_SECONDS = 20
RESTART = 1012
EXACT_FILTERS = ("direction", "status", "tag", "payment_hash", "external_id")
JSON_SEPARATORS = (",", ":")


class FakeFeed:
    """A wallet's feed in this process. Events are kept, replayed, filtered and signed.

    url, key, secret: for the program; `secret` may be left out there. connect: the
    option of Feed and SyncFeed. acked: the newest id that was acknowledged, or None.
    connections: the `since` of every connection so far.

    A program reconnects after a random pause: give it `backoff_base_seconds=0`. Its
    methods may be called from any thread.
    """

    def __init__(self) -> None:
        self.url, self.key = "http://fake.invalid", "pfk_fake"
        self.secret = new_secret()
        self.acked: str | None = None
        self.connections: list[str | None] = []
        self._signer = Signer(self.secret)
        self._lock = threading.RLock()
        self._open: list[_FakeConnection] = []
        self._refusal: tuple[int, str] | None = None
        self._epochs = 0
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._epochs += 1
        self._epoch = f"fake{self._epochs}"
        self._head = 0
        self._kept: dict[int, str] = {}

    async def connect(self, url: str, key: str) -> "_FakeConnection":
        """Opens a connection; `url` has `since` and the filters."""
        query = dict(parse_qsl(urlsplit(url).query))
        connection = _FakeConnection(self, query)
        with self._lock:
            self.connections.append(query.get("since"))
            if self._refusal or key != self.key:
                refusal = self._refusal or (4401, "The key is unknown.")
                connection.end_with(*refusal)
            else:
                self._begin(connection, query)
                self._open.append(connection)
        return connection

    def pay(self, amount: float, memo: str = "", **members: Any) -> PaymentEvent:
        """A payment of `amount` satoshi is received; `direction="out"`: is sent.

        members: others of the payment, for example `tag` or `payment_hash`. Raises
        TypeError for a name and InvalidFrame for a value that the protocol does not
        have.
        """
        return self._pay(amount, memo, members, is_failed=False)

    def fail(self, amount: float, memo: str = "", **members: Any) -> PaymentEvent:
        """An outgoing payment of `amount` satoshi fails; otherwise as `pay`."""
        return self._pay(amount, memo, members, is_failed=True)

    def notify(self, message: Any) -> FeedEvent:
        """A message is recorded: any JSON value; see `PayfeedApi.notify`."""
        if isinstance(message, dict) and "type" in message:
            return self._record(message["type"], {"custom": True} | message)
        return self._record("message", {"custom": True, "data": message})

    def drop(self) -> None:
        """Every connection breaks; programs reconnect and resume."""
        self._end_all(lambda connection: connection.end("the connection broke"))

    def gap(self) -> None:
        """Events are lost: all that are kept, and one that no program received.

        Every connection breaks, and a program that resumes receives a Gap.
        """
        with self._lock:
            self._head += 1
            self._kept.clear()
            self.drop()

    def restart(self, *, is_restored: bool = False) -> None:
        """The server restarts; programs reconnect and resume.

        is_restored: with an older backup. The log is empty, and a program that resumes
        receives a Gap.
        """
        with self._lock:
            if is_restored:
                self._begin_epoch()
                self.acked = None
            message = "The server restarts."
            self._end_all(lambda connection: connection.end_with(RESTART, message))

    def refuse(self, code: int = 4403, message: str = "The key is revoked.") -> None:
        """Every connection, now and later, is closed with this close code.

        With 4400, 4401 and 4403 programs stop; with others they try again.
        """
        with self._lock:
            self._refusal = (code, message)
            self._end_all(lambda connection: connection.end_with(code, message))

    def accept(self) -> None:
        """Connections are accepted again, after `refuse`."""
        self._refusal = None

    def _pay(
        self, amount: float, memo: str, members: dict[str, Any], *, is_failed: bool
    ) -> PaymentEvent:
        payment = sample_payment(int(time.time()), is_failed=is_failed)
        if unknown := members.keys() - payment.keys():
            raise TypeError(f"a payment has no member {', '.join(sorted(unknown))}")
        with self._lock:
            event_id = self._id(self._head + 1)
            payment |= {"payment_hash": hashlib.sha256(event_id.encode()).hexdigest()}
            payment |= {"amount": amount, "amount_msat": round(amount * 1000)}
            payment |= {"memo": memo} | members
            event = self._record("payment", {"payment": payment})
        return cast(PaymentEvent, event)

    def _record(self, kind: str, members: dict[str, Any]) -> FeedEvent:
        with self._lock:
            event_id, now = self._id(self._head + 1), int(time.time())
            frame = {"type": kind, "id": event_id, "timestamp": now} | members
            body = json.dumps(frame, separators=JSON_SEPARATORS)
            signature = self._signer.signature(body, event_id, now)
            text = f'{body[:-1]},"signature":"{signature}"}}'
            event = parse_frame(text)
            if isinstance(event, InvalidEvent):
                raise InvalidFrame(event.reason)
            self._head += 1
            self._kept[self._head] = text
            for connection in self._open:
                connection.offer(text)
        return cast(FeedEvent, event)

    def _begin(self, connection: "_FakeConnection", query: dict[str, str]) -> None:
        since = query.get("since") or ("start" if "payment_hash" in query else None)
        start, reason = self._resolve(since)
        connection.deliver(
            type="hello",
            protocol=1,
            wallet_id="fake",
            head=self._id(self._head),
            cursor=self._id(start),
            recovered=reason is None,
            heartbeat=HEARTBEAT_SECONDS,
        )
        if reason:
            oldest = self._id(start + 1) if self._kept else None
            connection.deliver(type="gap", since=since, oldest=oldest, reason=reason)
        for offset, text in self._kept.items():
            if offset > start:
                connection.offer(text)

    def _resolve(self, since: str | None) -> tuple[int, str | None]:
        """The offset to begin after, and the reason of a gap."""
        before_oldest = min(self._kept, default=self._head + 1) - 1
        if since is None:
            return self._head, None
        if since == "start":
            return before_oldest, None
        if since.startswith("@"):
            for offset, text in self._kept.items():
                if json.loads(text)["timestamp"] >= float(since[1:]):
                    return offset - 1, None
            return self._head, None
        if since == "acked":
            since = self.acked or self._id(0)
        epoch, _, offset_text = since.partition("-")
        if epoch != self._epoch or int(offset_text) > self._head:
            return before_oldest, "unknown"
        if int(offset_text) < before_oldest:
            return before_oldest, "expired"
        return int(offset_text), None

    def _id(self, offset: int) -> str:
        return f"{self._epoch}-{offset}"

    def _end_all(self, end: Any) -> None:
        with self._lock:
            connections, self._open = self._open, []
            for connection in connections:
                end(connection)

    def _on_ack(self, event_id: str) -> None:
        with self._lock:
            known = (self.acked or self._id(0)).partition("-")
            epoch, _, offset = event_id.partition("-")
            if epoch == self._epoch and int(offset) > int(known[2]):
                self.acked = event_id

    def _on_close(self, connection: "_FakeConnection") -> None:
        with self._lock:
            if connection in self._open:
                self._open.remove(connection)


class _FakeConnection:
    """A FeedConnection, whose frames and end come from a FakeFeed, in any thread."""

    def __init__(self, feed: FakeFeed, query: dict[str, str]) -> None:
        self._feed, self._query = feed, query
        self._loop = asyncio.get_running_loop()
        self._arrived: deque[str] = deque()
        self._has_news = asyncio.Event()
        self._lost: ConnectionLost | None = None

    def deliver(self, **frame: Any) -> None:
        self._put(json.dumps(frame | {"timestamp": int(time.time())}))

    def offer(self, text: str) -> None:
        """Deliver an event if it passes the filters."""
        if accepts(self._query, json.loads(text)):
            self._put(text)

    def end_with(self, code: int, message: str) -> None:
        self.deliver(type="error", code=code, message=message, retry_after=None)
        self.end(message, code)

    def end(self, reason: str, code: int | None = None) -> None:
        self._lost = ConnectionLost(reason, code)
        self._wake()

    def _put(self, text: str) -> None:
        self._arrived.append(text)
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the program's loop has ended
            self._loop.call_soon_threadsafe(self._has_news.set)

    def poll(self) -> Data | None:
        return self._arrived.popleft() if self._arrived else None

    async def receive(self, idle_seconds: float, *, is_pinging: bool = False) -> Data:
        """A silent feed is never idle: tests must not depend on time."""
        while True:
            self._has_news.clear()
            if self._arrived:
                return self._arrived.popleft()
            if self._lost:
                raise self._lost
            await self._has_news.wait()

    async def send(self, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] == "ack" and not self._lost:
            self._feed._on_ack(frame["id"])

    async def close(self) -> None:
        self._feed._on_close(self)


def accepts(query: dict[str, str], frame: dict[str, Any]) -> bool:
    """Whether the filters of a query let an event pass."""
    kinds = {frame["type"]} | ({"message"} if "custom" in frame else set())
    if "types" in query and kinds.isdisjoint(query["types"].split(",")):
        return False
    exact = {name: query[name] for name in EXACT_FILTERS if name in query}
    least = query.get("min_amount")
    payment = frame.get("payment")
    if payment is None:
        return not exact and least is None
    if least is not None and payment["amount"] < float(least):
        return False
    return all(payment[name] == value for name, value in exact.items())
