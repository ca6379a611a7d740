"""An extension for benchmarks: it stores when frames are pushed, and records."""

import asyncio
import secrets
import time
from datetime import datetime, timezone
from typing import Any

from fastapi import APIRouter, Body
from lnbits.core.crud import create_wallet
from lnbits.core.db import db as core_db
from lnbits.core.models import Payment
from lnbits.core.services import websocket_manager
from lnbits.db import Database
from paylab import payfeed_module

db = Database("ext_benchlab")
benchlab_ext = APIRouter(prefix="/benchlab")
pushed: dict[str, list[float]] = {}
bursts: list[asyncio.Task[None]] = []


@benchlab_ext.post("/watch")
async def watch() -> None:
    """From now on, store when LNbits' own send and Payfeed's wake begin."""
    send = type(websocket_manager).send.__get__(websocket_manager)

    async def timed_send(item: str, message: str) -> None:
        pushed.setdefault(item, []).append(time.monotonic())
        await send(item, message)

    websocket_manager.send = timed_send
    journal = payfeed_module("extension").current().journal
    extend = type(journal)._extend.__get__(journal)

    def timed_extend(tail: Any, events: Any) -> None:
        pushed.setdefault(tail.feed.wallet_id, []).append(time.monotonic())
        extend(tail, events)

    journal._extend = timed_extend


@benchlab_ext.post("/pushed")
async def get_pushed() -> dict[str, list[float]]:
    """The moments since the last call, by LNbits' channel or Payfeed's wallet."""
    moments = dict(pushed)
    pushed.clear()
    return moments


def _payment(wallet_id: str) -> Any:
    payment = payfeed_module("models").SettledPayment(
        wallet_id=wallet_id,
        payment_hash=secrets.token_hex(32),
        direction="in",
        status="confirmed",
        amount_msat=1_000_000,
        fee_msat=0,
        memo="A payment of the benchmark",
        settled_at=int(time.time()),
    )
    return payfeed_module("feed.protocol").payment_draft(payment)


@benchlab_ext.post("/record")
async def record(
    wallet_id: str = Body(), count: int = Body(), together: int = Body()
) -> float:
    """Append payments to a wallet's log, so many at a time; returns the seconds."""
    journal = payfeed_module("extension").current().journal
    began = time.monotonic()
    for _ in range(0, count, together):
        drafts = [_payment(wallet_id) for _ in range(together)]
        stored = await asyncio.gather(
            *(journal.append(wallet_id, [draft]) for draft in drafts)
        )
        if not all(stored):
            raise LookupError("a payment was not stored")
    return time.monotonic() - began


@benchlab_ext.post("/burst")
async def burst(
    wallet_id: str = Body(), rate: int = Body(), seconds: int = Body()
) -> None:
    """Begin to hand payments to the recorder, as LNbits' listener does."""
    bursts.append(asyncio.create_task(_burst(wallet_id, rate, seconds)))


async def _burst(wallet_id: str, rate: int, seconds: int) -> None:
    recorder = payfeed_module("extension").current().recorder
    began = time.monotonic()
    for number in range(rate * seconds):
        await asyncio.sleep(began + number / rate - time.monotonic())
        await recorder.on_invoice_paid(_settled(wallet_id))


def _settled(wallet_id: str) -> Payment:
    """The memo is the moment at which it is made, in microseconds."""
    now, payment_hash = datetime.now(timezone.utc), secrets.token_hex(32)
    return Payment(
        checking_id=payment_hash,
        payment_hash=payment_hash,
        wallet_id=wallet_id,
        amount=1_000_000,
        fee=0,
        bolt11="",
        status="success",
        memo=str(int(time.monotonic() * 1e6)),
        extra={},
        time=now,
        created_at=now,
        updated_at=now,
    )


@benchlab_ext.post("/wallets")
async def wallets(owner: str = Body(), count: int = Body()) -> None:
    """Add so many wallets of an owner at once."""
    async with core_db.connect() as conn:
        for _ in range(count):
            await create_wallet(user_id=owner, wallet_name="bench", conn=conn)


@benchlab_ext.get("/state")
async def state() -> dict[str, int]:
    """How far the running copy is."""
    running = payfeed_module("extension").current()
    crud = payfeed_module("crud")
    active_feeds, _ = await crud.count_feeds()
    is_upgraded = await crud.get_state("bodies_are_bounded")
    return {
        "active_feeds": active_feeds,
        "audit_rounds": running.audit.rounds,
        "is_upgraded": int(bool(is_upgraded and running.journal.are_payments_indexed)),
    }
