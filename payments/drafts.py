"""The draft of a payment's event, if there can be one."""

from collections.abc import Iterable
from typing import Any

from loguru import logger

from ..errors import Malformed
from ..feed.protocol import dumps, payment_draft
from ..host import payments
from ..models import Draft

MAX_REPORTED = 10_000


class Reports:
    """Warnings about a wallet that are logged once, not at every sweep."""

    def __init__(self) -> None:
        self._reported: set[tuple[str, str]] = set()

    def warn_once(self, wallet_id: str, what: str) -> None:
        if (wallet_id, what) in self._reported:
            return
        if len(self._reported) >= MAX_REPORTED:
            self._reported.clear()
        self._reported.add((wallet_id, what))
        logger.warning(f"payfeed: wallet {wallet_id}: {what}")

    def warn_invalid(self, wallet_id: str, payment_hash: str, exc: Exception) -> None:
        reason = exc if isinstance(exc, Malformed) else type(exc).__name__
        self.warn_once(
            wallet_id, f"payment {payment_hash[:12]} is not a valid event: {reason}"
        )


def draft_of(
    payment: Any, settled_at: int, extra_members: Iterable[str], reports: Reports
) -> Draft | None:
    """The event of LNbits' payment; None if it is not final or cannot be one.

    `extra_members`: the feed's setting.
    """
    try:
        settled = payments.settled_payment(payment, settled_at, extra_members)
        if settled.status not in ("confirmed", "failed"):
            return None
        draft = payment_draft(settled)
        dumps(draft.members)
        return draft
    except Exception as exc:
        reports.warn_invalid(payment.wallet_id, str(payment.payment_hash), exc)
        return None
