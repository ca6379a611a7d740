import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "tools", HERE.parent / "clients/python/src"):
    sys.path.insert(0, str(folder))

# before anything imports LNbits, whose settings are read then
os.environ.setdefault("LNBITS_DATA_FOLDER", tempfile.mkdtemp(prefix="payfeed-unit-"))

import payfeed_package  # noqa: E402, F401
from postgres import Postgres  # noqa: E402
from shop import Shop, opened  # noqa: E402


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    cluster = Postgres()
    cluster.start()
    yield cluster
    cluster.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """LNbits' setting of the database; PostgreSQL when the run asks for it."""
    if os.environ.get("PAYFEED_DATABASE") != "postgres":
        return {}
    cluster: Postgres = request.getfixturevalue("postgres")
    return {"LNBITS_DATABASE_URL": cluster.database()}


@pytest.fixture
async def shop(database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2", **database) as ready:
        yield ready
