"""Send events to a receiver of webhooks, as the server's webhooks do."""

import asyncio
import contextlib
import ipaddress
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import asdict

from .address import Address, parse_receiver
from .backoff import Backoff
from .errors import BadAddress, GaveUp, RequestFailed
from .events import Event, Gap
from .frames import Signer, body_of
from .http import Answer, send
from .proxy import Proxy, find_proxy

ANSWER_SECONDS = 15
BACKOFF_BASE_SECONDS, BACKOFF_CAP_SECONDS = 0.5, 30


class Forwarder:
    """Signed requests to one receiver, with the headers of Standard Webhooks.

    secret: `whsec_…`. say: called with a line for every attempt. max_attempts: failures
    in a row before GaveUp; None: no limit. Raises BadAddress.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        say: Callable[[str], None],
        *,
        max_attempts: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address, self._url = parse_receiver(url), url.strip()
        self._proxy = _find_proxy(self._address)
        self._signer = Signer(secret)
        if max_attempts is not None and max_attempts < 1:
            raise BadAddress("max_attempts must be at least 1")
        self._say = say
        self._max_attempts = max_attempts
        self._tls = tls
        self._backoff = Backoff(BACKOFF_BASE_SECONDS, BACKOFF_CAP_SECONDS)
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `forward` when it would pause next, or now if it does."""
        self._stopping.set()

    async def forward(self, item: Event | Gap) -> bool:
        """Send until the receiver answers with 2xx; False if `stop` ended that.

        Raises GaveUp.
        """
        if isinstance(item, Gap):
            gap = json.dumps({"type": "gap"} | asdict(item), separators=(",", ":"))
            return await self._deliver(f"gap-{item.since}", gap)
        return await self._deliver(item.id, body_of(item.text))

    async def _deliver(self, event_id: str, body: str) -> bool:
        while True:
            retry_after = None
            try:
                answer = await self.attempt(event_id, body)
            except RequestFailed as exc:
                problem = exc.detail
            else:
                if answer.is_success:
                    self._backoff.reset()
                    self._say(f"{event_id} forwarded: {answer.status}")
                    return True
                problem = f"{answer.status} {answer.phrase}"
                retry_after = answer.retry_after
            if not await self._pause(
                f"{event_id} not forwarded: {problem}", retry_after
            ):
                return False

    async def attempt(self, event_id: str, body: str) -> Answer:
        """Send one request. Raises RequestFailed if there is no answer."""
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now),
            "webhook-signature": self._signer.signature(body, event_id, now),
        }
        return await send(
            "POST",
            self._address,
            self._url,
            headers,
            body,
            self._proxy,
            self._tls,
            ANSWER_SECONDS,
        )

    async def _pause(self, problem: str, retry_after: float | None) -> bool:
        """False if `stop` ended the pause. Raises GaveUp."""
        self._backoff.fail()
        failures = self._backoff.failures
        if self._max_attempts and failures >= self._max_attempts:
            raise GaveUp(failures, problem)
        pause = self._backoff.pause(retry_after)
        self._say(f"{problem}; next attempt in {pause:.1f} s")
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)
        return not self._stopping.is_set()


def _find_proxy(address: Address) -> Proxy | None:
    """The proxy of the environment, except for receivers on this machine."""
    is_local = address.host == "localhost"
    with contextlib.suppress(ValueError):
        is_local = is_local or ipaddress.ip_address(address.host).is_loopback
    return None if is_local else find_proxy(address)
