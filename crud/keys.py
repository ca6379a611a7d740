"""The table `access_keys`."""

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import text

from ..models import AccessKey
from ..shielded import shielded
from .lists import among, json_list
from .statements import IN_EPOCH, execute, fetch_all, transaction


async def insert_key(key: AccessKey) -> None:
    await execute(
        "INSERT INTO payfeed.access_keys VALUES (:id, :wallet_id, :key_hash, :name,"
        " :scopes, :created_at, :expires_at, :revoked_at, :last_used_at, :acked)",
        asdict(key),
    )


async def get_keys_by_hash(key_hashes: Collection[str]) -> list[AccessKey]:
    if not key_hashes:
        return []
    rows = await fetch_all(
        f"SELECT * FROM payfeed.access_keys WHERE {among('key_hash', 'key_hashes')}",
        {"key_hashes": json_list(key_hashes)},
    )
    return [AccessKey(**dict(row)) for row in rows]


async def get_keys(wallet_id: str) -> list[AccessKey]:
    rows = await fetch_all(
        "SELECT * FROM payfeed.access_keys WHERE wallet_id = :wallet_id"
        " ORDER BY created_at, id",
        {"wallet_id": wallet_id},
    )
    return [AccessKey(**dict(row)) for row in rows]


async def revoke_key(wallet_id: str, key_id: str, now: int) -> bool:
    return bool(
        await execute(
            "UPDATE payfeed.access_keys SET revoked_at = :now WHERE id = :id"
            " AND wallet_id = :wallet_id AND revoked_at IS NULL",
            {"id": key_id, "wallet_id": wallet_id, "now": now},
            changed=wallet_id,
        )
    )


@shielded
async def touch_keys(key_ids: Iterable[str], now: int) -> None:
    """Store when keys were last used, all in one transaction."""
    async with transaction() as conn:
        await conn.execute(
            text("UPDATE payfeed.access_keys SET last_used_at = :now WHERE id = :id"),
            [{"id": key_id, "now": now} for key_id in key_ids],
        )


async def ack(key_id: str, wallet_id: str, epoch: str, offset: int) -> None:
    await execute(
        "UPDATE payfeed.access_keys SET acked = :offset"
        f" WHERE id = :id AND acked < :offset AND {IN_EPOCH}",
        {"id": key_id, "wallet_id": wallet_id, "epoch": epoch, "offset": offset},
    )
