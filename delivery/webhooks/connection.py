"""An HTTP/1.1 connection that takes one request at a time, and can be kept.

The pool of httpx costs several times as much CPU as the request itself, and every event
is one. Here a request is one write, and there are no redirects, proxies or cookies.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HEAD_BYTES = 64 * 1024
BODILESS = (204, 304)
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: .*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_LENGTH = re.compile(r"[0-9]{1,18}")


class BadResponse(Exception):
    """What the receiver sent is no response of HTTP/1."""


@dataclass(frozen=True)
class Response:
    """The head of a response. `headers`: values by their name in lower case."""

    status: int
    minor_version: int
    headers: dict[str, list[str]]

    def header(self, name: str) -> str | None:
        return next(iter(self.headers.get(name, ())), None)

    @property
    def length(self) -> int | None:
        """Bytes of the body; None: it is in chunks, or ends with the connection."""
        if self.status in BODILESS:
            return 0
        values = set(self.headers.get("content-length", ()))
        if "transfer-encoding" in self.headers or len(values) != 1:
            return None
        (value,) = values
        return int(value) if _LENGTH.fullmatch(value) else None

    @property
    def is_chunked(self) -> bool:
        return self.headers.get("transfer-encoding") == ["chunked"]

    @property
    def is_last(self) -> bool:
        """Will the receiver close the connection?"""
        options = ",".join(self.headers.get("connection", ())).lower()
        return self.minor_version == 0 or "close" in options


class Connection(asyncio.Protocol):
    """`is_idle`: it is open, and its last exchange has ended."""

    def __init__(self) -> None:
        self.is_idle = True
        self._transport: Any = None
        self._received = bytearray()
        self._has_ended = False
        self._is_late = False
        self._waiter: asyncio.Future[None] | None = None

    async def request(
        self, target: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> Response:
        """POST, and wait for the head of the response.

        Raises TimeoutError, OSError, BadResponse, and ValueError if a header cannot be
        sent. Must be followed by `read`, or `close`.
        """
        if not self.is_idle:
            raise ConnectionResetError("the receiver closed the connection")
        lines = [f"POST {target} HTTP/1.1", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not all(map(str.isprintable, lines)):
            raise ValueError("a header has a control character")
        self.is_idle = False
        self._transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        with self._limited(seconds):
            response = await self._read_head()
            while 100 <= response.status < 200:  # hints before the response
                response = await self._read_head()
        return response

    async def read(self, response: Response, most_bytes: int, seconds: float) -> bytes:
        """The body of the response; what is missing of it changes nothing.

        The connection is closed unless it can take another request.
        """
        found = bytearray()
        cut = (asyncio.TimeoutError, OSError, BadResponse)
        with contextlib.suppress(*cut), self._limited(seconds):
            async for part in self._body(response):
                found += part
                if len(found) >= most_bytes:
                    break
            else:
                self.is_idle = not (
                    response.is_last or self._received or self._has_ended
                )
        if not self.is_idle:
            self.close()
        return bytes(found[:most_bytes])

    def close(self) -> None:
        self.is_idle = False
        self._transport.abort()

    async def _read_head(self) -> Response:
        line, left = await self._read_line(HEAD_BYTES)
        match = _STATUS.fullmatch(line)
        if not match:
            raise BadResponse("the answer is not HTTP/1.1")
        headers: dict[str, list[str]] = {}
        while True:
            line, left = await self._read_line(left)
            if not line:
                return Response(int(match[2]), int(match[1]), headers)
            name, _, value = line.partition(b":")
            if not _NAME.fullmatch(name):
                raise BadResponse("the answer has a line that is no header")
            values = headers.setdefault(name.decode().lower(), [])
            values.append(value.strip().decode("latin-1"))

    async def _read_line(self, most_bytes: int) -> tuple[bytes, int]:
        """(a line without its end, how many bytes are left of `most_bytes`)."""
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > most_bytes:
                break
            await self._wait()
        if not 0 <= end < most_bytes:
            raise BadResponse(
                f"the head of the answer has more than {HEAD_BYTES} bytes"
            )
        line = bytes(self._received[:end]).removesuffix(b"\r")
        del self._received[: end + 1]
        return line, most_bytes - end - 1

    async def _body(self, response: Response) -> AsyncIterator[bytes]:
        """Its parts. Raises when the connection ends before the body does."""
        if response.is_chunked and response.status not in BODILESS:
            while size := await self._read_chunk_size():
                async for part in self._read_exactly(size):
                    yield part
                await self._read_line(HEAD_BYTES)
            while (await self._read_line(HEAD_BYTES))[0]:
                pass  # trailers
        elif response.length is not None:
            async for part in self._read_exactly(response.length):
                yield part
        else:
            while True:
                yield await self._read_some(HEAD_BYTES)

    async def _read_chunk_size(self) -> int:
        match = _CHUNK.fullmatch((await self._read_line(HEAD_BYTES))[0])
        if not match:
            raise BadResponse("the answer has a chunk without a size")
        return int(match[1], 16)

    async def _read_exactly(self, size: int) -> AsyncIterator[bytes]:
        while size:
            part = await self._read_some(size)
            size -= len(part)
            yield part

    async def _read_some(self, most_bytes: int) -> bytes:
        while not self._received:
            await self._wait()
        part = bytes(self._received[:most_bytes])
        del self._received[:most_bytes]
        return part

    async def _wait(self) -> None:
        """For more bytes. Raises TimeoutError, ConnectionResetError."""
        if self._is_late:
            raise asyncio.TimeoutError
        if self._has_ended:
            raise ConnectionResetError("the receiver closed the connection")
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        """`asyncio.wait_for` would need a task for each request."""
        loop, self._is_late = asyncio.get_running_loop(), False
        timer = loop.call_later(seconds, self._on_time_over)
        try:
            yield
        finally:
            timer.cancel()

    def _on_time_over(self) -> None:
        self._is_late = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    # called by the event loop

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.is_idle:  # it would be taken for the next response
            self.close()
            return
        self._received += data
        self._wake()

    def eof_received(self) -> None:
        self._on_end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_end()

    def _on_end(self) -> None:
        self.is_idle, self._has_ended = False, True
        self._wake()
