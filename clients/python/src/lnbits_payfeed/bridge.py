"""`payfeed bridge`: publish feeds to a broker, at least once.

Topics: `<prefix>/<name>/<type>` with the frame as it arrived; `…/gap`;
`…/balance_update`. On brokers that retain messages also `…/bridge/status`: `online` or
`offline` (last will), one level deeper than the topics of events; for Home
Assistant also `…/bridge/last_payment`.
An event is acknowledged only after the broker has confirmed it, or a `gap` that
replaces an event that the broker refuses.
"""

import asyncio
import contextlib
import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from .backoff import Backoff
from .broker import Broker, BrokerError, Connection, Rejected, Unconfirmed
from .errors import BadAddress
from .events import (
    Balance,
    Connected,
    Disconnected,
    Event,
    Gap,
    InvalidEvent,
    Item,
    PaymentEvent,
)
from .feed import Feed
from .homeassistant import LAST_PAYMENT, Device, Message
from .listen import as_text
from .terminal import printable

STABLE_SECONDS = 30
ATTEMPTS = 3
LISTED_IDS = 10


class FeedBridge:
    """Publishes one feed, with its own connection to the broker and its own last will.

    name: second part of its topics; None: the wallet's id. prefix: their first part.
    say: called with every line of the output. options: those of Feed.

    The feed stays connected while the broker is offline. An item is published again
    until the broker confirms or refuses it. Raises BadAddress.
    """

    def __init__(
        self,
        broker: Broker,
        url: str,
        key: str,
        name: str | None,
        prefix: str,
        say: Callable[[str], None],
        homeassistant: bool = False,
        **options: Any,
    ) -> None:
        if not key.startswith("pfk_"):
            raise BadAddress(
                "the bridge needs access keys: the server stores its position"
            )
        if not broker.is_name(name or "x") or not broker.is_prefix(prefix):
            raise BadAddress(
                "names in topics must not be empty or contain control characters,"
                " / + # on MQTT, or . * > and spaces on NATS"
            )
        if homeassistant and not broker.retains:
            raise BadAddress("Home Assistant needs an MQTT broker")
        self._broker = broker
        self._attempt = 0
        # fixed: the broker publishes an old connection's will before a new `online`
        digest = hashlib.sha256(key.encode()).hexdigest()
        self._identifier = f"payfeed-{digest[:15]}"
        self._name = name
        self._wallet_id: str | None = None
        self._prefix = prefix
        self._say = say
        self._homeassistant = homeassistant
        self._feed = Feed(
            url, key, since="acked", balance=True, on_change=self._change, **options
        )
        self._changed = asyncio.Event()
        self._is_online = False
        self._next_item: asyncio.Future[Item] | None = None
        self._backoff = Backoff(0.5, 30)
        self._stopping = asyncio.Event()
        self._balance: Balance | None = None
        self._last_payment: str | None = None
        self._previous_id = ""  # of the event before the one that is published
        self._failures: defaultdict[str, list[str]] = defaultdict(list)  # by topic
        self._published = 0
        self._unpublished: Counter[str] = Counter()  # by reason
        self._unpublished_ids: list[str] = []
        self._refused_states: set[str] = set()  # topics

    def stop(self) -> None:
        """End `run` after the item that is being published."""
        self._stopping.set()
        self._changed.set()

    async def run(self) -> None:
        """Publish until `stop`; raises what Feed raises."""
        try:
            while self._name is None and not self._stopping.is_set():
                await self._next_step()
                if self._wallet_id is not None:
                    self._name = checked_name(self._broker, self._wallet_id)
            while not self._stopping.is_set():
                started = time.monotonic()
                try:
                    await self._run_connection()
                except BrokerError as exc:
                    self._attempt += 1
                    if time.monotonic() - started >= STABLE_SECONDS:
                        self._backoff.reset()
                    self._backoff.fail()
                    pause = self._backoff.pause()
                    self._say(f"broker: {exc}; next attempt in {pause:.1f} s")
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
        finally:
            if self._next_item:
                self._next_item.cancel()
            await self._feed.close()

    def summary(self) -> str:
        """One line: what was published and what was not."""
        parts = [f"{self._published} events published"]
        for reason, count in sorted(self._unpublished.items()):
            parts.append(f"{count} {reason}, reported as gap")
        if self._unpublished_ids:
            more = self._unpublished.total() - len(self._unpublished_ids)
            ids = [*self._unpublished_ids, *([f"and {more} more"] if more else [])]
            parts.append(f"not published: {' '.join(ids)}")
        if self._refused_states:
            parts.append(f"topics refused: {' '.join(sorted(self._refused_states))}")
        return f"{self._name or 'feed'}: {', '.join(parts)}"

    @property
    def _top(self) -> str:
        return self._broker.separator.join((self._prefix, str(self._name)))

    def _topic(self, *kind: str) -> str:
        return self._broker.separator.join((self._top, *kind))

    async def _run_connection(self) -> None:
        """Publish over one connection to the broker; raises BrokerError."""
        opening = self._broker.connected(
            self._attempt, self._identifier, self._top, self._say
        )
        async with opening as connection:
            self._say(f"broker: connected for {self._name}")
            is_shown_online = self._is_online
            await self._show_status(connection, is_shown_online)
            await self._restore(connection)
            while not self._stopping.is_set():
                if is_shown_online is not self._is_online:
                    is_shown_online = self._is_online
                    await self._show_status(connection, is_shown_online)
                item = await self._next_step(connection.lost)
                if item is not None:
                    await self._publish(connection, item)
            await self._show_status(connection, False)

    async def _next_step(self, *lost: "asyncio.Future[BrokerError]") -> Item | None:
        """The next item, or None if something else has changed."""
        if self._next_item is None:
            self._next_item = asyncio.ensure_future(self._feed.__anext__())
        changed = asyncio.ensure_future(self._changed.wait())
        any_of: set[asyncio.Future[Any]] = {self._next_item, changed, *lost}
        try:
            await asyncio.wait(any_of, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        self._changed.clear()
        for ended in lost:
            if ended.done():
                raise ended.result()
        return self._next_item.result() if self._next_item.done() else None

    async def _show_status(self, connection: Connection, is_online: bool) -> None:
        """The first message of a connection: it shows that the broker confirms."""
        if not self._broker.retains:
            return
        topic = self._topic("bridge", "status")
        word = "online" if is_online else "offline"
        try:
            await connection.publish(topic, word, retain=True)
        except Rejected as exc:
            self._report_state(topic, str(exc))

    async def _restore(self, connection: Connection) -> None:
        """Publish all retained messages: the broker may have lost them."""
        if not self._broker.retains:
            return
        if self._homeassistant:
            await self._retain(connection, self._device().feed_messages())
        if self._last_payment:
            await self._retain(connection, self._last_payment_messages())
        if self._balance:
            await self._retain(connection, self._balance_messages(self._balance))

    def _balance_messages(self, balance: Balance) -> list[Message]:
        discovery = self._device().balance_messages() if self._homeassistant else []
        return [*discovery, (self._topic("balance_update"), as_text(balance))]

    def _last_payment_messages(self) -> list[Message]:
        return [(self._topic(LAST_PAYMENT), str(self._last_payment))]

    async def _retain(self, connection: Connection, messages: list[Message]) -> None:
        for topic, payload in messages:
            refusal = await self._try_publish(connection, topic, payload, retain=True)
            if refusal is not None:
                self._report_state(topic, refusal)

    def _report_state(self, topic: str, refusal: str) -> None:
        if topic not in self._refused_states:
            self._refused_states.add(topic)
            self._say(f"broker: {topic} was refused: {refusal}")

    async def _try_publish(
        self,
        connection: Connection,
        topic: str,
        payload: str,
        retain: bool = False,
        key: str | None = None,
    ) -> str | None:
        """None if the broker confirms the message, else why it refuses it.

        A broker that closes several connections instead of confirming the message, but
        confirms the status on each of them, refuses it. Raises BrokerError.
        """
        reasons = self._failures[topic]
        if len(reasons) >= ATTEMPTS:
            return reasons[-1]
        try:
            await connection.publish(topic, payload, retain, key)
        except Rejected as exc:
            return str(exc)
        except Unconfirmed as exc:
            reasons += [str(exc)] * (ATTEMPTS if exc.is_final else 1)
            if len(reasons) >= ATTEMPTS:  # the next connection skips this message
                self._backoff.reset()
            raise
        del self._failures[topic]
        return None

    async def _publish(self, connection: Connection, item: Item) -> None:
        """Publish the item, or a `gap` if the broker refuses it; then acknowledge."""
        if isinstance(item, Balance):
            self._balance = item
            await self._retain(connection, self._balance_messages(item))
        elif isinstance(item, Event):
            await self._publish_event(connection, item)
        elif isinstance(item, InvalidEvent):
            await self._publish_notice(connection, item.id, "invalid", item.reason)
        else:
            key = f"gap-{item.since}"
            await self._publish_gap(connection, as_text(item), key)
        self._next_item = None
        self._backoff.reset()
        if not isinstance(item, Balance | Gap):
            self._previous_id = item.id or self._previous_id
            await self._feed.ack(item)

    async def _publish_event(self, connection: Connection, event: Event) -> None:
        topic = self._topic(event.type)
        refusal = await self._try_publish(connection, topic, event.text, key=event.id)
        if refusal is None:
            self._published += 1
            if self._homeassistant and isinstance(event, PaymentEvent):
                self._last_payment = event.text
                await self._retain(connection, self._last_payment_messages())
            return
        try:
            await self._publish_notice(connection, event.id, "refused", refusal)
        finally:  # begin again, with the next event or, without a notice, this one
            self._failures.pop(topic, None)

    async def _publish_notice(
        self,
        connection: Connection,
        event_id: str | None,
        reason: str,
        detail: str,
    ) -> None:
        text = notice(self._previous_id, event_id, reason, detail)
        key = None if event_id is None else f"gap-{event_id}"
        await self._publish_gap(connection, text, key)
        self._unpublished[reason] += 1
        if len(self._unpublished_ids) < LISTED_IDS:
            self._unpublished_ids.append(str(event_id))
        self._say(printable(f"{self._name}: event {event_id} is {reason}: {detail}"))

    async def _publish_gap(
        self, connection: Connection, text: str, key: str | None
    ) -> None:
        """Nothing replaces a gap: if it is refused, the bridge tries again."""
        topic = self._topic("gap")
        try:
            await connection.publish(topic, text, key=key)
        except Rejected as exc:
            raise BrokerError(f"{topic} was refused: {exc}") from exc

    def _device(self) -> Device:
        return Device(self._top, str(self._name))

    def _change(self, change: Connected | Disconnected) -> None:
        self._is_online = isinstance(change, Connected)
        if isinstance(change, Connected):
            self._wallet_id = change.wallet_id
            self._previous_id = change.cursor
            name = self._name or printable(change.wallet_id)
            self._say(f"feed: connected for {name}, head {change.head}")
        else:
            self._say(
                f"feed: {change.reason}; next attempt in {change.retry_seconds:.1f} s"
            )
        self._changed.set()


def checked_name(broker: Broker, wallet_id: str) -> str:
    """The name; raises BadAddress if a topic cannot contain the wallet id."""
    if not broker.is_name(wallet_id):
        raise BadAddress(
            "the wallet id that the server sent cannot be part of a topic; choose a"
            " name with --feed NAME=KEYFILE"
        )
    return wallet_id


def notice(since: str, event_id: str | None, reason: str, detail: str) -> str:
    """A `gap` frame for one event, the one after `since`, that was not published.

    reason: "refused" by the broker, or "invalid" for a malformed event.
    """
    gap = asdict(Gap(since, None, reason))
    return json.dumps({"type": "gap"} | gap | {"id": event_id, "detail": detail[:200]})


async def run_bridges(
    feed_bridges: list[FeedBridge], say: Callable[[str], None]
) -> None:
    """Run until all have ended; raises the first error, when the others have ended."""

    async def run(feed_bridge: FeedBridge) -> None:
        try:
            await feed_bridge.run()
        except Exception as exc:
            say(f"ended: {exc or type(exc).__name__}")
            raise
        finally:
            say(feed_bridge.summary())

    results = await asyncio.gather(*map(run, feed_bridges), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def stop(feed_bridges: list[FeedBridge]) -> None:
    for feed_bridge in feed_bridges:
        feed_bridge.stop()
