"""`payfeed doctor`: check every step from the host's name to the first event."""

import asyncio
import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from .address import Address, parse_address
from .connection import Connection, ConnectionLost, Trace
from .errors import InvalidFrame, RequestFailed
from .events import Connected, Event
from .feed import IDLE_HEARTBEATS
from .frames import ErrorFrame, Frame, Heartbeat, parse_frame
from .http import request
from .proxy import ProxyFailed, ProxyNeedsPassword, dial, find_proxy

ANSWER_SECONDS = 10
UPGRADE_FIX = (
    "The proxy must forward Upgrade and Connection. For nginx: proxy_http_version 1.1;"
    ' proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
)
LATE_HEARTBEATS = 1.5  # intervals without a heartbeat, after which it is delayed
BUFFER_FIX = "Turn off the proxy's buffering (nginx: proxy_buffering off;)."
IDLE_FIX = (
    "Set the proxy's idle timeout above the heartbeat (nginx: proxy_read_timeout)"
    " or lower PAYFEED_HEARTBEAT_SECONDS."
)
STOPPED_FIX = (
    "LNbits (or its proxy) is stopped or stuck: check its process, read its log, and"
    " restart it."
)


class Fault(Exception):
    """The fault of a step, and how to fix it."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class Finding(NamedTuple):
    """What a step found; `fix` is how to fix a fault, and None without one."""

    step: str
    text: str
    fix: str | None = None


class Doctor:
    """Checks a server.

    is_full: wait for a heartbeat too. report: called with the finding of every step.
    say: called with a line before a long step.

    Steps pass on `connection` and `hello` to the steps after them.
    """

    def __init__(
        self,
        url: str,
        key: str,
        tls: ssl.SSLContext | None,
        trace: Trace | None,
        report: Callable[[Finding], None],
        say: Callable[[str], None],
        is_full: bool = False,
    ) -> None:
        self.address: Address = parse_address(url)
        self.proxy = find_proxy(self.address)
        self.key = key
        self.tls = tls
        self.trace = trace
        self.report = report
        self.say = say
        self.is_full = is_full
        self.connection: Connection | None = None
        self.hello: Connected | None = None

    async def examine(self) -> bool:
        """Whether all steps succeed; stops at the first fault."""
        steps: dict[str, Callable[[], Awaitable[str]]] = {
            "name": self.name,
            "port": self.port,
            "tls": self.certificate,
            "http": self.lnbits,
            "payfeed": self.installed,
            "key": self.right_key,
            "upgrade": self.upgrade,
            "hello": self.greeting,
            "message": self.message,
            "heartbeat": self.heartbeat,
        }
        try:
            for name, step in steps.items():
                try:
                    self.report(Finding(name, await step()))
                except Fault as fault:
                    self.report(Finding(name, fault.problem, fault.fix))
                    return False
            return True
        finally:
            if self.connection:
                await self.connection.close()

    async def name(self) -> str:
        """The proxy's name if there is a proxy, which resolves the server's name."""
        loop = asyncio.get_running_loop()
        host = self.proxy.host if self.proxy else self.address.host
        try:
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise Fault(
                f"the name {host} cannot be resolved",
                "Check the spelling, the DNS entry and this machine's name server.",
            ) from exc
        kind = "the proxy " if self.proxy else ""
        addresses = sorted({str(address[0]) for *_, address in found})
        return f"{kind}{host} is {', '.join(addresses)}"

    async def port(self) -> str:
        host, port = self.address.host, self.address.port
        if self.proxy:
            host, port = self.proxy.host, self.proxy.port
        try:
            (await self._reach()).close()
        except ConnectionRefusedError as exc:
            raise Fault(
                f"{host} refuses port {port}: nothing listens there",
                f"Correct {self.proxy.variable}, or start the proxy."
                if self.proxy
                else "Start LNbits (or its proxy), and check its port and its network"
                " interface.",
            ) from exc
        except ProxyNeedsPassword as exc:
            raise Fault(
                str(exc),
                "Put user and password into the environment variable that names the"
                " proxy: http_proxy=http://user:password@host:port, for example.",
            ) from exc
        except ProxyFailed as exc:
            raise Fault(
                str(exc),
                "Allow the proxy to connect to that port, or exempt the host in"
                " no_proxy.",
            ) from exc
        except (OSError, asyncio.TimeoutError) as exc:
            raise Fault(
                f"port {port} of {host} does not answer",
                "Check the firewall and the route to that machine.",
            ) from exc
        by = f", through the proxy {self.proxy.name}" if self.proxy else ""
        return f"{self.address.port} is open{by}"

    async def certificate(self) -> str:
        if not self.address.is_secure:
            return "not used: this is safe on this machine or a private network only"
        try:
            await self._shake_hands(self.tls or ssl.create_default_context())
        except (TimeoutError, asyncio.TimeoutError) as exc:
            raise Fault(
                f"port {self.address.port} is open, but does not answer within"
                f" {ANSWER_SECONDS} s",
                STOPPED_FIX,
            ) from exc
        except ssl.SSLCertVerificationError as exc:
            raise Fault(
                f"the certificate is not valid: {exc.verify_message}",
                "Renew it; it must name this host. For a private certificate authority"
                " use --ca.",
            ) from exc
        except OSError as exc:
            raise Fault(
                f"port {self.address.port} does not speak TLS ({exc})",
                "Use http:// for this port, or the port of the TLS proxy.",
            ) from exc
        return "the certificate is valid"

    async def _reach(self) -> socket.socket:
        return await asyncio.wait_for(dial(self.address, self.proxy), ANSWER_SECONDS)

    async def _shake_hands(self, tls: ssl.SSLContext) -> None:
        opening = asyncio.open_connection(
            sock=await self._reach(), ssl=tls, server_hostname=self.address.ascii_host
        )
        _, writer = await asyncio.wait_for(opening, ANSWER_SECONDS)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _get(self, url: str, key: str | None = None) -> Any:
        return await self._request("GET", url, key)

    async def _request(self, method: str, url: str, key: str | None) -> Any:
        """Raises RequestFailed if the answer is an error, Fault without an answer."""
        try:
            return await request(
                method, self.address, url, key, tls=self.tls, trace=self.trace
            )
        except RequestFailed as exc:
            if exc.status == 0:
                raise await self._unanswered(exc) from exc
            raise

    async def _unanswered(self, exc: RequestFailed) -> Fault:
        cause = exc.__cause__
        if isinstance(cause, TimeoutError | asyncio.TimeoutError):
            problem = f"port {self.address.port} is open, but there is {exc.detail}"
            return Fault(problem, STOPPED_FIX)
        if await self._speaks_tls():
            return self._needs_https()
        if isinstance(cause, http.client.HTTPException) and not isinstance(
            cause, http.client.RemoteDisconnected
        ):
            return Fault(
                f"the answer is not HTTP: {exc.detail}",
                "Check host and port: another program listens there.",
            )
        return Fault(
            f"the connection ended without an answer: {exc.detail}",
            "Check that it is LNbits' port. Read the logs of LNbits and its proxy.",
        )

    async def _speaks_tls(self) -> bool:
        """Whether an http:// address needs https://, with any certificate."""
        if self.address.is_secure:
            return False
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        try:
            await self._shake_hands(tls)
        except (OSError, asyncio.TimeoutError):
            return False
        return True

    def _needs_https(self) -> Fault:
        return Fault(
            f"port {self.address.port} speaks TLS, but the address begins with http://",
            "Use https:// in the address.",
        )

    async def lnbits(self) -> str:
        url = self.address.http.removesuffix("/payfeed/api/v1") + "/api/v1/health"
        try:
            answer = await self._get(url)
        except RequestFailed as exc:
            if await self._speaks_tls():  # nginx answers 400
                raise self._needs_https() from exc
            if exc.status in (401, 407):
                raise Fault(
                    f"a proxy before LNbits asks for a password (HTTP {exc.status})",
                    "Payfeed checks its own keys: exempt /payfeed/api/ and"
                    " /api/v1/health from the password (nginx: auth_basic off; in a"
                    " location for each).",
                ) from exc
            if 300 <= exc.status < 400:
                raise Fault(
                    f"the server redirects to another address (HTTP {exc.status})",
                    "Use the address that it redirects to, usually https:// instead of"
                    " http://. A new LNbits redirects to its first installation:"
                    " complete it in a browser.",
                ) from exc
            if exc.status in (502, 503, 504):
                raise Fault(
                    f"the proxy does not reach LNbits (HTTP {exc.status})",
                    "Start LNbits, and check its port in the proxy's configuration.",
                ) from exc
            raise Fault(
                f"this is not LNbits: {exc} for /api/v1/health",
                "Check host, port and path: it must be LNbits' own address.",
            ) from exc
        if not isinstance(answer, dict):
            raise self._nonsense("/api/v1/health")
        return "LNbits answers"

    def _nonsense(self, route: str) -> Fault:
        return Fault(
            f"the answer to {route} makes no sense",
            "Check host, port and path: another program answers instead of LNbits.",
        )

    async def installed(self) -> str:
        """Without a key, Payfeed answers 401; without Payfeed, LNbits answers 404."""
        try:
            await self._get(f"{self.address.http}/feed")
        except RequestFailed as exc:
            if exc.status == 401:
                return "the extension is installed"
            if exc.status == 404:
                raise Fault(
                    "the extension is not installed, or it is deactivated",
                    "An administrator installs and activates Payfeed in LNbits under"
                    " Extensions.",
                ) from exc
            raise self._unexpected(exc) from exc
        raise Fault(
            "Payfeed answers without a key", "Configure the proxy not to add a key."
        )

    async def right_key(self) -> str:
        try:
            feed = await self._get(f"{self.address.http}/feed", self.key)
        except RequestFailed as exc:
            if exc.status in (401, 404):
                raise Fault(
                    "the key is not known to this LNbits",
                    "Copy the wallet's invoice key, or create an access key on"
                    " Payfeed's page; check that it belongs to this LNbits.",
                ) from exc
            if exc.status == 403 and "not enabled" in exc.detail:
                raise Fault(
                    "the extension is not enabled for the owner of this wallet",
                    "The owner enables Payfeed in LNbits under Extensions.",
                ) from exc
            if exc.status == 403:
                if await self._reads_events():
                    return "opens the events that its filter accepts"
                raise Fault(exc.detail, "Create a new access key.") from exc
            raise self._unexpected(exc) from exc
        if not isinstance(feed, dict) or not {"wallet_id", "events"} <= feed.keys():
            raise self._nonsense("/payfeed/api/v1/feed")
        if "secret" in feed:
            raise Fault(
                "this is the wallet's admin key, which can spend its money",
                "Use the invoice key or an access key.",
            )
        return f"opens wallet {feed['wallet_id']}, {feed['events']} events stored"

    async def _reads_events(self) -> bool:
        """Also a key that does not open the whole feed."""
        try:
            await self._get(f"{self.address.http}/events?limit=1", self.key)
        except RequestFailed:
            return False
        return True

    def _unexpected(self, exc: RequestFailed) -> Fault:
        if exc.status == 429:
            return Fault("too many requests", "Wait a minute and try again.")
        return Fault(f"an unexpected answer: {exc}", "Read LNbits' log.")

    async def upgrade(self) -> str:
        try:
            self.connection = await Connection.open(
                self.address,
                {},
                self.key,
                ANSWER_SECONDS,
                self.proxy,
                self.tls,
                self.trace,
            )
        except ConnectionLost as exc:
            raise Fault(
                f"no WebSocket: {exc.reason}, although HTTP works", UPGRADE_FIX
            ) from exc
        return "the WebSocket opens (101)"

    async def _next(self, seconds: float) -> Frame | None:
        """The next frame; None for a malformed one.

        Raises ConnectionLost, also for an `error` frame.
        """
        if self.connection is None:
            raise ConnectionLost("there is no connection")
        try:
            frame = parse_frame(await self.connection.receive(seconds))
        except InvalidFrame:
            return None
        if isinstance(frame, ErrorFrame):
            raise ConnectionLost(f"{frame.message} ({frame.code})", frame.code)
        return frame

    async def greeting(self) -> str:
        started = time.monotonic()
        try:
            frame = await self._next(ANSWER_SECONDS)
        except ConnectionLost as exc:
            if exc.code:
                raise Fault(
                    f"the server refuses the connection: {exc.reason}",
                    "See docs/troubleshooting.md for this close code.",
                ) from exc
            raise Fault(
                f"the WebSocket opens, then nothing arrives: {exc.reason}",
                BUFFER_FIX,
            ) from exc
        if not isinstance(frame, Connected):
            raise Fault(
                "the first frame is not hello", "Check that this is Payfeed's address."
            )
        self.hello = frame
        return f"after {_ms(started)}, head {frame.head}"

    async def message(self) -> str:
        """Send a test event and wait for it, if the key has the scope `notify`."""
        started = time.monotonic()
        url = f"{self.address.http}/test"
        try:
            sent = await self._request("POST", url, self.key)
        except RequestFailed as exc:
            if exc.status == 403:
                return "skipped: the key does not have the scope notify"
            raise self._unexpected(exc) from exc
        if not isinstance(sent, dict) or "id" not in sent:
            raise self._nonsense("/payfeed/api/v1/test")
        deadline = started + ANSWER_SECONDS
        try:
            while True:
                frame = await self._next(max(0.1, deadline - time.monotonic()))
                if isinstance(frame, Event) and frame.id == sent["id"]:
                    return f"test event {frame.id} arrived after {_ms(started)}"
        except ConnectionLost as exc:
            raise Fault(
                f"test event {sent['id']} was recorded but did not arrive:"
                f" {exc.reason}",
                BUFFER_FIX + " Several LNbits processes must share one PostgreSQL.",
            ) from exc

    async def heartbeat(self) -> str:
        """Wait for a heartbeat; a busy feed sends none, as its events replace them."""
        if not self.is_full:
            return "skipped: --full waits for it"
        seconds = self.hello.heartbeat_seconds if self.hello else 20
        limit = seconds * IDLE_HEARTBEATS
        self.say(f"waiting up to {limit:g} s for a heartbeat")
        started = received = time.monotonic()
        try:
            while received - started < limit:
                frame = await self._next(limit)
                received = time.monotonic()
                if isinstance(frame, Heartbeat):
                    return (
                        f"after {received - started:.1f} s; idle connections stay open"
                    )
        except ConnectionLost as exc:
            after = time.monotonic() - received
            if exc.code:
                raise Fault(
                    f"the server closed the connection: {exc.reason}",
                    "Run the doctor again; see docs/troubleshooting.md for this code.",
                ) from exc
            if after < seconds * LATE_HEARTBEATS:
                raise Fault(
                    f"the idle connection was closed after {after:.1f} s: {exc.reason}",
                    IDLE_FIX,
                ) from exc
            raise Fault(
                f"no heartbeat within {after:.1f} s: the connection is dead or delayed",
                BUFFER_FIX,
            ) from exc
        return "none is needed: the feed is busy"


def _ms(started: float) -> str:
    return f"{(time.monotonic() - started) * 1000:.0f} ms"
