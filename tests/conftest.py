import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "tools", HERE.parent / "clients/python/src"):
    sys.path.insert(0, str(folder))

# before anything imports LNbits, whose settings are read then
os.environ.setdefault("LNBITS_DATA_FOLDER", tempfile.mkdtemp(prefix="payfeed-unit-"))

import payfeed_package  # noqa: E402, F401
from postgres import ZONE, Postgres  # noqa: E402
from shop import Shop, opened  # noqa: E402

ON_POSTGRES = os.environ.get("PAYFEED_DATABASE") == "postgres"
CLUSTER = pytest.StashKey[Postgres]()


def cluster_of(config: pytest.Config) -> Postgres:
    """The one PostgreSQL of this run, started when first asked for."""
    if CLUSTER not in config.stash:
        config.stash[CLUSTER] = cluster = Postgres()
        config.add_cleanup(cluster.close)
        cluster.start()
    return config.stash[CLUSTER]


def pytest_configure(config: pytest.Config) -> None:
    """Unit tests have a database of their own, as LNbits reads it when imported."""
    if ON_POSTGRES:
        os.environ["LNBITS_DATABASE_URL"] = cluster_of(config).database()


@pytest.fixture
def database(pytestconfig: pytest.Config) -> dict[str, str]:
    """LNbits' setting of the database; PostgreSQL when the run asks for it."""
    if not ON_POSTGRES:
        return {}
    return {"LNBITS_DATABASE_URL": cluster_of(pytestconfig).database(), "TZ": ZONE}


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    return cluster_of(pytestconfig)


@pytest.fixture
async def shop(database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **database) as ready:
        yield ready
