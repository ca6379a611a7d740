"""What an owner erases: events up to an offset, and what webhooks stored of them."""

from typing import Any

from sqlalchemy import text

from ..shielded import shielded
from .feeds import lock_feed
from .statements import fetch_all, notify_others, transaction

# the event ids that are erased: of this epoch up to an offset, and of earlier epochs
ERASED = (
    "webhook_id IN (SELECT id FROM payfeed.webhooks WHERE wallet_id = :wallet_id)"
    " AND type <> 'gap'"
    " AND (event_offset <= :last OR event_id NOT LIKE :epoch)"
)


@shielded
async def begin_erasing(wallet_id: str, epoch: str, last: int) -> None:
    """Store that the events up to an offset are erased, and stop sending them.

    Whatever happens later, `Erasing.complete` finds it. Nothing if a new epoch began.
    """
    async with transaction() as conn:
        place = await lock_feed(conn, wallet_id)
        if place is None or place[0] != epoch:
            return
        values = {"wallet_id": wallet_id, "erased": f"{epoch}-{last}"}
        for sql in (
            "INSERT INTO payfeed.feed_settings (wallet_id, extra_members, erased)"
            " VALUES (:wallet_id, '[]', :erased)"
            " ON CONFLICT (wallet_id) DO UPDATE SET erased = excluded.erased",
            # workers of another version end
            "UPDATE payfeed.webhooks SET version = version + 1"
            " WHERE wallet_id = :wallet_id",
        ):
            await conn.execute(text(sql), values)
        await notify_others(conn, "feed", wallet_id)


@shielded
async def erase_deliveries(wallet_id: str, epoch: str, last: int) -> None:
    """Delete the deliveries and the attempts of erased events."""
    values = {"wallet_id": wallet_id, "last": last, "epoch": f"{epoch}-%"}
    async with transaction() as conn:
        for table in ("webhook_deliveries", "webhook_attempts"):
            await conn.execute(
                text(f"DELETE FROM payfeed.{table} WHERE {ERASED}"), values
            )


async def count_until(wallet_id: str, last: int) -> int:
    """How many events are kept up to an offset."""
    rows: list[Any] = await fetch_all(
        "SELECT COUNT(*) AS kept FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND event_offset <= :last",
        {"wallet_id": wallet_id, "last": last},
    )
    return int(rows[0]["kept"])
