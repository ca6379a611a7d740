"""Rows of LNbits' payments, made by hand."""

import time
from datetime import datetime, timezone
from typing import Any

from lnbits.core.models import Payment
from payfeed import crud


def at(seconds: float) -> dict[str, datetime]:
    """LNbits' times of a payment that was created and settled then."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return dict.fromkeys(("time", "created_at", "updated_at"), moment)


def row(number: int, amount: int, status: str = "success", **members: Any) -> Payment:
    """A payment that settled five seconds ago, unless `members` say otherwise."""
    return Payment(
        checking_id=f"c{number}",
        payment_hash=f"{number:064x}",
        wallet_id=members.pop("wallet_id", "w"),
        amount=amount,
        fee=0,
        bolt11="x",
        status=status,
        memo="",
        extra={},
        **at(time.time() - 5) | members,
    )


async def store(payment: Payment) -> None:
    await crud.core_db.insert("apipayments", payment)


async def lnbits_sql(statement: str) -> None:
    """As LNbits does it: on another connection than Payfeed's."""
    async with crud.core_db.connect() as connection:
        await connection.conn.exec_driver_sql(statement)
        await connection.conn.commit()


async def payfeed_sql(statement: str) -> None:
    """As another process does it, without a notification."""
    async with crud.db.connect() as connection:
        await connection.conn.exec_driver_sql(statement)
        await connection.conn.commit()
