"""Opening feeds: what was final before a feed began is history, not news."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from .. import crud
from ..host import payments, wallets
from ..models import Feed, PaymentRow, Stretch
from .beginnings import Beginnings
from .feeds import new_feed

GROUP_FEEDS = 50
SLICE_PAYMENTS = 5000
SLICES_AT_ONCE = 2  # on PostgreSQL; its other connections are left to payments
FRESH_SECONDS = 15


class Opening:
    """Marks the history of wallets as seen. Only then are their feeds active.

    A crash in between leaves feeds that are not active; opening them begins again.
    `arriving` has the payment hashes on their way into the log. `on_news` is called
    with the hash of a payment that is no history. `ready` is set once it is known
    which wallets are enabled.
    """

    def __init__(
        self,
        beginnings: Beginnings,
        now: Callable[[], int],
        arriving: Collection[str],
        on_news: Callable[[str], None],
    ) -> None:
        self._beginnings = beginnings
        self._now = now
        self._arriving = arriving
        self._on_news = on_news
        self._enabled: frozenset[str] = frozenset()
        self._enabled_until = 0.0
        self._open: set[str] = set()
        self.ready = asyncio.Event()

    def remember(self, enabled: frozenset[str], active: set[str]) -> None:
        """Wallets whose owners enabled the extension, and those with active feeds."""
        self._enabled, self._open = enabled, active
        self.stay_fresh()
        self.ready.set()

    def stay_fresh(self) -> None:
        """What is remembered is still so."""
        self._enabled_until = time.monotonic() + FRESH_SECONDS

    def is_enabled(self, wallet_id: str) -> bool:
        return wallet_id in self._enabled

    def is_open(self, wallet_id: str) -> bool:
        return wallet_id in self._open

    async def is_recording(self, wallet_id: str) -> bool:
        """Has the owner enabled the extension? Then there is a feed.

        What is remembered saves queries right after a payment, when LNbits' database is
        busy.
        """
        is_fresh = time.monotonic() < self._enabled_until
        if is_fresh and self.is_enabled(wallet_id) and self.is_open(wallet_id):
            return True
        found = await wallets.find_wallets([wallet_id])
        if not any(wallet.is_enabled for wallet in found):
            return False
        await self.open(wallet_id)
        return True

    async def open(self, wallet_id: str) -> Feed:
        """The feed of a wallet whose owner has enabled the extension.

        The feed of a wallet with more payments than one slice is left to `open_all`: it
        is not active yet, but events can be appended to it and read from it.
        """
        feed = await crud.get_feed(wallet_id)
        if feed is None:
            await crud.insert_feeds([new_feed(wallet_id, self._now())])
            feed = await crud.get_feed(wallet_id)
            assert feed  # noqa: S101
        if feed.active:
            return feed
        begins_at = await self._beginnings.moment()
        stretches = await crud.get_stretches([(wallet_id, "")], SLICE_PAYMENTS)
        if stretches and stretches[0].count == SLICE_PAYMENTS:
            return feed
        await self._mark(stretches, begins_at)
        await self._activate([wallet_id])
        return replace(feed, active=True)

    async def open_all(self, wallet_ids: Iterable[str]) -> None:
        """Open feeds in groups. An error leaves the rest closed."""
        begins_at = await self._beginnings.moment()
        waiting = sorted(wallet_ids)
        for start in range(0, len(waiting), GROUP_FEEDS):
            group = waiting[start : start + GROUP_FEEDS]
            await crud.insert_feeds(
                [new_feed(wallet_id, self._now()) for wallet_id in group]
            )
            places = [(wallet_id, "") for wallet_id in group]
            while places:
                found = await crud.get_stretches(places, SLICE_PAYMENTS)
                slices = _slices(found)
                while some := list(islice(slices, SLICES_AT_ONCE)):
                    await asyncio.gather(*(self._mark(one, begins_at) for one in some))
                full = [one for one in found if one.count == SLICE_PAYMENTS]
                places = [(one.wallet_id, one.last) for one in full]
            await self._activate(group)

    async def _mark(self, stretches: list[Stretch], begins_at: int) -> None:
        """What is clearly history is marked unread; the rest is looked at."""
        which = (
            payments.stamped_before(begins_at),
            list(self._arriving),
            payments.IN_LOCAL_TIME,
        )
        await crud.mark_history(stretches, *which)
        watched_since = payments.watched_since(self._now())
        rows = await crud.get_other_payments(stretches, *which, watched_since)
        await self._mark_some(rows, begins_at)

    async def _mark_some(self, rows: Iterable[PaymentRow], begins_at: int) -> None:
        now, keys = self._now(), []
        for row in rows:
            if payments.may_settle(row, now):
                self._on_news(row.payment_hash)
            elif not payments.is_final(row):
                continue
            elif (
                payments.changed_at(row, now) < begins_at
                and row.payment_hash not in self._arriving
            ):
                keys.append(payments.payment_key(row))
            else:
                self._on_news(row.payment_hash)
        await crud.mark_seen(keys)

    async def _activate(self, wallet_ids: list[str]) -> None:
        await crud.activate_feeds(wallet_ids)
        self._open.update(wallet_ids)


def _slices(stretches: Iterable[Stretch]) -> Iterator[list[Stretch]]:
    """As many payments at a time as one stretch may have, or a few more."""
    taken: list[Stretch] = []
    for stretch in stretches:
        taken.append(stretch)
        if sum(one.count for one in taken) >= SLICE_PAYMENTS:
            yield taken
            taken = []
    if taken:
        yield taken
