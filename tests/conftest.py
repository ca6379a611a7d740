import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "tools"))

# before anything imports LNbits, whose settings are read then
os.environ.setdefault("LNBITS_DATA_FOLDER", tempfile.mkdtemp(prefix="payfeed-unit-"))

import payfeed_package  # noqa: E402, F401
from lnbits_server import Server  # noqa: E402
from postgres import Postgres  # noqa: E402


class Shop:
    """A server with a payer that has money and an empty shop wallet."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.add_extension("paylab", HERE / "paylab")
        self.payer: dict[str, str] = {}
        self.wallet: dict[str, str] = {}

    async def open(self) -> None:
        await self.server.start()
        await self.server.install()
        self.payer = (await self.server.wallets(self.server.admin))[0]
        self.wallet = await self.server.new_wallet(self.server.admin, "shop")
        await self.server.credit(self.payer["id"], 1_000_000)
        key = self.payer["inkey"]
        await self.server.payfeed("GET", "events?since=start&wait=20", key)

    async def sell(self, amount_sat: int = 1000, memo: str = "a memo") -> str:
        """Pay an invoice of the shop; returns its payment hash."""
        invoice = await self.server.invoice(self.wallet, amount_sat, memo)
        await self.server.pay(self.payer, invoice)
        return str(invoice["payment_hash"])

    async def lab(self, what: str, **values: Any) -> Any:
        """Ask the other extension, `paylab`, to do something."""
        return await self.server.call("POST", f"/paylab/{what}", json=values)


@asynccontextmanager
async def opened(**env: str) -> AsyncIterator[Shop]:
    """A shop that is ready to sell, on a server with these settings."""
    shop = Shop(Server(**env))
    try:
        await shop.open()
        yield shop
    finally:
        await shop.server.close()


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
