"""One signed HTTP request to a checked address, and its outcome."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ...errors import Malformed
from ...feed.protocol import signatures
from ...feed.secrets import valid_secrets
from ...models_webhooks import Webhook
from .destination import Destination, Resolve, Rules, Unresolved, find_addresses, parse

REQUEST_SECONDS = 15
CONNECT_SECONDS = 5
REPLY_SECONDS = 2  # for the body of a reply, after its status
REPLY_BYTES = 64 * 1024
SHOWN_BYTES = 512
# receivers often close an idle connection after five seconds, or two
KEEPALIVE_SECONDS = 1.5
ADDRESS_SECONDS = 10  # a checked address is used for so long
LIMITS = httpx.Limits(max_connections=8, keepalive_expiry=KEEPALIVE_SECONDS)


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
    """A URL that these rules allow: its destination, with addresses in its place."""

    url: str
    rules: Rules
    destination: Destination
    urls: list[httpx.URL]
    until: float


def signed_headers(
    webhook: Webhook, event_id: str, body: str, timestamp: int
) -> dict[str, str]:
    """Headers of Standard Webhooks; during a rotation, with a signature of each."""
    secrets = valid_secrets(webhook, timestamp)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(body, event_id, timestamp, secrets),
    }


class Tls:
    """The context of all requests, made when it is first needed."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None

    async def context(self) -> ssl.SSLContext:
        if self._context is None:
            # it reads hundreds of certificates
            self._context = await asyncio.to_thread(httpx.create_ssl_context)
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
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._checked: Checked | None = None

    async def send(self, url: str, headers: dict[str, str], body: str) -> Outcome:
        """Never raises, except when cancelled."""
        began = time.monotonic()
        status, reply, error, wait = None, b"", None, None
        try:
            response = await asyncio.wait_for(
                self._request(url, headers, body), REQUEST_SECONDS
            )
            status, wait = response.status_code, response.headers.get("retry-after")
            reply = await _read(response)
        except asyncio.TimeoutError:
            error = f"no answer within {REQUEST_SECONDS} seconds"
        except httpx.ConnectTimeout:
            error = f"no connection within {CONNECT_SECONDS} seconds"
        except Malformed as exc:
            error = exc.message
        except Unresolved as exc:
            error = str(exc)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as exc:
            error = _reason(exc)
        shown = reply[:SHOWN_BYTES].decode("utf-8", "replace").replace("\0", "�")
        took = int((time.monotonic() - began) * 1000)
        return Outcome(status, shown, error, took, wait)

    async def _request(
        self, url: str, headers: dict[str, str], body: str
    ) -> httpx.Response:
        checked = await self._check(url)
        if self._transport is None:
            # a client would log the URL, and follow redirects and proxies
            self._transport = httpx.AsyncHTTPTransport(
                verify=await self._tls.context(), limits=LIMITS, trust_env=False
            )
        headers = headers | {
            "host": checked.destination.authority,
            "user-agent": self._user_agent,
            "accept": "*/*",
            "accept-encoding": "identity",
        }
        extensions = {
            "sni_hostname": checked.destination.host,
            "timeout": {"connect": CONNECT_SECONDS},
        }
        content = body.encode("ascii")
        failure: httpx.HTTPError | None = None
        for address in checked.urls:
            request = httpx.Request(
                "POST", address, headers=headers, content=content, extensions=extensions
            )
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                failure = exc
        self._checked = None
        raise failure or Unresolved(f"{checked.destination.host} has no address.")

    async def _check(self, url: str) -> Checked:
        """Where the request goes. Raises Malformed, Unresolved."""
        rules, now = self._rules(), time.monotonic()
        known = self._checked
        if known and (known.url, known.rules) == (url, rules) and now < known.until:
            return known
        found = parse(url, rules)
        addresses = await find_addresses(found, self._resolve, rules)
        urls = [found.at(address) for address in addresses]
        until = now + ADDRESS_SECONDS
        self._checked = Checked(url, rules, found, urls, until)
        return self._checked

    async def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport:
            await transport.aclose()


async def _read(response: httpx.Response) -> bytes:
    """At most REPLY_BYTES; what is missing of a reply changes nothing."""
    reply = bytearray()

    async def read() -> None:
        async for chunk in response.aiter_raw():
            reply.extend(chunk)
            if len(reply) >= REPLY_BYTES:
                return

    try:
        with contextlib.suppress(httpx.HTTPError, asyncio.TimeoutError):
            await asyncio.wait_for(read(), REPLY_SECONDS)
    finally:
        await response.aclose()
    return bytes(reply)


def _reason(exc: Exception) -> str:
    text = str(exc).partition("\n")[0] or type(exc).__name__
    return text.replace("\0", "")[:200]
