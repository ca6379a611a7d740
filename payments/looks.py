"""Looks at LNbits' payments for what changed, by their times.

A short look every second, and long ones further back now and then. What no time can
find, the audit finds.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import islice

from .. import crud
from ..feed.beginnings import Beginnings
from ..feed.journal import Journal
from ..host import payments
from ..models import PaymentRow
from .reconciler import Reconciler

OVERLAP_SECONDS = 10  # a transaction commits later than it stamps its rows
AHEAD_SECONDS = 10  # clocks of several servers differ
AGAIN_PAYMENTS = 500
ROWID_OVERLAP = 100  # LNbits deletes rows; a rowid may be given out again
BACK_SECONDS = 15 * 60
FIRST_BACK_SECONDS = 3600
SLICE_SECONDS = 15
SLICE_PAYMENTS = 500
JUMP_SECONDS = 60
FAR_FUTURE = 2.0**33
SLICE_PAUSE_SECONDS = 0.01


class Looks:
    """`look` is called every second, `look_back` now and then.

    `on_jump` is called when the clock was set. `looked_at` is when the last look that
    succeeded began.
    """

    def __init__(
        self,
        journal: Journal,
        beginnings: Beginnings,
        reconciler: Reconciler,
        on_jump: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._beginnings = beginnings
        self._reconciler = reconciler
        self._on_jump = on_jump
        self._monotonic = monotonic
        self.looked_at = float(journal.now())
        self._ticks = monotonic()
        self._rowid: int | None = None  # of the last look that succeeded
        self._newest_rowid: int | None = None
        self._version: object = None
        self._has_looked_back = False
        self.scan_seconds = 0.0

    async def look(self) -> int:
        """Record what changed since the last look; returns how many payments.

        It is skipped on SQLite while nobody has written to LNbits' database and no
        payment has to be read again. `scan_seconds` is how long reading took.
        """
        started, ticks = float(self._journal.now()), self._monotonic()
        version = await crud.lnbits_version()
        if version is not None and version == self._version:
            self._move(started, ticks)
            return 0
        self._version = None
        since = min(self.looked_at, started) - OVERLAP_SECONDS
        rows = await self._changed(since, started + AHEAD_SECONDS)
        again = list(islice(self._reconciler.under_way, AGAIN_PAYMENTS))
        rows += await self._read_again(again)
        self.scan_seconds = self._monotonic() - ticks
        found = await self._take(rows, again)
        self._beginnings.has_changes |= bool(rows)
        self._move(started, ticks)
        if not rows and not again:
            self._version = version
        return found

    async def _take(self, rows: list[PaymentRow], again: list[str]) -> int:
        try:
            return await self._reconciler.take(rows)
        except Exception:
            for payment_hash in again:
                self._reconciler.read_again(payment_hash)
            raise

    def _move(self, started: float, ticks: float) -> None:
        """The next look goes on from here, or from now if the clock goes back."""
        skipped = (started - self.looked_at) - (ticks - self._ticks)
        if abs(skipped) > JUMP_SECONDS:
            self._on_jump()
        self.looked_at, self._ticks = started, ticks
        self._rowid = self._newest_rowid

    async def _changed(self, since: float, until: float) -> list[PaymentRow]:
        is_local = payments.IN_LOCAL_TIME
        if payments.MOVES_UPDATED_AT:
            # a payment that begins and ends between two looks was never under way
            rows = await crud.get_created_payments(since, until, is_local, True)
            return rows + await crud.get_changed_payments(since, until)
        if not crud.is_sqlite():
            return await crud.get_created_payments(since, until, is_local, False)
        newest = await crud.get_newest_rowid()
        after = newest if self._rowid is None else min(self._rowid, newest)
        self._newest_rowid = newest
        return await crud.get_payments_after_rowid(after - ROWID_OVERLAP)

    async def _read_again(self, hashes: list[str]) -> list[PaymentRow]:
        rows = await crud.get_payments_by_hash(hashes, payments.IN_LOCAL_TIME)
        now = self._journal.now()
        unfinished = {row.payment_hash for row in rows if payments.may_settle(row, now)}
        for payment_hash in hashes:
            if payment_hash in unfinished:
                self._reconciler.under_way.move_to_end(payment_hash)
            else:
                self._reconciler.under_way.pop(payment_hash, None)
        return rows

    async def look_back(self) -> None:
        """Look for what was stamped late or in the future: a quarter of an hour back.

        The first time an hour, or to where the process before has ended.
        """
        if not payments.MOVES_UPDATED_AT:
            return  # the audit is faster then
        now = self._journal.now()
        if self._has_looked_back:
            await self.look_from(now - BACK_SECONDS)
        else:
            ended = await self._beginnings.before_start()
            await self.look_from(min(now - FIRST_BACK_SECONDS, ended))
            self._has_looked_back = True

    async def look_from(self, since: float) -> int:
        """In slices, which hold up nothing; returns how many payments were recorded."""
        found, now, seconds = 0, self._journal.now(), float(SLICE_SECONDS)
        while since < now:
            until = since + seconds if since + seconds < now else FAR_FUTURE
            rows = await self._changed(since, until)
            found += await self._reconciler.take(rows)
            seconds *= 2 if len(rows) < SLICE_PAYMENTS else 0.5
            since = until
            await asyncio.sleep(SLICE_PAUSE_SECONDS)
        return found
