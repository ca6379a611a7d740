"""The table `seen`: the idempotency keys of payments, kept for good."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from .statements import fetch_all


async def mark_seen(
    conn: Any, wallet_id: str, keys: Iterable[tuple[str, str, str]]
) -> None:
    rows = [
        {"wallet_id": wallet_id, "direction": d, "payment_hash": h, "status": s}
        for d, h, s in keys
    ]
    if rows:
        await conn.execute(
            text(
                "INSERT INTO payfeed.seen VALUES"
                " (:wallet_id, :direction, :payment_hash, :status)"
                " ON CONFLICT DO NOTHING"
            ),
            rows,
        )


async def get_seen(wallet_id: str) -> set[tuple[str, str, str]]:
    rows = await fetch_all(
        "SELECT direction, payment_hash, status FROM payfeed.seen"
        " WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    return {(row["direction"], row["payment_hash"], row["status"]) for row in rows}


async def count_seen() -> dict[str, tuple[int, int]]:
    rows = await fetch_all(
        "SELECT wallet_id, SUM(CASE WHEN status = 'confirmed' THEN 1 ELSE 0 END) AS ok,"
        " SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed"
        " FROM payfeed.seen GROUP BY wallet_id"
    )
    return {row["wallet_id"]: (row["ok"], row["failed"]) for row in rows}
