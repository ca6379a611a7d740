"""Many light subscribers in a process of their own, so that the server is measured.

A subscriber is a raw socket that has sent its opening. Nothing is parsed beyond a look
for `marker` and the heads of frames: pings of WebSockets and of NATS are answered, and
messages of MQTT confirmed.
"""

import base64
import os
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import Any

RECEIVE_BYTES = 262144
PING, PONG = 0x89, 0x8A
PUBLISH_QOS_1, PUBACK = 0x32, b"\x40\x02"
BUFFER_BYTES = 65536
OPENING_SECONDS = 60
AT_ONCE = 50


class Crowd:
    """Handle of the process. Times are CLOCK_MONOTONIC, the same in all processes."""

    def __init__(self) -> None:
        self._pipe, other = Pipe()
        self._process = Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()

    def _ask(self, *question: Any) -> Any:
        self._pipe.send(question)
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def open(
        self,
        name: str,
        count: int,
        port: int,
        opening: bytes,
        answered: bytes,
        trusted: str | None = None,
    ) -> None:
        """Connect `count` sockets; each is ready once `answered` has arrived.

        `trusted`: the certificate of a TLS server on localhost.
        """
        self._ask("open", name, count, port, opening, answered, trusted)

    def stall(self, name: str) -> None:
        """From now on these sockets are not read."""
        self._ask("stall", name)

    def arm(self, name: str, marker: bytes) -> None:
        """Drain, then note when each socket first receives `marker`."""
        self._ask("arm", name, marker)

    def arrivals(self, name: str, seconds: float = 20) -> list[float]:
        """Sorted first arrivals; fewer than sockets when the time ran out."""
        found: list[float] = self._ask("arrivals", name, seconds)
        return found

    def count(
        self, port: int, opening: bytes, marker: bytes, until: int, seconds: float
    ) -> float:
        """Seconds from the first byte until so many markers came to a new socket."""
        took: float = self._ask("count", port, opening, marker, until, seconds)
        return took

    def release(self, name: str, opening: bytes) -> None:
        """Send more bytes on every socket."""
        self._ask("release", name, opening)

    def close(self, name: str) -> None:
        self._ask("close", name)

    def end(self) -> None:
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection) -> None:
    house = _House()
    while True:
        house.read_until(lambda: pipe.poll(), 0.02)
        if not pipe.poll():
            continue
        name, *values = pipe.recv()
        try:
            pipe.send(getattr(house, name)(*values))
        except Exception as exc:
            pipe.send(exc)


class _Wire:
    """Where the frames of connection socket begin, to find the pings among them."""

    def __init__(self) -> None:
        self.left = 0
        self.rest = b""

    def answers(self, data: bytes) -> list[bytes]:
        """A pong for every ping."""
        return [
            bytes([PONG, 0x80 | len(payload)]) + bytes(4) + payload
            for payload in self._pings(data)
        ]

    def _pings(self, data: bytes) -> list[bytes]:
        found = []
        data, self.rest = self.rest + data, b""
        place = min(self.left, len(data))
        self.left -= place
        while place < len(data):
            head, size = _frame_head(data[place : place + 10])
            is_ping = data[place] == PING
            if not head or (is_ping and place + head + size > len(data)):
                self.rest = data[place:]
                break
            if is_ping:
                found.append(data[place + head : place + head + size])
            end = place + head + size
            self.left, place = max(0, end - len(data)), min(end, len(data))
        return found


def _frame_head(start: bytes) -> tuple[int, int]:
    """(bytes of a server frame's head, bytes of its payload); (0, 0): not all here."""
    if len(start) < 2:
        return 0, 0
    size = start[1]
    more = {126: 2, 127: 8}.get(size, 0)
    if len(start) < 2 + more:
        return 0, 0
    return 2 + more, int.from_bytes(start[2 : 2 + more], "big") if more else size


class _MqttWire:
    """The packets of MQTT 3.1.1 on one socket."""

    def __init__(self) -> None:
        self.rest = b""

    def answers(self, data: bytes) -> list[bytes]:
        """A PUBACK for every message with QoS 1."""
        found = []
        data = self.rest + data
        while packet := _mqtt_packet(data):
            head, end = packet
            if data[0] & 0xF6 == PUBLISH_QOS_1:
                place = head + 2 + int.from_bytes(data[head : head + 2], "big")
                found.append(PUBACK + data[place : place + 2])
            data = data[end:]
        self.rest = data
        return found


class _NatsWire:
    """The lines of NATS on one socket."""

    def answers(self, data: bytes) -> list[bytes]:
        """The server pings after minutes, between messages."""
        return [b"PONG\r\n"] if data.endswith(b"PING\r\n") else []


WIRES: dict[bytes, Callable[[], Any]] = {b"GET ": _Wire, b"CONN": _NatsWire}


def _mqtt_packet(data: bytes) -> tuple[int, int] | None:
    """(where the first packet's body begins, where it ends); None: not all here."""
    size = 0
    for place, byte in enumerate(data[1:5]):
        size |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            end = place + 2 + size
            return (place + 2, end) if len(data) >= end else None
    return None


class _House:
    def __init__(self) -> None:
        self.selector = selectors.EpollSelector()
        self.groups: dict[str, list[socket.socket]] = {}
        self.marker = b""
        self.first: dict[int, float] = {}
        self.armed: set[int] = set()

    def open(
        self,
        name: str,
        count: int,
        port: int,
        opening: bytes,
        answered: bytes,
        trusted: str | None,
    ) -> None:
        group = self.groups.setdefault(name, [])
        tls = ssl.create_default_context(cafile=trusted) if trusted else None
        while len(group) < count:
            batch = [
                _knock(port, opening, tls)
                for _ in range(min(AT_ONCE, count - len(group)))
            ]
            for connection in batch:
                wire = WIRES.get(opening[:4], _MqttWire)()
                wire.answers(_enter(connection, answered))
                group.append(connection)
                self.selector.register(connection, selectors.EVENT_READ, wire)
            self.read_until(lambda: False, 0)

    def stall(self, name: str) -> None:
        for connection in self.groups[name]:
            self.selector.unregister(connection)

    def close(self, name: str) -> None:
        for connection in self.groups.pop(name):
            if connection.fileno() in self.selector.get_map():
                self.selector.unregister(connection)
            connection.close()

    def release(self, name: str, opening: bytes) -> None:
        for connection in self.groups[name]:
            connection.setblocking(True)
            connection.sendall(opening)
            connection.setblocking(False)

    def arm(self, name: str, marker: bytes) -> None:
        self.read_until(lambda: False, 0.05)
        self.marker, self.first = marker, {}
        self.armed = {connection.fileno() for connection in self.groups[name]}

    def arrivals(self, name: str, seconds: float) -> list[float]:
        count = len(self.groups[name])
        self.read_until(lambda: len(self.first) == count, seconds)
        self.armed = set()
        return sorted(self.first.values())

    def count(
        self, port: int, opening: bytes, marker: bytes, until: int, seconds: float
    ) -> float:
        began, found, tail = 0.0, 0, b""
        with _knock(port, opening, None) as connection:
            connection.settimeout(seconds)
            while found < until:
                data = connection.recv(RECEIVE_BYTES)
                if not data:
                    raise ConnectionError(f"ended after {found} of {until}")
                began = began or time.monotonic()
                found += (tail + data).count(marker)
                tail = data[-len(marker) + 1 :]
        return time.monotonic() - began

    def read_until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            for key, _ in self.selector.select(0.005):
                self._read(key.fileobj, key.data)
            if done() or time.monotonic() > deadline:
                return

    def _read(self, connection: Any, wire: Any) -> None:
        try:
            data = connection.recv(RECEIVE_BYTES)
            while isinstance(connection, ssl.SSLSocket) and connection.pending():
                data += connection.recv(RECEIVE_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ConnectionError):
            return
        now = time.monotonic()
        number = connection.fileno()
        if not data:
            self.selector.unregister(connection)
        elif number in self.armed and number not in self.first and self.marker in data:
            self.first[number] = now
        for answer in wire.answers(data):
            connection.send(answer)


def _knock(port: int, opening: bytes, tls: ssl.SSLContext | None) -> Any:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    connection.settimeout(OPENING_SECONDS)
    connection.connect(("127.0.0.1", port))
    if tls:
        connection = tls.wrap_socket(connection, server_hostname="localhost")
    connection.sendall(opening)
    return connection


def _enter(connection: Any, answered: bytes) -> bytes:
    """What came behind the head of the answer."""
    got = b""
    while answered not in got:
        data = connection.recv(65536)
        if not data:
            raise ConnectionError(f"refused: {got[:300]!r}")
        got += data
    connection.setblocking(False)
    return got.partition(b"\r\n\r\n")[2]


def websocket_opening(path: str, key: str | None = None) -> bytes:
    nonce = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {nonce}",
    ]
    if key:
        lines.append(f"X-Api-Key: {key}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
