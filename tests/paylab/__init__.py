"""Another extension, for tests: it pays, invoices, and plays the Lightning node.

LNbits' own code runs throughout; only the answers of the node are chosen here, and
passwords are hashed cheaply.
"""

import asyncio
import logging
import re
import sys
from types import SimpleNamespace
from typing import Any

from bcrypt import gensalt
from bolt11 import decode
from fastapi import APIRouter, Body, Request
from lnbits.core.crud import get_standalone_payment
from lnbits.core.db import db as core_db
from lnbits.core.models import users
from lnbits.core.services import (
    cancel_hold_invoice,
    create_invoice,
    pay_invoice,
    settle_hold_invoice,
    websocket_manager,
)
from lnbits.db import Database
from lnbits.wallets import get_funding_source
from lnbits.wallets.base import (
    InvoiceResponse,
    PaymentFailedStatus,
    PaymentPendingStatus,
    PaymentResponse,
    PaymentSuccessStatus,
)
from lnbits.wallets.fake import FakeWallet
from sqlalchemy import text

db = Database("ext_paylab")
paylab_ext = APIRouter(prefix="/paylab")
held: dict[str, str] = {}
node: dict[str, Any] = {"outcome": "success", "fee_msat": 0}
users.gensalt = lambda: gensalt(4)


def paylab_start() -> None:
    pass


def paylab_stop() -> None:
    pass


@paylab_ext.post("/node")
async def set_node(outcome: str = Body(), fee_msat: int = Body(0)) -> None:
    """The node's answer from now on: success, failed or pending."""
    node.update(outcome=outcome, fee_msat=fee_msat)
    source: Any = get_funding_source()

    async def pay(bolt11: str, *_: Any, **__: Any) -> PaymentResponse:
        ok = {"success": True, "failed": False, "pending": None}[node["outcome"]]
        return PaymentResponse(
            ok=ok,
            checking_id=None if ok is False else decode(bolt11).payment_hash,
            fee_msat=node["fee_msat"],
            preimage="0" * 64 if ok else None,
        )

    async def status(*_: Any, **__: Any) -> Any:
        if node["outcome"] == "success":
            return PaymentSuccessStatus(fee_msat=node["fee_msat"])
        if node["outcome"] == "failed":
            return PaymentFailedStatus()
        return PaymentPendingStatus()

    async def hold(
        amount: int, payment_hash: str, memo: str | None = None, **_: Any
    ) -> Any:
        made = await FakeWallet().create_invoice(amount, memo)
        held[str(made.checking_id)] = str(made.preimage)
        return made._replace(preimage=None)

    source.pay_invoice = pay
    source.get_payment_status = status

    async def answer_hold(*_: Any, **__: Any) -> InvoiceResponse:
        return InvoiceResponse(ok=True)

    source.create_hold_invoice = hold
    source.settle_hold_invoice = source.cancel_hold_invoice = answer_hold


@paylab_ext.post("/foreign")
async def foreign_invoice(amount_sat: int = Body(embed=True)) -> str:
    """An invoice of a node that this LNbits does not know."""
    return str(
        (await FakeWallet().create_invoice(amount_sat, "foreign")).payment_request
    )


@paylab_ext.post("/settle")
async def settle(payment_hash: str = Body(), times: int = Body(1)) -> None:
    """The node's stream reports that an invoice was paid from outside."""
    source: Any = get_funding_source()
    source.paid_invoices.add(payment_hash)
    for _ in range(times):
        await source.queue.put(SimpleNamespace(payment_hash=payment_hash))


@paylab_ext.post("/pay")
async def pay(
    wallet_id: str = Body(), bolt11: str = Body(), extra: dict[str, Any] = Body({})
) -> str:
    paid = await pay_invoice(wallet_id=wallet_id, payment_request=bolt11, extra=extra)
    return str(paid.payment_hash)


@paylab_ext.post("/invoice")
async def invoice(
    wallet_id: str = Body(),
    amount: float = Body(),
    currency: str = Body("sat"),
    extra: dict[str, Any] = Body({}),
    payment_hash: str | None = Body(None),
    memo: str = Body("by another extension"),
    is_memo_hashed: bool = Body(False),
) -> dict[str, str]:
    """`is_memo_hashed`: as for a pay link, whose description may be long."""
    more: dict[str, Any] = {"payment_hash": payment_hash} if payment_hash else {}
    if is_memo_hashed:
        more["unhashed_description"] = memo.encode()
    made = await create_invoice(
        wallet_id=wallet_id,
        amount=amount,
        currency=currency,
        memo=memo,
        extra=extra,
        **more,
    )
    return {"bolt11": made.bolt11, "payment_hash": made.payment_hash}


@paylab_ext.post("/hold/settle")
async def hold_settle(payment_hash: str = Body(embed=True)) -> str:
    """LNbits asks its node to take the money; returns the preimage."""
    payment = await get_standalone_payment(payment_hash)
    assert payment
    await settle_hold_invoice(payment, held[payment_hash])
    await settle(payment_hash, 1)
    return held[payment_hash]


@paylab_ext.post("/hold/cancel")
async def hold_cancel(payment_hash: str = Body(embed=True)) -> None:
    payment = await get_standalone_payment(payment_hash)
    assert payment
    await cancel_hold_invoice(payment)


withdraw_link: dict[str, str] = {}


@paylab_ext.post("/withdraw-link")
async def make_withdraw_link(wallet_id: str = Body(embed=True)) -> None:
    """As the extension of that name: its address pays its caller from this wallet."""
    withdraw_link["wallet_id"] = wallet_id


@paylab_ext.get("/withdraw")
async def withdraw(k1: str, pr: str) -> dict[str, str]:
    wallet_id = withdraw_link.pop("wallet_id")
    await pay(wallet_id, pr, {"tag": "withdraw", "link": k1})
    return {"status": "OK"}


@paylab_ext.get("/rate")
async def rate() -> dict[str, int]:
    """An exchange: one bitcoin is 100,000, whatever the currency."""
    return {"rate": 100_000}


checkout: dict[str, Any] = {}


@paylab_ext.post("/stripe/v1/checkout/sessions")
async def stripe_session(request: Request) -> dict[str, Any]:
    """A card processor's checkout, which is paid as soon as it is asked about."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    about = {
        name[9:-1]: text for name, text in form.items() if name.startswith("metadata[")
    }
    checkout.update(
        id="cs_test_1",
        url="https://pay.example",
        payment_status="paid",
        metadata=about,
        amount_total=int(form["line_items[0][price_data][unit_amount]"]),
        currency=form["line_items[0][price_data][currency]"],
    )
    return checkout


@paylab_ext.get("/stripe/v1/checkout/sessions/{session_id}")
async def stripe_status(session_id: str) -> dict[str, Any]:
    return checkout


@paylab_ext.get("/tasks")
async def tasks() -> list[list[str]]:
    """Of every running task: its coroutine and what that awaits, by name."""
    return [_awaited(task.get_coro()) for task in asyncio.all_tasks()]


def _awaited(coro: Any) -> list[str]:
    names = []
    while hasattr(coro, "cr_await"):
        names.append(coro.__qualname__)
        coro = coro.cr_await
    return names


def payfeed_module(name: str) -> Any:
    """A module of the running extension, by whatever name LNbits gave it.

    LNbits before 1.6 imports an upgrade as `payfeed-<hash>`, beside the old one.
    """
    is_it = re.compile(rf"(.*\.)?payfeed(-[0-9a-f]+)?\.{re.escape(name)}\Z")
    for known, module in reversed(list(sys.modules.items())):
        if is_it.match(known):
            return module
    raise LookupError(f"payfeed.{name} is not loaded")


async def _journal_with_feed(wallet_id: str) -> Any:
    """The journal; the feed of a new wallet would open seconds later."""
    running = payfeed_module("extension").current()
    await running.opening.open(wallet_id)
    return running.journal


@paylab_ext.post("/fill")
async def fill(wallet_id: str = Body(), count: int = Body()) -> None:
    """Append test events to a feed, a thousand in each transaction."""
    journal = await _journal_with_feed(wallet_id)
    draft = payfeed_module("feed.protocol").test_draft("One of many. " + "." * 250)
    for start in range(0, count, 1000):
        if not await journal.append(wallet_id, [draft] * min(1000, count - start)):
            raise LookupError("nothing was stored")


@paylab_ext.post("/sql")
async def sql(statement: str = Body(), values: dict[str, Any] = Body({})) -> int:
    """One statement on LNbits' own tables; how many rows it touched."""
    async with core_db.connect() as connection:
        done = await connection.conn.execute(text(statement), values)
        await connection.conn.commit()
        return int(done.rowcount)


@paylab_ext.post("/log-sql")
async def log_sql(statement: str = Body(embed=True)) -> int:
    """The same on Payfeed's tables."""
    return int(await payfeed_module("crud").execute(statement))


@paylab_ext.post("/request")
async def told_request(request: Request) -> dict[str, str]:
    """The headers of this request as LNbits sees them, and the address it believes."""
    await request.body()  # an answer before its end would reset the connection
    client = request.client.host if request.client else ""
    return {**request.headers, "client": client}


@paylab_ext.get("/sockets/{channel}")
async def sockets(channel: str) -> int:
    return len(websocket_manager.get_connections(channel))


@paylab_ext.post("/hang/{channel}")
async def hang(channel: str) -> int:
    """The first socket on a channel stops taking what is sent to it."""

    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    found = websocket_manager.get_connections(channel)[:1]
    for conn in found:
        conn.websocket._send = never
    return len(found)


@paylab_ext.post("/settle-silently")
async def settle_silently(
    payment_hash: str = Body(), age_seconds: int = Body(0)
) -> None:
    """As LNbits' pending checker, so long ago: the row changes, no call."""
    age = (
        f"interval '{age_seconds} seconds'"
        if core_db.type == "POSTGRES"
        else age_seconds
    )
    touched = await sql(
        f"UPDATE apipayments SET status = 'success', time = time - {age},"
        f" created_at = created_at - {age}, updated_at = updated_at - {age}"
        " WHERE payment_hash = :payment_hash",
        {"payment_hash": payment_hash},
    )
    assert touched == 1


@paylab_ext.post("/messages")
async def messages(
    wallet_id: str = Body(), count: int = Body(), padding: int = Body(0)
) -> None:
    """Many messages at once, past the limit of what may be sent in a minute."""
    draft, rest = payfeed_module("feed.protocol").custom_draft, "." * padding
    numbers = range(1, count + 1)
    drafts = [draft(f"message {number} of many{rest}") for number in numbers]
    journal = await _journal_with_feed(wallet_id)
    if not await journal.append(wallet_id, drafts):
        raise LookupError("nothing was stored")


@paylab_ext.get("/last-sweep")
async def last_sweep() -> int:
    """When the last completed look at users and payments began, in Unix seconds."""
    running = payfeed_module("extension")._Running.extension
    if running is None:  # it is starting
        return 0
    followed_at, looked_at = running.beginnings.followed_at, running.looks.looked_at
    return int(min(followed_at or 0, looked_at))


TABLES = {
    "POSTGRES": "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = '{schema}' AND table_type = 'BASE TABLE'",
    "SQLITE": "SELECT name FROM {schema}.sqlite_master WHERE type = 'table'",
}
CORE_SCHEMA = {"POSTGRES": "public", "SQLITE": "main"}


@paylab_ext.get("/dump")
async def dump() -> list[str]:
    """Every row of Payfeed's and of LNbits' tables as text, but not LNbits' wallets.

    That table is where the keys are kept.
    """
    stored: list[str] = []
    for database, schema in (
        (Database("ext_payfeed"), "payfeed"),
        (core_db, CORE_SCHEMA[core_db.type]),
    ):
        async with database.connect() as connection:
            select = text(TABLES[core_db.type].format(schema=schema))
            tables = (await connection.conn.execute(select)).scalars().all()
            for name in set(tables) - {"wallets"}:
                select = text(f'SELECT * FROM {schema}."{name}"')
                rows = (await connection.conn.execute(select)).all()
                stored += [f"{name}: {tuple(row)}" for row in rows]
    return stored


@paylab_ext.get("/masks")
async def masks() -> int:
    """How many filters keep keys out of the server's log of requests."""
    filters = logging.getLogger("uvicorn.access").filters
    return sum(type(found).__name__ == "RedactingFilter" for found in filters)


@paylab_ext.get("/lease-holder")
async def lease_holder() -> str:
    """What this process stores as the holder of a webhook that it sends for."""
    return str(payfeed_module("extension").current().webhooks._holder)
