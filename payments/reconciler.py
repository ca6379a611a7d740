"""Finds the final payments that the listener was not notified of.

Outgoing and failed payments, and those of a crash, a restart or a lost notification. A
wallet's unrecorded payments, counted as final payments less known keys, show where to
look, whatever the clocks say; the keys decide.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .. import crud
from ..errors import Locked, Unavailable
from ..feed.feeds import Feeds, final_since, key_of
from ..feed.journal import Journal
from ..host import payments
from ..metrics import Metrics
from ..models import Draft
from .drafts import Reports, draft_of

BATCH_PAYMENTS = 100

Unrecorded = tuple[int, int]  # confirmed, failed


class Reconciler:
    """`on_pending` is called with a wallet whose number of pending payments changed."""

    def __init__(
        self,
        journal: Journal,
        feeds: Feeds,
        reports: Reports,
        metrics: Metrics,
        on_pending: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._feeds = feeds
        self._reports = reports
        self._metrics = metrics
        self._on_pending = on_pending
        self._unrecorded: dict[str, Unrecorded] = {}
        self._pending: dict[str, int] = {}
        self.scan_seconds = 0.0

    async def sweep(self) -> int:
        """Record what is missing; returns how many payments.

        `scan_seconds` is how long it took to find the wallets to look at.
        """
        started, began = self._journal.now(), time.monotonic()
        enabled = frozenset(dict(await crud.get_enabled_wallets()))
        are_open = await self._follow_enablement(enabled)
        counts = await crud.count_payments()
        seen = await crud.count_seen()
        self.scan_seconds = time.monotonic() - began
        found = 0
        for wallet_id in enabled:
            confirmed, failed, pending = counts.get(wallet_id, (0, 0, 0))
            unrecorded = _less((confirmed, failed), seen.get(wallet_id, (0, 0)))
            if unrecorded != self._unrecorded.get(wallet_id):
                with self._isolated(wallet_id):
                    found += await self._reconcile(wallet_id)
            if pending != self._pending.get(wallet_id):
                self._pending[wallet_id] = pending
                self._on_pending(wallet_id)
        if are_open:
            await crud.set_state("last_sweep", started)
        self._metrics.reconciled += found
        self._feeds.remember_enabled(enabled)
        return found

    async def _follow_enablement(self, enabled: frozenset[str]) -> bool:
        """Suspend and open feeds. True if all enabled wallets have an active feed.

        Otherwise the rest begin at the same sweep the next time.
        """
        active = set()
        for feed in await crud.get_feeds():
            with self._isolated(feed.wallet_id):
                await self._journal.renew_if_past(feed)
                if feed.active and feed.wallet_id not in enabled:
                    await self._feeds.suspend(feed)
                    self._unrecorded.pop(feed.wallet_id, None)
            if feed.active:
                active.add(feed.wallet_id)
        return await self._open_feeds(enabled - active)

    async def _open_feeds(self, wallet_ids: Iterable[str]) -> bool:
        are_open = True
        for wallet_id in wallet_ids:
            is_open = False
            with self._isolated(wallet_id):
                await self._feeds.open(wallet_id)
                is_open = True
            are_open = are_open and is_open
        return are_open

    @contextlib.contextmanager
    def _isolated(self, wallet_id: str) -> Iterator[None]:
        """A failure with one wallet is logged once and does not stop the others."""
        try:
            yield
        except Exception as exc:
            self._unrecorded.pop(wallet_id, None)
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                raise
            reason = type(exc).__name__
            self._reports.warn_once(wallet_id, f"left to the next sweep: {reason}")

    async def _reconcile(self, wallet_id: str) -> int:
        seen = await crud.get_seen(wallet_id)
        rows = await crud.get_final_payments(wallet_id, payments.are_times_local())
        keyed = [(key_of(row), row) for row in rows]
        missing = [row for key, row in keyed if key not in seen]
        missing.sort(key=final_since)
        known = [status for _, _, status in seen]
        found = 0
        is_complete = True
        for start in range(0, len(missing), BATCH_PAYMENTS):
            drafts = []
            for row in missing[start : start + BATCH_PAYMENTS]:
                try:
                    drafts += await self._drafts_of(row)
                except LookupError:
                    is_complete = False
            if drafts:
                found += len(await self._journal.append(wallet_id, drafts))
            # recorded now, by this sweep or by the listener
            known += [draft.members["payment"]["status"] for draft in drafts]
        if is_complete:
            # of the rows read above: what became final since then must count as new
            final = [status for (_, _, status), _ in keyed]
            self._unrecorded[wallet_id] = _less(_count(final), _count(known))
        return found

    async def _drafts_of(self, row: Any) -> list[Draft]:
        """The row's draft, [] if it cannot be one; LookupError if the row changed."""
        try:
            payment = await payments.get_payment(row["checking_id"])
        except ValueError as exc:
            self._reports.warn_invalid(row["wallet_id"], row["payment_hash"], exc)
            return []
        if payment is None:
            raise LookupError("LNbits has just renamed this payment.")
        settled_at = payments.settlement_time(payment, self._journal.now())
        draft = draft_of(payment, settled_at, self._reports)
        return [draft] if draft else []


def _count(statuses: list[str]) -> Unrecorded:
    return statuses.count("confirmed"), statuses.count("failed")


def _less(first: Unrecorded, second: Unrecorded) -> Unrecorded:
    return first[0] - second[0], first[1] - second[1]
