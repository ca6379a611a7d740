"""HTTP requests of the client: one connection, one answer of limited size."""

import asyncio
import contextlib
import http.client
import json
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from .address import Address
from .connection import MAX_FRAME_BYTES, Trace
from .errors import RequestFailed
from .proxy import Proxy, dial, find_proxy
from .version import __version__

TIMEOUT_SECONDS = 10
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
) -> Any:
    """Send one request and return the answer's JSON.

    value: sent as JSON with POST. Raises RequestFailed, and BadAddress for the proxy.
    """
    body = json.dumps(value) if method == "POST" else None
    if trace:
        trace(f"> {method} {url}" + ("  X-Api-Key: ***" if key else ""))
        if body:
            trace(f"> {body}")
    try:
        proxy = find_proxy(address)
        text = await _fetch(_Request(method, address, url, key, body, tls), proxy)
        answer = _parse(text)
    except RequestFailed as exc:
        if trace:
            trace(f"< {exc}")
        raise
    if trace:
        trace(f"< 200 {json.dumps(answer)}")
    return answer


def _parse(text: bytes) -> Any:
    if len(text) > MAX_FRAME_BYTES:
        raise RequestFailed(200, "the answer is too large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
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
    text = await _fetch(_Request("GET", address, url, key, None, tls), proxy)
    if len(text) <= MAX_FRAME_BYTES:
        return None
    match = FIRST_ID.match(text)
    if match is None:
        raise RequestFailed(200, "the answer does not begin with an event's id")
    return match[1].decode()


@dataclass(frozen=True)
class _Request:
    method: str
    address: Address
    url: str
    key: str | None
    body: str | None
    tls: ssl.SSLContext | None


async def _fetch(request: _Request, proxy: Proxy | None) -> bytes:
    """The body of a 2xx answer, read up to one byte more than a frame may have."""
    try:
        sock = await asyncio.wait_for(dial(request.address, proxy), TIMEOUT_SECONDS)
    except (TimeoutError, asyncio.TimeoutError) as exc:
        raise RequestFailed(0, f"no connection within {TIMEOUT_SECONDS} s") from exc
    except OSError as exc:
        raise RequestFailed(0, str(exc) or type(exc).__name__) from exc
    exchange = _Exchange(sock, request)
    try:
        running = asyncio.to_thread(exchange.run)
        return await asyncio.wait_for(running, TIMEOUT_SECONDS)
    except (TimeoutError, asyncio.TimeoutError) as exc:
        raise RequestFailed(0, f"no answer within {TIMEOUT_SECONDS} s") from exc
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise RequestFailed(0, str(exc) or type(exc).__name__) from exc
    finally:
        exchange.abort()


class _Exchange:
    """One request on one socket; `abort` ends a `run` that waits for the server."""

    def __init__(self, sock: socket.socket, request: _Request) -> None:
        self._sock = sock
        self._request = request

    def run(self) -> bytes:
        self._sock.settimeout(TIMEOUT_SECONDS)
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

    def _send(self, connection: http.client.HTTPConnection) -> bytes:
        """Follows no redirects: the key must not be sent to another address."""
        parts = urlsplit(self._request.url)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"lnbits-payfeed/{__version__}",
            "Connection": "close",
        }
        if self._request.key:
            headers["X-Api-Key"] = self._request.key
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(self._request.method, target, self._request.body, headers)
        answer = connection.getresponse()
        text = answer.read(MAX_FRAME_BYTES + 1)
        if not 200 <= answer.status < 300:
            raise RequestFailed(answer.status, _detail(answer, text))
        return text

    def abort(self) -> None:
        """End a `run` that waits in its thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


def _detail(answer: http.client.HTTPResponse, text: bytes) -> str:
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        return str(json.loads(text)["detail"])
    return answer.reason
