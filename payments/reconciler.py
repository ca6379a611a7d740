"""Records what LNbits has and the log has not. Keys decide, not clocks."""

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .. import crud
from ..errors import Locked, Unavailable
from ..feed.journal import Journal
from ..feed.opening import Opening
from ..host import payments
from ..metrics import Metrics
from ..models import Draft, PaymentKey, PaymentRow
from .drafts import Reports, draft_of

BATCH_PAYMENTS = 100
MAX_KNOWN = 20_000
MAX_UNDER_WAY = 10_000
GRACE_SECONDS = 2
RECENT_SECONDS = 60


class Reconciler:
    """Takes rows of LNbits' payments, however they were found.

    `under_way` has the hashes of payments that have to be read again: those that are
    not final, and those that could not be recorded. `on_pending` is called with the
    wallet of an outgoing payment that has begun.
    """

    def __init__(
        self,
        journal: Journal,
        opening: Opening,
        reports: Reports,
        metrics: Metrics,
        on_pending: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._opening = opening
        self._reports = reports
        self._metrics = metrics
        self._on_pending = on_pending
        # in the log, or unfit for it: saves asking again while a look still finds them
        self._known: OrderedDict[PaymentKey, None] = OrderedDict()
        self.under_way: OrderedDict[str, None] = OrderedDict()

    async def take(self, rows: Iterable[PaymentRow]) -> int:
        """Record the final ones that the log lacks; returns how many.

        An incoming payment that has just settled is left to the listener for two
        seconds; it must be read again.
        """
        await self._opening.ready.wait()
        now = self._journal.now()
        missing: dict[PaymentKey, PaymentRow] = {}
        for row in rows:
            if not self._opening.is_enabled(row.wallet_id):
                continue
            if not payments.is_final(row):
                self._follow(row, now)
                continue
            key = payments.payment_key(row)
            if key in self._known:
                self._known.move_to_end(key)
            elif not self._is_arriving(row, now):
                missing[key] = row
        unseen = await crud.get_unseen(missing)
        self._know(
            key
            for key, row in missing.items()
            if key not in unseen and now - row.updated_at < RECENT_SECONDS
        )
        by_wallet: dict[str, list[PaymentRow]] = {}
        for key in unseen:
            by_wallet.setdefault(missing[key].wallet_id, []).append(missing[key])
        found = 0
        for wallet_id, mine in by_wallet.items():
            mine.sort(key=lambda row: payments.changed_at(row, now))
            for start in range(0, len(mine), BATCH_PAYMENTS):
                batch = mine[start : start + BATCH_PAYMENTS]
                with self._isolated(wallet_id, batch):
                    found += await self._record(wallet_id, batch)
        self._metrics.reconciled += found
        return found

    def forget(self) -> None:
        """An older log was put in place: what it lacks is recorded again."""
        self._known.clear()

    def read_again(self, payment_hash: str) -> None:
        self.under_way[payment_hash] = None
        if len(self.under_way) > MAX_UNDER_WAY:
            self.under_way.popitem(last=False)  # the audit finds it

    def _follow(self, row: PaymentRow, now: int) -> None:
        is_new = row.payment_hash not in self.under_way
        if is_new and payments.may_settle(row, now):
            self.read_again(row.payment_hash)
            if payments.is_under_way(row):
                self._on_pending(row.wallet_id)

    def _is_arriving(self, row: PaymentRow, now: int) -> bool:
        age = now - row.updated_at
        return row.amount_msat > 0 and -GRACE_SECONDS < age < GRACE_SECONDS

    def _know(self, keys: Iterable[PaymentKey]) -> None:
        for key in keys:
            self._known[key] = None
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    @contextlib.contextmanager
    def _isolated(self, wallet_id: str, rows: list[PaymentRow]) -> Iterator[None]:
        """A failure with one wallet is logged once and does not stop the others."""
        try:
            yield
        except Exception as exc:
            for row in rows:
                self.read_again(row.payment_hash)
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                raise
            reason = type(exc).__name__
            self._reports.warn_once(wallet_id, f"left to the next sweep: {reason}")

    async def _record(self, wallet_id: str, rows: list[PaymentRow]) -> int:
        if not self._opening.is_open(wallet_id):  # its history is being marked
            for row in rows:
                self.read_again(row.payment_hash)
            return 0
        checking_ids = [row.checking_id for row in rows]
        records = await crud.get_payment_records(wallet_id, checking_ids)
        names = (await self._journal.need_tail(wallet_id)).feed.extra_members
        by_id = {record["checking_id"]: record for record in records}
        drafts, done = [], []
        for row in rows:
            if row.checking_id in by_id:
                drafts += self._drafts_of(row, by_id[row.checking_id], names)
                done.append(payments.payment_key(row))
            else:  # LNbits has just renamed it
                self.read_again(row.payment_hash)
        recorded = await self._journal.append(wallet_id, drafts) if drafts else []
        self._know(done)
        return len(recorded)

    def _drafts_of(
        self, row: PaymentRow, record: dict[str, Any], extra_members: Iterable[str]
    ) -> list[Draft]:
        """The payment's draft; [] if it cannot be an event."""
        try:
            payment = payments.payment_of(record)
        except ValueError as exc:
            self._reports.warn_invalid(row.wallet_id, row.payment_hash, exc)
            return []
        settled_at = payments.settled_at(row, self._journal.now())
        draft = draft_of(payment, settled_at, extra_members, self._reports)
        return [draft] if draft else []
