"""An HTTP/1.1 connection that takes one request at a time, and can be kept.

A client's pool costs several times as much as the request itself, and every event is
one. Here a request is one write, and there are no redirects, proxies or cookies.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import h11


class Connection(asyncio.Protocol):
    """`is_idle`: it is open, and its last exchange has ended."""

    def __init__(self) -> None:
        self.is_idle = True
        self._http = h11.Connection(h11.CLIENT)
        self._transport: Any = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_late = False

    async def request(
        self, target: str, headers: list[tuple[str, str]], body: bytes, seconds: float
    ) -> h11.Response:
        """POST, and wait for the head of the response.

        Raises TimeoutError, OSError, and h11.RemoteProtocolError if what comes is no
        response. Must be followed by `read`, or `close`.
        """
        if not self.is_idle:
            raise ConnectionResetError("the receiver closed the connection")
        self.is_idle = False
        length = ("content-length", str(len(body)))
        events = (
            h11.Request(method="POST", target=target, headers=[*headers, length]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        self._transport.write(
            b"".join(self._http.send(event) or b"" for event in events)
        )
        with self._limited(seconds):
            while True:
                event = await self._next_event()
                if isinstance(event, h11.Response):
                    return event

    async def read(self, most_bytes: int, seconds: float) -> bytes:
        """The body of the response; what is missing of it changes nothing.

        The connection is closed unless it can take another request.
        """
        found = bytearray()
        cut = (asyncio.TimeoutError, h11.RemoteProtocolError)
        with contextlib.suppress(*cut), self._limited(seconds):
            while len(found) < most_bytes:
                event = await self._next_event()
                if isinstance(event, h11.EndOfMessage):
                    self._end_exchange()
                    return bytes(found)
                found += event.data
        self.close()
        return bytes(found[:most_bytes])

    def _end_exchange(self) -> None:
        states = {self._http.our_state, self._http.their_state}
        rest, has_ended = self._http.trailing_data
        if states != {h11.DONE} or rest or has_ended:
            self.close()
            return
        self._http.start_next_cycle()
        self.is_idle = True

    def close(self) -> None:
        self.is_idle = False
        self._transport.abort()

    async def _next_event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._is_late:
                raise asyncio.TimeoutError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return event

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
        self._http.receive_data(data)
        self._wake()

    def eof_received(self) -> None:
        self._on_end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_end()

    def _on_end(self) -> None:
        self.is_idle = False
        self._http.receive_data(b"")
        self._wake()
