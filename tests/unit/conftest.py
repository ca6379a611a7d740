import pytest_asyncio
from parts import new_journal
from payfeed import crud, migrations
from payfeed.feed.feeds import new_feed
from payfeed.feed.journal import Journal

TABLES = (
    *("feeds", "events", "seen", "access_keys", "state", "idempotency_keys"),
    *("webhooks", "webhook_deliveries", "webhook_attempts"),
)


@pytest_asyncio.fixture(loop_scope="session")
async def log_tables() -> None:
    """Payfeed's tables, empty."""
    for name in TABLES:
        await crud.execute(f"DROP TABLE IF EXISTS payfeed.{name}")
    await migrations.m001_initial(crud.db)
    await migrations.m002_idempotency_keys(crud.db)
    await migrations.m004_webhooks(crud.db)


@pytest_asyncio.fixture(loop_scope="session")
async def log(log_tables: None) -> Journal:
    """A journal of its own, and the feed `w` in the tables."""
    await crud.insert_feed(new_feed("w", 1), [])
    return new_journal()
