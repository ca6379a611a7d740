"""Payments under load while LNbits is killed at random moments.

A reader reconnects with `since`. At the end every settled payment must have been
delivered, in order, under one id, without a hole; and every payment must be in the
payer's feed, as sent, once. Prints what it saw; exits 1 if not.
"""

import argparse
import asyncio
import contextlib
import json
import random
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import websockets

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lnbits_server import Server

PATIENCE_SECONDS = 60
PAYLAB = Path(__file__).resolve().parent / "paylab"


class Torture:
    def __init__(self, kills: int, payments: int, **env: str) -> None:
        self.kills = kills
        self.payments = payments
        self.server = Server(
            PAYFEED_CONNECTS_PER_MINUTE="100000", PAYFEED_HEARTBEAT_SECONDS="2", **env
        )
        self.server.add_extension("paylab", PAYLAB)
        self.url = env.get("LNBITS_DATABASE_URL")
        self.delivered: list[tuple[str, str]] = []
        self.resent = 0
        self.killed = 0
        self.up = asyncio.Event()
        self.ended = asyncio.Event()  # the reader has the last event, a message

    async def run(self) -> list[str]:
        """What went wrong; empty if nothing."""
        try:
            await self.server.start()
            await self.server.install()
            self.payer = (await self.server.wallets(self.server.admin))[0]
            self.shop = await self.server.new_wallet(self.server.admin, "shop")
            await self.server.credit(self.payer["id"], 10_000_000)
            await self.server.payfeed(
                "GET", "events?since=start&wait=20", self.payer["inkey"]
            )
            self.up.set()
            reader = asyncio.create_task(self.read())
            killer = asyncio.create_task(self.kill_at_random())
            while await self.settled() < self.payments or self.killed < self.kills:
                await self.up.wait()
                with contextlib.suppress(RuntimeError, httpx.HTTPError):
                    invoice = await self.server.invoice(self.shop, 1)
                    await self.server.pay(self.payer, invoice)
            await killer
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(self.delivered) < await self.settled():
                if time.monotonic() > deadline:
                    break
                await asyncio.sleep(0.5)
            await self.server.swept()
            await self.server.payfeed("POST", "notify", self.shop["inkey"], json="end")
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.ended.wait(), PATIENCE_SECONDS)
            reader.cancel()
            return await self.complaints()
        finally:
            await self.server.close()

    async def kill_at_random(self) -> None:
        step = self.payments / (self.kills + 1)
        for number in range(self.kills):
            while await self.settled() < step * (number + random.random()):
                await asyncio.sleep(0.01)
            await asyncio.sleep(random.random() * 0.05)
            self.up.clear()
            self.server.kill()
            self.killed += 1
            await self.server.start()
            self.up.set()

    async def read(self) -> None:
        cursor = "start"
        address = f"{self.server.ws}/payfeed/api/v1/ws/{self.shop['inkey']}"
        while True:
            try:
                async with websockets.connect(f"{address}?since={cursor}") as socket:
                    async for text in socket:
                        frame = json.loads(text)
                        if frame["type"] == "message":
                            self.ended.set()
                        if frame["type"] != "payment":
                            continue
                        cursor = frame["id"]
                        delivery = (cursor, frame["payment"]["payment_hash"])
                        if delivery in self.delivered[-100:]:
                            self.resent += 1
                        else:
                            self.delivered.append(delivery)
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.2)

    async def sent(self) -> list[str]:
        """Hashes in the payer's feed, in its order."""
        hashes: list[str] = []
        page: dict[str, Any] = {"cursor": "start", "has_more": True}
        while page["has_more"]:
            query = f"since={page['cursor']}&direction=out&status=confirmed"
            answer = await self.server.payfeed(
                "GET", f"events?{query}", self.payer["inkey"]
            )
            page = answer.json()
            hashes += [event["payment"]["payment_hash"] for event in page["events"]]
        return hashes

    async def _settled_hashes(self, wallet_id: str, sign: str) -> list[str]:
        sql = (
            f"SELECT payment_hash FROM apipayments WHERE wallet_id = '{wallet_id}'"
            f" AND status = 'success' AND amount {sign} 0"
        )
        if self.url:
            postgres = await asyncpg.connect(self.url)
            rows = await postgres.fetch(sql)
            await postgres.close()
            return [row[0] for row in rows]
        path = self.server.folder / "data" / "database.sqlite3"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return [row[0] for row in database.execute(sql)]
        finally:
            database.close()

    async def settled(self) -> int:
        with contextlib.suppress(sqlite3.OperationalError):
            self._last = len(await self._settled_hashes(self.shop["id"], ">"))
        return self._last

    _last = 0

    async def complaints(self) -> list[str]:
        found = []
        paid = await self._settled_hashes(self.payer["id"], "<")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(sent := await self.sent()) < len(paid):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.5)
        if sorted(sent) != sorted(paid):
            found.append(f"{len(paid)} were sent, the payer's feed has {len(sent)}")
        settled = await self._settled_hashes(self.shop["id"], ">")
        hashes = [payment_hash for _, payment_hash in self.delivered]
        offsets = [int(event_id.split("-")[1]) for event_id, _ in self.delivered]
        if set(settled) - set(hashes):
            found.append(f"{len(set(settled) - set(hashes))} payments were lost")
        if set(hashes) - set(settled):
            found.append("events without a settled payment were delivered")
        if len(set(hashes)) != len(hashes):
            found.append("a payment was delivered under two ids")
        if offsets != list(range(1, len(offsets) + 1)):
            found.append("offsets were out of order or had a hole")
        return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--payments", type=int, default=1000)
    options = parser.parse_args()
    torture = Torture(options.kills, options.payments)
    complaints = asyncio.run(torture.run())
    print(
        f"{torture.killed} kills, {len(torture.delivered)} payments delivered,"
        f" {torture.resent} sent again on resuming"
    )
    print("\n".join(complaints) or "nothing lost, nothing twice, no hole")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
