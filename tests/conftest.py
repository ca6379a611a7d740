import functools
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

HERE = Path(__file__).resolve().parent
# `python -m pytest` adds the repository, whose modules could hide packages
sys.path[:] = [path for path in sys.path if Path(path).resolve() != HERE.parent]
for folder in (HERE, HERE.parent / "tools", HERE.parent / "clients/python/src"):
    sys.path.insert(0, str(folder))

# before anything imports LNbits, which reads its settings then; each worker has its own
os.environ["LNBITS_DATA_FOLDER"] = tempfile.mkdtemp(prefix="payfeed-unit-")

ON_POSTGRES = os.environ.get("PAYFEED_DATABASE") == "postgres"

from postgres import ZONE, Postgres  # noqa: E402


@functools.cache
def cluster() -> Postgres:
    """The PostgreSQL of this process, started when first needed."""
    made = Postgres()
    made.start()
    return made


if ON_POSTGRES:
    os.environ["LNBITS_DATABASE_URL"] = cluster().database()

import payfeed_package  # noqa: E402, F401
from browser import chromium  # noqa: E402
from limited import LIMITED_SETTINGS  # noqa: E402
from playwright.async_api import Browser  # noqa: E402
from shop import Shop, opened  # noqa: E402

SHARED_SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_CONNECTS_PER_MINUTE": "100000",
    "PAYFEED_FAILED_AUTH_PER_MINUTE": "100000",
    "PAYFEED_NOTIFY_PER_MINUTE": "100000",
    "PAYFEED_READS_PER_MINUTE": "100000",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
SHARED_BY_A_MODULE = {
    "both",
    "copied",
    "on_postgres",
    "on_sqlite",
    "restarts",
    "shop_behind_proxies",
    "shop_to_restore",
}
SHARED_BY_MODULES = {"server_with_limits"}


def pytest_unconfigure() -> None:
    if cluster.cache_info().currsize:
        cluster().close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what is expensive stay in one worker; the others are spread."""
    for item in items:
        for name in SHARED_BY_A_MODULE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {name}"))
        for name in SHARED_BY_MODULES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(name))


def database_settings() -> dict[str, str]:
    """LNbits' settings of a new database; PostgreSQL when the run asks for it."""
    if not ON_POSTGRES:
        return {}
    return {"LNBITS_DATABASE_URL": cluster().database(), "TZ": ZONE}


@pytest.fixture
def database() -> dict[str, str]:
    return database_settings()


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    return cluster()


@pytest.fixture(scope="module")
def module_database() -> dict[str, str]:
    return database_settings()


@pytest_asyncio.fixture(scope="session")
async def shared_shop() -> AsyncIterator[Shop]:
    """The server that the tests of this process share.

    Limits that count by address do not apply: all tests connect from the same one.
    """
    async with opened(**SHARED_SETTINGS, **database_settings()) as ready:
        yield ready


@pytest_asyncio.fixture(scope="session")
async def shared_browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """The Chromium that the tests of this process share; it keeps nothing of a test."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()


@pytest_asyncio.fixture
async def shop(shared_shop: Shop) -> Shop:
    """A new user with a payer and an empty shop wallet, on the shared server.

    A test may kill the server if it starts it again.
    """
    await shared_shop.server.revive()
    shared_shop.server.begin_log()
    return await shared_shop.for_new_user()


@pytest_asyncio.fixture(scope="session")
async def server_with_limits() -> AsyncIterator[Shop]:
    """The server with low limits that the tests of this process share."""
    async with opened(**LIMITED_SETTINGS, **database_settings()) as ready:
        yield ready


@pytest_asyncio.fixture
async def limited_shop(server_with_limits: Shop) -> Shop:
    """A new user there. Limits count by key, by wallet, or by the client's address."""
    server_with_limits.server.begin_log()
    return await server_with_limits.for_new_user()


@pytest_asyncio.fixture
async def own_server_shop(database: dict[str, str]) -> AsyncIterator[Shop]:
    """For a test that stops the server, changes its settings or counts all it does."""
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **database) as ready:
        yield ready
