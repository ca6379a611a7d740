"""What retention and owners delete: up to a bound, in slices of one transaction each.

A bound stays right whatever is appended or deleted meanwhile, by another process too:
what follows in a log only makes what is before it older and more. Retention never
deletes the newest event.
"""

from dataclasses import dataclass

from sqlalchemy import text

from ..shielded import shielded
from .feeds import lock_feed
from .statements import ANY_SIZE, fetch_all, transaction

SLICE_EVENTS = 250

ALL, MESSAGES, PAYMENTS = "", " AND type <> 'payment'", " AND type = 'payment'"
DELETE = tuple(
    text(f"DELETE FROM {table} WHERE wallet_id = :wallet_id AND event_offset = :offset")
    for table in ("payfeed.events", "payfeed.payments")
)


@dataclass(frozen=True)
class Oldest:
    """A feed's position and its oldest event; None without events."""

    wallet_id: str
    epoch: str
    head: int
    offset: int | None
    created_at: int | None


@dataclass(frozen=True)
class Kept:
    """What a feed keeps up to its position, in bytes of bodies.

    `messages`: those that may be deleted by count, tests included.
    """

    events: int
    messages: int
    message_bytes: int
    payment_bytes: int

    @property
    def bytes(self) -> int:
        return self.message_bytes + self.payment_bytes


@dataclass(frozen=True)
class Bound:
    """Events of a kind up to an offset: one of ALL, MESSAGES and PAYMENTS."""

    kind: str
    offset: int

    def sparing(self, offset: int | None) -> "list[Bound]":
        """The same without the payments at or after an offset."""
        if offset is None or self.kind == MESSAGES or self.offset < offset:
            return [self]
        messages = [Bound(MESSAGES, self.offset)] if self.kind == ALL else []
        return [*messages, Bound(PAYMENTS, offset - 1)]


async def get_oldest_events(after: str, limit: int) -> list[Oldest]:
    """The oldest event of each feed, of the feeds whose wallet id follows `after`."""
    rows = await fetch_all(
        "SELECT f.wallet_id, f.epoch, f.head, e.event_offset, e.created_at FROM"
        " (SELECT wallet_id, epoch, head FROM payfeed.feeds WHERE wallet_id > :after"
        " ORDER BY wallet_id LIMIT :limit) AS f LEFT JOIN payfeed.events e"
        " ON e.wallet_id = f.wallet_id AND e.event_offset = (SELECT MIN(event_offset)"
        " FROM payfeed.events o WHERE o.wallet_id = f.wallet_id) ORDER BY f.wallet_id",
        {"after": after, "limit": limit},
    )
    return [Oldest(*row.values()) for row in rows]


async def count_kept(feed: Oldest) -> Kept:
    rows = await fetch_all(
        "SELECT COUNT(*) AS events,"
        " SUM(CASE WHEN type = 'payment' OR event_offset = :head THEN 0 ELSE 1 END)"
        " AS messages,"
        " SUM(CASE WHEN type = 'payment' THEN 0 ELSE size END) AS message_bytes,"
        " SUM(CASE WHEN type = 'payment' THEN size ELSE 0 END) AS payment_bytes"
        " FROM payfeed.events WHERE wallet_id = :wallet_id AND event_offset <= :head",
        {"wallet_id": feed.wallet_id, "head": feed.head},
    )
    return Kept(*(int(value or 0) for value in rows[0].values()))


async def age_bound(wallet_id: str, before: int, future: int) -> Bound | None:
    """The events that are old enough.

    By age, what was recorded first goes first: an event waits for all before it. One
    whose time lies in the future, as the clock was ahead, holds up no other.
    """
    rows = await fetch_all(
        "SELECT MAX(event_offset) AS found FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND created_at < :before"
        " AND event_offset < COALESCE((SELECT MIN(event_offset) FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND created_at >= :before"
        " AND created_at <= :future), :all)",
        {"wallet_id": wallet_id, "before": before, "future": future, "all": ANY_SIZE},
    )
    return None if rows[0]["found"] is None else Bound(ALL, rows[0]["found"])


async def count_bounds(feed: Oldest, kept: Kept, keep: int) -> list[Bound]:
    """What is too much by count: messages before payments.

    Counted from the newest, so that a bound stays right while another process deletes.
    """
    surplus = kept.events - keep
    left = max(0, kept.messages - surplus)
    found = [(MESSAGES, f"event_offset < :head{MESSAGES}", left)]
    if surplus > kept.messages:
        # the newest event counts as one that is kept, whatever it is
        found.append(
            (PAYMENTS, f"event_offset < :head{PAYMENTS} OR event_offset = :head", keep)
        )
    bounds = []
    for kind, which, newest in found:
        rows = await fetch_all(
            "SELECT event_offset FROM payfeed.events WHERE wallet_id = :wallet_id"
            f" AND ({which})"
            " ORDER BY event_offset DESC LIMIT 1 OFFSET :newest",
            {"wallet_id": feed.wallet_id, "head": feed.head, "newest": newest},
        )
        bounds += [Bound(kind, row["event_offset"]) for row in rows]
    return bounds


async def bytes_bounds(wallet_id: str, kept: Kept, keep: int) -> list[Bound]:
    """What is too much by bytes: messages before payments."""
    bounds = []
    messages = max(0, keep - kept.payment_bytes)
    if kept.message_bytes > messages:
        bounds.append(await bytes_bound(wallet_id, MESSAGES, messages))
    if kept.payment_bytes > keep:
        bounds.append(await bytes_bound(wallet_id, PAYMENTS, keep))
    return bounds


async def bytes_bound(wallet_id: str, kind: str, most_bytes: int) -> Bound:
    """The events of a kind, MESSAGES or PAYMENTS, that are too much by their bytes."""
    rows = await fetch_all(
        "SELECT MAX(event_offset) AS found FROM (SELECT event_offset,"
        " SUM(size) OVER (ORDER BY event_offset DESC) AS total FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id{kind}) AS sized WHERE total > :most_bytes",
        {"wallet_id": wallet_id, "most_bytes": most_bytes},
    )
    return Bound(kind, rows[0]["found"] or 0)


@shielded
async def expire_slice(
    wallet_id: str, epoch: str, bound: Bound, keeps_newest: bool = True
) -> int:
    """Delete a slice of the events within a bound; returns how many."""
    async with transaction() as conn:
        place = await lock_feed(conn, wallet_id)
        if place is None or place[0] != epoch:
            return 0
        found = await conn.execute(
            text(
                "SELECT event_offset FROM payfeed.events WHERE wallet_id = :wallet_id"
                f" AND event_offset <= :last AND event_offset < :head{bound.kind}"
                " ORDER BY event_offset LIMIT :limit"
            ),
            {
                "wallet_id": wallet_id,
                "last": bound.offset,
                "head": place[1] if keeps_newest else place[1] + 1,
                "limit": SLICE_EVENTS,
            },
        )
        rows = [{"wallet_id": wallet_id, "offset": row.event_offset} for row in found]
        for statement in DELETE if rows else ():
            await conn.execute(statement, rows)
        return len(rows)
