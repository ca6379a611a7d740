"""Compares all of LNbits' payments with the log, slice by slice, without end.

It finds what no time can: a payment that settled without a stamp, an older LNbits
database put in place, a clock that was wrong. Once through after a start, it is slower.
"""

import asyncio
import time

from .. import crud
from ..feed.opening import Opening
from ..host import payments
from .reconciler import Reconciler

SLICE_PAYMENTS = 500
FAST_SHARE = 0.1  # of the time
SHARE = 0.004 if payments.MOVES_UPDATED_AT else 0.05
ROUND_PAUSE_SECONDS = 10


class Audit:
    """`rounds` counts how often it was once through, the last time at `ended_at`.

    `is_urgent`: it goes faster until it is through.
    """

    def __init__(self, opening: Opening, reconciler: Reconciler) -> None:
        self._opening = opening
        self._reconciler = reconciler
        self._place: tuple[str, str | None] = ("", "")
        self.is_urgent = True
        self.rounds = 0
        self.ended_at: float | None = None  # Unix seconds

    def hurry(self) -> None:
        """Begin again, and go faster until once through."""
        self.is_urgent, self._place = True, ("", "")

    async def run(self) -> None:
        """Without end, at its own pace."""
        while True:
            began = time.monotonic()
            share = FAST_SHARE if self.is_urgent else SHARE
            is_through = await self.step()
            took = time.monotonic() - began
            pause = took / share - took
            await asyncio.sleep(max(pause, ROUND_PAUSE_SECONDS if is_through else 0))

    async def step(self) -> bool:
        """Compare a slice; True if it was the last one."""
        place = self._place
        watched_since = payments.watched_since(int(time.time()))
        rows, last = await crud.get_unrecorded(
            place, SLICE_PAYMENTS, payments.IN_LOCAL_TIME, watched_since
        )
        await self._reconciler.take(rows)
        if place != self._place:  # begun again meanwhile
            return False
        if last is None:
            self._place, self.is_urgent = ("", ""), False
            self.rounds += 1
            self.ended_at = time.time()
            return True
        wallet_id, checking_id = last
        is_enabled = self._opening.is_enabled(wallet_id)
        self._place = (wallet_id, checking_id if is_enabled else None)
        return False
