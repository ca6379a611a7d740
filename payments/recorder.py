"""A settled payment becomes an event: LNbits' invoice listener ends here."""

from collections import Counter
from typing import Any

from loguru import logger

from ..background import BackgroundTasks
from ..feed.journal import Journal
from ..feed.opening import Opening
from .drafts import Reports, draft_of


class Recorder:
    """Records a payment once.

    `arriving` counts payment hashes on their way into the log: a feed that opens
    meanwhile must not mark them as history.
    """

    def __init__(
        self,
        journal: Journal,
        opening: Opening,
        arriving: Counter[str],
        reports: Reports,
        tasks: BackgroundTasks,
    ) -> None:
        self._journal = journal
        self._opening = opening
        self._arriving = arriving
        self._reports = reports
        self._tasks = tasks

    async def on_invoice_paid(self, payment: Any) -> None:
        """LNbits' listener: does not wait and does not raise.

        LNbits loses payments when a listener raises. Beyond the bound of tasks, as when
        the database hangs, reconcile finds the payments later.
        """
        if not self._tasks.is_full:
            self._tasks.spawn(self._record(payment, self._journal.now()))

    async def _record(self, payment: Any, settled_at: int) -> None:
        try:
            await self.record(payment, settled_at)
        except Exception as exc:
            reason = type(exc).__name__
            logger.warning(f"payfeed: not recorded now, reconcile will: {reason}")

    async def record(self, payment: Any, settled_at: int) -> None:
        """Append the event of a final payment, unless the log has it.

        `settled_at`: Unix seconds.
        """
        self._arriving[payment.payment_hash] += 1
        try:
            if await self._opening.is_recording(payment.wallet_id):
                await self._append(payment, settled_at)
        finally:
            self._arriving[payment.payment_hash] -= 1
            if not self._arriving[payment.payment_hash]:
                del self._arriving[payment.payment_hash]

    async def _append(self, payment: Any, settled_at: int) -> None:
        tail = await self._journal.need_tail(payment.wallet_id)
        names = tail.feed.extra_members
        draft = draft_of(payment, settled_at, names, self._reports)
        if draft:
            await self._journal.append(payment.wallet_id, [draft])
