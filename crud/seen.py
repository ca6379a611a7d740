"""The table `seen`: the idempotency keys of payments, kept for good."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from ..models import PaymentKey
from ..shielded import shielded
from .statements import fetch_all, is_sqlite, rows_of, transaction

INSERT = (
    "INSERT INTO payfeed.seen (wallet_id, direction, payment_hash, status)"
    " {source} ON CONFLICT DO NOTHING"
)
# SQLite: json_each in an INSERT would hold the same file under another name
INSERT_VALUES = text(INSERT.format(source="VALUES (:c0, :c1, :c2, :c3)"))
INSERT_ROWS = text(
    INSERT.format(source=f"SELECT c0, c1, c2, c3 FROM {rows_of('keys', 4)}")
    + " RETURNING wallet_id, direction, payment_hash, status"
)

# of a table with the columns `c0` to `c3`
IS_UNSEEN = (
    "NOT EXISTS (SELECT 1 FROM payfeed.seen WHERE wallet_id = c0 AND direction = c1"
    " AND payment_hash = c2 AND status = c3)"
)


def _bound(key: PaymentKey) -> dict[str, str]:
    return {f"c{n}": part for n, part in enumerate(key)}


async def insert_seen(conn: Any, keys: Collection[PaymentKey]) -> set[PaymentKey]:
    """Store keys in the transaction of `conn`; returns those that were not known."""
    if not keys:
        return set()
    if not is_sqlite():
        found = await conn.execute(INSERT_ROWS, {"keys": json.dumps(list(keys))})
        return set(map(tuple, found))
    unseen = set()
    for key in keys:
        if (await conn.execute(INSERT_VALUES, _bound(key))).rowcount:
            unseen.add(key)
    return unseen


@shielded
async def mark_seen(keys: Collection[PaymentKey]) -> None:
    """Store keys; those that are known already stay."""
    if not keys:
        return
    async with transaction() as conn:
        if is_sqlite():
            await conn.execute(INSERT_VALUES, list(map(_bound, keys)))
        else:
            await insert_seen(conn, keys)


async def get_unseen(keys: Collection[PaymentKey]) -> set[PaymentKey]:
    """Those of the keys that are not stored."""
    return await get_unseen_of(json.dumps(list(keys))) if keys else set()


async def get_unseen_of(keys: str) -> set[PaymentKey]:
    """`keys`: a JSON list of lists."""
    rows = await fetch_all(
        f"SELECT c0, c1, c2, c3 FROM {rows_of('keys', 4)} WHERE {IS_UNSEEN}",
        {"keys": keys},
    )
    return {(row["c0"], row["c1"], row["c2"], row["c3"]) for row in rows}
