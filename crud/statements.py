"""Connections, transactions and notifications: what all statements share.

Statements go to the connection itself: LNbits' own `execute` commits each one and
strips HTML-like text from parameters, which would break transactions and memos.
"""

import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from lnbits.db import POSTGRES, SQLITE
from sqlalchemy import text

from ..shielded import shielded
from .database import BoundedDatabase

db = BoundedDatabase("ext_payfeed")
# LNbits' tables have a connection of their own: LNbits' is used by one task at a time.
# It only reads, so that no transaction and no lock is left open between two uses.
core_db = BoundedDatabase("database")

# who sent a notification, as a process also receives its own
ORIGIN = secrets.token_hex(4)

NOTIFY = text("SELECT pg_notify('payfeed', :payload)")
ANY_SIZE = 2**62
# another process may have begun a new epoch without this one knowing
IN_EPOCH = (
    "EXISTS (SELECT 1 FROM payfeed.feeds f"
    " WHERE f.wallet_id = :wallet_id AND f.epoch = :epoch)"
)


def is_sqlite() -> bool:
    return bool(db.type == SQLITE)


def rows_of(name: str, columns: int) -> str:
    """A table of text columns `c0`, `c1` … from one bound JSON list of lists.

    One parameter, whatever its length: a list of placeholders would make a new
    statement for each length, and SQLite bounds their number.
    """
    if db.type == POSTGRES:
        picked = ", ".join(f"item->>{n} AS c{n}" for n in range(columns))
        source = f"jsonb_array_elements(CAST(:{name} AS jsonb)) AS items(item)"
    else:
        picked = ", ".join(
            f"json_extract(value, '$[{n}]') AS c{n}" for n in range(columns)
        )
        source = f"json_each(:{name})"
    return f"(SELECT {picked} FROM {source}) AS {name}_rows"


def open_databases() -> None:
    """Keep connections for reuse. Each call needs one of `close_databases`."""
    for database in (db, core_db):
        database.open()


def close_databases() -> None:
    """Give all connections back, unless another copy has opened them."""
    for database in (db, core_db):
        database.close()


@asynccontextmanager
async def transaction(database: BoundedDatabase = db) -> AsyncIterator[Any]:
    """One transaction: committed at the end, rolled back by any exception."""
    async with database.use(writes=True) as conn:
        yield conn
        await conn.commit()


@shielded
async def fetch_all(
    sql: str, values: dict[str, Any] | None = None, database: BoundedDatabase = db
) -> list[Any]:
    """The rows, each a mapping by column."""
    async with database.use() as conn:
        result = await conn.execute(text(sql), values or {})
        return list(result.mappings().all())


@shielded
async def fetch_tuples(sql: str, database: BoundedDatabase = db) -> list[Any]:
    """The rows, each like a tuple: for thousands of them, read again and again."""
    async with database.use() as conn:
        return list((await conn.execute(text(sql))).all())


@shielded
async def execute(
    sql: str, values: dict[str, Any] | None = None, changed: str | None = None
) -> int:
    """Rows touched. `changed`: the wallet at whose feed others have to look again."""
    async with transaction() as conn:
        done = await conn.execute(text(sql), values or {})
        if changed:
            await notify_others(conn, "feed", changed)
        return int(done.rowcount)


async def notify_others(conn: Any, *words: Any) -> None:
    """A notification that leaves with the transaction; PostgreSQL only."""
    if db.type == POSTGRES:
        await conn.execute(NOTIFY, _payload(words))


async def notify_of_feeds(conn: Any, wallet_ids: Iterable[str]) -> None:
    """One notification for each feed, together."""
    if db.type == POSTGRES:
        await conn.execute(NOTIFY, [_payload(("feed", one)) for one in wallet_ids])


def _payload(words: Iterable[Any]) -> dict[str, str]:
    return {"payload": " ".join(map(str, (ORIGIN, *words)))}


async def database_bytes() -> int:
    """What Payfeed's tables and indexes take on the disk; no table is read."""
    if is_sqlite():
        pages, size = [
            (await fetch_tuples(f"PRAGMA payfeed.{name}"))[0][0]
            for name in ("page_count", "page_size")
        ]
        return int(pages * size)
    rows = await fetch_tuples(
        "SELECT SUM(pg_total_relation_size(c.oid)) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'payfeed' AND c.relkind = 'r'"
    )
    return int(rows[0][0] or 0)


Version = tuple[int, int]


@shielded
async def data_version(database: BoundedDatabase = db) -> Version | None:
    """On SQLite: a value that changes when others may have written to the database.

    (number of the connection, its `PRAGMA data_version`). Two values can be compared
    only if the connection is the same: another one counts from elsewhere, and so its
    number makes the value differ. What `database` itself commits changes nothing. Read
    it before the statements whose repetition it may save. None on PostgreSQL.
    """
    if database.type != SQLITE:
        return None
    schema = f"{database.schema}." if database.schema else ""
    async with database.use() as conn:
        found = await conn.execute(text(f"PRAGMA {schema}data_version"))
        return conn.info["number"], found.scalar_one()


async def lnbits_version() -> Version | None:
    """`data_version` of LNbits' database."""
    return await data_version(core_db)
