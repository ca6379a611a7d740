"""A receiver of webhooks for tests: it records requests and answers as it is set."""

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ports import free_port

HANG_GUARD = 60


@dataclass
class Received:
    """One request. `at` is monotonic."""

    target: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def frame(self) -> Any:
        return json.loads(self.body)

    @property
    def payment_hash(self) -> str:
        return str(self.frame["payment"]["payment_hash"])


def reply(status: int, body: bytes = b"ok", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


Answer = Callable[[Received], Awaitable[bytes | None]]


class Receiver:
    """`answer` is called for each request; None closes the connection instead.

    Used as an async context manager; `stop` and `start` restart it on the same port.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self.received: list[Received] = []
        self.open = 0
        self.most_open = 0
        self._tls = tls
        self._arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.answer: Answer = self.accept

    async def accept(self, request: Received) -> bytes | None:
        return reply(200)

    def always(self, status: int, body: bytes = b"", **headers: str) -> None:
        async def answer(request: Received) -> bytes:
            return reply(status, body, **headers)

        self.answer = answer

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    async def __aenter__(self) -> "Receiver":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls
        )

    async def stop(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    async def until(self, count: int) -> list[Received]:
        """Wait until so many requests have arrived."""

        async def wait() -> None:
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()

        await asyncio.wait_for(wait(), HANG_GUARD)
        return self.received

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._connections.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass
        self._connections.discard(writer)
        writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Received(first.split(" ")[1], headers, body)
        self.received.append(request)
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self._arrived.set()
        try:
            answer = await self.answer(request)
        finally:
            self.open -= 1
        if answer is None:
            return False
        writer.write(answer)
        await writer.drain()
        return True
