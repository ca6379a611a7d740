"""Where a webhook request may go. Pure; DNS is passed in.

A URL is read once, here, and the request is built from its parts and a checked address:
no other parser of URLs and no second look-up of the name can disagree.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from ...errors import Malformed

MAX_URL_LENGTH = 2048
PRIVATE_SETTINGS = (
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS (or LNbits' lnbits_callback_allow_private_ips,"
    " from LNbits 1.6.0 on) would allow it"
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# the addresses of a name, as text; [] if it has none
Resolve = Callable[[str, int], Awaitable[list[str]]]

_URL = re.compile(r"(https?)://([^/?#]+)([/?].*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@%]+))(?::([0-9]{1,5}))?", re.I)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.|\Z))+")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\#]")
_TARGET_SAFE = "%/?:@!$&'()*+,;=~-._"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Unresolved(Exception):
    """The name of the receiver has no address now."""


@dataclass(frozen=True)
class Rules:
    """What the server's operator allows.

    `origins`: LNbits' `lnbits_callback_url_rules`, regular expressions of whole
    origins; empty: every origin.
    """

    allow_http: bool = False
    allow_private_ips: bool = False
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Destination:
    """A URL that the rules allow. `port` is None if the URL names none."""

    scheme: str
    host: str
    port: int | None
    target: str

    @property
    def address(self) -> Address | None:
        """The address, if the host is not a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """The value of the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def connect_port(self) -> int:
        return self.port or _DEFAULT_PORTS[self.scheme]

    def at(self, address: str) -> httpx.URL:
        """The URL with a checked address in place of the name."""
        return httpx.URL(
            scheme=self.scheme,
            host=address,
            port=self.connect_port,
            raw_path=self.target.encode("ascii"),
        )


def parse(url: str, rules: Rules) -> Destination:
    """Read a URL. Raises Malformed; a refusal names the setting that refused."""
    if len(url) > MAX_URL_LENGTH:
        raise Malformed(f"url is limited to {MAX_URL_LENGTH} characters.")
    if _FORBIDDEN.search(url):
        raise Malformed("url must not have spaces, control characters, \\ or #.")
    match = _URL.fullmatch(url)
    if not match:
        raise Malformed("url must begin with https:// and a host.")
    scheme, authority, target = match[1].lower(), match[2], match[3] or "/"
    if "@" in authority:
        raise Malformed("url must not have a user name or password.")
    parts = _AUTHORITY.fullmatch(authority)
    if not parts:
        raise Malformed("url has no valid host and port.")
    port = int(parts[3]) if parts[3] else None
    if port is not None and not 0 < port < 65536:
        raise Malformed("url has a port that is not between 1 and 65535.")
    host = _ipv6(parts[1]) if parts[1] else _name_or_ipv4(parts[2])
    target = target if target.startswith("/") else f"/{target}"
    found = Destination(scheme, host, port, quote(target, safe=_TARGET_SAFE))
    _check_rules(found, rules)
    return found


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise Malformed("url has an invalid IPv6 address.") from None


def _name_or_ipv4(text: str) -> str:
    """A name in ASCII without a dot at its end, or four decimal numbers.

    Systems also read `127.1`, `0x7f000001` or `017700000001` as addresses: a host whose
    last part is a number has to be an ordinary IPv4 address.
    """
    try:
        host = httpx.URL(scheme="https", host=text).raw_host.decode("ascii").lower()
    except httpx.InvalidURL:
        raise Malformed("url has an invalid host.") from None
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise Malformed(
                "url has an invalid IPv4 address; write four decimal numbers."
            ) from None
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Malformed("url has an invalid host.")
    return host


def _check_rules(destination: Destination, rules: Rules) -> None:
    if destination.scheme == "http" and not rules.allow_http:
        raise Malformed(
            "http is not allowed, use https. PAYFEED_WEBHOOK_ALLOW_HTTP would allow it."
        )
    if rules.origins and not any(
        _matches(rule, destination.origin) for rule in rules.origins
    ):
        raise Malformed(
            "LNbits' setting lnbits_callback_url_rules does not allow"
            f" {destination.origin}."
        )
    if destination.address:
        _check_address(destination.address, rules)
    is_local = destination.host.rpartition(".")[2] == "localhost"
    if is_local and not rules.allow_private_ips:
        raise Malformed(f"{destination.host} is this computer. {PRIVATE_SETTINGS}.")


def _matches(rule: str, origin: str) -> bool:
    try:
        return re.fullmatch(rule, origin) is not None
    except re.error:
        return False


def _check_address(address: Address, rules: Rules) -> None:
    if not rules.allow_private_ips and not is_public(address):
        raise Malformed(f"{address} is not a public address. {PRIVATE_SETTINGS}.")


def is_public(address: Address) -> bool:
    """Global and unicast; an IPv6 form of an IPv4 address is what it stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address.is_site_local or address.teredo:
            return False
        embedded = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded:
            return is_public(embedded)
    return address.is_global and not (address.is_multicast or address.is_reserved)


async def find_addresses(
    destination: Destination, resolve: Resolve, rules: Rules
) -> list[str]:
    """The addresses of a destination, each of which may be connected to.

    A single address that is not allowed refuses all of them. Raises Malformed, or
    Unresolved.
    """
    if destination.address:
        _check_address(destination.address, rules)
        return [destination.host]
    found = await resolve(destination.host, destination.connect_port)
    if not found:
        raise Unresolved(f"{destination.host} has no address.")
    for text in found:
        _check_address(ipaddress.ip_address(text), rules)
    return found
