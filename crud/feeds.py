"""The tables `feeds` and `feed_settings`, and `state`: the extension's numbers."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, fields
from typing import Any

from lnbits.db import POSTGRES
from sqlalchemy import text

from ..models import Feed
from ..shielded import shielded
from .lists import among, json_list
from .statements import (
    data_version,
    db,
    execute,
    fetch_all,
    fetch_tuples,
    is_sqlite,
    lnbits_version,
    notify_of_feeds,
    notify_others,
    transaction,
)
from .wallets import ENABLED

LOCK_FEED = text(
    "UPDATE payfeed.feeds SET head = head + 0 WHERE wallet_id = :wallet_id"
    " RETURNING epoch, head"
)
MOVE_HEAD = text("UPDATE payfeed.feeds SET head = :head WHERE wallet_id = :wallet_id")
BEGIN_EPOCH = text(
    "UPDATE payfeed.feeds SET epoch = :epoch, head = 0 WHERE wallet_id = :wallet_id"
)


SETTINGS = ("extra_members", "previous_secret", "previous_until", "erased")
COLUMNS = ", ".join(
    f"{'s' if field.name in SETTINGS else 'f'}.{field.name}" for field in fields(Feed)
)
SELECT_FEEDS = (
    f"SELECT {COLUMNS} FROM payfeed.feeds f"
    " LEFT JOIN payfeed.feed_settings s ON s.wallet_id = f.wallet_id"
)

HASHES = (
    "(SELECT COALESCE(SUM(hashtextextended(CAST(each AS text), 0)), 0)"
    " FROM ({rows}) AS each)"
)


def _feed(row: Any) -> Feed:
    """Of a row of COLUMNS."""
    feed = Feed(*row)
    stored: Any = feed.extra_members
    feed.extra_members = tuple(json.loads(stored)) if stored else ()
    # SQLite has numbers for booleans
    feed.mirror_to_inkey = bool(feed.mirror_to_inkey)
    feed.allow_inkey = bool(feed.allow_inkey)
    feed.active = bool(feed.active)
    return feed


async def get_feed(wallet_id: str) -> Feed | None:
    rows = await fetch_all(
        f"{SELECT_FEEDS} WHERE f.wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
    )
    return _feed(rows[0].values()) if rows else None


async def get_feeds() -> list[Feed]:
    return [_feed(row) for row in await fetch_tuples(SELECT_FEEDS)]


async def feeds_version() -> object:
    """A value that differs once a feed, or who enabled the extension, has changed.

    PostgreSQL makes a sum of hashes of the rows, which need not be read for it. On
    SQLite it may differ without such a change.
    """
    if is_sqlite():
        return await lnbits_version(), await data_version()
    (rows,) = await fetch_tuples(
        f"SELECT {HASHES.format(rows=SELECT_FEEDS)}, {HASHES.format(rows=ENABLED)}"
    )
    return tuple(rows)


async def count_feeds() -> tuple[int, int]:
    """How many feeds record, and how many are suspended or have yet to open."""
    rows = await fetch_all(
        "SELECT COUNT(*) AS feeds, SUM(CASE WHEN active = true THEN 1 ELSE 0 END)"
        " AS active FROM payfeed.feeds"
    )
    active = int(rows[0]["active"] or 0)
    return active, rows[0]["feeds"] - active


async def get_feeds_of(wallet_ids: Collection[str]) -> list[Feed]:
    if not wallet_ids:
        return []
    rows = await fetch_all(
        f"{SELECT_FEEDS} WHERE {among('f.wallet_id', 'wallet_ids')}",
        {"wallet_ids": json_list(wallet_ids)},
    )
    return [_feed(row.values()) for row in rows]


@shielded
async def insert_feeds(feeds: list[Feed]) -> None:
    """Create feeds in one transaction; those that exist stay as they are."""
    async with transaction() as conn:
        await conn.execute(
            text(
                "INSERT INTO payfeed.feeds VALUES (:wallet_id, :epoch, :head, :channel,"
                " :secret, :mirror_to_inkey, :allow_inkey, :active, :created_at)"
                " ON CONFLICT DO NOTHING"
            ),
            [asdict(feed) for feed in feeds],
        )


@shielded
async def activate_feeds(wallet_ids: list[str]) -> None:
    async with transaction() as conn:
        await conn.execute(
            text("UPDATE payfeed.feeds SET active = true WHERE wallet_id = :wallet_id"),
            [{"wallet_id": wallet_id} for wallet_id in wallet_ids],
        )
        await notify_of_feeds(conn, wallet_ids)


async def suspend_feed(wallet_id: str) -> None:
    await execute(
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
    }
    values = {"wallet_id": wallet_id, "value": value}
    await execute(statements[column], values, changed=wallet_id)


async def set_extra_members(wallet_id: str, names: Collection[str]) -> None:
    await execute(
        "INSERT INTO payfeed.feed_settings (wallet_id, extra_members)"
        " VALUES (:wallet_id, :names)"
        " ON CONFLICT (wallet_id) DO UPDATE SET extra_members = excluded.extra_members",
        {"wallet_id": wallet_id, "names": json.dumps(list(names))},
        changed=wallet_id,
    )


@shielded
async def rotate_secret(
    wallet_id: str, secret: str, previous_until: int | None, now: int
) -> bool:
    """A new secret; the one before is kept until `previous_until`, if that is given.

    False if `previous_until` is given and an overlap is under way.
    """
    values = {"wallet_id": wallet_id, "secret": secret, "until": previous_until}
    async with transaction() as conn:
        await lock_feed(conn, wallet_id)
        found = await conn.execute(
            text(
                "SELECT previous_until FROM payfeed.feed_settings"
                " WHERE wallet_id = :wallet_id AND previous_until > :now"
            ),
            {"wallet_id": wallet_id, "now": now},
        )
        if previous_until is not None and found.first():
            return False
        for sql in (
            "INSERT INTO payfeed.feed_settings"
            " (wallet_id, extra_members, previous_secret, previous_until)"
            " SELECT wallet_id, '[]', CASE WHEN CAST(:until AS BIGINT) IS NULL"
            " THEN NULL ELSE secret END, CAST(:until AS BIGINT)"
            " FROM payfeed.feeds WHERE wallet_id = :wallet_id"
            " ON CONFLICT (wallet_id) DO UPDATE SET"
            " previous_secret = excluded.previous_secret,"
            " previous_until = excluded.previous_until",
            "UPDATE payfeed.feeds SET secret = :secret WHERE wallet_id = :wallet_id",
        ):
            await conn.execute(text(sql), values)
        await notify_others(conn, "feed", wallet_id)
        return True


async def end_previous_secret(wallet_id: str) -> None:
    await execute(
        "UPDATE payfeed.feed_settings SET previous_secret = NULL, previous_until = NULL"
        " WHERE wallet_id = :wallet_id",
        {"wallet_id": wallet_id},
        changed=wallet_id,
    )


@shielded
async def rotate_epoch(wallet_id: str, epoch: str) -> None:
    async with transaction() as conn:
        await begin_epoch(conn, wallet_id, epoch)


@shielded
async def end_epoch(feed: Feed, epoch: str) -> bool:
    """Begin a new epoch, unless the feed has changed since its row was read."""
    async with transaction() as conn:
        found = await lock_feed(conn, feed.wallet_id)
        if found != (feed.epoch, feed.head):
            return False
        await begin_epoch(conn, feed.wallet_id, epoch)
        return True


async def begin_epoch(conn: Any, wallet_id: str, epoch: str) -> None:
    await conn.execute(BEGIN_EPOCH, {"wallet_id": wallet_id, "epoch": epoch})
    for sql in (
        "DELETE FROM payfeed.events WHERE wallet_id = :wallet_id",
        "DELETE FROM payfeed.payments WHERE wallet_id = :wallet_id",
        "UPDATE payfeed.access_keys SET acked = 0 WHERE wallet_id = :wallet_id",
        "UPDATE payfeed.narrowed_keys SET acked = 0 WHERE wallet_id = :wallet_id",
    ):
        await conn.execute(text(sql), {"wallet_id": wallet_id})
    await notify_others(conn, "feed", wallet_id)


@shielded
async def renew_epochs(name: str, value: int, new: Callable[[], str]) -> int | None:
    """Begin a new epoch in every feed, and store `value` as the state `name`.

    Returns how many feeds there are; None, and changes nothing, if `name` has that
    value. All in one transaction: a crash leaves all or nothing. Other processes find
    the new epochs when they append or poll: a notification for each of thousands of
    feeds costs them more.
    """
    async with transaction() as conn:
        if db.type == POSTGRES:
            # nobody appends meanwhile; reading goes on
            await conn.execute(text("LOCK TABLE payfeed.feeds IN EXCLUSIVE MODE"))
        done = await conn.execute(
            text(
                "INSERT INTO payfeed.state AS kept VALUES (:name, :value)"
                " ON CONFLICT (name) DO UPDATE SET value = :value"
                " WHERE kept.value <> :value"
            ),
            {"name": name, "value": value},
        )
        if not done.rowcount:
            return None
        found = await conn.execute(text("SELECT wallet_id FROM payfeed.feeds"))
        rows = [
            {"wallet_id": wallet_id, "epoch": new()}
            for wallet_id in found.scalars().all()
        ]
        if rows:
            await conn.execute(BEGIN_EPOCH, rows)
        # whatever their number, in one statement of bounded time
        empty = "TRUNCATE" if db.type == POSTGRES else "DELETE FROM"
        for sql in (
            f"{empty} payfeed.events",
            f"{empty} payfeed.payments",
            "UPDATE payfeed.access_keys SET acked = 0 WHERE acked <> 0",
            "UPDATE payfeed.narrowed_keys SET acked = 0 WHERE acked <> 0",
        ):
            await conn.execute(text(sql))
        return len(rows)


async def lock_feed(conn: Any, wallet_id: str) -> tuple[str, int] | None:
    """Epoch and head of a feed that now belongs to this transaction."""
    found = await conn.execute(LOCK_FEED, {"wallet_id": wallet_id})
    row = found.mappings().first()
    return (row["epoch"], row["head"]) if row else None


async def lock_feeds(
    conn: Any, wallet_ids: set[str]
) -> tuple[dict[str, tuple[str, int]], set[str], int | None]:
    """Lock feeds: (epoch, head) by wallet, wallets locked by others, transaction id.

    PostgreSQL does not wait here for rows that another connection holds.
    """
    if db.type != POSTGRES:
        taken = {
            wallet_id: await lock_feed(conn, wallet_id)
            for wallet_id in sorted(wallet_ids)
        }
        return (
            {wallet_id: place for wallet_id, place in taken.items() if place},
            set(),
            None,
        )
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


async def move_head(conn: Any, wallet_id: str, head: int) -> None:
    await conn.execute(MOVE_HEAD, {"wallet_id": wallet_id, "head": head})


async def get_state(name: str) -> int | None:
    rows = await fetch_all(
        "SELECT value FROM payfeed.state WHERE name = :name", {"name": name}
    )
    return rows[0]["value"] if rows else None


async def set_state(name: str, value: int) -> None:
    await execute(
        "INSERT INTO payfeed.state VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = :value",
        {"name": name, "value": value},
    )
