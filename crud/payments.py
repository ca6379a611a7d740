"""The table `payments`: what finds a payment's event by its identifiers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from ..models import Event
from ..shielded import shielded
from .events import EVENT_COLUMNS, event_of
from .feeds import lock_feed
from .statements import fetch_all, transaction

# an older version leaves the rows of events that it deletes
INSERT = text(
    "INSERT INTO payfeed.payments"
    " VALUES (:wallet_id, :offset, :payment_hash, :external_id)"
    " ON CONFLICT (wallet_id, event_offset) DO UPDATE"
    " SET payment_hash = excluded.payment_hash, external_id = excluded.external_id"
)
SAVE_INDEXED = text(
    "INSERT INTO payfeed.indexed_feeds VALUES (:wallet_id, :epoch, :until)"
    " ON CONFLICT (wallet_id) DO UPDATE"
    " SET epoch = excluded.epoch, until_offset = excluded.until_offset"
)


async def insert_payments(conn: Any, events: Iterable[Event]) -> None:
    rows = [
        {
            "wallet_id": event.wallet_id,
            "offset": event.offset,
            "payment_hash": event.identifiers[0],
            "external_id": event.identifiers[1],
        }
        for event in events
        if event.type == "payment"
    ]
    if rows:
        await conn.execute(INSERT, rows)


@shielded
async def index_payments(wallet_id: str, epoch: str, after: int, until: int) -> None:
    """Add the rows of stored payments that have none, of a slice of a log.

    An older version, in this process before an upgrade or in another one, writes none.
    """
    rows = await fetch_all(
        f"SELECT {EVENT_COLUMNS} FROM payfeed.events e WHERE wallet_id = :wallet_id"
        " AND event_offset > :after AND event_offset <= :until AND type = 'payment'"
        " AND NOT EXISTS (SELECT 1 FROM payfeed.payments p"
        " WHERE p.wallet_id = e.wallet_id AND p.event_offset = e.event_offset)",
        {"wallet_id": wallet_id, "after": after, "until": until},
    )
    if not rows:
        return
    async with transaction() as conn:
        place = await lock_feed(conn, wallet_id)
        if place and place[0] == epoch:
            events = [event_of(wallet_id, epoch, row) for row in rows]
            await insert_payments(conn, events)


async def get_indexed() -> dict[str, tuple[str, int]]:
    """By wallet: an epoch, and the offset up to which its payments have rows."""
    rows = await fetch_all(
        "SELECT wallet_id, epoch, until_offset FROM payfeed.indexed_feeds"
    )
    return {
        row["wallet_id"]: (str(row["epoch"]), int(row["until_offset"])) for row in rows
    }


@shielded
async def save_indexed(marks: Mapping[str, tuple[str, int]]) -> None:
    if not marks:
        return
    rows = [
        {"wallet_id": wallet_id, "epoch": epoch, "until": until}
        for wallet_id, (epoch, until) in marks.items()
    ]
    async with transaction() as conn:
        await conn.execute(SAVE_INDEXED, rows)
