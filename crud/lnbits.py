"""LNbits' own tables, read only."""

from ..models import WalletRow
from .statements import core_db, fetch_all


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
