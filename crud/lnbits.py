"""LNbits' own tables, read only."""

from typing import Any

from ..models import WalletRow
from .statements import core_db, fetch_all

FINAL = "(status = 'success' OR (status = 'failed' AND amount < 0))"


async def find_wallets(column: str, value: str, has_shares: bool) -> list[WalletRow]:
    """LNbits' wallets by `id` or by `key`, invoice or admin key; no deleted ones.

    `has_shares`: this LNbits knows shared wallets. The balance view is not read, as its
    cost grows with the number of payments.
    """
    where = {"id": "id = :value", "key": "(inkey = :value OR adminkey = :value)"}
    shares = ", shared_wallet_id, extra AS share_settings" if has_shares else ""
    rows = await fetch_all(
        f'SELECT id, "user" AS owner, inkey, adminkey{shares} FROM wallets'
        f" WHERE {where[column]} AND deleted = false",
        {"value": value},
        core_db,
    )
    return [WalletRow(**dict(row)) for row in rows]


async def is_enabled(user: str, has_activation: bool) -> bool:
    """Has this user a living account, and the extension enabled?

    `has_activation`: this LNbits can deactivate accounts.
    """
    activated = " AND a.activated = true" if has_activation else ""
    rows = await fetch_all(
        'SELECT 1 FROM accounts a JOIN extensions e ON e."user" = a.id'
        " WHERE a.id = :user AND e.extension = 'payfeed' AND e.active = true"
        + activated,
        {"user": user},
        core_db,
    )
    return bool(rows)


async def get_enabled_wallets() -> list[tuple[str, str]]:
    """(wallet id, owner) of every living wallet whose owner enabled the extension."""
    rows = await fetch_all(
        'SELECT w.id AS id, w."user" AS owner FROM wallets w'
        ' JOIN extensions e ON e."user" = w."user"'
        " WHERE e.extension = 'payfeed' AND e.active = true AND w.deleted = false",
        database=core_db,
    )
    return [(row["id"], row["owner"]) for row in rows]


async def count_payments() -> dict[str, tuple[int, int, int]]:
    """Successful, failed and pending (the last two outgoing) payments per wallet."""
    rows = await fetch_all(
        "SELECT wallet_id, SUM(CASE WHEN status = 'success' THEN 1 ELSE 0 END) AS ok,"
        " SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed,"
        " SUM(CASE WHEN status = 'pending' THEN 1 ELSE 0 END) AS pending"
        f" FROM apipayments WHERE {FINAL} OR (status = 'pending' AND amount < 0)"
        " GROUP BY wallet_id",
        database=core_db,
    )
    return {r["wallet_id"]: (r["ok"], r["failed"], r["pending"]) for r in rows}


async def get_final_payments(wallet_id: str, are_times_local: bool) -> list[Any]:
    """Id, hash, amount, status and times of a wallet's final payments."""
    times = "time, updated_at"
    if are_times_local and core_db.type == "POSTGRES":
        times = "time::timestamptz AS time, updated_at::timestamptz AS updated_at"
    return await fetch_all(
        f"SELECT wallet_id, checking_id, payment_hash, amount, status, {times}"
        f" FROM apipayments WHERE wallet_id = :wallet_id AND {FINAL}",
        {"wallet_id": wallet_id},
        core_db,
    )
