"""Database calls that run to their end even if their caller is cancelled.

A statement that is cancelled between execute and fetch keeps SQLite's read lock on a
connection that nobody closes. The next writer, LNbits itself, then fails with "database
is locked".
"""

import asyncio
import functools
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import asyncpg
from sqlalchemy import exc as sql

from .errors import Locked, PayfeedError, Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Asynchronous = Callable[P, Coroutine[Any, Any, T]]

# SQLSTATE classes of errors in the statement itself: data, constraint, syntax
REFUSED = ("22", "23", "42")
# lock_timeout and statement_timeout: one row or table is the cause
LOCKED = ("55P03", "57014")
# as SQLAlchemy and, where it is passed by, SQLite's driver name them
FAULTY = (
    *(sql.IntegrityError, sql.DataError, sql.ProgrammingError),
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError),
)


def shielded(function: Asynchronous[P, T]) -> Asynchronous[P, T]:
    """Run a function to its end, also when its caller is cancelled.

    Raises Unavailable if the database, LNbits' or Payfeed's, is locked, full or away,
    and Locked if that concerns one row or table.
    """

    @functools.wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.shield(asyncio.create_task(function(*args, **kwargs)))
        except Exception as exc:
            if is_outage(exc) and not isinstance(exc, PayfeedError):
                raise _outage(exc) from exc
            raise

    return run


def is_outage(exc: Exception) -> bool:
    """Does the error come from the state of the database, not from the statement?"""
    if isinstance(exc, FAULTY):
        return False
    if isinstance(exc, sql.DBAPIError):
        return not _sqlstate(exc).startswith(REFUSED)
    return isinstance(
        exc,
        Unavailable
        | OSError
        | asyncio.TimeoutError
        | sql.TimeoutError
        | sqlite3.DatabaseError
        | asyncpg.PostgresError
        | asyncpg.InterfaceError,
    )


def _outage(exc: Exception) -> Unavailable:
    return Locked() if _sqlstate(exc) in LOCKED else Unavailable()


def _sqlstate(exc: Exception) -> str:
    return str(getattr(getattr(exc, "orig", exc), "sqlstate", None) or "")
