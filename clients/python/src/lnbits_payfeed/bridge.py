"""`payfeed bridge`: feeds into an MQTT broker, at least once.

Topics: `<prefix>/<name>/<type>` with the frame as it arrived, QoS 1; `…/gap`;
`…/balance_update` (retained); `…/bridge/status`: `online` or `offline` (retained, last
will), a level deeper than any type that a message may bring.
An event is acknowledged only when the broker has confirmed it.
"""

import asyncio
import contextlib
import hashlib
import logging
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from aiomqtt import Client, MqttError, Will

from .backoff import Backoff
from .errors import BadAddress, PayfeedError
from .events import Balance, Connected, Disconnected, Event, Item
from .feed import Feed
from .homeassistant import Device, Message
from .listen import as_text

NAME = re.compile(r"[^/+#\x00-\x1f]{1,128}\Z")
STABLE_SECONDS = 30


@dataclass(frozen=True)
class Broker:
    """Where to publish. `username` and `password` may be None."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_broker(
    url: str, password: str | None, tls: ssl.SSLContext | None = None
) -> Broker:
    """`mqtt://[user@]host[:1883]`, `mqtts://[user@]host[:8883]`."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise BadAddress("the broker's address must be mqtt://host or mqtts://host")
    if password and not parts.username:
        raise BadAddress("the broker's password needs a user: mqtt://user@host")
    if parts.password:
        raise BadAddress("give the broker's password in PAYFEED_MQTT_PASSWORD")
    try:
        port = parts.port
    except ValueError as exc:
        raise BadAddress("the broker's port is not a number") from exc
    is_secure = parts.scheme == "mqtts"
    if tls and not is_secure:
        raise BadAddress("a certificate authority needs mqtts://")
    return Broker(
        host=parts.hostname,
        port=port or (8883 if is_secure else 1883),
        tls=(tls or ssl.create_default_context()) if is_secure else None,
        username=unquote(parts.username) if parts.username else None,
        password=password,
    )


class Lane:
    """One feed on its way to the broker, with a connection and a last will of its own.

    The wait for the next item goes on while the broker is away; the item in hand is
    published again until it is confirmed.
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
            raise BadAddress("the bridge needs access keys: the server keeps its place")
        if not NAME.match(name or "x") or not NAME.match(prefix.replace("/", "x")):
            raise BadAddress("names in topics must be without / + #")
        self._broker = broker
        # fixed, so that an old connection's will is told before a new one's `online`
        digest = hashlib.sha256(key.encode()).hexdigest()
        self._identifier = f"payfeed-{digest[:15]}"
        self._name = name
        self._prefix = prefix
        self._say = say
        self._homeassistant = homeassistant
        self._feed = Feed(
            url, key, since="acked", balance=True, on_change=self._change, **options
        )
        self._changed = asyncio.Event()
        self._is_online = False
        self._waiting: asyncio.Future[Item] | None = None
        self._backoff = Backoff(0.5, 30)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()
        self._changed.set()

    async def run(self) -> None:
        """Until `stop`; raises what Feed raises."""
        try:
            while self._name is None and not self._stopping.is_set():
                await self._next_step()
            while not self._stopping.is_set():
                begun = time.monotonic()
                try:
                    await self._carry()
                except MqttError as exc:
                    if time.monotonic() - begun >= STABLE_SECONDS:
                        self._backoff.reset()
                    self._backoff.fail()
                    pause = self._backoff.pause()
                    self._say(f"broker: {exc}; next attempt in {pause:.1f} s")
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
        finally:
            if self._waiting:
                self._waiting.cancel()
            await self._feed.close()

    def _topic(self, kind: str) -> str:
        return f"{self._prefix}/{self._name}/{kind}"

    async def _carry(self) -> None:
        """One connection to the broker."""
        status, broker = self._topic("bridge/status"), self._broker
        async with Client(
            broker.host,
            broker.port,
            identifier=self._identifier,
            username=broker.username,
            password=broker.password,
            tls_context=broker.tls,
            will=Will(status, "offline", qos=1, retain=True),
            logger=logging.getLogger("lnbits_payfeed.mqtt"),
        ) as client:
            self._say(f"broker: connected for {self._name}")
            if self._homeassistant:
                await self._discover(client, self._device().at_once())
            lost = asyncio.ensure_future(_until_lost(client))
            told: bool | None = None
            try:
                while not self._stopping.is_set():
                    if told is not self._is_online:
                        told = self._is_online
                        word = "online" if told else "offline"
                        await client.publish(status, word, qos=1, retain=True)
                    item = await self._next_step(lost)
                    if item is not None:
                        await self._publish(client, item)
                await client.publish(status, "offline", qos=1, retain=True)
            except PayfeedError:
                with contextlib.suppress(MqttError):
                    await client.publish(status, "offline", qos=1, retain=True)
                raise
            finally:
                lost.cancel()

    async def _next_step(self, *lost: "asyncio.Future[None]") -> Item | None:
        """The item in hand, or None when something else has changed."""
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._feed.__anext__())
        changed = asyncio.ensure_future(self._changed.wait())
        any_of: set[asyncio.Future[Any]] = {self._waiting, changed, *lost}
        try:
            await asyncio.wait(any_of, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        self._changed.clear()
        for broken in lost:
            if broken.done():
                broken.result()
        return self._waiting.result() if self._waiting.done() else None

    async def _publish(self, client: Client, item: Item) -> None:
        """Returns when the broker has it; only then the server is told."""
        kind = item.type if isinstance(item, Event) else "gap"
        if isinstance(item, Balance):
            kind = "balance_update"
        topic, is_state = self._topic(kind), isinstance(item, Balance)
        if is_state and self._homeassistant:
            await self._discover(client, self._device().with_balance())
        await client.publish(topic, as_text(item), qos=1, retain=is_state)
        self._waiting = None
        if isinstance(item, Event):
            await self._feed.ack(item)

    def _device(self) -> Device:
        return Device(f"{self._prefix}/{self._name}", str(self._name))

    async def _discover(self, client: Client, messages: list[Message]) -> None:
        for topic, payload in messages:
            await client.publish(topic, payload, qos=1, retain=True)

    def _change(self, change: Connected | Disconnected) -> None:
        self._is_online = isinstance(change, Connected)
        if isinstance(change, Connected):
            self._name = self._name or change.wallet_id
            self._say(f"feed: connected for {self._name}, head {change.head}")
        else:
            self._say(
                f"feed: {change.reason}; next attempt in {change.retry_seconds:.1f} s"
            )
        self._changed.set()


async def _until_lost(client: Client) -> None:
    """Waiting for messages is how aiomqtt tells of a lost connection."""
    async for _ in client.messages:
        pass


async def bridge(lanes: list[Lane], say: Callable[[str], None]) -> None:
    """Until all lanes have ended. One that is refused does not stop the others."""

    async def run(lane: Lane) -> None:
        try:
            await lane.run()
        except Exception as exc:
            say(f"ended: {exc or type(exc).__name__}")
            raise

    results = await asyncio.gather(*map(run, lanes), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def stop(lanes: list[Lane]) -> None:
    for lane in lanes:
        lane.stop()
