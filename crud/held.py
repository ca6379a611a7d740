"""A connection to an SQLite file that is held open.

LNbits opens a connection for each use, which costs about as much as a commit.
"""

import contextlib
import os
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

BUSY_SECONDS = 3  # another process holds the file
JOURNAL_BYTES = 1024 * 1024  # of the journal between transactions

NUMBERS = count(1)


def held_engine(engine: AsyncEngine, path: str, schema: str | None) -> AsyncEngine:
    """An engine like LNbits' own, with one connection that is kept for reuse.

    With `schema` the file is attached by that name, and written as the decision on
    SQLite settings says. A connection is opened again when another file is at `path`.
    `info["number"]` of a connection is different for each one of the process.
    """

    def connect(dialect: Any, record: Any, arguments: Any, options: Any) -> Any:
        # before it is opened: a file put in place meanwhile counts as another one
        record.info.update(file=_identity(path), number=next(NUMBERS), is_new=True)
        return _connect(dialect, path)

    def prepare(connection: Any, record: Any) -> None:
        record.info["file"] = record.info["file"] or _identity(path)
        cursor = connection.cursor()
        # what a query sorts or collects is small, and need not be written to a disk
        cursor.execute("PRAGMA temp_store = MEMORY")
        if schema is None:
            return
        cursor.execute(f"ATTACH ? AS {schema}", (path,))
        cursor.execute(f"PRAGMA {schema}.synchronous = FULL")
        cursor.execute(f"PRAGMA {schema}.journal_mode = PERSIST")
        cursor.execute(f"PRAGMA {schema}.journal_size_limit = {JOURNAL_BYTES}")

    def check(connection: Any, record: Any, fairy: Any) -> None:
        if record.info.pop("is_new", False):
            return
        if record.info["file"] != _identity(path):
            raise DisconnectionError("The file was replaced.")

    held = create_async_engine(
        engine.url,
        echo=engine.echo,
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
    )
    event.listen(held.sync_engine, "do_connect", connect)
    event.listen(held.sync_engine, "connect", prepare)
    event.listen(held.sync_engine, "checkout", check)
    return held


async def in_one_trip(conn: Any, work: Callable[..., Any], *arguments: Any) -> Any:
    """`await work(conn, *arguments)`; on SQLite with one trip, commit included.

    `work` must await nothing but `conn.execute`. A trip to the connection's thread
    takes as long as a small statement. Elsewhere the caller commits.
    """
    held = (await conn.get_raw_connection()).dbapi_connection
    if not isinstance(held, _Connection):
        return await work(conn, *arguments)
    return await held.in_thread(_run_through, work, conn.sync_connection, arguments)


async def execute_rows(conn: Any, statement: str, rows: Iterable[Any]) -> None:
    """A transaction on SQLite: the statement for each row, which is made just then."""
    held = (await conn.get_raw_connection()).dbapi_connection
    await held.in_thread(_run_rows, held.driver_connection, statement, rows)


def _run_through(work: Callable[..., Any], conn: Any, arguments: Any) -> Any:
    """A coroutine that waits for nothing ends at its first step."""
    try:
        work(_Direct(conn), *arguments).send(None)
    except StopIteration as done:
        conn.commit()
        return done.value
    raise RuntimeError("The work waits for something else than the connection.")


class _Direct:
    """What `work` needs of an AsyncConnection, in the thread of the connection."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        return self._conn.execute(statement, parameters or {})


class _Connection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's connection, with one trip to the thread for each statement."""

    is_in_thread = False

    def cursor(self, server_side: bool = False) -> "_Cursor":
        return _Cursor(self)

    async def in_thread(self, act: Callable[..., Any], *arguments: Any) -> Any:
        self.is_in_thread = True
        try:
            return await self._connection._execute(act, *arguments)
        finally:
            self.is_in_thread = False

    def call(self, act: Callable[..., Any], *arguments: Any) -> Any:
        if self.is_in_thread:
            return act(self._connection, *arguments)
        trip = self._connection._execute(act, self._connection, *arguments)
        return self.await_(trip)

    def commit(self) -> None:
        self.call(_commit)

    def rollback(self) -> None:
        if self._connection.in_transaction:
            super().rollback()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Executes, fetches and closes together; SQLAlchemy's makes a trip for each.

    A trip takes as long as a small statement. Nor can a cancelled task leave a
    statement between execute and fetch, where it holds a lock.
    """

    def execute(self, operation: str, parameters: Any = None) -> None:
        self._run("execute", operation, parameters or ())

    def executemany(self, operation: str, parameters: Any) -> None:
        self._run("executemany", operation, parameters)

    def _run(self, *statement: Any) -> None:
        try:
            self._rows, self.description, self.lastrowid, self.rowcount = (
                self._adapt_connection.call(_run, *statement)
            )
        except Exception as exc:
            self._adapt_connection._handle_exception(exc)


def _commit(connection: Any) -> None:
    connection._conn.commit()


def _run(connection: Any, method: str, *statement: Any) -> tuple[Any, ...]:
    with contextlib.closing(connection._conn.cursor()) as cursor:
        getattr(cursor, method)(*statement)
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.description, cursor.lastrowid, cursor.rowcount


def _run_rows(connection: Any, statement: str, rows: Iterable[Any]) -> None:
    connection._conn.executemany(statement, rows)
    connection._conn.commit()


def _connect(dialect: Any, path: str) -> Any:
    """As SQLAlchemy connects, with a thread that does not keep the process alive.

    aiosqlite 0.22 has a thread in place of being one, which SQLAlchemy does not know.
    """
    connection = aiosqlite.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    thread: Any = getattr(connection, "_thread", connection)
    thread.daemon = True
    return _Connection(dialect.dbapi, await_only(connection))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
