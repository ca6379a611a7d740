"""LNbits' wallets, their owners' accounts and the enablement, read only.

`has_shares`, `has_activation`: this LNbits knows shared wallets, and can deactivate
accounts. Only `get_balances` has a cost that grows with the number of payments.
"""

from collections.abc import Collection
from typing import Any

from lnbits.db import POSTGRES

from ..models import WalletRow
from .lists import among, json_list
from .statements import core_db, fetch_all, fetch_tuples


async def get_wallets(
    ids: Collection[str], has_shares: bool, has_activation: bool
) -> list[WalletRow]:
    """The wallets with these ids; no deleted ones."""
    if not ids:
        return []
    values = {"ids": json_list(ids)}
    return await _fetch(among("w.id", "ids"), values, has_shares, has_activation)


async def get_wallets_by_key(
    key: str, has_shares: bool, has_activation: bool
) -> list[WalletRow]:
    """The wallets with this invoice or admin key; no deleted ones."""
    where = "(w.inkey = :key OR w.adminkey = :key)"
    return await _fetch(where, {"key": key}, has_shares, has_activation)


async def _fetch(
    where: str, values: dict[str, Any], has_shares: bool, has_activation: bool
) -> list[WalletRow]:
    shares = ", w.shared_wallet_id, w.extra AS share_settings" if has_shares else ""
    activated = " AND a.activated = true" if has_activation else ""
    enabled = (
        'SELECT 1 FROM accounts a JOIN extensions e ON e."user" = a.id'
        ' WHERE a.id = w."user" AND e.active = true'
        f" AND e.extension = 'payfeed'{activated}"
    )
    # not `deleted = false`: SQLite would use LNbits' index on it and read all wallets
    rows = await fetch_all(
        f'SELECT w.id, w."user" AS owner, w.inkey, w.adminkey{shares},'
        f" EXISTS ({enabled}) AS is_enabled FROM wallets w"
        f" WHERE {where} AND NOT w.deleted",
        values,
        core_db,
    )
    # SQLite has numbers for booleans
    return [WalletRow(**{**row, "is_enabled": bool(row["is_enabled"])}) for row in rows]


async def get_balances(wallet_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """(balance in millisatoshi, invoice key) by wallet id; no deleted wallets.

    SQLite computes LNbits' whole view for any wallet, so a join does it once for all.
    PostgreSQL computes the balance of one wallet if it is selected for that wallet.
    """
    balance, view = "b.balance", "LEFT JOIN balances b ON b.wallet_id = w.id"
    if core_db.type == POSTGRES:
        balance = "(SELECT b.balance FROM balances b WHERE b.wallet_id = w.id)"
        view = ""
    rows = await fetch_all(
        f"SELECT w.id, w.inkey, COALESCE({balance}, 0) AS msat FROM wallets w {view}"
        f" WHERE {among('w.id', 'ids')} AND NOT w.deleted",
        {"ids": json_list(wallet_ids)},
        core_db,
    )
    return {row["id"]: (int(row["msat"]), row["inkey"]) for row in rows}


ENABLED = (
    'SELECT id, "user" FROM wallets WHERE NOT deleted'
    ' AND "user" IN (SELECT "user" FROM extensions'
    " WHERE extension = 'payfeed' AND active = true)"
)


async def get_enabled_wallets() -> list[tuple[str, str]]:
    """(wallet id, owner) of every living wallet whose owner enabled the extension."""
    rows = await fetch_tuples(ENABLED, database=core_db)
    return [(wallet_id, owner) for wallet_id, owner in rows]
