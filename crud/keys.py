"""The tables `access_keys` and `narrowed_keys`.

Version 0.1.0 reads only the first: it must not open a whole feed to a key that reads a
part.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import text

from ..models import AccessKey, NarrowedKey
from ..shielded import shielded
from .lists import among, json_list
from .statements import IN_EPOCH, execute, fetch_all, transaction

TABLES = ("payfeed.access_keys", "payfeed.narrowed_keys")
COLUMNS = (
    "id, wallet_id, key_hash, name, {scopes} AS scopes, created_at, expires_at,"
    " revoked_at, last_used_at, acked, {filter} AS event_filter, {public} AS is_public"
)
SELECT = (
    "SELECT "
    + COLUMNS.format(scopes="scopes", filter="NULL", public="false")
    + " FROM payfeed.access_keys WHERE {condition} UNION ALL SELECT "
    + COLUMNS.format(scopes="'read'", filter="event_filter", public="is_public")
    + " FROM payfeed.narrowed_keys WHERE {condition}"
)


def _key(row: Any) -> AccessKey:
    values = dict(row)
    event_filter, is_public = values.pop("event_filter"), values.pop("is_public")
    if event_filter is None:
        return AccessKey(**values)
    return NarrowedKey(**values, event_filter=event_filter, is_public=bool(is_public))


async def insert_key(key: AccessKey) -> None:
    if isinstance(key, NarrowedKey):
        sql = (
            "INSERT INTO payfeed.narrowed_keys VALUES (:id, :wallet_id, :key_hash,"
            " :name, :event_filter, :is_public, :created_at, :expires_at, :revoked_at,"
            " :last_used_at, :acked)"
        )
    else:
        sql = (
            "INSERT INTO payfeed.access_keys VALUES (:id, :wallet_id, :key_hash,"
            " :name, :scopes, :created_at, :expires_at, :revoked_at, :last_used_at,"
            " :acked)"
        )
    await execute(sql, asdict(key))


async def get_keys_by_hash(key_hashes: Collection[str]) -> list[AccessKey]:
    if not key_hashes:
        return []
    rows = await fetch_all(
        SELECT.format(condition=among("key_hash", "key_hashes")),
        {"key_hashes": json_list(key_hashes)},
    )
    return [_key(row) for row in rows]


async def get_keys(wallet_id: str) -> list[AccessKey]:
    """Oldest first."""
    rows = await fetch_all(
        SELECT.format(condition="wallet_id = :wallet_id") + " ORDER BY created_at, id",
        {"wallet_id": wallet_id},
    )
    return [_key(row) for row in rows]


async def rename_key(wallet_id: str, key_id: str, name: str) -> bool:
    return await _change(wallet_id, key_id, "name = :name", "", name=name)


async def revoke_key(wallet_id: str, key_id: str, now: int) -> bool:
    in_use = " AND revoked_at IS NULL"
    return await _change(wallet_id, key_id, "revoked_at = :now", in_use, now=now)


async def _change(
    wallet_id: str, key_id: str, change: str, condition: str, **values: Any
) -> bool:
    """False if the wallet has no such key."""
    values |= {"id": key_id, "wallet_id": wallet_id}
    for table in TABLES:
        if await execute(
            f"UPDATE {table} SET {change} WHERE id = :id"
            f" AND wallet_id = :wallet_id{condition}",
            values,
            changed=wallet_id,
        ):
            return True
    return False


@shielded
async def touch_keys(key_ids: Iterable[str], now: int) -> None:
    """Store when keys were last used, all in one transaction."""
    rows = [{"id": key_id, "now": now} for key_id in key_ids]
    async with transaction() as conn:
        for table in TABLES:
            statement = f"UPDATE {table} SET last_used_at = :now WHERE id = :id"
            await conn.execute(text(statement), rows)


async def ack(
    key_id: str, wallet_id: str, epoch: str, offset: int, is_narrowed: bool = False
) -> None:
    await execute(
        f"UPDATE {TABLES[is_narrowed]} SET acked = :offset"
        f" WHERE id = :id AND acked < :offset AND {IN_EPOCH}",
        {"id": key_id, "wallet_id": wallet_id, "epoch": epoch, "offset": offset},
    )


async def expire_keys(before: int) -> None:
    """Delete the narrowed keys that expired earlier: a shop makes one for each sale."""
    await execute(
        "DELETE FROM payfeed.narrowed_keys WHERE expires_at < :before",
        {"before": before},
    )
