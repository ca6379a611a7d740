"""The table `webhooks`: endpoints, their cursors and leases."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from lnbits.db import POSTGRES
from sqlalchemy import text

from ..models_webhooks import Delivery, Webhook, Work
from ..shielded import shielded
from .feeds import lock_feed
from .statements import db, fetch_all, notify_others, transaction

COLUMNS = tuple(field.name for field in fields(Webhook))
WEBHOOK = ", ".join(COLUMNS)
DELIVERY = ", ".join(field.name for field in fields(Delivery))
# PostgreSQL's clock: those of several computers may differ
NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)"


def bound(names: str) -> str:
    return ", ".join(f":{name}" for name in names.split(", "))


def webhook_of(row: Any) -> Webhook:
    values = {name: row[name] for name in COLUMNS}
    for name in ("ordered", "is_reported"):
        values[name] = bool(values[name])
    return Webhook(**values)


INSERT_WEBHOOK = f"INSERT INTO payfeed.webhooks ({WEBHOOK}) VALUES ({bound(WEBHOOK)})"
SAVE_DELIVERY = (
    f"INSERT INTO payfeed.webhook_deliveries ({DELIVERY}) VALUES ({bound(DELIVERY)})"
    " ON CONFLICT (webhook_id, event_id) DO UPDATE SET attempts = :attempts,"
    " next_at = :next_at, last_at = :last_at, error = :error"
)
FAIL_WAITING = (
    "UPDATE payfeed.webhook_deliveries SET next_at = NULL, error = :error"
    " WHERE webhook_id = :id AND next_at IS NOT NULL"
)


@shielded
async def insert_webhook(webhook: Webhook, gap: Delivery | None, most: int) -> bool:
    """False if the wallet has so many endpoints already."""
    async with transaction() as conn:
        await lock_feed(conn, webhook.wallet_id)
        found = await conn.execute(
            text("SELECT COUNT(*) FROM payfeed.webhooks WHERE wallet_id = :wallet_id"),
            {"wallet_id": webhook.wallet_id},
        )
        if found.scalar() >= most:
            return False
        await conn.execute(text(INSERT_WEBHOOK), asdict(webhook))
        if gap:
            await conn.execute(text(SAVE_DELIVERY), asdict(gap))
        await notify_others(conn, "webhooks", webhook.wallet_id)
        return True


async def get_webhooks(wallet_id: str) -> list[Webhook]:
    """The endpoints of a wallet, oldest first."""
    rows = await fetch_all(
        f"SELECT {WEBHOOK} FROM payfeed.webhooks WHERE wallet_id = :wallet_id"
        " ORDER BY created_at, id",
        {"wallet_id": wallet_id},
    )
    return [webhook_of(row) for row in rows]


async def get_webhook(webhook_id: str) -> Webhook | None:
    rows = await fetch_all(
        f"SELECT {WEBHOOK} FROM payfeed.webhooks WHERE id = :id", {"id": webhook_id}
    )
    return webhook_of(rows[0]) if rows else None


async def get_work(wallet_id: str | None = None) -> list[Work]:
    """The enabled endpoints of active feeds, of one wallet or of all."""
    names = ", ".join(f"w.{name}" for name in COLUMNS)
    where = " AND w.wallet_id = :wallet_id" if wallet_id else ""
    rows = await fetch_all(
        f"SELECT {names}, f.epoch AS feed_epoch, f.head AS head,"
        " (SELECT MIN(d.next_at) FROM payfeed.webhook_deliveries d"
        " WHERE d.webhook_id = w.id) AS next_at"
        " FROM payfeed.webhooks w JOIN payfeed.feeds f ON f.wallet_id = w.wallet_id"
        f" WHERE w.disabled IS NULL AND f.active = true{where}",
        {"wallet_id": wallet_id} if wallet_id else {},
    )
    return [
        Work(webhook_of(row), row["feed_epoch"], row["head"], row["next_at"])
        for row in rows
    ]


@shielded
async def change_webhook(webhook: Webhook, changes: dict[str, Any]) -> bool:
    """Store what the owner changed. False if the endpoint is gone.

    `changes`: url, description, event_filter, ordered, secret, previous_secret,
    previous_until, disabled, disabled_at.
    """
    columns = ", ".join(f"{name} = :{name}" for name in COLUMNS if name in changes)
    async with transaction() as conn:
        done = await conn.execute(
            text(
                f"UPDATE payfeed.webhooks SET {columns}, version = version + 1"
                " WHERE id = :id"
            ),
            changes | {"id": webhook.id},
        )
        await notify_others(conn, "webhooks", webhook.wallet_id)
        return bool(done.rowcount)


@shielded
async def rotate_webhook(
    webhook: Webhook, secret: str, previous_until: int | None, now: int
) -> bool:
    """A new secret; the one before is kept until `previous_until`, if that is given.

    False if `previous_until` is given and an overlap is under way.
    """
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "UPDATE payfeed.webhooks SET previous_secret = CASE"
                " WHEN CAST(:until AS BIGINT) IS NULL THEN NULL ELSE secret END,"
                " previous_until = CAST(:until AS BIGINT), secret = :secret,"
                " version = version + 1 WHERE id = :id"
                " AND (CAST(:until AS BIGINT) IS NULL OR previous_until IS NULL"
                " OR previous_until <= :now)"
            ),
            {"id": webhook.id, "secret": secret, "until": previous_until, "now": now},
        )
        await notify_others(conn, "webhooks", webhook.wallet_id)
        return bool(done.rowcount)


@shielded
async def enable_webhook(
    webhook: Webhook, position: tuple[str, int] | None, now: int
) -> None:
    """Go on where it stopped, or at `position`: (epoch, offset).

    From a position, what waited has failed: the owner chose to leave it out.
    """
    async with transaction() as conn:
        values = {"id": webhook.id, "now": now}
        if position:
            await conn.execute(
                text(FAIL_WAITING), {"id": webhook.id, "error": "left out by its owner"}
            )
            await conn.execute(
                text(
                    "UPDATE payfeed.webhooks SET epoch = :epoch, cursor_offset = :head"
                    " WHERE id = :id"
                ),
                {"id": webhook.id, "epoch": position[0], "head": position[1]},
            )
        # an ordered endpoint stopped at a delivery that had used up its attempts
        await conn.execute(
            text(
                "UPDATE payfeed.webhook_deliveries SET attempts = 0, next_at = :now"
                " WHERE webhook_id = :id AND next_at IS NOT NULL"
                " AND (type = 'gap' OR event_offset > (SELECT cursor_offset"
                " FROM payfeed.webhooks WHERE id = :id))"
            ),
            values,
        )
        await conn.execute(
            text(
                "UPDATE payfeed.webhooks SET disabled = NULL, disabled_at = NULL,"
                " failures = 0, first_failure_at = NULL, next_probe_at = 0,"
                " version = version + 1 WHERE id = :id"
            ),
            {"id": webhook.id},
        )
        await notify_others(conn, "webhooks", webhook.wallet_id)


@shielded
async def delete_webhook(webhook: Webhook) -> None:
    async with transaction() as conn:
        await _delete(conn, webhook.id)
        await notify_others(conn, "webhooks", webhook.wallet_id)


@shielded
async def delete_webhooks_of(wallet_id: str) -> None:
    """The endpoints of a deleted wallet."""
    async with transaction() as conn:
        found = await conn.execute(
            text("SELECT id FROM payfeed.webhooks WHERE wallet_id = :wallet_id"),
            {"wallet_id": wallet_id},
        )
        for webhook_id in found.scalars().all():
            await _delete(conn, webhook_id)


async def _delete(conn: Any, webhook_id: str) -> None:
    for sql in (
        "DELETE FROM payfeed.webhooks WHERE id = :id",
        "DELETE FROM payfeed.webhook_deliveries WHERE webhook_id = :id",
        "DELETE FROM payfeed.webhook_attempts WHERE webhook_id = :id",
    ):
        await conn.execute(text(sql), {"id": webhook_id})


def has_leases() -> bool:
    """May another process send for the same endpoints?"""
    return bool(db.type == POSTGRES)


@shielded
async def take_webhook(webhook_id: str, holder: str, seconds: int) -> Webhook | None:
    """The endpoint, with a lease for this process if there may be others.

    None if it is disabled, gone, or leased by another process.
    """
    if not has_leases():
        found = await get_webhook(webhook_id)
        return found if found and found.disabled is None else None
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "UPDATE payfeed.webhooks SET lease_holder = :holder,"
                f" lease_until = {NOW} + :seconds WHERE id = :id AND disabled IS NULL"
                " AND (lease_holder IS NULL OR lease_holder = :holder"
                f" OR lease_until <= {NOW}) RETURNING {WEBHOOK}"
            ),
            {"id": webhook_id, "holder": holder, "seconds": seconds},
        )
        row = done.mappings().first()
        return webhook_of(row) if row else None


@shielded
async def extend_leases(ids: Iterable[str], holder: str, seconds: int) -> set[str]:
    """The ids of endpoints that this process holds for longer now."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                f"UPDATE payfeed.webhooks SET lease_until = {NOW} + :seconds"
                " WHERE lease_holder = :holder AND id = ANY(:ids) RETURNING id"
            ),
            {"ids": list(ids), "holder": holder, "seconds": seconds},
        )
        return set(done.scalars().all())


@shielded
async def end_leases(holder: str) -> None:
    if has_leases():
        async with transaction() as conn:
            await conn.execute(
                text(
                    "UPDATE payfeed.webhooks SET lease_holder = NULL, lease_until = 0"
                    " WHERE lease_holder = :holder"
                ),
                {"holder": holder},
            )


@shielded
async def move_webhook(
    webhook: Webhook, epoch: str, offset: int, gap: Delivery, is_new_epoch: bool
) -> None:
    """Go on after `offset`, with a gap that is to be sent first."""
    async with transaction() as conn:
        if is_new_epoch:
            await conn.execute(
                text(FAIL_WAITING), {"id": webhook.id, "error": "epoch ended"}
            )
        await conn.execute(
            text(
                "UPDATE payfeed.webhooks SET epoch = :epoch, cursor_offset = :offset"
                " WHERE id = :id"
            ),
            {"id": webhook.id, "epoch": epoch, "offset": offset},
        )
        await conn.execute(text(SAVE_DELIVERY), asdict(gap))


async def get_unsent() -> dict[str, int]:
    """By wallet: the first offset that an enabled endpoint has yet to be sent."""
    rows = await fetch_all(
        "SELECT wallet_id, MIN(first) AS first FROM ("
        "SELECT w.wallet_id AS wallet_id, w.cursor_offset + 1 AS first"
        " FROM payfeed.webhooks w JOIN payfeed.feeds f ON f.wallet_id = w.wallet_id"
        " AND f.epoch = w.epoch WHERE w.disabled IS NULL"
        " UNION ALL SELECT w.wallet_id AS wallet_id, MIN(d.event_offset) AS first"
        " FROM payfeed.webhooks w JOIN payfeed.webhook_deliveries d"
        " ON d.webhook_id = w.id WHERE w.disabled IS NULL AND d.next_at IS NOT NULL"
        " AND d.event_offset > 0 GROUP BY w.wallet_id) AS unsent GROUP BY wallet_id"
    )
    return {row["wallet_id"]: row["first"] for row in rows}
