"""One signed HTTP request to a checked address, and its outcome."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from ...errors import Malformed
from ...feed.protocol import signature
from ...models_webhooks import Webhook
from .connection import BadResponse, Connection, Response
from .destination import Destination, Resolve, Rules, Unresolved, find_addresses, parse

REQUEST_SECONDS = 15
CONNECT_SECONDS = 5
REPLY_SECONDS = 2  # for the body of a reply, after its status
REPLY_BYTES = 64 * 1024
SHOWN_BYTES = 512
# receivers often close an idle connection after five seconds, or two
KEEPALIVE_SECONDS = 1.5
ADDRESS_SECONDS = 10  # a checked address is used for so long


class Unconnected(Exception):
    """No address accepted a connection."""


@dataclass(frozen=True)
class Outcome:
    """`reply`: the first bytes as text. `error`: why there is no status."""

    status: int | None
    reply: str
    error: str | None
    duration_ms: int
    retry_after: str | None = None

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Checked:
    """A URL that these rules allow, and the addresses of its host."""

    url: str
    rules: Rules
    destination: Destination
    addresses: list[str]
    until: float


@dataclass(frozen=True)
class Kept:
    """A connection to an address that can be used again, `until` a monotonic time."""

    connection: Connection
    destination: Destination
    address: str
    until: float


def signed_headers(
    webhook: Webhook, event_id: str, body: str, timestamp: int
) -> dict[str, str]:
    """Headers of Standard Webhooks; during a rotation, with a signature of each."""
    secrets = [webhook.secret]
    if webhook.previous_secret and timestamp < (webhook.previous_until or 0):
        secrets.append(webhook.previous_secret)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(body, event_id, timestamp, secret) for secret in secrets
        ),
    }


class Tls:
    """The context of all requests, made when it is first needed."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None

    async def context(self) -> ssl.SSLContext:
        if self._context is None:
            # it reads hundreds of certificates
            self._context = await asyncio.to_thread(httpx.create_ssl_context)
            self._context.set_alpn_protocols(["http/1.1"])
        return self._context


class Sender:
    """Sends the requests of one endpoint; connections are kept while it is open.

    `rules` are read before every request.
    """

    def __init__(
        self, resolve: Resolve, rules: Callable[[], Rules], tls: Tls, user_agent: str
    ) -> None:
        self._resolve = resolve
        self._rules = rules
        self._tls = tls
        self._user_agent = user_agent
        self._checked: Checked | None = None
        self._kept: list[Kept] = []

    async def send(self, url: str, headers: dict[str, str], body: str) -> Outcome:
        """Never raises, except when cancelled."""
        began = time.monotonic()
        status, reply, error, wait = None, b"", None, None
        try:
            response, reply = await self._request(url, headers, body)
            status = response.status
            wait = response.header("retry-after")
        except asyncio.TimeoutError:
            error = f"no answer within {REQUEST_SECONDS} seconds"
        except Malformed as exc:
            error = exc.message
        except (Unresolved, Unconnected, BadResponse) as exc:
            error = str(exc)
        except (ValueError, OSError) as exc:
            error = _reason(exc)
        shown = reply[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "�")
        took = int((time.monotonic() - began) * 1000)
        return Outcome(status, shown, error, took, wait)

    async def _request(
        self, url: str, headers: dict[str, str], body: str
    ) -> tuple[Response, bytes]:
        until = time.monotonic() + REQUEST_SECONDS
        checked = self._known(url)
        if checked is None:
            checked = await asyncio.wait_for(self._check(url), REQUEST_SECONDS)
        kept = self._take(checked)
        if kept is None:
            left = until - time.monotonic()
            kept = await asyncio.wait_for(self._connect(checked), left)
        named = headers | {
            "host": checked.destination.authority,
            "user-agent": self._user_agent,
            "accept": "*/*",
            "accept-encoding": "identity",
        }
        connection = kept.connection
        try:
            response = await connection.request(
                checked.destination.target,
                named,
                body.encode("ascii"),
                until - time.monotonic(),
            )
            reply = await connection.read(response, REPLY_BYTES, REPLY_SECONDS)
        except BaseException:
            connection.close()
            raise
        if connection.is_idle:
            idle_until = time.monotonic() + KEEPALIVE_SECONDS
            self._kept.append(replace(kept, until=idle_until))
        return response, reply

    def _known(self, url: str) -> Checked | None:
        """What was checked a short time ago, by the rules of now."""
        known = self._checked
        if known is None or (known.url, known.rules) != (url, self._rules()):
            return None
        return known if time.monotonic() < known.until else None

    async def _check(self, url: str) -> Checked:
        """Where the request goes. Raises Malformed, Unresolved."""
        rules = self._rules()
        found = parse(url, rules)
        addresses = await find_addresses(found, self._resolve, rules)
        until = time.monotonic() + ADDRESS_SECONDS
        self._checked = Checked(url, rules, found, addresses, until)
        return self._checked

    def _take(self, checked: Checked) -> Kept | None:
        """The connection that was used last, if it goes to a checked address."""
        now = time.monotonic()
        while self._kept:
            kept = self._kept.pop()
            is_allowed = kept.address in checked.addresses
            if (
                is_allowed
                and kept.destination == checked.destination
                and kept.connection.is_idle
                and now < kept.until
            ):
                return kept
            kept.connection.close()
        return None

    async def _connect(self, checked: Checked) -> Kept:
        """To the first address that answers. Raises Unconnected, OSError."""
        to = checked.destination
        tls: dict[str, Any] = {}
        if to.scheme == "https":
            tls = {"ssl": await self._tls.context(), "server_hostname": to.host}
        failure: Exception = Unconnected(f"{to.host} has no address.")
        for address in checked.addresses:
            connecting = asyncio.get_running_loop().create_connection(
                Connection, address, to.connect_port, **tls
            )
            try:
                _, connection = await asyncio.wait_for(connecting, CONNECT_SECONDS)
                return Kept(connection, to, address, 0)
            except asyncio.TimeoutError:
                failure = Unconnected(f"no connection within {CONNECT_SECONDS} seconds")
            except OSError as exc:
                failure = exc
        self._checked = None
        raise failure

    async def close(self) -> None:
        while self._kept:
            self._kept.pop().connection.close()


def _reason(exc: Exception) -> str:
    text = str(exc).partition("\n")[0] or type(exc).__name__
    return text.replace("\0", "")[:200]
