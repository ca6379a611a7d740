"""A wallet's whole life: outgoing, failed, held, refunded, credited, fiat."""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import pytest_asyncio
from bolt11 import decode
from reader import Reader, reading
from shop import Shop

STRIPE_SECRET = "whsec_stripe"


@asynccontextmanager
async def settings(shop: Shop, **values: Any) -> AsyncIterator[None]:
    """Change LNbits' settings while the block runs; those that its version has."""
    path, admin = "/admin/api/v1/settings", shop.server.admin
    before = await shop.server.call("GET", path, headers=admin)
    values = {name: value for name, value in values.items() if name in before}
    await shop.server.call("PATCH", path, json=values, headers=admin)
    try:
        yield
    finally:
        changed = {name: before[name] for name in values}
        await shop.server.call("PATCH", path, json=changed, headers=admin)


@pytest_asyncio.fixture
async def shop_with_fiat(shop: Shop) -> AsyncIterator[Shop]:
    """An exchange and a card processor answer on loopback."""
    lab = f"{shop.server.base}/paylab"
    exchange = {"name": "loopback", "api_url": f"{lab}/rate", "path": "$.rate"}
    async with settings(
        shop,
        lnbits_exchange_rate_providers=[exchange],
        stripe_enabled=True,
        stripe_api_endpoint=f"{lab}/stripe",
        stripe_api_secret_key="sk_test",
        stripe_webhook_signing_secret=STRIPE_SECRET,
    ):
        yield shop


def feed_of(shop: Shop, wallet: dict[str, Any], query: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{wallet['inkey']}{query}"


async def next_payment(reader: Reader) -> dict[str, Any]:
    payment: dict[str, Any] = (await reader.until("payment"))["payment"]
    return payment


async def balance_msat(shop: Shop, wallet: dict[str, Any]) -> int:
    headers = {"X-Api-Key": wallet["inkey"]}
    result = await shop.server.call("GET", "/api/v1/wallet", headers=headers)
    return int(result["balance"])


async def try_to_pay(shop: Shop, bolt11: str) -> None:
    await shop.server.http.post(
        "/api/v1/payments",
        json={"out": True, "bolt11": bolt11},
        headers={"X-Api-Key": shop.payer["adminkey"]},
    )


async def test_an_outgoing_payment_has_a_positive_amount_and_fee(shop: Shop) -> None:
    await shop.lab("node", outcome="success", fee_msat=2500)
    async with reading(feed_of(shop, shop.payer)) as reader:
        await reader.next()
        await try_to_pay(shop, await shop.lab("foreign", amount_sat=700))
        payment = await next_payment(reader)
        assert (payment["direction"], payment["status"]) == ("out", "confirmed")
        assert (payment["amount"], payment["amount_msat"]) == (700, 700_000)
        assert (payment["fee"], payment["fee_msat"]) == (2.5, 2500)
        balance = await reader.until("balance_update")
        assert balance["balance_msat"] == await balance_msat(shop, shop.payer)
        assert balance["balance_msat"] == 1_000_000_000 - 702_500


async def test_a_failed_payment_and_a_late_settlement_are_events(
    shop: Shop,
) -> None:
    await shop.lab("node", outcome="failed")
    bolt11 = await shop.lab("foreign", amount_sat=50)
    async with (
        reading(feed_of(shop, shop.payer)) as reader,
        reading(feed_of(shop, shop.payer, "?status=confirmed")) as confirmed,
        reading(feed_of(shop, shop.payer, "?status=failed")) as only_failed,
    ):
        await reader.next()
        await try_to_pay(shop, bolt11)
        failed = await next_payment(reader)
        assert (failed["direction"], failed["status"]) == ("out", "failed")
        # LNbits keeps the reserve for a fee that nobody has paid
        assert (failed["fee"], failed["fee_msat"]) == (0, 0)
        assert await balance_msat(shop, shop.payer) == 1_000_000_000
        await shop.lab("node", outcome="pending")
        other = await shop.lab("foreign", amount_sat=60)
        await try_to_pay(shop, other)
        # a pending payment has no event, but it has lowered the balance
        lower = await balance_msat(shop, shop.payer)
        assert lower < 1_000_000_000
        while (await reader.until("balance_update"))["balance_msat"] != lower:
            pass
        assert sum('"type":"payment"' in text for text in reader.texts) == 1
        await shop.lab("settle-silently", payment_hash=decode(other).payment_hash)
        late = await next_payment(reader)
        assert (late["amount"], late["status"]) == (60, "confirmed")
        assert (await next_payment(confirmed)) == late
        assert (await next_payment(only_failed)) == failed


async def test_an_internal_payment_is_one_event_on_each_side(shop: Shop) -> None:
    async with (
        reading(feed_of(shop, shop.payer)) as payer,
        reading(feed_of(shop, shop.wallet)) as wallet,
    ):
        await payer.next()
        await wallet.next()
        payment_hash = await shop.sell(99)
        sent, received = await next_payment(payer), await next_payment(wallet)
    assert sent["payment_hash"] == received["payment_hash"] == payment_hash
    assert (sent["direction"], received["direction"]) == ("out", "in")
    await shop.server.swept()
    for wallet in (shop.payer, shop.wallet):
        page = (await shop.server.payfeed("GET", "events", wallet["inkey"])).json()
        result = [e for e in page["events"] if e["payment"]["amount"] == 99]
        assert len(result) == 1


async def test_a_refund_and_a_withdrawal_by_another_extension_are_outgoing(
    shop: Shop,
) -> None:
    await shop.sell(500)
    key = shop.wallet["inkey"]
    await shop.server.payfeed("GET", "events?since=start&wait=20", key)
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        for tag in ("refund", "withdraw"):
            back = await shop.server.invoice(shop.payer, 100, tag)
            bolt11 = back.get("bolt11") or back["payment_request"]
            await shop.lab(
                "pay",
                wallet_id=shop.wallet["id"],
                bolt11=bolt11,
                extra={"tag": tag} if tag == "refund" else {"tag": "", "note": tag},
            )
            payment = await next_payment(reader)
            assert (payment["direction"], payment["amount"]) == ("out", 100)
            assert payment["tag"] == ("refund" if tag == "refund" else None)


async def test_credit_and_debit_by_the_administrator_are_events(shop: Shop) -> None:
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        await shop.server.credit(shop.wallet["id"], 300)
        credit = await next_payment(reader)
        assert (credit["direction"], credit["amount"]) == ("in", 300)
        await shop.server.credit(shop.wallet["id"], -100)
        debit = await next_payment(reader)
        assert (debit["direction"], debit["amount"]) == ("out", 100)
        while (await reader.until("balance_update"))["balance_msat"] != 200_000:
            pass


async def test_an_invoice_paid_from_outside_and_reported_twice_is_one_event(
    shop: Shop,
) -> None:
    made = await shop.lab(
        "invoice",
        wallet_id=shop.wallet["id"],
        amount=21,
        extra={"tag": "lnurlp", "comment": ["<b>thanks</b> 1 < 2 > 0"]},
    )
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        await shop.lab("settle", payment_hash=made["payment_hash"], times=2)
        payment = await next_payment(reader)
        assert payment["payment_hash"] == made["payment_hash"]
        assert payment["tag"] == "lnurlp"
        assert payment["comment"] == "<b>thanks</b> 1 < 2 > 0"
    await shop.server.swept()
    page = (await shop.server.payfeed("GET", "events", shop.wallet["inkey"])).json()
    assert len(page["events"]) == 1


async def test_a_hold_invoice_is_an_event_when_settled_and_not_when_cancelled(
    shop: Shop,
) -> None:
    await shop.lab("node", outcome="success")
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        cancelled, settled = [
            await shop.lab(
                "invoice",
                wallet_id=shop.wallet["id"],
                amount=amount,
                payment_hash=f"{amount:064x}",
            )
            for amount in (40, 41)
        ]
        await shop.lab("hold/cancel", payment_hash=cancelled["payment_hash"])
        await shop.server.swept()
        preimage = await shop.lab("hold/settle", payment_hash=settled["payment_hash"])
        assert (await next_payment(reader))["amount"] == 41
        assert not any(preimage in text for text in reader.texts)
    page = (await shop.server.payfeed("GET", "events", shop.wallet["inkey"])).json()
    assert [e["payment"]["amount"] for e in page["events"]] == [41]


async def test_a_payment_that_fails_and_is_tried_again_is_two_events(
    shop: Shop,
) -> None:
    bolt11 = await shop.lab("foreign", amount_sat=50)
    async with reading(feed_of(shop, shop.payer)) as reader:
        await reader.next()
        result = []
        for outcome in ("failed", "success"):
            await shop.lab("node", outcome=outcome)
            await try_to_pay(shop, bolt11)
            result.append(await next_payment(reader))
    assert [payment["status"] for payment in result] == ["failed", "confirmed"]
    assert result[0]["payment_hash"] == result[1]["payment_hash"]
    await shop.server.swept()
    key = shop.payer["inkey"]
    page = (await shop.server.payfeed("GET", "events?direction=out", key)).json()
    assert len(page["events"]) == 2


async def test_an_lnurl_withdrawal_is_in_the_feeds_of_payer_and_receiver(
    shop: Shop,
) -> None:
    await shop.lab("withdraw-link", wallet_id=shop.payer["id"])
    async with (
        settings(
            shop,
            lnbits_callback_url_rules=[],
            lnbits_callback_allow_private_ips=True,
            lnbits_lnurl_allow_private_ips=True,
        ),
        reading(feed_of(shop, shop.payer)) as payer,
        reading(feed_of(shop, shop.wallet)) as wallet,
    ):
        link = {
            "tag": "withdrawRequest",
            "callback": f"{shop.server.base}/paylab/withdraw",
            "k1": "a-link",
            "minWithdrawable": 1000,
            "maxWithdrawable": 1_000_000,
            "defaultDescription": "a voucher",
        }
        body = {"out": False, "amount": 77, "memo": "voucher", "lnurl_withdraw": link}
        headers = {"X-Api-Key": shop.wallet["inkey"]}
        await shop.server.call("POST", "/api/v1/payments", json=body, headers=headers)
        sent, received = await next_payment(payer), await next_payment(wallet)
    assert (sent["direction"], sent["amount"], sent["tag"]) == ("out", 77, "withdraw")
    assert (received["direction"], received["amount"]) == ("in", 77)
    assert sent["payment_hash"] == received["payment_hash"]


async def test_the_balance_is_right_when_many_payments_settle_at_once(
    shop: Shop,
) -> None:
    invoices = [await shop.server.invoice(shop.wallet, n) for n in range(1, 11)]
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        await asyncio.gather(
            *(shop.server.pay(shop.payer, invoice) for invoice in invoices)
        )
        events = await reader.events(10)
        assert sum(event["payment"]["amount"] for event in events) == 55
        while (await reader.until("balance_update"))["balance_msat"] != 55_000:
            pass
        frames = [json.loads(text) for text in reader.texts]
        last_payment = max(
            n for n, frame in enumerate(frames) if frame["type"] == "payment"
        )
        assert frames[-1]["type"] == "balance_update"
        assert last_payment < len(frames) - 1


async def test_the_service_fee_arrives_in_the_feed_of_its_wallet(
    shop: Shop,
) -> None:
    fee = {
        "lnbits_service_fee": 2,
        "lnbits_service_fee_max": 1000,
        "lnbits_service_fee_wallet": shop.wallet["id"],
    }
    await shop.lab("node", outcome="success", fee_msat=2500)
    async with (
        settings(shop, **fee),
        reading(feed_of(shop, shop.payer)) as payer,
        reading(feed_of(shop, shop.wallet)) as collector,
    ):
        await payer.next()
        await collector.next()
        await try_to_pay(shop, await shop.lab("foreign", amount_sat=700))
        paid, taken = await next_payment(payer), await next_payment(collector)
    assert (paid["direction"], paid["amount"], paid["fee"]) == ("out", 700, 16.5)
    assert (taken["direction"], taken["status"]) == ("in", "confirmed")
    assert (taken["amount"], taken["fee"]) == (14, 0)
    assert taken["payment_hash"] == paid["payment_hash"]


async def test_an_invoice_priced_in_fiat_carries_its_price(
    shop_with_fiat: Shop,
) -> None:
    shop = shop_with_fiat
    body = {"out": False, "amount": 2.5, "unit": "EUR", "memo": "a price in euro"}
    headers = {"X-Api-Key": shop.wallet["inkey"]}
    made = await shop.server.call(
        "POST", "/api/v1/payments", json=body, headers=headers
    )
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        await shop.server.pay(shop.payer, made)
        payment = await next_payment(reader)
        assert payment["amount"] == 2500
        assert payment["fiat"] == {"currency": "EUR", "amount": 2.5}
        await shop.sell(10)
        in_sat = await next_payment(reader)
        assert in_sat["fiat"] == {"currency": "USD", "amount": 0.01}


async def test_an_invoice_paid_by_card_is_a_received_payment(
    shop_with_fiat: Shop,
) -> None:
    shop = shop_with_fiat
    body = {"out": False, "amount": 5, "unit": "EUR", "memo": "by card"}
    headers = {"X-Api-Key": shop.wallet["inkey"]}
    body |= {"fiat_provider": "stripe"}
    await shop.server.call("POST", "/api/v1/payments", json=body, headers=headers)
    async with reading(feed_of(shop, shop.wallet)) as reader:
        await reader.next()
        await stripe_tells(shop)
        payment = await next_payment(reader)
    assert (payment["direction"], payment["status"]) == ("in", "confirmed")
    assert payment["amount"] == 5000
    assert payment["fiat"] == {"currency": "EUR", "amount": 5.0}
    page = (await shop.server.payfeed("GET", "events", shop.wallet["inkey"])).json()
    assert len(page["events"]) == 1


async def stripe_tells(shop: Shop) -> None:
    """The webhook of a paid checkout, signed as Stripe signs it."""
    path = "/paylab/stripe/v1/checkout/sessions/cs_test_1"
    session = await shop.server.call("GET", path)
    event = {
        "id": "evt_1",
        "type": "checkout.session.completed",
        "data": {"object": session | {"object": "checkout.session"}},
    }
    body, now = json.dumps(event), int(time.time())
    signed = f"{now}.{body}".encode()
    digest = hmac.new(STRIPE_SECRET.encode(), signed, sha256).hexdigest()
    answer = await shop.server.http.post(
        "/api/v1/callback/stripe",
        content=body,
        headers={"Stripe-Signature": f"t={now},v1={digest}"},
    )
    answer.raise_for_status()
