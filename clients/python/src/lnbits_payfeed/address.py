"""Addresses of LNbits as users enter them, and keys, validated."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit

from .errors import BadAddress


@dataclass(frozen=True)
class Address:
    """Where a feed is.

    base: host, port and path, of LNbits up to `/payfeed`, without a scheme or a final
        slash.
    host: as entered; `ascii_host` is its IDNA form.
    """

    base: str
    host: str
    port: int
    is_secure: bool

    @property
    def http(self) -> str:
        """The base URL of the REST routes."""
        return f"{'https' if self.is_secure else 'http'}://{self.base}/api/v1"

    @property
    def ascii_host(self) -> str:
        return self.host if self.host.isascii() else self.host.encode("idna").decode()

    def socket(self, query: dict[str, str]) -> str:
        """The URL of the WebSocket."""
        start = f"{'wss' if self.is_secure else 'ws'}://{self.base}/api/v1/ws"
        return f"{start}?{urlencode(query)}" if query else start


def parse_address(url: str) -> Address:
    """LNbits' address, with or without /payfeed. It must not contain a key.

    Raises BadAddress.
    """
    parts = _split(url, ("http", "https", "ws", "wss"))
    if not parts.path.isascii() or not parts.path.isprintable() or " " in parts.path:
        raise BadAddress("the path of the address has characters that must be escaped")
    if parts.username or parts.query or parts.fragment:
        raise BadAddress(
            "the address must have no user, query or fragment; pass the key separately"
        )
    path = parts.path.rstrip("/")
    for known in ("/api/v1/ws", "/api/v1"):
        path = path.removesuffix(known)
    if "/api/v1/" in path:
        raise BadAddress("the address must not contain a key; pass the key separately")
    if not path.endswith("/payfeed"):
        path += "/payfeed"
    return _address(parts, path)


def parse_receiver(url: str) -> Address:
    """The address of a receiver of webhooks. Raises BadAddress."""
    parts = _split(url, ("http", "https"))
    if parts.username or parts.fragment:
        raise BadAddress("the address of the receiver must have no user or fragment")
    target = parts.path + parts.query
    if not target.isascii() or not target.isprintable() or " " in target:
        raise BadAddress(
            "the address of the receiver has characters that must be escaped"
        )
    return _address(parts, parts.path)


def _split(url: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL that has one of these schemes, a host and a valid port."""
    try:
        parts = urlsplit(url.strip())
        (parts.hostname or "").encode("idna")
    except ValueError as exc:
        raise BadAddress("the address has an invalid host") from exc
    if parts.scheme not in schemes:
        raise BadAddress("the address must begin with http:// or https://")
    try:
        _ = parts.port
    except ValueError as exc:
        raise BadAddress("the port is not a number") from exc
    if not parts.hostname:
        raise BadAddress("the address has no host")
    return parts


def _address(parts: SplitResult, path: str) -> Address:
    is_secure = parts.scheme in ("https", "wss")
    return Address(
        base=parts.netloc + path,
        host=str(parts.hostname),
        port=parts.port or (443 if is_secure else 80),
        is_secure=is_secure,
    )


def check_key(key: str) -> str:
    """The key unchanged; raises BadAddress if it cannot be sent in a header."""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise BadAddress(
            "the key is empty or has spaces or characters that are not ASCII"
        )
    return key
