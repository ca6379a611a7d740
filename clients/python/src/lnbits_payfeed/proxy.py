"""TCP connections to the server: direct, or through the proxy of the environment.

The WebSocket, HTTP requests and the doctor all connect with `dial`.
"""

import asyncio
import base64
import socket
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from .address import Address
from .errors import BadAddress
from .extras import missing_extra

MAX_ANSWER_BYTES = 16384
# python-socks' name of the scheme, and whether the proxy resolves the server's name
SOCKS = {
    "socks": ("SOCKS5", True),
    "socks5h": ("SOCKS5", True),
    "socks5": ("SOCKS5", False),
    "socks4a": ("SOCKS4", True),
    "socks4": ("SOCKS4", False),
}


@dataclass(frozen=True)
class Proxy:
    """A proxy. `variable` is the environment variable that names it."""

    variable: str
    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


class ProxyFailed(OSError):
    """The proxy answers, but does not connect to the server."""


class ProxyNeedsPassword(ProxyFailed):
    """The proxy asks for a user and a password, or refuses the given ones."""


def find_proxy(address: Address) -> Proxy | None:
    """The proxy for this address, or None.

    Reads `https_proxy` or `http_proxy`, depending on the scheme of the address, else
    `socks_proxy`, else `all_proxy`; `no_proxy` lists hosts without one. Raises
    BadAddress if the proxy cannot be used.
    """
    proxies = urllib.request.getproxies()
    scheme = "https" if address.is_secure else "http"
    chosen = next((n for n in (scheme, "socks", "all") if n in proxies), None)
    if chosen is None or urllib.request.proxy_bypass(_authority(address)):
        return None
    return parse_proxy(f"{chosen}_proxy", proxies[chosen])


def parse_proxy(variable: str, url: str) -> Proxy:
    """The proxy at `url`; without a scheme it is an HTTP proxy.

    Raises BadAddress, whose message never contains the password.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise BadAddress(f"the proxy in {variable} is not a valid address") from exc
    if not host:
        raise BadAddress(f"the proxy in {variable} has no host")
    scheme = parts.scheme
    if variable == "socks_proxy" and scheme == "http":  # as macOS writes it
        scheme = "socks5h"
    if scheme != "http" and scheme not in SOCKS:
        supported = ", ".join(["http", *SOCKS])
        raise BadAddress(
            f"the proxy in {variable} has the scheme {scheme!r};"
            f" supported are {supported}"
        )
    if scheme in SOCKS:
        _import_socks()
    return Proxy(
        variable,
        scheme,
        host,
        port or (80 if scheme == "http" else 1080),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _import_socks() -> Any:
    try:
        import python_socks.async_.asyncio
    except ImportError as exc:
        raise BadAddress(missing_extra("a SOCKS proxy", "socks")) from exc
    return python_socks


async def dial(address: Address, proxy: Proxy | None) -> socket.socket:
    """A connected, non-blocking socket.

    Raises OSError; ProxyFailed if the proxy answers but does not connect. There is no
    timeout: the caller sets one.
    """
    if proxy is None:
        return await _connect(address.host, address.port)
    if proxy.scheme in SOCKS:
        return await _connect_by_socks(address, proxy)
    return await _connect_by_http(address, proxy)


async def _connect(host: str, port: int) -> socket.socket:
    """Connect to the first of the host's addresses that accepts the connection."""
    loop = asyncio.get_running_loop()
    failure: OSError = OSError(f"{host} has no address")
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
        except OSError as exc:
            sock.close()
            failure = exc
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


async def _connect_by_http(address: Address, proxy: Proxy) -> socket.socket:
    """Connect with the method CONNECT, also for addresses without TLS."""
    sock = await _connect(proxy.host, proxy.port)
    try:
        await _open_tunnel(sock, address, proxy)
    except BaseException:
        sock.close()
        raise
    return sock


async def _open_tunnel(sock: socket.socket, address: Address, proxy: Proxy) -> None:
    loop, target = asyncio.get_running_loop(), _authority(address)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username is not None:
        login = f"{proxy.username}:{proxy.password or ''}".encode()
        token = base64.b64encode(login).decode()
        lines.append(f"Proxy-Authorization: Basic {token}")
    await loop.sock_sendall(sock, "\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        data = await loop.sock_recv(sock, 4096)
        answer += data
        if not data or len(answer) > MAX_ANSWER_BYTES:
            raise ProxyFailed(f"the proxy {proxy.name} did not answer with HTTP")
    version, _, rest = answer.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    if not version.startswith("HTTP/1."):
        raise ProxyFailed(f"the proxy {proxy.name} did not answer with HTTP")
    if rest[:3] == "407":
        raise ProxyNeedsPassword(f"the proxy {proxy.name} asks for a password (407)")
    if rest[:1] != "2":
        raise ProxyFailed(f"the proxy {proxy.name} answers {rest[:80]}")


async def _connect_by_socks(address: Address, proxy: Proxy) -> socket.socket:
    socks = _import_socks()
    kind, resolves = SOCKS[proxy.scheme]
    connector = socks.async_.asyncio.Proxy(
        socks.ProxyType[kind],
        proxy.host,
        proxy.port,
        proxy.username,
        proxy.password,
        resolves,
    )
    try:
        sock: socket.socket = await connector.connect(address.ascii_host, address.port)
    except (socks.ProxyError, ValueError) as exc:
        if "auth" in str(exc).lower():
            text = f"the proxy {proxy.name} asks for a password ({exc})"
            raise ProxyNeedsPassword(text) from exc
        raise ProxyFailed(f"the proxy {proxy.name} answers {exc}") from exc
    return sock


def _authority(address: Address) -> str:
    host = address.ascii_host
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
