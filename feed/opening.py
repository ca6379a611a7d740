"""Opening feeds: what was final before a feed began is history, not news."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from .. import crud
from ..host import payments, wallets
from ..models import Feed, PaymentRow
from .beginnings import Beginnings
from .feeds import new_feed

GROUP_FEEDS = 50
SLICE_PAYMENTS = 1000
FRESH_SECONDS = 15


class Opening:
    """Marks the history of wallets as seen. Only then are their feeds active.

    A crash in between leaves feeds that are not active; opening them begins again.
    `is_arriving`: is this payment hash on its way into the log? `on_news` is called
    with the hash of a payment that is no history. `ready` is set once it is known
    which wallets are enabled.
    """

    def __init__(
        self,
        beginnings: Beginnings,
        now: Callable[[], int],
        is_arriving: Callable[[str], bool],
        on_news: Callable[[str], None],
    ) -> None:
        self._beginnings = beginnings
        self._now = now
        self._is_arriving = is_arriving
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
        rows = await self._slice(wallet_id, "")
        if len(rows) == SLICE_PAYMENTS:
            return feed
        await self._mark(rows, begins_at)
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
            marks: list[PaymentRow] = []
            for wallet_id in group:
                last = ""
                while rows := await self._slice(wallet_id, last):
                    marks += rows
                    last = rows[-1].checking_id
                    if len(marks) >= SLICE_PAYMENTS:
                        await self._mark(marks, begins_at)
                        marks = []
                    if len(rows) < SLICE_PAYMENTS:
                        break
                await asyncio.sleep(0)
            await self._mark(marks, begins_at)
            await self._activate(group)

    async def _slice(self, wallet_id: str, last: str) -> list[PaymentRow]:
        return await crud.get_wallet_payments(
            wallet_id, last, SLICE_PAYMENTS, payments.IN_LOCAL_TIME
        )

    async def _mark(self, rows: Collection[PaymentRow], begins_at: int) -> None:
        now, keys = self._now(), []
        for row in rows:
            if payments.may_settle(row, now):
                self._on_news(row.payment_hash)
            elif not payments.is_final(row):
                continue
            elif payments.changed_at(row, now) < begins_at and not self._is_arriving(
                row.payment_hash
            ):
                keys.append(payments.payment_key(row))
            else:
                self._on_news(row.payment_hash)
        await crud.mark_seen(keys)

    async def _activate(self, wallet_ids: list[str]) -> None:
        await crud.activate_feeds(wallet_ids)
        self._open.update(wallet_ids)
