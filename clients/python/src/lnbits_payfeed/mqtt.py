"""One connection to an MQTT broker that reports what the broker refuses.

MQTT 5 when the broker supports it: its confirmations carry a reason code. Brokers with
MQTT 3.1.1 also confirm messages that they drop, so the connection subscribes to its own
topics there, and a message counts as delivered when it has come back.

paho's network thread does the I/O and passes its callbacks to the event loop.
"""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from paho.mqtt import client as paho
from paho.mqtt.enums import (
    CallbackAPIVersion,
    LogLevel,
    MQTTErrorCode,
    MQTTProtocolVersion,
)
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .broker import BrokerAddress, BrokerError, Node, Rejected, Unconfirmed
from .errors import BadAddress

log = logging.getLogger("lnbits_payfeed.mqtt")

TIMEOUT_SECONDS = 10
CLOSE_TIMEOUT_SECONDS = 1
KEEPALIVE_SECONDS = 60

NOT_AUTHORIZED = 0x87
MESSAGE_REFUSED = {0x90, 0x95, 0x99}  # topic name, packet too large, payload format
NO_CAUSE = {0x80, 0x81, 0x82, 0x83}  # unspecified, malformed, protocol, implementation
UNSUPPORTED_VERSION = 0x84
FAILURE = 0x80  # this and above

# MQTT forbids surrogates and advises against control characters and noncharacters;
# mosquitto closes the connection for all of them
NOT_IN_TOPICS = "\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}"
    for plane in range(0, 0x110000, 0x10000)
)
NAME = re.compile(rf"[^/+#{NOT_IN_TOPICS}]{{1,128}}\Z")

T = TypeVar("T")


class NoMqtt5(BrokerError):
    """The broker does not support MQTT 5."""


class MqttBroker:
    """The brokers at `mqtt://` (port 1883) or `mqtts://` (8883)."""

    retains = True
    separator = "/"

    def __init__(self, address: BrokerAddress) -> None:
        if address.password and not address.username:
            raise BadAddress("the broker's password needs a user: mqtt://user@host")
        self._address = address
        self._is_fallback_reported = False

    def is_name(self, text: str) -> bool:
        return bool(NAME.match(text))

    def is_prefix(self, text: str) -> bool:
        return self.is_name(text.replace("/", "x"))

    @contextlib.asynccontextmanager
    async def connected(
        self, attempt: int, identifier: str, top: str, say: Callable[[str], None]
    ) -> AsyncIterator["MqttConnection"]:
        """Over MQTT 5 if the broker supports it; raises BrokerError.

        Its last will is `offline` under `<top>/bridge/status`. After an error it ends
        without DISCONNECT, so that the broker publishes the last will.
        """
        address, node = self._address, self._address.node(attempt)
        try:
            connection = await MqttConnection.open(
                address, node, identifier, top, is_mqtt5=True
            )
        except NoMqtt5:
            # RabbitMQ keeps the subscription of a client on one node, so that no other
            # node accepts it while that one is dead
            number = attempt % len(address.nodes)
            own = f"{identifier[:-2]}-{number}" if number else identifier
            connection = await MqttConnection.open(
                address, node, own, top, is_mqtt5=False
            )
            if not self._is_fallback_reported:
                self._is_fallback_reported = True
                say("broker: does not support MQTT 5, using MQTT 3.1.1")
        try:
            yield connection
            await connection.disconnect()
        finally:
            connection.abort()


class MqttConnection:
    """Publishes one message at a time with QoS 1.

    `lost` is done when the connection has ended; its result is the reason.
    """

    def __init__(
        self, address: BrokerAddress, identifier: str, top: str, is_mqtt5: bool
    ) -> None:
        self._top = top
        self._is_mqtt5 = is_mqtt5
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[BrokerError] = self._loop.create_future()
        self._accepted: asyncio.Future[Properties | None] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[ReasonCode]] = {}
        self._echoes: dict[tuple[str, bytes], asyncio.Future[None]] = {}
        self._markers = 0
        self._max_packet_bytes: int | None = None
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=identifier,
            protocol=MQTTProtocolVersion.MQTTv5
            if is_mqtt5
            else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self._is_ending = False
        client.on_log = self._on_log
        client.username_pw_set(address.username, address.password)
        if address.tls:
            client.tls_set_context(address.tls)
        client.will_set(f"{top}/bridge/status", "offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    @classmethod
    async def open(
        cls,
        address: BrokerAddress,
        node: Node,
        identifier: str,
        top: str,
        is_mqtt5: bool,
    ) -> "MqttConnection":
        """Connect; raises BrokerError, and NoMqtt5 with `is_mqtt5`."""
        self = cls(address, identifier, top, is_mqtt5)
        try:
            await self._open(node)
        except BaseException:
            self.abort()
            raise
        return self

    async def _open(self, node: Node) -> None:
        connect = self._client.connect
        try:
            await asyncio.to_thread(connect, node.host, node.port, KEEPALIVE_SECONDS)
        except (OSError, ValueError) as exc:
            raise BrokerError(str(exc) or type(exc).__name__) from exc
        self._client.loop_start()
        try:
            properties = await self._result_of(self._accepted)
        except Unconfirmed as exc:
            # brokers without MQTT 5 may also close without an answer
            raise (NoMqtt5(str(exc)) if self._is_mqtt5 else exc) from exc
        self._max_packet_bytes = getattr(properties, "MaximumPacketSize", None)
        if not self._is_mqtt5:
            await self._subscribe_to_itself()

    async def disconnect(self) -> None:
        """End the connection without the last will."""
        self._is_ending = True
        self._client.disconnect()
        await asyncio.wait({self.lost}, timeout=CLOSE_TIMEOUT_SECONDS)

    def abort(self) -> None:
        """Close the socket, which also ends the network thread."""
        held = self._client.socket()
        if isinstance(held, socket.socket):
            with contextlib.suppress(OSError):
                # not SSLSocket's own shutdown: the network thread may be reading
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    async def publish(
        self, topic: str, payload: str, retain: bool = False, key: str | None = None
    ) -> None:
        """Publish and wait for the confirmation; raises Rejected or BrokerError."""
        data = payload.encode()
        limit = self._max_packet_bytes
        if limit and _packet_bytes(topic, data) > limit:
            raise Rejected(f"above the broker's limit of {limit} bytes per packet")
        if self._is_mqtt5 or not topic.startswith(f"{self._top}/"):
            await self._confirmed(topic, data, retain)
        elif not await self._echoed(topic, data, retain):
            raise Rejected("the broker confirmed the message and dropped it")

    async def _confirmed(self, topic: str, data: bytes, retain: bool) -> None:
        sent = self._client.publish(topic, data, qos=1, retain=retain)
        reason = await self._answer(sent.rc, sent.mid)
        if reason.value in MESSAGE_REFUSED | {NOT_AUTHORIZED}:
            raise Rejected(str(reason))
        if reason.value in NO_CAUSE:
            raise Unconfirmed(str(reason))
        if reason.value >= FAILURE:
            raise BrokerError(str(reason))

    async def _echoed(self, topic: str, data: bytes, retain: bool = False) -> bool:
        """Whether the broker sent the message back.

        If it has not when it confirms the message, a marker is sent after it: brokers
        keep the order of messages between two clients.
        """
        echo = self._loop.create_future()
        self._echoes[topic, data] = echo
        try:
            await self._confirmed(topic, data, retain)
            if not echo.done():
                await self._send_marker()
            return echo.done()
        finally:
            del self._echoes[topic, data]

    async def _send_marker(self) -> None:
        self._markers += 1
        marker = f"{self._top}/bridge/echo", str(self._markers).encode()
        self._echoes[marker] = echo = self._loop.create_future()
        try:
            await self._confirmed(*marker, retain=False)
            await self._result_of(echo)
        finally:
            del self._echoes[marker]

    async def _subscribe_to_itself(self) -> None:
        topics = f"{self._top}/#"
        code, mid = self._client.subscribe(topics, qos=1)
        needed = BrokerError(
            "a broker without MQTT 5 also confirms messages that it drops; the bridge"
            f" must be allowed to read {topics}, to see which ones"
        )
        if (await self._answer(code, mid)).is_failure:
            raise needed
        try:
            await self._send_marker()
        except Unconfirmed:
            raise
        except BrokerError as exc:
            raise needed from exc

    async def _answer(self, code: MQTTErrorCode, mid: int | None) -> ReasonCode:
        """The broker's answer to the packet `mid`; `code` is what paho returned."""
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise BrokerError(paho.error_string(code))
        # paho's callbacks run in the event loop, so none was missed
        self._answers[mid] = answer = self._loop.create_future()
        try:
            return await self._result_of(answer)
        finally:
            del self._answers[mid]

    async def _result_of(self, future: "asyncio.Future[T]") -> T:
        either: set[asyncio.Future[Any]] = {future, self.lost}
        await asyncio.wait(
            either, timeout=TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if future.done():
            return future.result()
        if self.lost.done():
            raise self.lost.result()
        raise BrokerError(f"no answer within {TIMEOUT_SECONDS} s")

    # called by paho in its network thread

    def _on_log(self, _: Any, __: Any, level: int, text: str) -> None:
        # after DISCONNECT, paho logs as an error that it is not connected
        if not self._is_ending:
            log.log(paho.LOGGING_LEVEL[LogLevel(level)], "%s", text)

    def _on_connect(
        self, _: Any, __: Any, ___: Any, reason: ReasonCode, given: Properties | None
    ) -> None:
        self._call_in_loop(self._connect_answered, reason, given)

    def _on_disconnect(
        self, _: Any, __: Any, flags: Any, reason: ReasonCode, ___: Any
    ) -> None:
        is_named = flags.is_disconnect_packet_from_server
        self._call_in_loop(self._disconnected, reason, is_named)

    def _on_publish(
        self, _: Any, __: Any, mid: int, reason: ReasonCode, ___: Any
    ) -> None:
        self._call_in_loop(self._answered, mid, reason)

    def _on_subscribe(
        self, _: Any, __: Any, mid: int, reasons: list[ReasonCode], ___: Any
    ) -> None:
        self._call_in_loop(self._answered, mid, reasons[0])

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        if message.retain:  # stored before this connection, not an echo
            return
        with contextlib.suppress(UnicodeError):  # the topic of another client
            self._call_in_loop(
                self._echo_received, message.topic, bytes(message.payload)
            )

    def _call_in_loop(self, callback: Callable[..., None], *values: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop has ended
            self._loop.call_soon_threadsafe(callback, *values)

    # called in the event loop

    def _connect_answered(self, reason: ReasonCode, given: Properties | None) -> None:
        if reason.value == UNSUPPORTED_VERSION:
            self._lose(NoMqtt5(str(reason)))
        elif reason.is_failure:
            self._lose(BrokerError(str(reason)))
        elif not self._accepted.done():
            self._accepted.set_result(given)

    def _disconnected(self, reason: ReasonCode, is_named: bool) -> None:
        is_plain = not is_named and reason.value == FAILURE
        text = "the connection ended" if is_plain else str(reason)
        if reason.value in MESSAGE_REFUSED:
            self._lose(Unconfirmed(text, is_final=True))
        elif reason.value in NO_CAUSE | {NOT_AUTHORIZED}:
            self._lose(Unconfirmed(text))
        else:
            self._lose(BrokerError(text))

    def _lose(self, error: BrokerError) -> None:
        if not self.lost.done():
            self.lost.set_result(error)

    def _answered(self, mid: int, reason: ReasonCode) -> None:
        answer = self._answers.get(mid)
        if answer and not answer.done():
            answer.set_result(reason)

    def _echo_received(self, topic: str, payload: bytes) -> None:
        echo = self._echoes.get((topic, payload))
        if echo and not echo.done():
            echo.set_result(None)
        elif (topic, payload) == (f"{self._top}/bridge/status", b"offline"):
            self._lose(BrokerError("the last will of an older connection arrived"))


def _packet_bytes(topic: str, payload: bytes) -> int:
    """Size of a PUBLISH packet of MQTT 5 with QoS 1 and without properties."""
    rest = 2 + len(topic.encode()) + 2 + 1 + len(payload)
    length_bytes = max(1, (rest.bit_length() + 6) // 7)
    return 1 + length_bytes + rest
