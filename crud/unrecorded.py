"""Payments of LNbits that the log lacks, in the order of LNbits' unique index.

The databases compare: few rows become objects of Python.
"""

from typing import Any

from ..models import PaymentRow
from .lnbits import (
    FINAL,
    KEY,
    get_payments_by_hash,
    payment_row,
    select_payments,
    where_final,
)
from .seen import IS_UNSEEN, get_unseen_of
from .statements import core_db, fetch_all, is_sqlite

Place = tuple[str, str | None]  # a wallet and a checking id; None: the wallet's end

COLUMNS = (
    f"{KEY}, wallet_id, checking_id, payment_hash, amount, status, time, updated_at"
)


async def get_unrecorded(
    place: Place, limit: int, in_local_time: bool, watched_since: int
) -> tuple[list[PaymentRow], Place | None]:
    """Of the next payments: those to be recorded or watched, and the last one's place.

    No place at the end. What LNbits adds meanwhile is met again.
    """
    wallet_id, checking_id = place
    values: dict[str, Any] = {"wallet_id": wallet_id, "limit": limit}
    after = "wallet_id > :wallet_id"
    if checking_id is not None:
        after = "(wallet_id, checking_id) > (:wallet_id, :checking_id)"
        values["checking_id"] = checking_id
    order = "ORDER BY wallet_id, checking_id"
    following = (
        f"(SELECT {COLUMNS} FROM apipayments WHERE {after} {order} LIMIT :limit)"
        " AS following"
    )

    async def fetch(sql: str, **more: Any) -> list[Any]:
        return await fetch_all(sql, values | more, core_db)

    # Payfeed's table is in another file on SQLite
    condition, rows = IS_UNSEEN, []
    if is_sqlite():
        condition = "1 = 0"
        key = "json_array(c0, c1, c2, c3)"
        found = await fetch(
            f"SELECT json_group_array({key}) AS keys FROM {following} WHERE {FINAL}"
        )
        unseen = await get_unseen_of(found[0]["keys"])
        hashes = {payment_hash for _, _, payment_hash, _ in unseen}
        rows = await get_payments_by_hash(hashes, in_local_time)
    where = where_final(condition, in_local_time)
    found = await fetch(
        select_payments(where, in_local_time, following), watched_since=watched_since
    )
    rows += map(payment_row, found)
    last = await fetch(
        f"SELECT wallet_id, checking_id FROM {following} {order}"
        " LIMIT 1 OFFSET :limit - 1"
    )
    return rows, (last[0]["wallet_id"], last[0]["checking_id"]) if last else None
