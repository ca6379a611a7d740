"""The table `seen`: the idempotency keys of payments, kept for good."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from ..models import PaymentKey
from ..shielded import shielded
from .statements import fetch_all, is_sqlite, rows_of, transaction


@shielded
async def mark_seen(keys: Collection[PaymentKey]) -> None:
    """Store keys; those that are known already stay."""
    if not keys:
        return
    # on SQLite, json_each in an INSERT would hold the same file under another name
    source = "VALUES (:c0, :c1, :c2, :c3)"
    bound: Any = [{f"c{n}": part for n, part in enumerate(key)} for key in keys]
    if not is_sqlite():
        source = f"SELECT c0, c1, c2, c3 FROM {rows_of('keys', 4)}"
        bound = {"keys": json.dumps(list(keys))}
    async with transaction() as conn:
        await conn.execute(
            text(
                "INSERT INTO payfeed.seen (wallet_id, direction, payment_hash, status)"
                f" {source} ON CONFLICT DO NOTHING"
            ),
            bound,
        )


async def get_unseen(keys: Collection[PaymentKey]) -> set[PaymentKey]:
    """Those of the keys that are not stored."""
    if not keys:
        return set()
    rows = await fetch_all(
        f"SELECT c0, c1, c2, c3 FROM {rows_of('keys', 4)} WHERE NOT EXISTS"
        " (SELECT 1 FROM payfeed.seen WHERE wallet_id = c0 AND direction = c1"
        " AND payment_hash = c2 AND status = c3)",
        {"keys": json.dumps(list(keys))},
    )
    return {(row["c0"], row["c1"], row["c2"], row["c3"]) for row in rows}
