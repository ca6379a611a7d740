"""One WebSocket to a feed: open, receive with an idle timeout, close."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.http11 import Response
from websockets.typing import Data

from .address import Address
from .clamp import parse_retry_after
from .proxy import Proxy, dial
from .version import __version__

MAX_FRAME_BYTES = 4 * 2**20
CLOSE_TIMEOUT_SECONDS = 1
PING = '{"type":"ping"}'
MIN_TIMEOUT_SECONDS = 0.001  # websockets reads 0 as no timeout

Trace = Callable[[str], None]


class FeedConnection(Protocol):
    """What a feed needs of a connection; see Connection, that of a WebSocket."""

    def poll(self) -> Data | None: ...

    async def receive(
        self, idle_seconds: float, *, is_pinging: bool = False
    ) -> Data: ...

    async def send(self, text: str) -> None: ...

    async def close(self) -> None: ...


# called with the socket's URL and the key; raises ConnectionLost
Connect = Callable[[str, str], Awaitable[FeedConnection]]


class ConnectionLost(Exception):
    """The connection failed or has ended.

    code: the WebSocket close code, or None. retry_after: seconds that an HTTP answer
    asks to wait, or None.
    """

    def __init__(
        self, reason: str, code: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


class FrameTooLarge(ConnectionLost):
    """The next frame has more than MAX_FRAME_BYTES; it was not read."""

    def __init__(self) -> None:
        super().__init__(f"a frame has more than {MAX_FRAME_BYTES} bytes", 1009)


class _Connect(connect):
    """Follows no redirects: the key must not be sent to another address."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _trace_answer(trace: Trace, answer: Response) -> None:
    trace(f"< {answer.status_code} {answer.reason_phrase}")
    _trace_headers(trace, "<", answer.headers)


def _trace_headers(trace: Trace, mark: str, headers: Headers) -> None:
    for name, value in headers.raw_items():
        trace(f"{mark} {name}: {'***' if name == 'X-Api-Key' else value}")


class Connection:
    """An open WebSocket. `trace` gets every line of handshake and traffic."""

    def __init__(self, socket: ClientConnection, trace: Trace | None) -> None:
        self._socket = socket
        self._trace = trace

    @classmethod
    async def open(
        cls,
        address: Address,
        query: dict[str, str],
        key: str,
        timeout_seconds: float,
        proxy: Proxy | None,
        tls: ssl.SSLContext | None,
        trace: Trace | None,
    ) -> "Connection":
        """Connect, directly or through `proxy`, within `timeout_seconds`.

        Raises ConnectionLost.
        """
        url = address.socket(query)
        if trace:
            by = f" through the proxy {proxy.name}" if proxy else ""
            trace(f"> GET {url}{by}")
        try:
            socket = await _open(address, url, key, timeout_seconds, proxy, tls)
        except InvalidStatus as exc:
            answer = exc.response
            if trace:
                _trace_answer(trace, answer)
            text = f"HTTP {answer.status_code} instead of 101"
            wait = parse_retry_after(answer.headers.get_all("Retry-After"))
            raise ConnectionLost(text, retry_after=wait) from exc
        except (
            TimeoutError,
            asyncio.TimeoutError,
        ) as exc:  # two classes before Python 3.11
            raise ConnectionLost(f"no answer within {timeout_seconds:g} s") from exc
        except (OSError, WebSocketException, EOFError, ValueError) as exc:
            raise ConnectionLost(str(exc) or type(exc).__name__) from exc
        if trace:
            if socket.request:
                _trace_headers(trace, ">", socket.request.headers)
            if socket.response:
                _trace_answer(trace, socket.response)
        return cls(socket, trace)

    def poll(self) -> Data | None:
        """The next frame if it has arrived already; None also if the socket closed.

        One step of `recv` without a task: frames that wait need no turn of the event
        loop.
        """
        receiving = self._socket.recv()
        try:
            receiving.send(None)
        except StopIteration as done:
            data: Data = done.value
        except ConnectionClosed:  # `receive` raises it again
            return None
        else:
            receiving.close()
            return None
        if self._trace:
            self._trace_data(data)
        return data

    async def receive(self, idle_seconds: float, *, is_pinging: bool = False) -> Data:
        """The next frame.

        is_pinging: send a ping after half of `idle_seconds`, which the server answers.

        Raises ConnectionLost when the socket closes, or when nothing arrives for
        `idle_seconds`. `wait_for` is not used: before Python 3.12 it can lose a frame
        when the caller cancels.
        """
        pinging = (
            asyncio.ensure_future(self._ping(idle_seconds / 2)) if is_pinging else None
        )
        loop = asyncio.get_running_loop()
        is_timed_out = False

        def abort() -> None:
            nonlocal is_timed_out
            is_timed_out = True
            self.abort()

        timer = loop.call_later(idle_seconds, abort)
        try:
            data = await self._socket.recv()
        except ConnectionClosed as exc:
            if is_timed_out:
                raise ConnectionLost(
                    f"nothing received for {idle_seconds:g} s"
                ) from exc
            raise self._lost(exc) from exc
        finally:
            timer.cancel()
            if pinging:
                pinging.cancel()
        if self._trace:
            self._trace_data(data)
        return data

    def _trace_data(self, data: Data) -> None:
        if self._trace:
            self._trace(f"< {data!r}" if isinstance(data, bytes) else f"< {data}")

    async def _ping(self, pause_seconds: float) -> None:
        await asyncio.sleep(pause_seconds)
        await self.send(PING)

    def _lost(self, exc: ConnectionClosed) -> ConnectionLost:
        if exc.sent and exc.sent.code == CloseCode.MESSAGE_TOO_BIG:
            return FrameTooLarge()
        if exc.rcvd is None:
            return ConnectionLost("the connection broke")
        if self._trace:
            self._trace(f"< close {exc.rcvd.code} {exc.rcvd.reason}")
        reason = exc.rcvd.reason or "the server closed the connection"
        return ConnectionLost(f"{reason} ({exc.rcvd.code})", exc.rcvd.code)

    async def send(self, text: str) -> None:
        """Best effort: if the connection has ended, `receive` raises."""
        if self._trace:
            self._trace(f"> {text}")
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(text)

    def abort(self) -> None:
        """Close without a closing handshake."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Close with a closing handshake."""
        await self._socket.close()


async def _open(
    address: Address,
    url: str,
    key: str,
    timeout_seconds: float,
    proxy: Proxy | None,
    tls: ssl.SSLContext | None,
) -> ClientConnection:
    """One timeout for TCP, the proxy and the handshake."""
    started = time.monotonic()
    sock = await asyncio.wait_for(dial(address, proxy), timeout_seconds)
    options: dict[str, Any] = {"ssl": tls} if tls and address.is_secure else {}
    left = timeout_seconds - (time.monotonic() - started)
    return await _Connect(
        url,
        sock=sock,
        additional_headers={"X-Api-Key": key},
        user_agent_header=f"lnbits-payfeed/{__version__}",
        open_timeout=max(left, MIN_TIMEOUT_SECONDS),
        close_timeout=CLOSE_TIMEOUT_SECONDS,
        max_size=MAX_FRAME_BYTES,
        ping_interval=None,
        **options,
    )
