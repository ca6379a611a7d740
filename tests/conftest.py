import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "tools"))

import payfeed_package  # noqa: E402, F401
from lnbits_server import Server  # noqa: E402


class Shop:
    """A server with a payer that has money and an empty shop wallet."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.payer: dict[str, str] = {}
        self.wallet: dict[str, str] = {}

    async def open(self) -> None:
        await self.server.start()
        await self.server.install()
        self.payer = (await self.server.wallets(self.server.admin))[0]
        self.wallet = await self.server.new_wallet(self.server.admin, "shop")
        await self.server.credit(self.payer["id"], 1_000_000)

    async def sell(self, amount_sat: int = 1000, memo: str = "a memo") -> str:
        """Pay an invoice of the shop; returns its payment hash."""
        invoice = await self.server.invoice(self.wallet, amount_sat, memo)
        await self.server.pay(self.payer, invoice)
        return str(invoice["payment_hash"])


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    opened = Shop(Server(PAYFEED_HEARTBEAT_SECONDS="2"))
    try:
        await opened.open()
        yield opened
    finally:
        await opened.server.close()
