"""Reading the table `events`; keys of messages that are recorded once."""

from collections.abc import Iterable
from typing import Any

from ..models import EVERYTHING, Event, Filter
from .filters import condition_of
from .lists import among, json_list
from .statements import ANY_SIZE, IN_EPOCH, execute, fetch_all

EVENT_COLUMNS = (
    "event_offset, type, custom, direction, status, amount_msat, tag, created_at, body"
)


def event_of(wallet_id: str, epoch: str, row: Any) -> Event:
    """The event of a row with EVENT_COLUMNS."""
    return Event(
        wallet_id=wallet_id,
        epoch=epoch,
        offset=row["event_offset"],
        type=row["type"],
        timestamp=row["created_at"],
        body=row["body"],
        direction=row["direction"],
        amount_msat=row["amount_msat"],
        tag=row["tag"],
        custom=bool(row["custom"]),
        status=row["status"],
    )


# of the selected events, those whose bodies together have at most so many bytes
PAGE = (
    f"SELECT {EVENT_COLUMNS} FROM payfeed.events"
    f" WHERE wallet_id = :wallet_id AND {IN_EPOCH}"
    " AND event_offset IN (SELECT event_offset FROM (SELECT event_offset,"
    " size, SUM(size) OVER (ORDER BY event_offset {order}) AS total"
    " FROM (SELECT event_offset, size FROM payfeed.events"
    " WHERE wallet_id = :wallet_id AND {offset} > :after AND {offset} < :before"
    "{condition} ORDER BY event_offset {order} LIMIT :limit) AS next) AS sized"
    " WHERE total <= :size OR total = size)"
    " ORDER BY event_offset"
)


async def get_events(
    wallet_id: str,
    epoch: str,
    after: int,
    limit: int,
    most_bytes: int = ANY_SIZE,
    before: int = ANY_SIZE,
    event_filter: Filter = EVERYTHING,
    are_payments_indexed: bool = True,
) -> list[Event]:
    """The first events between two offsets, ascending.

    Of bodies at most so many bytes, but one event. Without what the filter leaves out,
    as far as SQL knows it: `Filter.accepts` decides. `are_payments_indexed`: has every
    payment its row in the table `payments`?
    """
    span = {"after": after, "before": before, "limit": limit, "size": most_bytes}
    values = {"wallet_id": wallet_id, "epoch": epoch, **span}
    return await _select("ASC", values, event_filter, are_payments_indexed)


async def get_events_before(
    wallet_id: str,
    epoch: str,
    before: int,
    limit: int,
    most_bytes: int = ANY_SIZE,
    after: int = 0,
    event_filter: Filter = EVERYTHING,
    are_payments_indexed: bool = True,
) -> list[Event]:
    """The last events between two offsets, ascending; else as `get_events`."""
    span = {"after": after, "before": before, "limit": limit, "size": most_bytes}
    values = {"wallet_id": wallet_id, "epoch": epoch, **span}
    return await _select("DESC", values, event_filter, are_payments_indexed)


async def _select(
    order: str, values: dict[str, Any], event_filter: Filter, are_payments_indexed: bool
) -> list[Event]:
    if event_filter.is_contradiction:
        return []
    condition, filter_values = condition_of(event_filter, are_payments_indexed)
    is_by_identifier = are_payments_indexed and event_filter.has_identifier
    # SQLite would look at all events between the offsets, not at the payment's row
    offset = "+event_offset" if is_by_identifier else "event_offset"
    sql = PAGE.format(order=order, offset=offset, condition=condition)
    rows = await fetch_all(sql, values | filter_values)
    return [event_of(values["wallet_id"], values["epoch"], row) for row in rows]


async def get_outlines(
    wallet_id: str,
    epoch: str,
    after: int,
    until: int,
    limit: int,
    event_filter: Filter,
) -> list[Event]:
    """As `get_events`, with empty bodies: an index has the rest. Up to `until`."""
    condition, filter_values = condition_of(event_filter, are_payments_indexed=True)
    columns = EVENT_COLUMNS.replace("body", "'' AS body")
    rows = await fetch_all(
        f"SELECT {columns} FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND {IN_EPOCH} AND event_offset > :after AND event_offset <= :until"
        f"{condition} ORDER BY event_offset LIMIT :limit",
        {
            "wallet_id": wallet_id,
            "epoch": epoch,
            "after": after,
            "until": until,
            "limit": limit,
            **filter_values,
        },
    )
    return [event_of(wallet_id, epoch, row) for row in rows]


async def get_offset_after(wallet_id: str, epoch: str, after: int) -> int | None:
    """The offset of the first event after this one."""
    rows = await fetch_all(
        "SELECT MIN(event_offset) AS found FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset > :after AND {IN_EPOCH}",
        {"wallet_id": wallet_id, "after": after, "epoch": epoch},
    )
    found: int | None = rows[0]["found"]
    return found


async def get_offset_before(wallet_id: str, epoch: str, before: int) -> int | None:
    """The offset of the last event before this one."""
    rows = await fetch_all(
        "SELECT MAX(event_offset) AS found FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset < :before AND {IN_EPOCH}",
        {"wallet_id": wallet_id, "before": before, "epoch": epoch},
    )
    found: int | None = rows[0]["found"]
    return found


async def get_event(wallet_id: str, epoch: str, offset: int) -> Event | None:
    rows = await fetch_all(
        f"SELECT {EVENT_COLUMNS} FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset = :offset AND {IN_EPOCH}",
        {"wallet_id": wallet_id, "epoch": epoch, "offset": offset},
    )
    return event_of(wallet_id, epoch, rows[0]) if rows else None


async def get_events_at(
    wallet_id: str, epoch: str, offsets: Iterable[int]
) -> list[Event]:
    """Those that are kept, in no order."""
    rows = await fetch_all(
        f"SELECT {EVENT_COLUMNS} FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND {among('event_offset', 'offsets', 'BIGINT')} AND {IN_EPOCH}",
        {"wallet_id": wallet_id, "epoch": epoch, "offsets": json_list(offsets)},
    )
    return [event_of(wallet_id, epoch, row) for row in rows]


async def get_oldest(wallet_id: str) -> int | None:
    rows = await fetch_all(
        "SELECT MIN(event_offset) AS oldest FROM payfeed.events"
        " WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    oldest: int | None = rows[0]["oldest"]
    return oldest


async def describe_kept(wallet_id: str) -> tuple[int, int, int | None, int | None]:
    """Of the kept events: how many, bytes of bodies, oldest offset, its recording."""
    rows = await fetch_all(
        "SELECT COUNT(*) AS events, SUM(size) AS bytes, MIN(event_offset) AS oldest,"
        " (SELECT created_at FROM payfeed.events WHERE wallet_id = :wallet_id"
        " ORDER BY event_offset LIMIT 1) AS oldest_at"
        " FROM payfeed.events WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    row = rows[0]
    return row["events"], int(row["bytes"] or 0), row["oldest"], row["oldest_at"]


async def first_offset_at(wallet_id: str, timestamp: int) -> int | None:
    rows = await fetch_all(
        "SELECT MIN(event_offset) AS first FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND created_at >= :timestamp",
        {"wallet_id": wallet_id, "timestamp": timestamp},
    )
    first: int | None = rows[0]["first"]
    return first


async def get_times(wallet_id: str, offsets: Iterable[int]) -> dict[int, int]:
    """When kept events were recorded, Unix seconds, by offset."""
    is_asked = among("event_offset", "offsets", "BIGINT")
    rows = await fetch_all(
        "SELECT event_offset, created_at FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND {is_asked}",
        {"wallet_id": wallet_id, "offsets": json_list(offsets)},
    )
    return {row["event_offset"]: row["created_at"] for row in rows}


async def get_newest_time() -> int | None:
    """When the newest event of all feeds was recorded."""
    rows = await fetch_all(
        "SELECT MAX(e.created_at) AS newest FROM payfeed.feeds f"
        " JOIN payfeed.events e"
        " ON e.wallet_id = f.wallet_id AND e.event_offset = f.head"
    )
    newest: int | None = rows[0]["newest"]
    return newest


async def get_large_payments(
    wallet_id: str, after: int, until: int, size: int
) -> list[int]:
    """The offsets in a slice of a log whose bodies are larger than `size` bytes."""
    rows = await fetch_all(
        "SELECT event_offset FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND event_offset > :after AND event_offset <= :until"
        " AND type = 'payment' AND size > :size ORDER BY event_offset",
        {"wallet_id": wallet_id, "after": after, "until": until, "size": size},
    )
    return [row["event_offset"] for row in rows]


async def replace_body(event: Event) -> None:
    await execute(
        "UPDATE payfeed.events SET body = :body, size = :size, tag = :tag"
        f" WHERE wallet_id = :wallet_id AND event_offset = :offset AND {IN_EPOCH}",
        {
            "wallet_id": event.wallet_id,
            "epoch": event.epoch,
            "offset": event.offset,
            "body": event.body,
            "size": len(event.body),
            "tag": event.tag,
        },
    )


async def get_first_message(wallet_id: str, key_hash: str) -> tuple[str, str] | None:
    """(content hash, event id) of the message that was stored with this key."""
    rows = await fetch_all(
        "SELECT content_hash, event_id FROM payfeed.idempotency_keys"
        " WHERE wallet_id = :wallet_id AND key_hash = :key_hash",
        {"wallet_id": wallet_id, "key_hash": key_hash},
    )
    return (rows[0]["content_hash"], rows[0]["event_id"]) if rows else None


async def expire_idempotency_keys(before: int) -> None:
    await execute(
        "DELETE FROM payfeed.idempotency_keys WHERE created_at < :before",
        {"before": before},
    )
