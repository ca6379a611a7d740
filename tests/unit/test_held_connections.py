"""SQLite's connections are held open, leave no lock, and follow the file."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import pytest_asyncio
from lnbits.db import SQLITE
from parts import payment
from payfeed import crud
from payfeed.crud.database import BoundedDatabase
from payfeed.crud.held import in_one_trip
from payfeed.errors import Unavailable
from payfeed.feed.journal import Journal
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

pytestmark = pytest.mark.skipif(crud.db.type != SQLITE, reason="about files")

HANG_GUARD = 60


@pytest_asyncio.fixture
async def database() -> AsyncIterator[BoundedDatabase]:
    """A file of its own with the table `payfeedheld.numbers`, held open."""
    made = BoundedDatabase("ext_payfeedheld")
    made.open()
    async with crud.transaction(made) as conn:
        await conn.execute(text("CREATE TABLE payfeedheld.numbers (number INTEGER)"))
    yield made
    await close(made)
    Path(made.path).unlink()


async def close(database: BoundedDatabase) -> None:
    database.close()
    assert database.closing
    await database.closing


async def add(database: BoundedDatabase, number: int) -> None:
    async with crud.transaction(database) as conn:
        await conn.execute(text(f"INSERT INTO payfeedheld.numbers VALUES ({number})"))


async def numbers(database: BoundedDatabase) -> list[int]:
    rows = await crud.fetch_all("SELECT number FROM payfeedheld.numbers", {}, database)
    return [row["number"] for row in rows]


@contextlib.contextmanager
def other_process(database: BoundedDatabase) -> Iterator[sqlite3.Connection]:
    """A connection as another process has it, which waits for no lock."""
    connection = sqlite3.connect(database.path, timeout=0, isolation_level=None)
    with contextlib.closing(connection):
        yield connection


def open_files(database: BoundedDatabase) -> list[str]:
    handles = Path("/proc/self/fd").iterdir()
    paths = [os.readlink(handle) for handle in handles if handle.is_symlink()]
    return [path for path in paths if path.startswith(database.path)]


async def connection_number(database: BoundedDatabase) -> int:
    async with database.use() as conn:
        return int(conn.info["number"])


async def test_uses_one_after_the_other_share_a_connection(
    database: BoundedDatabase,
) -> None:
    first = await connection_number(database)
    await add(database, 1)
    assert await connection_number(database) == first


async def test_a_commit_is_on_disk_before_it_is_answered(
    database: BoundedDatabase,
) -> None:
    async with database.use() as conn:
        for pragma, value in (("synchronous", 2), ("journal_mode", "persist")):
            found = await conn.execute(text(f"PRAGMA payfeedheld.{pragma}"))
            assert found.scalar_one() == value


async def test_a_copy_of_the_file_alone_has_all_that_is_committed(
    database: BoundedDatabase, tmp_path: Path
) -> None:
    for number in range(20):
        await add(database, number)
    copy = shutil.copy(database.path, tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("SELECT count(*) FROM numbers").fetchone()
    assert found == (20,)


async def test_a_read_leaves_no_lock(database: BoundedDatabase) -> None:
    await numbers(database)
    with other_process(database) as other:
        other.execute("BEGIN EXCLUSIVE")


async def test_a_write_that_fails_leaves_no_lock(database: BoundedDatabase) -> None:
    async def fail() -> None:
        async with crud.transaction(database) as conn:
            await conn.execute(text("INSERT INTO payfeedheld.numbers VALUES (1)"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    with other_process(database) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")
    assert await numbers(database) == []


async def test_a_cancelled_caller_leaves_no_lock(database: BoundedDatabase) -> None:
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
        " 300000) SELECT max(i) AS i FROM n, payfeedheld.numbers"
    )
    await add(database, 1)
    reading = asyncio.create_task(crud.fetch_all(slow, {}, database))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    # the next use is after the statement
    await add(database, 2)
    with other_process(database) as other:
        other.execute("BEGIN EXCLUSIVE")


async def test_a_file_that_is_put_in_place_is_read_and_written(
    database: BoundedDatabase, tmp_path: Path
) -> None:
    await add(database, 1)
    older = shutil.copy(database.path, tmp_path)
    await add(database, 2)
    os.replace(older, database.path)
    assert await numbers(database) == [1]
    await add(database, 3)
    with other_process(database) as other:
        assert other.execute("SELECT * FROM numbers").fetchall() == [(1,), (3,)]


async def test_a_deleted_file_is_not_kept_open(
    database: BoundedDatabase,
) -> None:
    await add(database, 1)
    Path(database.path).unlink()
    with pytest.raises(Unavailable):
        await numbers(database)
    assert open_files(database) == []


async def test_a_file_that_is_damaged_and_put_right_is_read_again(
    database: BoundedDatabase,
) -> None:
    await add(database, 1)
    content = Path(database.path).read_bytes()
    Path(database.path).write_bytes(os.urandom(len(content)))
    with pytest.raises(Unavailable):
        await numbers(database)
    Path(database.path).write_bytes(content)
    assert await numbers(database) == [1]


async def test_closing_leaves_no_file_open(database: BoundedDatabase) -> None:
    await add(database, 1)
    assert open_files(database)
    await close(database)
    assert open_files(database) == []
    # and a request that comes later leaves none either
    assert await numbers(database) == [1]
    assert open_files(database) == []
    database.open()


async def lnbits_commits(statement: str) -> None:
    async with crud.core_db.connect() as connection:
        await connection.execute(statement)


async def test_the_version_of_lnbits_changes_with_a_commit_only(log: Journal) -> None:
    before = await crud.lnbits_version()
    await log.append("w", [payment(1)])
    assert await crud.lnbits_version() == before
    await lnbits_commits("CREATE TABLE IF NOT EXISTS version_of_lnbits (a INTEGER)")
    await lnbits_commits("INSERT INTO version_of_lnbits VALUES (1)")
    assert await crud.lnbits_version() != before


async def test_the_version_of_lnbits_changes_with_the_connection(
    databases: None,
) -> None:
    before: Any = await crud.lnbits_version()
    async with crud.core_db.use() as conn:
        await conn.invalidate()
    after: Any = await crud.lnbits_version()
    assert after[0] != before[0]


async def test_a_process_that_does_not_close_can_end() -> None:
    """Not waiting for a thread of the driver."""
    program = (
        "import asyncio, payfeed_package\n"
        "from payfeed import crud\n"
        "async def use():\n"
        "    crud.open_databases()\n"
        "    await crud.fetch_all('SELECT 1')\n"
        "asyncio.run(use())\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": "."},
    )
    try:
        assert await asyncio.wait_for(process.wait(), HANG_GUARD) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def test_an_append_goes_to_the_thread_of_the_connection_once(
    log: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.need_tail("w")
    trips, go = [], aiosqlite.Connection._execute

    async def count(connection: Any, *arguments: Any, **options: Any) -> Any:
        trips.append(arguments)
        return await go(connection, *arguments, **options)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", count)
    events = await log.append("w", [payment(1)])
    assert [event.offset for event in events] == [1]
    assert len(trips) == 1


async def test_work_that_fails_in_one_trip_leaves_nothing(
    database: BoundedDatabase,
) -> None:
    async def fail(conn: Any) -> None:
        await conn.execute(text("INSERT INTO payfeedheld.numbers VALUES (1)"))
        await conn.execute(text("INSERT INTO payfeedheld.nothing VALUES (1)"))

    with pytest.raises(OperationalError):
        async with crud.transaction(database) as conn:
            await in_one_trip(conn, fail)
    assert await numbers(database) == []
    await add(database, 2)
    assert await numbers(database) == [2]


async def test_work_in_one_trip_may_not_wait_for_anything_else(
    database: BoundedDatabase,
) -> None:
    async def wait(conn: Any) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="something else"):
        async with crud.transaction(database) as conn:
            await in_one_trip(conn, wait)
