"""A server with a shop that sells: what most tests begin with."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lnbits_server import Server

HERE = Path(__file__).resolve().parent

HANG_GUARD = 30
NUMBERS = itertools.count(1)


class Shop:
    """A server with a payer that has money and an empty shop wallet."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.add_extension("paylab", HERE / "paylab")
        self.username = "admin"
        self.user: dict[str, str] = {}
        self.payer: dict[str, str] = {}
        self.wallet: dict[str, str] = {}

    async def open(self) -> None:
        await self.server.start()
        await self.server.install()
        self.user = self.server.admin
        await self._open_wallets()

    async def for_new_user(self) -> "Shop":
        """Another user's shop on the same server; its node pays all invoices."""
        if not self.server.is_running:  # a test that restarts it has failed
            await self.server.start()
        await self.lab("node", outcome="success")
        other = await self.for_visitor()
        await other._open_wallets()
        return other

    async def for_visitor(self) -> "Shop":
        """Another user on the same server, who sells nothing and has no money."""
        other = Shop(self.server)
        other.username = f"user{next(NUMBERS)}"
        other.user = await self.server.new_user(other.username)
        return other

    async def new_wallet(self, name: str) -> dict[str, Any]:
        """Another wallet of the shop's user."""
        return await self.server.new_wallet(self.user, name)

    async def _open_wallets(self) -> None:
        self.payer = (await self.server.wallets(self.user))[0]
        self.wallet = await self.new_wallet("shop")
        await self.server.credit(self.payer["id"], 1_000_000)
        key = self.payer["inkey"]
        await self.server.payfeed("GET", "events?since=start&wait=20", key)

    async def sell(self, amount_sat: int = 1000, memo: str = "a memo") -> str:
        """Pay an invoice of the shop; returns its payment hash."""
        invoice = await self.server.invoice(self.wallet, amount_sat, memo)
        await self.server.pay(self.payer, invoice)
        return str(invoice["payment_hash"])

    async def has_subscribers(
        self, count: int, wallet: dict[str, str] | None = None
    ) -> None:
        """Wait until a wallet, or else the shop's, has this many subscribers."""
        key = (wallet or self.wallet)["inkey"]
        deadline = time.monotonic() + HANG_GUARD
        subscribers: list[dict[str, Any]] = []
        while len(subscribers) != count:
            assert time.monotonic() < deadline, subscribers
            await asyncio.sleep(0.05)
            answer = await self.server.payfeed("GET", "subscribers", key)
            subscribers = answer.json()

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
