"""The connected readers: admission, heartbeats, slow readers, shutdown.

Every reader that waits is a subscriber: WebSocket, event stream, long poll.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from ..access.authenticator import Authenticator, Credentials
from ..access.limits import TokenBuckets, network_of
from ..errors import (
    Forbidden,
    PayfeedError,
    RateLimited,
    Restarting,
    TooSlow,
)
from ..feed.journal import Journal
from ..feed.protocol import parse_filter
from ..host.settings import Settings
from ..metrics import Metrics
from ..models import Access, Filter
from .balance import Balances
from .position import resolve_position
from .subscription import Subscription

SHUTDOWN_GRACE_SECONDS = 1.5
FULL_RETRY_SECONDS = 30
RECHECKED_KEYS = 500  # in one slice
WOKEN_TOGETHER = 20
WAKING_SECONDS = 0.9


class Subscribers:
    """The subscriptions of this process, by wallet."""

    def __init__(
        self,
        journal: Journal,
        authenticator: Authenticator,
        balances: Balances,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        self._journal = journal
        self._authenticator = authenticator
        self._balances = balances
        self._metrics = metrics
        self._most_per_wallet = settings.max_subscribers_per_wallet
        self._send_timeout_seconds = settings.send_timeout_seconds
        self.heartbeat_seconds = settings.heartbeat_seconds
        self._connects = TokenBuckets(settings.connects_per_minute)
        self._by_wallet: dict[str, set[Subscription]] = {}
        self._revoked_key_ids: set[str] = set()
        self.is_stopping = False

    def __iter__(self) -> Iterator[Subscription]:
        for subscriptions in list(self._by_wallet.values()):
            yield from list(subscriptions)

    def count(self, wallet_id: str) -> int:
        return len(self._by_wallet.get(wallet_id, ()))

    @asynccontextmanager
    async def subscribe(
        self, credentials: Credentials, query: Mapping[str, str], since: str | None
    ) -> AsyncIterator[Subscription]:
        """Admit a connection and start it at `since`; it ends with the block.

        Raises, in this order: Unauthorized, UnknownWallet, RateLimited or Forbidden for
        the key; RateLimited for too many connections; Malformed for the query;
        Forbidden for the scope; Restarting; RateLimited for too many subscribers;
        Malformed for `since`.
        """
        access = await self._authenticator.authenticate(credentials)
        name = f"{access.key_hash} {network_of(credentials.address)}"
        self._connects.take(name, "connections")
        subscription = await self.prepare(
            access, parse_filter(query), credentials.address, since
        )
        acked = await self._authenticator.acked(access)
        with self.registered(subscription):
            since = subscription.since
            position = await resolve_position(subscription.tail, since, acked)
            subscription.start(position, acked)
            self._metrics.replays += since is not None
            if "balance" in access.scopes:
                self._balances.request(access.wallet_id, has_changed=False)
            yield subscription

    async def prepare(
        self,
        access: Access,
        event_filter: Filter,
        address: str,
        since: str | None,
        heartbeat_seconds: int | None = None,
    ) -> Subscription:
        """A subscription to what this key may read, not registered yet.

        Every request that reads events passes here. A long poll passes a heartbeat
        beyond its own time, as none may be due. Raises Forbidden for the scope.
        """
        event_filter = access.narrow(event_filter)
        since = event_filter.since_or_default(since)
        tail = await self._journal.current_tail(access.wallet_id, since)
        is_stream = heartbeat_seconds is None
        has_balance = is_stream and "balance" in access.scopes
        return Subscription(
            self._journal,
            tail,
            access,
            event_filter,
            address,
            heartbeat_seconds or self.heartbeat_seconds,
            self._balances.of(access.wallet_id) if has_balance else None,
            since,
        )

    @contextmanager
    def registered(self, subscription: Subscription) -> Iterator[None]:
        """Count and supervise a subscription while the block runs."""
        if self.is_stopping:
            raise Restarting("The server restarts.")
        if subscription.access.access_key_id in self._revoked_key_ids:
            raise Forbidden("This access key is revoked.")
        wallet_id = subscription.wallet_id
        known = self._by_wallet.setdefault(wallet_id, set())
        if len(known) >= self._most_per_wallet:
            raise RateLimited(
                "This wallet has too many subscribers.", retry_after=FULL_RETRY_SECONDS
            )
        known.add(subscription)
        subscription.tail.readers += 1
        try:
            yield
        finally:
            known.discard(subscription)
            subscription.tail.readers -= 1
            if not known and self._by_wallet.get(wallet_id) is known:
                del self._by_wallet[wallet_id]

    def tick(self) -> None:
        """Once a second: due heartbeats, expired keys, stalled writes."""
        now, date = time.monotonic(), self._journal.now()
        idle = []
        for subscription in self:
            if subscription.is_stalled(now, self._send_timeout_seconds):
                subscription.abort(TooSlow("One frame could not be sent in time."))
            elif subscription.has_expired(date):
                subscription.close(Forbidden("This access key has expired."))
            elif subscription.is_idle(now):
                idle.append(subscription)
        _wake_spread(idle)

    async def recheck(self, wallet_id: str | None = None) -> None:
        """Close subscriptions whose key, wallet, account or enablement has ended.

        The others follow a changed name. Of one wallet, or of all; in slices that cost
        a few queries each.
        """
        found = self if wallet_id is None else self._by_wallet.get(wallet_id, ())
        by_key: dict[str, list[Subscription]] = {}
        for subscription in list(found):
            by_key.setdefault(subscription.access.key_hash, []).append(subscription)
        keys = list(by_key)
        for start in range(0, len(keys), RECHECKED_KEYS):
            checked = keys[start : start + RECHECKED_KEYS]
            accesses = [by_key[key][0].access for key in checked]
            for key, again in (await self._authenticator.open_again(accesses)).items():
                for subscription in by_key[key]:
                    if isinstance(again, PayfeedError):
                        subscription.close(Forbidden(again.message))
                    else:
                        subscription.access = again
            await asyncio.sleep(0)

    def close_wallet(self, wallet_id: str, reason: PayfeedError) -> None:
        for subscription in list(self._by_wallet.get(wallet_id, ())):
            subscription.close(reason)

    def close_key(self, key_id: str, reason: PayfeedError) -> None:
        """End what a revoked key opened, and what it is opening."""
        self._revoked_key_ids.add(key_id)
        for subscription in self:
            if subscription.access.access_key_id == key_id:
                subscription.close(reason)

    def close_inkey(self, wallet_id: str, reason: PayfeedError) -> None:
        """End what the invoice keys of a wallet opened, shares included."""
        for subscription in list(self._by_wallet.get(wallet_id, ())):
            access = subscription.access
            if access.access_key_id is None and not access.is_admin:
                subscription.close(reason)

    def close_all(self) -> None:
        """End every subscription with 1012; peers that do not read are aborted."""
        if self.is_stopping:
            return
        self.is_stopping = True
        for subscription in self:
            subscription.close(Restarting("The server restarts."))
        loop = asyncio.get_running_loop()
        loop.call_later(SHUTDOWN_GRACE_SECONDS, self._abort_all)

    def _abort_all(self) -> None:
        for subscription in self:
            subscription.abort(Restarting("The server restarts."))

    def describe(self, wallet_id: str) -> list[dict[str, Any]]:
        """The subscribers of a wallet in this process, for `GET subscribers`."""
        found = self._by_wallet.get(wallet_id, ())
        return [
            {
                "name": subscription.access.name,
                "key_id": subscription.access.access_key_id,
                "since": subscription.connected_at,
                "address": subscription.address,
                "last_id": subscription.cursor,
                "acked": subscription.tail.id_of(subscription.acked)
                if subscription.acked is not None
                else None,
                "lag": subscription.lag,
            }
            for subscription in sorted(found, key=lambda known: known.connected_at)
        ]

    @property
    def largest_lag(self) -> int:
        return max((subscription.lag for subscription in self), default=0)


def _wake_spread(subscriptions: list[Subscription]) -> None:
    """Wake them within the next second, a few at a time: payments go in between."""
    loop = asyncio.get_running_loop()
    for start in range(0, len(subscriptions), WOKEN_TOGETHER):
        few = subscriptions[start : start + WOKEN_TOGETHER]
        loop.call_later(start / len(subscriptions) * WAKING_SECONDS, _wake, few)


def _wake(subscriptions: list[Subscription]) -> None:
    for subscription in subscriptions:
        subscription.wake()
