"""What retention deletes from the table `events`."""

from .statements import ANY_SIZE, execute, fetch_all

HEAD = "(SELECT head FROM payfeed.feeds WHERE wallet_id = :wallet_id)"


async def expire_events(before: int, future: int, keep: int, message_bytes: int) -> int:
    """Retention. Never the newest event; messages and tests go before payments.

    By age, what was recorded first goes first: an event waits for all before it. One
    whose time lies in the future, as the clock was ahead, holds up no other.
    """
    rows = await fetch_all(
        "SELECT wallet_id, COUNT(*) AS kept,"
        " SUM(CASE WHEN type = 'payment' THEN 0 ELSE size END) AS message_size,"
        " MIN(CASE WHEN created_at < :before THEN event_offset END) AS first_old,"
        " MIN(CASE WHEN created_at >= :before AND created_at <= :future"
        " THEN event_offset END) AS first_new"
        " FROM payfeed.events GROUP BY wallet_id",
        {"before": before, "future": future},
    )
    gone = 0
    for row in rows:
        first_old, first_new = row["first_old"], row["first_new"]
        if first_old is not None and (first_new is None or first_old < first_new):
            gone += await _delete_older(row["wallet_id"], before, first_new or ANY_SIZE)
        if row["kept"] > keep:
            gone += await _keep_newest(row["wallet_id"], keep)
        if (row["message_size"] or 0) > message_bytes:
            gone += await _keep_message_bytes(row["wallet_id"], message_bytes)
    return gone


async def _delete_older(wallet_id: str, before: int, first_new: int) -> int:
    return await execute(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND event_offset < {HEAD} AND event_offset <= (SELECT MAX(event_offset)"
        " FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND created_at < :before AND event_offset < :first_new)",
        {"wallet_id": wallet_id, "before": before, "first_new": first_new},
    )


async def _keep_newest(wallet_id: str, keep: int) -> int:
    """What is surplus is counted by the statement: others may be expiring too."""
    return await execute(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND event_offset IN (SELECT event_offset FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset < {HEAD}"
        " ORDER BY CASE WHEN type = 'payment' THEN 0 ELSE 1 END, event_offset DESC"
        " LIMIT :all OFFSET :others)",
        {"wallet_id": wallet_id, "others": keep - 1, "all": ANY_SIZE},
    )


async def _keep_message_bytes(wallet_id: str, limit: int) -> int:
    return await execute(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND event_offset < {HEAD} AND event_offset IN"
        " (SELECT event_offset FROM (SELECT event_offset,"
        " SUM(size) OVER (ORDER BY event_offset DESC) AS total FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND type <> 'payment') AS sized"
        " WHERE total > :limit)",
        {"wallet_id": wallet_id, "limit": limit},
    )
