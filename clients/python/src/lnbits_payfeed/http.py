"""HTTP requests of the client: one connection, one answer of limited size."""

import asyncio
import contextlib
import http.client
import json
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from .address import Address
from .clamp import parse_retry_after
from .connection import MAX_FRAME_BYTES, Trace
from .errors import RequestFailed
from .proxy import Proxy, dial, find_proxy
from .version import __version__

TIMEOUT_SECONDS = 10
DOWNLOAD_TIMEOUT_SECONDS = 60  # without a byte from the server
PART_BYTES = 65_536
Write = Callable[[bytes], object]
FIRST_ID = re.compile(
    rb'\s*\{\s*"events"\s*:\s*\[\s*\{\s*"type"\s*:\s*"[^"\\]*"\s*,'
    rb'\s*"id"\s*:\s*"([!-~]{1,256}?)"'
)


async def request(
    method: str,
    address: Address,
    url: str,
    key: str | None = None,
    value: Any = None,
    tls: ssl.SSLContext | None = None,
    trace: Trace | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """Send one request and return the JSON of a 2xx answer.

    value: sent as JSON with POST and PATCH. Raises RequestFailed, and BadAddress for
    the proxy.
    """
    text = await request_text(method, address, url, key, value, tls, trace, headers)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise RequestFailed(200, "the answer is not JSON") from exc


async def request_text(
    method: str,
    address: Address,
    url: str,
    key: str | None = None,
    value: Any = None,
    tls: ssl.SSLContext | None = None,
    trace: Trace | None = None,
    headers: dict[str, str] | None = None,
    timeout_seconds: float | None = None,
    most_bytes: int = MAX_FRAME_BYTES,
) -> str:
    """Like `request`; returns the text of the answer."""
    body = json.dumps(value) if method in ("POST", "PATCH") else None
    sent, proxy = _headers(key) | (headers or {}), find_proxy(address)
    if trace:
        trace(f"> {method} {url}" + ("  X-Api-Key: ***" if key else ""))
        if body:
            trace(f"> {body}")
    try:
        answer = await send(
            method,
            address,
            url,
            sent,
            body,
            proxy,
            tls,
            timeout_seconds,
            None,
            most_bytes,
        )
        text = _decode(answer.checked(), most_bytes)
    except RequestFailed as exc:
        if trace:
            trace(f"< {exc}")
        raise
    if trace:
        trace(f"< {answer.status} {text}")
    return text


async def download(
    address: Address,
    url: str,
    key: str,
    write: Write,
    tls: ssl.SSLContext | None = None,
    trace: Trace | None = None,
) -> None:
    """Pass the body of a 2xx answer of any size to `write`, in parts, in a thread.

    Raises RequestFailed, also if the answer ends early; BadAddress for the proxy; what
    `write` raises.
    """
    if trace:
        trace(f"> GET {url}  X-Api-Key: ***")
    proxy, limit = find_proxy(address), DOWNLOAD_TIMEOUT_SECONDS
    answer = await send(
        "GET", address, url, _headers(key), None, proxy, tls, limit, write
    )
    if trace:
        trace(f"< {answer.status}")
    answer.checked()


class _WriteFailed(Exception):
    """`write` raised `reason`."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


def _headers(key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"}
    return headers | {"X-Api-Key": key} if key else headers


def _decode(text: bytes, most_bytes: int) -> str:
    if len(text) > most_bytes:
        raise RequestFailed(200, "the answer is too large")
    try:
        return text.decode()
    except UnicodeDecodeError as exc:
        raise RequestFailed(200, "the answer is not JSON") from exc


async def find_too_large(
    address: Address,
    key: str,
    query: dict[str, str],
    proxy: Proxy | None,
    tls: ssl.SSLContext | None,
) -> str | None:
    """The id of the next event, or None if it is not larger than a frame may be.

    query: filters and `since`.

    Reads `GET events` with `limit=1`, up to the size of a frame. A longer answer
    contains an event that does not fit, and begins with its type and id. Raises
    RequestFailed.
    """
    url = f"{address.http}/events?{urlencode(query | {'limit': '1'})}"
    answer = await send("GET", address, url, _headers(key), None, proxy, tls)
    text = answer.checked()
    if len(text) <= MAX_FRAME_BYTES:
        return None
    match = FIRST_ID.match(text)
    if match is None:
        raise RequestFailed(200, "the answer does not begin with an event's id")
    return match[1].decode()


@dataclass(frozen=True)
class Answer:
    """text: the body, up to one byte more than a frame may have.

    reason: the server's `detail`, or else the status in words. retry_after: seconds.
    """

    status: int
    phrase: str
    text: bytes = field(repr=False)
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def reason(self) -> str:
        with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
            return str(json.loads(self.text)["detail"])
        return self.phrase

    def checked(self) -> bytes:
        """The body of a 2xx answer; raises RequestFailed for any other."""
        if not self.is_success:
            raise RequestFailed(self.status, self.reason)
        return self.text


async def send(
    method: str,
    address: Address,
    url: str,
    headers: dict[str, str],
    body: str | None,
    proxy: Proxy | None,
    tls: ssl.SSLContext | None,
    timeout_seconds: float | None = None,
    write: Write | None = None,
    most_bytes: int = MAX_FRAME_BYTES,
) -> Answer:
    """Send one request. Raises RequestFailed with status 0 if there is no answer.

    timeout_seconds: for the connection, and again for the answer; default:
    TIMEOUT_SECONDS. write: called with parts of the body of a 2xx answer, which may
    take any time as long as parts of it arrive. most_bytes: one more is read of other
    bodies. Raises what `write` raises.
    """
    limit = timeout_seconds or TIMEOUT_SECONDS
    try:
        sock = await asyncio.wait_for(dial(address, proxy), limit)
    except (TimeoutError, asyncio.TimeoutError) as exc:
        raise RequestFailed(0, f"no connection within {limit} s") from exc
    except OSError as exc:
        raise RequestFailed(0, str(exc) or type(exc).__name__) from exc
    request = _Request(
        method, address, url, headers, body, tls, limit, write, most_bytes
    )
    exchange = _Exchange(sock, request)
    try:
        running = asyncio.to_thread(exchange.run)
        return await asyncio.wait_for(running, None if write else limit)
    except _WriteFailed as exc:
        raise exc.reason from None
    except (TimeoutError, asyncio.TimeoutError) as exc:
        raise RequestFailed(0, f"no answer within {limit} s") from exc
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise RequestFailed(0, str(exc) or type(exc).__name__) from exc
    finally:
        exchange.abort()


@dataclass(frozen=True)
class _Request:
    method: str
    address: Address
    url: str
    headers: dict[str, str]
    body: str | None
    tls: ssl.SSLContext | None
    timeout_seconds: float
    write: Write | None = None
    most_bytes: int = MAX_FRAME_BYTES


class _Exchange:
    """One request on one socket; `abort` ends a `run` that waits for the server."""

    def __init__(self, sock: socket.socket, request: _Request) -> None:
        self._sock = sock
        self._request = request

    def run(self) -> Answer:
        self._sock.settimeout(self._request.timeout_seconds)
        with contextlib.closing(self._connection()) as connection:
            connection.sock = self._sock
            if isinstance(self._sock, ssl.SSLSocket):
                self._sock.do_handshake()
            return self._send(connection)

    def _connection(self) -> http.client.HTTPConnection:
        address = self._request.address
        host, port = address.ascii_host, address.port
        if not address.is_secure:
            return http.client.HTTPConnection(host, port)
        tls = self._request.tls or ssl.create_default_context()
        self._sock = tls.wrap_socket(
            self._sock, server_hostname=host, do_handshake_on_connect=False
        )
        return http.client.HTTPSConnection(host, port, context=tls)

    def _send(self, connection: http.client.HTTPConnection) -> Answer:
        """Follows no redirects: the key must not be sent to another address."""
        request, parts = self._request, urlsplit(self._request.url)
        headers = request.headers | {
            "User-Agent": f"lnbits-payfeed/{__version__}",
            "Connection": "close",
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = request.body
        content = None if body is None else body.encode("utf-8", "surrogatepass")
        connection.request(request.method, target, content, headers)
        answer = connection.getresponse()
        if request.write and 200 <= answer.status < 300:
            _copy(answer, request.write)
        text = answer.read(request.most_bytes + 1)
        retry_after = parse_retry_after(answer.headers.get_all("Retry-After") or [])
        return Answer(answer.status, answer.reason, text, retry_after)

    def abort(self) -> None:
        """End a `run` that waits in its thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _copy(answer: http.client.HTTPResponse, write: Write) -> None:
    while part := answer.read(PART_BYTES):
        try:
            write(part)
        except Exception as exc:
            raise _WriteFailed(exc) from exc
