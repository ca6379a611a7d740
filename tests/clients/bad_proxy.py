"""Misconfigured reverse proxies between a client and a real LNbits."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

UPGRADE = re.compile(rb"(?im)^(upgrade|connection):.*\r\n")
COMPRESSION = re.compile(rb"(?im)^sec-websocket-extensions:.*\r\n")


class NotHttp(Exception):
    """The connection ended, or it began with a TLS handshake."""


async def request_head(reader: asyncio.StreamReader) -> bytes:
    """A request up to the empty line. Raises NotHttp."""
    try:
        if (first := await reader.readexactly(1)) == b"\x16":
            raise NotHttp
        return first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        raise NotHttp from exc


class BadProxy:
    """`fault`: none; no-upgrade: does not forward Upgrade; idle: closes a WebSocket
    after a second without traffic; down: 502; elsewhere: a redirect; password: 401;
    no-events, busy-events: 404, 503 for GET events; nonsense-feed, nonsense-test: null
    for these routes with a key; buffers, buffers-later, buffers-last: forwards nothing
    of a WebSocket, nothing after hello, nothing after a test event."""

    def __init__(self, port: int, fault: str) -> None:
        self.port = port
        self.fault = fault
        self.tasks: set[asyncio.Task[None]] = set()

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        with contextlib.suppress(OSError, NotHttp):
            head = await request_head(reader)
            answers = {
                "down": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
                "elsewhere": b"HTTP/1.1 301 Moved\r\nLocation: https://localhost/\r\n"
                b"Content-Length: 0\r\n\r\n",
                "password": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
                b'WWW-Authenticate: Basic realm="proxy"\r\n\r\n',
            }
            for_events = {
                "no-events": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "busy-events": b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            }
            if b"/api/v1/events?" in head:
                answers |= for_events
            route = head.split(b" ")[1].decode().rpartition("/")[2]
            if b"x-api-key:" in head.lower():
                null = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"
                answers[f"nonsense-{route}"] = null
            if self.fault in answers:
                writer.write(answers[self.fault])
                await writer.drain()
            else:
                await self.forward(head, reader, writer)
        writer.close()

    async def forward(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        is_socket = b"upgrade: websocket" in head.lower()
        if self.fault == "no-upgrade":
            head = UPGRADE.sub(b"", head)
        if self.fault == "no-upgrade" or not is_socket:
            head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        head = COMPRESSION.sub(b"", head)
        inner, outer = await asyncio.open_connection("127.0.0.1", self.port)
        outer.write(head)
        up = asyncio.create_task(self.pump(reader, outer))
        try:
            await self.down(inner, writer, is_socket)
        finally:
            up.cancel()
            outer.close()

    async def pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def down(
        self,
        inner: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        is_socket: bool,
    ) -> None:
        """Forward what the server sends, with faults of WebSockets."""
        is_holding = False
        while True:
            try:
                idle = 1 if is_socket and self.fault == "idle" else None
                data = await asyncio.wait_for(inner.read(65536), idle)
            except asyncio.TimeoutError:
                return
            if not data:
                return
            if is_holding:
                continue
            if is_socket and self.fault == "buffers":
                data, is_holding = data[: data.index(b"\r\n\r\n") + 4], True
            if is_socket and self.fault == "buffers-later":
                is_holding = b'"hello"' in data
            if is_socket and self.fault == "buffers-last":
                is_holding = b'"type":"test"' in data
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def bad_proxy(
    port: int, fault: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Yields the proxy's port."""
    proxy = BadProxy(port, fault)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in proxy.tasks:
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
