"""LNbits' payments in Payfeed's terms."""

import contextlib
from datetime import datetime, timezone
from typing import Any

import lnbits.core.crud as lnbits_crud
from lnbits.core.models import Payment

from ..models import SettledPayment
from ..shielded import shielded

KEEPS_SETTLEMENT = "labels" in Payment.__fields__  # LNbits 1.4.2 and later


@shielded
async def get_payment(checking_id: str) -> Any:
    """LNbits' payment, or None. Raises ValueError for a row that LNbits cannot read."""
    return await lnbits_crud.get_payment(checking_id)


def moment(value: Any) -> float:
    """Unix seconds of LNbits' times: aware, naive (UTC) or a number."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return aware.timestamp()
    return float(value or 0)


def payment_key(amount: int, payment_hash: str, status: str) -> tuple[str, str, str]:
    """(direction, payment hash, status): what identifies a payment within a wallet."""
    final = {"success": "confirmed"}.get(str(status), str(status))
    return ("in" if amount > 0 else "out", payment_hash, final)


def settled_payment(payment: Any, settled_at: int) -> SettledPayment:
    """LNbits' payment with millisatoshi that are never negative."""
    direction, payment_hash, status = payment_key(
        payment.amount, payment.payment_hash, payment.status
    )
    extra = payment.extra if isinstance(payment.extra, dict) else {}
    return SettledPayment(
        wallet_id=payment.wallet_id,
        payment_hash=payment_hash,
        direction=direction,
        status=status,
        amount_msat=abs(payment.amount),
        # a failed payment keeps LNbits' fee reserve, of which nothing was paid
        fee_msat=0 if status == "failed" else abs(payment.fee or 0),
        memo=payment.memo or "",
        settled_at=settled_at,
        tag=_text(payment.tag) or _text(extra.get("tag")) or _text(payment.extension),
        comment=_comment(extra.get("comment")),
        fiat=_fiat(extra),
    )


def settlement_time(payment: Any, default: int) -> int:
    """`updated_at` where LNbits refreshes it on settling, else `default`."""
    return int(moment(payment.updated_at)) if KEEPS_SETTLEMENT else default


def are_times_local() -> bool:
    """Are LNbits' times on PostgreSQL in PostgreSQL's time zone, instead of UTC?"""
    return not KEEPS_SETTLEMENT


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
