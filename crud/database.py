"""A database with bounded waits, whose connections can be given back.

LNbits' `Database.connect` admits one user at a time and has no time limit: a row that
another connection holds would block every reader of the process.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lnbits.db import POSTGRES, SQLITE, Database
from loguru import logger
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from ..errors import Unavailable
from ..shielded import is_outage
from .held import BUSY_SECONDS, held_engine

CONNECT_SECONDS = 10
TURN_SECONDS = 20
ANSWER_SECONDS = 60  # for one statement; a connection that is silent longer is closed
WARNING_SECONDS = 60  # between two warnings about the same error
CONNECTIONS = 4  # for reading, and as many for writing

# for PostgreSQL, set in each transaction: poolers refuse them as connection options
LIMITS = (
    "SELECT set_config('lock_timeout', '1s', true),"
    " set_config('statement_timeout', '45s', true),"
    " set_config('idle_in_transaction_session_timeout', '30s', true)"
)


class BoundedDatabase(Database):
    """LNbits' `Database` with a bounded `use`, and `close`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        engine = self.engine.sync_engine
        # the text of an error must not contain secrets
        engine.hide_parameters = True
        event.listen(engine, "do_connect", self._limit_connection)
        single = asyncio.Semaphore(1)
        self._turns = (single, single)
        self._kept = self.engine  # on SQLite it has no pool
        if self.type == SQLITE:
            self._kept = held_engine(self.engine, self.path, self.schema)
        if self.type == POSTGRES:
            self._turns = (
                asyncio.Semaphore(CONNECTIONS),
                asyncio.Semaphore(CONNECTIONS),
            )
        self._failures = [0, 0]
        self._users = 0
        self._copies = 0
        self.closing: asyncio.Task[None] | None = None
        self._warned, self._warned_at = "", 0.0

    def _limit_connection(
        self, dialect: Any, record: Any, arguments: Any, options: dict[str, Any]
    ) -> None:
        if self.type == SQLITE:
            options["timeout"] = BUSY_SECONDS
        if self.type == POSTGRES:
            options.update(timeout=CONNECT_SECONDS, command_timeout=ANSWER_SECONDS)

    @asynccontextmanager
    async def use(self, writes: bool = False) -> AsyncIterator[Any]:
        """A connection; the caller commits.

        On PostgreSQL, reading does not wait for writing. On SQLite there is one
        connection and one user at a time; when it fails because the file is locked,
        Unavailable is raised for all that waited for it, as each of them would wait for
        the file as long.
        """
        known = self._failures[writes]
        turn = self._turns[writes]
        await self._wait_for(turn)
        self._users += 1
        try:
            if self.type == SQLITE and self._failures[writes] != known:
                raise Unavailable()
            try:
                async with self._connection() as connection:
                    yield connection
            except Exception as exc:
                if is_outage(exc):
                    self._count_outage(exc, writes)
                raise
        finally:
            self._users -= 1
            turn.release()
            await self._close_if_unused()

    def _count_outage(self, exc: Exception, writes: bool) -> None:
        self._failures[True] += 1
        # a file that cannot be written may still be readable
        self._failures[False] += not writes
        # other errors may contain a part of the database's address
        reason = type(exc).__name__
        if isinstance(exc, DBAPIError):
            reason = str(exc.orig).partition("\n")[0]
        now = time.monotonic()
        if reason != self._warned or now - self._warned_at > WARNING_SECONDS:
            self._warned, self._warned_at = reason, now
            logger.warning(f"payfeed: database {self.name}: {reason}")

    async def _wait_for(self, turn: asyncio.Semaphore) -> None:
        if self.type == POSTGRES:
            await asyncio.wait_for(turn.acquire(), TURN_SECONDS)
        else:
            await turn.acquire()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        async with self._kept.connect() as connection:
            if self.type == POSTGRES:
                await connection.execute(text(LIMITS))
            try:
                yield connection
            except Exception as exc:
                if self.type == SQLITE and is_outage(exc):
                    # the file may be another one once it can be used again
                    await connection.invalidate(exc)
                raise

    def open(self) -> None:
        """Keep connections for reuse. A copy of the extension calls this once."""
        self._copies += 1

    def close(self) -> None:
        """The reverse of `open`; without a copy, no connection is kept.

        LNbits may start a copy of the extension before the one before it has ended.
        Must be called in the event loop.
        """
        self._copies -= 1
        loop = asyncio.get_running_loop()
        self.closing = loop.create_task(self._close_if_unused())

    async def _close_if_unused(self) -> None:
        if not self._copies and not self._users:
            await self._kept.dispose()
