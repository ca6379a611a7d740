"""All SQL, and nothing else. Parameters are bound, always.

Statements go to the connection itself: LNbits' own `execute` commits each one and
strips HTML-like text from parameters, which would break transactions and memos.
"""

import asyncio
import contextlib
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from lnbits.db import POSTGRES
from sqlalchemy import text

from .database import BoundedDatabase
from .errors import Unavailable
from .models import AccessKey, Draft, Event, Feed, WalletRow
from .whole import is_outage, whole

db = BoundedDatabase("ext_payfeed")
# LNbits' tables by a connection of one's own: LNbits' waits for each of its users
core_db = BoundedDatabase("database")


def open_databases() -> None:
    for database in (db, core_db):
        database.open()


def close_databases() -> None:
    for database in (db, core_db):
        database.close()


# who says it, as one's own notifications come back
ORIGIN = secrets.token_hex(4)

OUTCOME_SECONDS = 10
OUTCOME_PAUSE_SECONDS = 0.2

EVENT_COLUMNS = (
    "event_offset, type, custom, direction, status, amount_msat, tag, created_at, body"
)
# another process may have begun a new epoch that is not heard of yet
IN_EPOCH = (
    "EXISTS (SELECT 1 FROM payfeed.feeds f"
    " WHERE f.wallet_id = :wallet_id AND f.epoch = :epoch)"
)
ANY_SIZE = 2**62
HEAD = "(SELECT head FROM payfeed.feeds WHERE wallet_id = :wallet_id)"


@asynccontextmanager
async def transaction(database: BoundedDatabase = db) -> AsyncIterator[Any]:
    """One transaction: committed at the end, rolled back by any exception."""
    async with database.use(writes=True) as conn:
        yield conn
        await conn.commit()


@whole
async def _all(
    sql: str, values: dict[str, Any] | None = None, database: BoundedDatabase = db
) -> list[Any]:
    async with database.use() as conn:
        result = await conn.execute(text(sql), values or {})
        return list(result.mappings().all())


@whole
async def _run(
    sql: str, values: dict[str, Any] | None = None, changed: str | None = None
) -> int:
    """Rows touched. `changed`: the wallet at whose feed others have to look again."""
    async with transaction() as conn:
        done = await conn.execute(text(sql), values or {})
        if changed:
            await _tell_others(conn, "feed", changed)
        return int(done.rowcount)


async def _tell_others(conn: Any, *words: Any) -> None:
    """A notification that leaves with the transaction; PostgreSQL only."""
    if db.type == POSTGRES:
        await conn.execute(
            text("SELECT pg_notify('payfeed', :payload)"),
            {"payload": " ".join(map(str, (ORIGIN, *words)))},
        )


def _feed(row: Any) -> Feed:
    feed = Feed(**dict(row))
    feed.mirror_to_inkey = bool(feed.mirror_to_inkey)
    feed.allow_inkey = bool(feed.allow_inkey)
    feed.active = bool(feed.active)
    return feed


def _event(wallet_id: str, epoch: str, row: Any) -> Event:
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


async def get_feed(wallet_id: str) -> Feed | None:
    rows = await _all(
        "SELECT * FROM payfeed.feeds WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    return _feed(rows[0]) if rows else None


async def get_feeds() -> list[Feed]:
    return [_feed(row) for row in await _all("SELECT * FROM payfeed.feeds")]


@whole
async def insert_feed(feed: Feed, seen: Iterable[tuple[str, str, str]]) -> None:
    """Create a feed and its marks in one transaction, unless it is there already."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "INSERT INTO payfeed.feeds VALUES (:wallet_id, :epoch, :head, :channel,"
                " :secret, :mirror_to_inkey, :allow_inkey, :active, :created_at)"
                " ON CONFLICT DO NOTHING"
            ),
            asdict(feed),
        )
        if done.rowcount:
            await _mark(conn, feed.wallet_id, seen)


@whole
async def resume_feed(wallet_id: str, seen: Iterable[tuple[str, str, str]]) -> None:
    async with transaction() as conn:
        await conn.execute(
            text("UPDATE payfeed.feeds SET active = true WHERE wallet_id = :wallet_id"),
            {"wallet_id": wallet_id},
        )
        await _mark(conn, wallet_id, seen)
        await _tell_others(conn, "feed", wallet_id)


async def _mark(
    conn: Any, wallet_id: str, keys: Iterable[tuple[str, str, str]]
) -> None:
    rows = [
        {"wallet_id": wallet_id, "direction": d, "payment_hash": h, "status": s}
        for d, h, s in keys
    ]
    if rows:
        await conn.execute(
            text(
                "INSERT INTO payfeed.seen VALUES"
                " (:wallet_id, :direction, :payment_hash, :status)"
                " ON CONFLICT DO NOTHING"
            ),
            rows,
        )


async def suspend_feed(wallet_id: str) -> None:
    await _run(
        "UPDATE payfeed.feeds SET active = false WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
        changed=wallet_id,
    )


async def update_feed(wallet_id: str, column: str, value: Any) -> None:
    statements = {
        "mirror_to_inkey": "UPDATE payfeed.feeds SET mirror_to_inkey = :value"
        " WHERE wallet_id = :wallet_id",
        "allow_inkey": "UPDATE payfeed.feeds SET allow_inkey = :value"
        " WHERE wallet_id = :wallet_id",
        "channel": "UPDATE payfeed.feeds SET channel = :value"
        " WHERE wallet_id = :wallet_id",
        "secret": "UPDATE payfeed.feeds SET secret = :value"
        " WHERE wallet_id = :wallet_id",
    }
    values = {"wallet_id": wallet_id, "value": value}
    await _run(statements[column], values, changed=wallet_id)


@whole
async def rotate_epoch(wallet_id: str, epoch: str) -> None:
    async with transaction() as conn:
        await _begin_epoch(conn, wallet_id, epoch)


@whole
async def end_epoch(feed: Feed, epoch: str) -> bool:
    """Begin a new epoch, unless the feed has changed since its row was read."""
    async with transaction() as conn:
        found = await _lock_feed(conn, feed.wallet_id)
        if found != (feed.epoch, feed.head):
            return False
        await _begin_epoch(conn, feed.wallet_id, epoch)
        return True


async def _begin_epoch(conn: Any, wallet_id: str, epoch: str) -> None:
    await conn.execute(
        text(
            "UPDATE payfeed.feeds SET epoch = :epoch, head = 0"
            " WHERE wallet_id = :wallet_id"
        ),
        {"wallet_id": wallet_id, "epoch": epoch},
    )
    for sql in (
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id",
        "UPDATE payfeed.access_keys SET acked = 0 WHERE wallet_id = :wallet_id",
    ):
        await conn.execute(text(sql), {"wallet_id": wallet_id})
    await _tell_others(conn, "feed", wallet_id)


Renew = Callable[[str, str, int], str | None]


@dataclass
class Written:
    """What a transaction stores when it commits.

    `stored`: the new events of each entry, None if another connection holds its feed.
    `transaction_id`: PostgreSQL's; None on SQLite, whose COMMIT cannot lose its answer.
    """

    stored: list[list[Event] | None]
    transaction_id: int | None


@whole
async def append(
    entries: list[tuple[str, list[Draft]]], timestamp: int, build: Any, renew: Renew
) -> list[list[Event] | None]:
    """Append drafts to the logs of their wallets, all in one transaction.

    Returns the new events of each entry, without payments that are already seen; None
    for an entry whose feed is locked by another connection. The first statement takes
    the feeds' row locks, so commit order is offset order. `renew(wallet_id, epoch,
    head)` returns a new epoch if the feed went back, else None.

    An error means that nothing is stored, except for the Unavailable that is raised
    when the outcome of COMMIT cannot be found out.
    """
    written: Written | None = None
    try:
        async with transaction() as conn:
            written = await _write(conn, entries, timestamp, build, renew)
    except Exception as exc:
        # the answer to COMMIT may have been lost
        if written is None or written.transaction_id is None or not is_outage(exc):
            raise
        if not await _is_committed(written.transaction_id):
            raise
    return written.stored


async def _write(
    conn: Any,
    entries: list[tuple[str, list[Draft]]],
    timestamp: int,
    build: Any,
    renew: Renew,
) -> Written:
    places, locked, transaction_id = await _lock_feeds(
        conn, {wallet_id for wallet_id, _ in entries}
    )
    for wallet_id, (epoch, head) in places.items():
        new = renew(wallet_id, epoch, head)
        if new:
            await _begin_epoch(conn, wallet_id, new)
            places[wallet_id] = (new, 0)
    stored = [
        None
        if wallet_id in locked
        else await _append_drafts(conn, wallet_id, places, drafts, timestamp, build)
        for wallet_id, drafts in entries
    ]
    events = [event for new in stored for event in new or ()]
    await _insert_events(conn, events)
    for wallet_id, count in Counter(event.wallet_id for event in events).items():
        epoch, head = places[wallet_id]
        await _move_head(conn, wallet_id, head)
        await _tell_others(conn, "events", wallet_id, epoch, count, head)
    return Written(stored, transaction_id)


async def _is_committed(transaction_id: int) -> bool:
    """Whether a transaction was committed whose COMMIT got no answer."""
    deadline = time.monotonic() + OUTCOME_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(Unavailable):
            rows = await _all(
                "SELECT txid_status(:id) AS status", {"id": transaction_id}
            )
            if rows[0]["status"] != "in progress":
                return bool(rows[0]["status"] == "committed")
        await asyncio.sleep(OUTCOME_PAUSE_SECONDS)
    raise Unavailable("It is not known whether this was stored.")


async def _lock_feeds(
    conn: Any, wallet_ids: set[str]
) -> tuple[dict[str, tuple[str, int]], set[str], int | None]:
    """Lock feeds: (epoch, head) by wallet, wallets locked by others, transaction id.

    PostgreSQL does not wait here for rows that another connection holds.
    """
    if db.type != POSTGRES:
        taken = {one: await _lock_feed(conn, one) for one in sorted(wallet_ids)}
        return {one: place for one, place in taken.items() if place}, set(), None
    found = await conn.execute(
        text(
            "SELECT wallet_id, epoch, head, txid_current() AS transaction_id"
            " FROM payfeed.feeds WHERE wallet_id = ANY(:wallet_ids)"
            " FOR UPDATE SKIP LOCKED"
        ),
        {"wallet_ids": list(wallet_ids)},
    )
    rows = found.all()
    places = {row.wallet_id: (row.epoch, row.head) for row in rows}
    missing = list(wallet_ids - places.keys())
    if missing:
        found = await conn.execute(
            text(
                "SELECT wallet_id FROM payfeed.feeds WHERE wallet_id = ANY(:wallet_ids)"
            ),
            {"wallet_ids": missing},
        )
        missing = [row.wallet_id for row in found]
    return places, set(missing), rows[0].transaction_id if rows else None


async def _lock_feed(conn: Any, wallet_id: str) -> tuple[str, int] | None:
    """Epoch and head of a feed that now belongs to this transaction."""
    found = await conn.execute(
        text(
            "UPDATE payfeed.feeds SET head = head + 0 WHERE wallet_id = :wallet_id"
            " RETURNING epoch, head"
        ),
        {"wallet_id": wallet_id},
    )
    row = found.mappings().first()
    return (row["epoch"], row["head"]) if row else None


async def _append_drafts(
    conn: Any,
    wallet_id: str,
    places: dict[str, tuple[str, int]],
    drafts: list[Draft],
    timestamp: int,
    build: Any,
) -> list[Event]:
    events: list[Event] = []
    if wallet_id not in places:
        return []
    epoch, offset = places[wallet_id]
    for draft in drafts:
        event_id = f"{epoch}-{offset + 1}"
        if not await _first_time(conn, wallet_id, draft, event_id, timestamp):
            continue
        offset += 1
        facts = draft.facts
        event = Event(
            wallet_id=wallet_id,
            epoch=epoch,
            offset=offset,
            type=draft.type,
            timestamp=timestamp,
            body=build(draft, event_id, timestamp),
            direction=facts.direction if facts else None,
            amount_msat=facts.amount_msat if facts else None,
            tag=facts.tag if facts else None,
            custom=draft.custom,
            status=facts.status if facts else None,
        )
        events.append(event)
    places[wallet_id] = (epoch, offset)
    return events


async def _move_head(conn: Any, wallet_id: str, head: int) -> None:
    await conn.execute(
        text("UPDATE payfeed.feeds SET head = :head WHERE wallet_id = :wallet_id"),
        {"wallet_id": wallet_id, "head": head},
    )


async def _first_time(
    conn: Any, wallet_id: str, draft: Draft, event_id: str, timestamp: int
) -> bool:
    if draft.once:
        done = await conn.execute(
            text(
                "INSERT INTO payfeed.idempotency_keys VALUES (:wallet_id, :key_hash,"
                " :content_hash, :event_id, :created_at) ON CONFLICT DO NOTHING"
            ),
            {
                "wallet_id": wallet_id,
                "event_id": event_id,
                "created_at": timestamp,
                **asdict(draft.once),
            },
        )
        return bool(done.rowcount)
    facts = draft.facts
    if facts is None:
        return True
    done = await conn.execute(
        text(
            "INSERT INTO payfeed.seen VALUES"
            " (:wallet_id, :direction, :payment_hash, :status) ON CONFLICT DO NOTHING"
        ),
        {
            "wallet_id": wallet_id,
            "direction": facts.direction,
            "payment_hash": facts.payment_hash,
            "status": facts.status,
        },
    )
    return bool(done.rowcount)


async def _insert_events(conn: Any, events: list[Event]) -> None:
    rows = [
        {
            "wallet_id": event.wallet_id,
            "offset": event.offset,
            "type": event.type,
            "custom": event.custom,
            "direction": event.direction,
            "status": event.status,
            "amount_msat": event.amount_msat,
            "tag": event.tag,
            "timestamp": event.timestamp,
            "size": len(event.body),
            "body": event.body,
        }
        for event in events
    ]
    if rows:
        await conn.execute(
            text(
                "INSERT INTO payfeed.events VALUES (:wallet_id, :offset, :type,"
                " :custom, :direction, :status, :amount_msat, :tag, :timestamp,"
                " :size, :body)"
            ),
            rows,
        )


async def get_first_message(wallet_id: str, key_hash: str) -> tuple[str, str] | None:
    """(content hash, event id) of the message that was stored with this key."""
    rows = await _all(
        "SELECT content_hash, event_id FROM payfeed.idempotency_keys"
        " WHERE wallet_id = :wallet_id AND key_hash = :key_hash",
        {"wallet_id": wallet_id, "key_hash": key_hash},
    )
    return (rows[0]["content_hash"], rows[0]["event_id"]) if rows else None


async def expire_idempotency_keys(before: int) -> None:
    await _run(
        "DELETE FROM payfeed.idempotency_keys WHERE created_at < :before",
        {"before": before},
    )


async def get_events(
    wallet_id: str, epoch: str, after: int, limit: int, most_bytes: int = ANY_SIZE
) -> list[Event]:
    """Events after an offset, ascending; of bodies at most so many bytes, but one."""
    rows = await _all(
        f"SELECT {EVENT_COLUMNS} FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset > :after AND {IN_EPOCH}"
        " AND event_offset <= (SELECT MAX(event_offset) FROM (SELECT event_offset,"
        " size, SUM(size) OVER (ORDER BY event_offset) AS total"
        " FROM (SELECT event_offset, size FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND event_offset > :after"
        " ORDER BY event_offset LIMIT :limit) AS next) AS sized"
        " WHERE total <= :most_bytes OR total = size)"
        " ORDER BY event_offset",
        {
            "wallet_id": wallet_id,
            "after": after,
            "limit": limit,
            "most_bytes": most_bytes,
            "epoch": epoch,
        },
    )
    return [_event(wallet_id, epoch, row) for row in rows]


async def get_events_before(
    wallet_id: str, epoch: str, before: int, limit: int, most_bytes: int = ANY_SIZE
) -> list[Event]:
    """Events before an offset, ascending; of bodies at most so many bytes, but one."""
    rows = await _all(
        f"SELECT {EVENT_COLUMNS} FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset < :before AND {IN_EPOCH}"
        " AND event_offset >= (SELECT MIN(event_offset) FROM (SELECT event_offset,"
        " size, SUM(size) OVER (ORDER BY event_offset DESC) AS total"
        " FROM (SELECT event_offset, size FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND event_offset < :before"
        " ORDER BY event_offset DESC LIMIT :limit) AS next) AS sized"
        " WHERE total <= :most_bytes OR total = size)"
        " ORDER BY event_offset",
        {
            "wallet_id": wallet_id,
            "before": before,
            "limit": limit,
            "most_bytes": most_bytes,
            "epoch": epoch,
        },
    )
    return [_event(wallet_id, epoch, row) for row in rows]


async def get_oldest(wallet_id: str) -> int | None:
    rows = await _all(
        "SELECT MIN(event_offset) AS oldest FROM payfeed.events"
        " WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    oldest: int | None = rows[0]["oldest"]
    return oldest


async def count_events(wallet_id: str) -> int:
    rows = await _all(
        "SELECT COUNT(*) AS kept FROM payfeed.events WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    return int(rows[0]["kept"])


async def first_offset_at(wallet_id: str, timestamp: int) -> int | None:
    rows = await _all(
        "SELECT MIN(event_offset) AS first FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND created_at >= :timestamp",
        {"wallet_id": wallet_id, "timestamp": timestamp},
    )
    first: int | None = rows[0]["first"]
    return first


async def get_newest_time() -> int | None:
    """When the newest event of all feeds was recorded."""
    rows = await _all(
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
    rows = await _all(
        "SELECT event_offset FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND event_offset > :after AND event_offset <= :until"
        " AND type = 'payment' AND size > :size ORDER BY event_offset",
        {"wallet_id": wallet_id, "after": after, "until": until, "size": size},
    )
    return [row["event_offset"] for row in rows]


async def replace_body(event: Event) -> None:
    await _run(
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


async def expire_events(before: int, future: int, keep: int, message_bytes: int) -> int:
    """Retention. Never the newest event; messages and tests go before payments.

    By age, what was recorded first goes first: an event waits for all before it. One
    whose time lies in the future, as the clock was ahead, holds up no other.
    """
    rows = await _all(
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
    return await _run(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND event_offset < {HEAD} AND event_offset <= (SELECT MAX(event_offset)"
        " FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND created_at < :before AND event_offset < :first_new)",
        {"wallet_id": wallet_id, "before": before, "first_new": first_new},
    )


async def _keep_newest(wallet_id: str, keep: int) -> int:
    """What is surplus is counted by the statement: others may be expiring too."""
    return await _run(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        " AND event_offset IN (SELECT event_offset FROM payfeed.events"
        f" WHERE wallet_id = :wallet_id AND event_offset < {HEAD}"
        " ORDER BY CASE WHEN type = 'payment' THEN 0 ELSE 1 END, event_offset DESC"
        " LIMIT :all OFFSET :others)",
        {"wallet_id": wallet_id, "others": keep - 1, "all": ANY_SIZE},
    )


async def _keep_message_bytes(wallet_id: str, limit: int) -> int:
    return await _run(
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id"
        f" AND event_offset < {HEAD} AND event_offset IN"
        " (SELECT event_offset FROM (SELECT event_offset,"
        " SUM(size) OVER (ORDER BY event_offset DESC) AS total FROM payfeed.events"
        " WHERE wallet_id = :wallet_id AND type <> 'payment') AS sized"
        " WHERE total > :limit)",
        {"wallet_id": wallet_id, "limit": limit},
    )


async def get_state(name: str) -> int | None:
    rows = await _all(
        "SELECT value FROM payfeed.state WHERE name = :name", {"name": name}
    )
    return rows[0]["value"] if rows else None


async def set_state(name: str, value: int) -> None:
    await _run(
        "INSERT INTO payfeed.state VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = :value",
        {"name": name, "value": value},
    )


async def insert_key(key: AccessKey) -> None:
    await _run(
        "INSERT INTO payfeed.access_keys VALUES (:id, :wallet_id, :key_hash, :name,"
        " :scopes, :created_at, :expires_at, :revoked_at, :last_used_at, :acked)",
        asdict(key),
    )


async def get_key_by_hash(key_hash: str) -> AccessKey | None:
    rows = await _all(
        "SELECT * FROM payfeed.access_keys WHERE key_hash = :key_hash",
        {"key_hash": key_hash},
    )
    return AccessKey(**dict(rows[0])) if rows else None


async def get_keys(wallet_id: str) -> list[AccessKey]:
    rows = await _all(
        "SELECT * FROM payfeed.access_keys WHERE wallet_id = :wallet_id"
        " ORDER BY created_at, id",
        {"wallet_id": wallet_id},
    )
    return [AccessKey(**dict(row)) for row in rows]


async def revoke_key(wallet_id: str, key_id: str, now: int) -> bool:
    return bool(
        await _run(
            "UPDATE payfeed.access_keys SET revoked_at = :now WHERE id = :id"
            " AND wallet_id = :wallet_id AND revoked_at IS NULL",
            {"id": key_id, "wallet_id": wallet_id, "now": now},
            changed=wallet_id,
        )
    )


@whole
async def touch_keys(key_ids: Iterable[str], now: int) -> None:
    """Store when keys were last used, all in one transaction."""
    async with transaction() as conn:
        await conn.execute(
            text("UPDATE payfeed.access_keys SET last_used_at = :now WHERE id = :id"),
            [{"id": key_id, "now": now} for key_id in key_ids],
        )


async def ack(key_id: str, wallet_id: str, epoch: str, offset: int) -> None:
    await _run(
        "UPDATE payfeed.access_keys SET acked = :offset"
        f" WHERE id = :id AND acked < :offset AND {IN_EPOCH}",
        {"id": key_id, "wallet_id": wallet_id, "epoch": epoch, "offset": offset},
    )


FINAL = "(status = 'success' OR (status = 'failed' AND amount < 0))"


async def find_wallets(column: str, value: str, has_shares: bool) -> list[WalletRow]:
    """LNbits' wallets by `id` or by `key`, invoice or admin key; no deleted ones.

    `has_shares`: this LNbits knows shared wallets. The balance view is not read, as its
    cost grows with the number of payments.
    """
    where = {"id": "id = :value", "key": "(inkey = :value OR adminkey = :value)"}
    shares = ", shared_wallet_id, extra AS share_settings" if has_shares else ""
    rows = await _all(
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
    rows = await _all(
        'SELECT 1 FROM accounts a JOIN extensions e ON e."user" = a.id'
        " WHERE a.id = :user AND e.extension = 'payfeed' AND e.active = true"
        + activated,
        {"user": user},
        core_db,
    )
    return bool(rows)


async def get_enabled_wallets() -> list[tuple[str, str]]:
    """(wallet id, owner) of every living wallet whose owner enabled the extension."""
    rows = await _all(
        'SELECT w.id AS id, w."user" AS owner FROM wallets w'
        ' JOIN extensions e ON e."user" = w."user"'
        " WHERE e.extension = 'payfeed' AND e.active = true AND w.deleted = false",
        database=core_db,
    )
    return [(row["id"], row["owner"]) for row in rows]


async def count_payments() -> dict[str, tuple[int, int, int]]:
    """Successful, failed and pending (the last two outgoing) payments per wallet."""
    rows = await _all(
        "SELECT wallet_id, SUM(CASE WHEN status = 'success' THEN 1 ELSE 0 END) AS ok,"
        " SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed,"
        " SUM(CASE WHEN status = 'pending' THEN 1 ELSE 0 END) AS pending"
        f" FROM apipayments WHERE {FINAL} OR (status = 'pending' AND amount < 0)"
        " GROUP BY wallet_id",
        database=core_db,
    )
    return {r["wallet_id"]: (r["ok"], r["failed"], r["pending"]) for r in rows}


async def count_seen() -> dict[str, tuple[int, int]]:
    rows = await _all(
        "SELECT wallet_id, SUM(CASE WHEN status = 'confirmed' THEN 1 ELSE 0 END) AS ok,"
        " SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed"
        " FROM payfeed.seen GROUP BY wallet_id"
    )
    return {row["wallet_id"]: (row["ok"], row["failed"]) for row in rows}


async def get_final_payments(wallet_id: str, are_times_local: bool) -> list[Any]:
    """Id, hash, amount, status and times of a wallet's final payments."""
    times = "time, updated_at"
    if are_times_local and core_db.type == "POSTGRES":
        times = "time::timestamptz AS time, updated_at::timestamptz AS updated_at"
    return await _all(
        f"SELECT wallet_id, checking_id, payment_hash, amount, status, {times}"
        f" FROM apipayments WHERE wallet_id = :wallet_id AND {FINAL}",
        {"wallet_id": wallet_id},
        core_db,
    )


async def get_seen(wallet_id: str) -> set[tuple[str, str, str]]:
    rows = await _all(
        "SELECT direction, payment_hash, status FROM payfeed.seen"
        " WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    return {(row["direction"], row["payment_hash"], row["status"]) for row in rows}
