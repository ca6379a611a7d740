import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from lnbits.db import model_to_dict
from lnbits_rows import lnbits_sql, row
from parts import new_journal
from payfeed import crud, migrations
from payfeed.feed.feeds import new_feed
from payfeed.feed.journal import Journal

TABLES = (
    *("feeds", "events", "payments", "indexed_feeds", "seen", "state"),
    *("access_keys", "narrowed_keys"),
    "idempotency_keys",
    *("webhooks", "webhook_deliveries", "webhook_attempts"),
    "feed_settings",
    "displays",
)


@pytest_asyncio.fixture(scope="session")
async def databases() -> AsyncIterator[None]:
    """Connections are held open, as while the extension runs."""
    crud.open_databases()
    yield
    crud.close_databases()
    await asyncio.gather(crud.db.closing, crud.core_db.closing)


@pytest_asyncio.fixture
async def log_tables(databases: None) -> None:
    """Payfeed's tables, empty."""
    for name in TABLES:
        await crud.execute(f"DROP TABLE IF EXISTS payfeed.{name}")
    await migrations.m001_initial(crud.db)
    await migrations.m002_idempotency_keys(crud.db)
    await migrations.m003_filters(crud.db)
    await migrations.m004_webhooks(crud.db)
    await migrations.m005_narrowed_keys(crud.db)
    await migrations.m006_feed_settings(crud.db)
    await migrations.m007_displays(crud.db)


@pytest_asyncio.fixture
async def log(log_tables: None) -> Journal:
    """A journal of its own, and the feed `w` in the tables."""
    await crud.insert_feeds([new_feed("w", 1)])
    return new_journal()


NUMBERS = ("amount", "fee")
TIMES = ("time", "created_at", "updated_at", "expiry")


@pytest_asyncio.fixture
async def tables(log_tables: None) -> None:
    kinds = {
        name: "TIMESTAMP" if name in TIMES else "BIGINT" if name in NUMBERS else "TEXT"
        for name in model_to_dict(row(0, 1))
    }
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    for statement in (
        "DROP TABLE IF EXISTS apipayments",
        "DROP TABLE IF EXISTS wallets",
        "DROP TABLE IF EXISTS accounts",
        "DROP TABLE IF EXISTS extensions",
        f"CREATE TABLE apipayments ({columns})",
        'CREATE TABLE wallets (id TEXT, "user" TEXT, inkey TEXT, adminkey TEXT,'
        " shared_wallet_id TEXT, extra TEXT, deleted BOOLEAN)",
        "CREATE TABLE accounts (id TEXT, activated BOOLEAN)",
        'CREATE TABLE extensions ("user" TEXT, extension TEXT, active BOOLEAN)',
        "INSERT INTO wallets VALUES ('w', 'u', 'i1', 'a1', NULL, NULL, false),"
        " ('x', 'u', 'i2', 'a2', NULL, NULL, false)",
        "INSERT INTO accounts VALUES ('u', true)",
        "INSERT INTO extensions VALUES ('u', 'payfeed', true)",
    ):
        await lnbits_sql(statement)
