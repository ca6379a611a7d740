"""One connection to NATS that publishes into a stream of JetStream.

The stream drops messages whose `Nats-Msg-Id` it has stored within its duplicate window.
The id begins with the feed's subject, as a stream compares the ids of all subjects.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from .broker import BrokerAddress, BrokerError, Rejected
from .errors import BadAddress

TIMEOUT_SECONDS = 10
# a dead leader does not answer; publishing again is safe, as the stream drops doubles
ANSWER_SECONDS = 2
CLOSE_TIMEOUT_SECONDS = 1
WINDOW_SECONDS = 3600
TOO_LARGE = 10054  # err_code: message size exceeds maximum allowed
TOKEN = re.compile(r"[^.*>\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}\Z")
DENIED = re.compile(r'permissions violation for publish to "(.*)"', re.IGNORECASE)
REPLICAS = 3


class JetStreamBroker:
    """The servers at `nats://` or, with TLS, `tls://` (port 4222).

    A password without a user is a token. credentials: a file with a user's JWT and
    nkey seed. Raises BadAddress.
    """

    retains = False
    separator = "."

    def __init__(self, address: BrokerAddress, credentials: Path | None = None) -> None:
        if credentials and (address.username or address.password):
            raise BadAddress("use either a credentials file or a password")
        if address.username and not address.password:
            raise BadAddress("the user in the broker's address needs a password")
        if credentials:
            credentials.read_bytes()  # raises OSError now, not at each attempt
        self._address = address
        self._credentials = credentials
        self._reported: set[str] = set()

    def is_name(self, text: str) -> bool:
        return bool(TOKEN.match(text))

    def is_prefix(self, text: str) -> bool:
        return all(self.is_name(part) for part in text.split("."))

    @contextlib.asynccontextmanager
    async def connected(
        self, attempt: int, identifier: str, top: str, say: Callable[[str], None]
    ) -> AsyncIterator["JetStreamConnection"]:
        """Raises BrokerError, also if no stream stores what is published."""
        address, node = self._address, self._address.node(attempt)
        host = f"[{node.host}]" if ":" in node.host else node.host
        options: dict[str, Any] = {"name": identifier}
        if address.tls:
            options |= {"tls": address.tls, "tls_hostname": node.host}
        if address.username:
            options |= {"user": address.username, "password": address.password}
        elif address.password:
            options["token"] = address.password
        if self._credentials:
            options["user_credentials"] = str(self._credentials)
        connection = JetStreamConnection(top, is_tls=address.tls is not None)
        try:
            await connection.open(f"nats://{host}:{node.port}", options)
            for text in await connection.find_stream():
                if text not in self._reported:
                    self._reported.add(text)
                    say(f"broker: {text}")
            yield connection
        finally:
            await connection.close()


class JetStreamConnection:
    """Publishes one message at a time; it counts when the stream has stored it.

    `lost` is done when the connection has ended; its result is the reason.
    """

    def __init__(self, top: str, is_tls: bool) -> None:
        self._top = top
        self._stream = ""
        self.lost: asyncio.Future[BrokerError] = (
            asyncio.get_running_loop().create_future()
        )
        self._failure = ""
        self._denied: dict[str, asyncio.Future[None]] = {}  # by subject
        self._client = _TlsClient() if is_tls else Client()

    async def open(self, url: str, options: dict[str, Any]) -> None:
        """Raises BrokerError."""
        connecting = self._client.connect(
            url,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=TIMEOUT_SECONDS,
            error_cb=self._on_error,
            closed_cb=self._on_closed,
            **options,
        )
        try:
            await asyncio.wait_for(connecting, TIMEOUT_SECONDS)
        except asyncio.TimeoutError as exc:
            raise BrokerError(f"no answer within {TIMEOUT_SECONDS} s") from exc
        except (OSError, NatsError, ValueError) as exc:
            raise BrokerError(self._failure or _text(exc)) from exc

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._client.close(), CLOSE_TIMEOUT_SECONDS)

    async def find_stream(self) -> list[str]:
        """What its settings cannot promise; raises BrokerError if there is none."""
        subjects = f"{self._top}.>"
        jetstream = self._jetstream()
        try:
            self._stream = await jetstream.find_stream_name_by_subject(subjects)
            found = await jetstream.stream_info(self._stream)
        except NotFoundError as exc:
            raise BrokerError(f"no stream stores {subjects}: create one") from exc
        except (NatsError, asyncio.TimeoutError) as exc:
            detail = self._failure or _text(exc)
            raise BrokerError(
                f"JetStream does not describe its streams: {detail}"
            ) from exc
        is_cluster = bool(found.cluster and found.cluster.name)
        risks = list(stream_risks(found.config, subjects, is_cluster))
        return [f"stream {self._stream} {risk}" for risk in risks]

    async def publish(
        self, topic: str, payload: str, retain: bool = False, key: str | None = None
    ) -> None:
        """Publish and wait until the stream has it; raises Rejected or BrokerError."""
        if not all(topic.removeprefix(f"{self._top}.").split(".")):
            raise Rejected("the type cannot be part of a subject")
        headers = {"Nats-Msg-Id": f"{self._top}.{key}"} if key else {}
        denied = self._denied[topic] = asyncio.get_running_loop().create_future()
        storing = asyncio.ensure_future(
            self._jetstream().publish(
                topic, payload.encode(), stream=self._stream, headers=headers
            )
        )
        any_of: set[asyncio.Future[Any]] = {storing, denied, self.lost}
        try:
            await asyncio.wait(any_of, return_when=asyncio.FIRST_COMPLETED)
            if storing.done():
                storing.result()
                return
        except MaxPayloadError as exc:
            raise Rejected("above the server's max_payload") from exc
        except APIError as exc:
            if exc.err_code == TOO_LARGE:
                raise Rejected(str(exc.description)) from exc
            raise BrokerError(str(exc.description)) from exc
        except NoStreamResponseError as exc:
            raise BrokerError(f"no stream confirms {topic}") from exc
        except (NatsError, asyncio.TimeoutError) as exc:
            raise BrokerError(_text(exc)) from exc
        finally:
            storing.cancel()
            del self._denied[topic]
        if denied.done():
            raise Rejected("not authorized")
        raise self.lost.result()

    def _jetstream(self) -> JetStreamContext:
        return self._client.jetstream(timeout=ANSWER_SECONDS)

    async def _on_error(self, exc: Exception) -> None:
        self._failure = _text(exc)
        denied = DENIED.search(self._failure)
        future = self._denied.get(denied[1]) if denied else None
        if future and not future.done():
            future.set_result(None)

    async def _on_closed(self) -> None:
        if not self.lost.done():
            text = self._failure or "the connection ended"
            self.lost.set_result(BrokerError(text))


class _TlsClient(Client):
    """Sends nothing to a server that does not begin TLS.

    nats-py leaves that choice to the server, whose first message is not encrypted.
    """

    def _connect_command(self) -> bytes:
        if not self._server_info.get("tls_required"):
            raise NatsError("the server does not use TLS")
        return super()._connect_command()


def stream_risks(
    stream: StreamConfig, subjects: str, is_cluster: bool
) -> Iterator[str]:
    """What a stream with these settings loses or repeats, one text each."""
    if not any(_covers(pattern, subjects) for pattern in stream.subjects or []):
        yield f"does not store all of {subjects}"
    replicas = stream.num_replicas or 1
    if is_cluster and replicas < REPLICAS:
        yield f"has {replicas} replicas: with {REPLICAS}, one node may fail"
    if stream.storage == StorageType.MEMORY:
        yield "is in memory: events are lost when its servers end"
    if stream.no_ack:
        yield "confirms nothing (no_ack): the bridge cannot publish"
    window = stream.duplicate_window or 0
    if window < WINDOW_SECONDS:
        yield (
            f"recognises duplicates for {window:g} s: a bridge that was away longer may"
            f" repeat an event; recommended are {WINDOW_SECONDS} s"
        )
    yield from _limit_risks(stream)
    if stream.retention == RetentionPolicy.INTEREST:
        yield "drops events while it has no consumer (retention interest)"
    elif stream.retention == RetentionPolicy.WORK_QUEUE:
        yield "gives each event to one consumer only (retention workqueue)"


def _limit_risks(stream: StreamConfig) -> Iterator[str]:
    waits = stream.discard == DiscardPolicy.NEW
    for name, limit, is_waiting in (
        ("max_msgs", stream.max_msgs, waits),
        ("max_bytes", stream.max_bytes, waits),
        (
            "max_msgs_per_subject",
            stream.max_msgs_per_subject,
            waits and stream.discard_new_per_subject,
        ),
    ):
        if (limit or 0) > 0 and is_waiting:
            yield f"is full at {name} {limit}: the bridge then waits for room"
        elif (limit or 0) > 0:
            yield f"drops the oldest events at {name} {limit}, also unread ones"
    if stream.max_age:
        yield f"drops events after {stream.max_age:g} s, also unread ones"
    if (stream.max_msg_size or 0) > 0:
        yield f"refuses events above {stream.max_msg_size} bytes, reported as gap"


def _covers(pattern: str, subjects: str) -> bool:
    """Whether a stream's subject accepts all of `subjects`, which end with >."""
    *have, last = pattern.split(".")
    need = subjects.split(".")
    is_shorter = last == ">" and len(have) < len(need)
    return is_shorter and all(h in ("*", n) for h, n in zip(have, need, strict=False))


def _text(exc: BaseException) -> str:
    return (str(exc) or type(exc).__name__).removeprefix("nats: ")
