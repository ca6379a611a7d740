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

import payfeed_package  # noqa: E402, F401
from postgres import ZONE, Postgres  # noqa: E402
from shop import Shop, opened  # noqa: E402

ON_POSTGRES = os.environ.get("PAYFEED_DATABASE") == "postgres"
SHARED_SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_CONNECTS_PER_MINUTE": "100000",
    "PAYFEED_FAILED_AUTH_PER_MINUTE": "100000",
}
CLUSTER = pytest.StashKey[Postgres]()


def cluster_of(config: pytest.Config) -> Postgres:
    """The PostgreSQL of this process, started when first needed."""
    if CLUSTER not in config.stash:
        config.stash[CLUSTER] = cluster = Postgres()
        config.add_cleanup(cluster.close)
        cluster.start()
    return config.stash[CLUSTER]


def pytest_configure(config: pytest.Config) -> None:
    """Unit tests have a database of their own, as LNbits reads it when imported."""
    runs_tests = not config.getoption("numprocesses", None)
    if ON_POSTGRES and runs_tests:
        os.environ["LNBITS_DATABASE_URL"] = cluster_of(config).database()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a server stay together in one worker; the others are spread."""
    for item in items:
        if "shared_shop" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def database_settings(config: pytest.Config) -> dict[str, str]:
    """LNbits' settings of a new database; PostgreSQL when the run asks for it."""
    if not ON_POSTGRES:
        return {}
    return {"LNBITS_DATABASE_URL": cluster_of(config).database(), "TZ": ZONE}


@pytest.fixture
def database(pytestconfig: pytest.Config) -> dict[str, str]:
    return database_settings(pytestconfig)


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    return cluster_of(pytestconfig)


@pytest.fixture(scope="module")
def module_database(pytestconfig: pytest.Config) -> dict[str, str]:
    return database_settings(pytestconfig)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_shop(module_database: dict[str, str]) -> AsyncIterator[Shop]:
    """One server for a module whose tests use wallets of their own.

    Such a module sets `pytestmark = pytest.mark.asyncio(loop_scope="module")`. Limits
    that count by address do not apply: all tests connect from the same one.
    """
    async with opened(**SHARED_SETTINGS, **module_database) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="module")
async def own_server_shop(database: dict[str, str]) -> AsyncIterator[Shop]:
    """For a test in such a module that stops the server or changes its settings."""
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **database) as ready:
        yield ready


@pytest.fixture
async def shop(database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **database) as ready:
        yield ready
