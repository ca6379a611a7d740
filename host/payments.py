"""LNbits' payments in Payfeed's terms."""

import contextlib
import re
from collections.abc import Iterable
from typing import Any

from lnbits.core.models import Payment
from lnbits.db import dict_to_model
from lnbits.settings import settings

from ..models import PaymentKey, PaymentRow, SettledPayment
from .extra import external_id_of, labels_of, picked

RELEASE = tuple(map(int, re.findall(r"\d+", settings.version)[:3]))
MOVES_UPDATED_AT = RELEASE >= (1, 4, 1)  # when a payment settles
# on PostgreSQL, LNbits' times are in the time zone of its session, instead of UTC
IN_LOCAL_TIME = RELEASE < (1, 4, 0)
STAMP_SLACK_SECONDS = 60
INVOICE_SECONDS = 86400


def payment_of(record: dict[str, Any]) -> Payment:
    """LNbits' payment of a whole row; ValueError for a row that LNbits cannot read."""
    return dict_to_model(record, Payment)


def payment_key(row: PaymentRow) -> PaymentKey:
    """What identifies a payment: one event is recorded for it."""
    direction = "in" if row.amount_msat > 0 else "out"
    return row.wallet_id, direction, row.payment_hash, _status(row.status)


def is_final(row: PaymentRow) -> bool:
    """An incoming payment that failed is an invoice that nobody paid."""
    return row.status == "success" or (row.status == "failed" and row.amount_msat < 0)


def is_under_way(row: PaymentRow) -> bool:
    """Sent, and not yet final: it lowers LNbits' balance already."""
    return row.status == "pending" and row.amount_msat < 0


def may_settle(row: PaymentRow, now: int) -> bool:
    """Is it worth reading this payment again, to see it settle?

    Where LNbits stamps a settlement, a received payment is found by its stamp.
    """
    if row.status != "pending":
        return False
    is_recent = now - row.created_at < INVOICE_SECONDS
    return row.amount_msat < 0 or (is_recent and not MOVES_UPDATED_AT)


def watched_since(now: int) -> int:
    """Unpaid invoices created since then are read again: see `may_settle`."""
    return now if MOVES_UPDATED_AT else now - INVOICE_SECONDS


def stamped_before(moment: int) -> int:
    """What has no later stamp was final at `moment`: an invoice may lack its stamp."""
    return moment if MOVES_UPDATED_AT else moment - INVOICE_SECONDS


def changed_at(row: PaymentRow, now: float) -> float:
    """When LNbits changed the payment last, as well as it knows. Unix seconds.

    LNbits stamps a payment that its node renamed in the time zone of PostgreSQL's
    session. These are sent payments whose checking id is neither LNbits' own nor the
    payment hash; the reading that lies between creation and now is taken.
    """
    stamps = [row.updated_at]
    own_ids = (row.payment_hash, f"internal_{row.payment_hash}")
    if row.amount_msat < 0 and row.checking_id not in own_ids:
        stamps = [row.updated_in_zone, row.updated_at]
    first, last = row.created_at - STAMP_SLACK_SECONDS, now + STAMP_SLACK_SECONDS
    possible = [stamp for stamp in stamps if first <= stamp <= last]
    return max(row.created_at, (possible or stamps)[0])


def settled_at(row: PaymentRow, now: int) -> int:
    """When a final payment settled; `now` where LNbits does not store it."""
    return int(changed_at(row, now)) if MOVES_UPDATED_AT else now


def settled_payment(
    payment: Any, settled_at: int, extra_members: Iterable[str] = ()
) -> SettledPayment:
    """LNbits' payment with millisatoshi that are never negative.

    `extra_members`: the names of those members of its `extra` that it carries.
    """
    status = _status(payment.status)
    extra = payment.extra if isinstance(payment.extra, dict) else {}
    return SettledPayment(
        wallet_id=payment.wallet_id,
        payment_hash=payment.payment_hash,
        direction="in" if payment.amount > 0 else "out",
        status=status,
        amount_msat=abs(payment.amount),
        # a failed payment keeps LNbits' fee reserve, of which nothing was paid
        fee_msat=0 if status == "failed" else abs(payment.fee or 0),
        memo=payment.memo or "",
        settled_at=settled_at,
        tag=_text(payment.tag) or _text(extra.get("tag")) or _text(payment.extension),
        comment=_comment(extra.get("comment")),
        fiat=_fiat(extra),
        external_id=external_id_of(payment),
        labels=labels_of(payment),
        extra=picked(extra, extra_members),
    )


def _status(status: str) -> str:
    return {"success": "confirmed"}.get(str(status), str(status))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _comment(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return _text(value)


def _fiat(extra: dict[str, Any]) -> dict[str, Any] | None:
    for prefix in ("", "wallet_"):
        currency = extra.get(f"{prefix}fiat_currency")
        amount = extra.get(f"{prefix}fiat_amount")
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            if currency and amount is not None and abs(float(amount)) < 1e15:
                return {"currency": str(currency), "amount": abs(float(amount))}
    return None
