# pip install fastapi uvicorn, and the client: docs/clients.md
# PAYFEED_URL=https://lnbits.example.org PAYFEED_KEY=pfk_… \
#     uvicorn fastapi_background:app
import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from lnbits_payfeed import Feed, Gap, InvalidEvent, PaymentEvent

shop = sqlite3.connect("shop.sqlite")
shop.execute("CREATE TABLE IF NOT EXISTS paid (payment_hash PRIMARY KEY, amount)")
shop.execute("CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY, id)")


class ShopCursor:
    """In the shop's database: payment and cursor are stored in one transaction."""

    def load(self) -> str | None:
        row = shop.execute("SELECT id FROM cursor").fetchone()
        return row[0] if row else None

    def save(self, event_id: str) -> None:
        shop.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?)", (event_id,))


async def read_feed() -> None:
    url, key = os.environ["PAYFEED_URL"], os.environ["PAYFEED_KEY"]
    async with Feed(url, key, since="start", cursor=ShopCursor()) as feed:
        async for event in feed:
            if isinstance(event, Gap | InvalidEvent):
                print("Check the wallet:", event, flush=True)
            if isinstance(event, Gap):
                continue
            with shop:
                if isinstance(event, PaymentEvent) and event.payment.is_received:
                    row = (event.payment.payment_hash, event.payment.amount)
                    shop.execute("INSERT OR IGNORE INTO paid VALUES (?, ?)", row)
                await feed.ack(event)


def on_end(task: asyncio.Task[None]) -> None:
    """The feed ends only with an error: a server without it would look healthy."""
    if not task.cancelled():
        print("The feed has ended:", task.exception(), flush=True)
        os.kill(os.getpid(), signal.SIGTERM)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(read_feed())
    task.add_done_callback(on_end)
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/orders/{payment_hash}")
async def order(payment_hash: str) -> dict[str, bool]:
    query = "SELECT 1 FROM paid WHERE payment_hash = ?"
    return {"paid": shop.execute(query, (payment_hash,)).fetchone() is not None}
