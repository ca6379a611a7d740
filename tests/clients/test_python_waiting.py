"""The Python client waits for one payment."""

import asyncio
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from bolt11 import decode
from lnbits_payfeed import Feed, PaymentTimeout, SyncFeed
from shop import Shop

LONG_SECONDS = 60  # a guard against hanging


def feed_of(shop: Shop, key: str | None = None, **options: Any) -> Feed:
    return Feed(shop.server.base, key or shop.wallet["inkey"], **options)


async def key_of(shop: Shop, payment_hash: str, **body: Any) -> str:
    """A key for one payment."""
    body |= {"name": "checkout", "filter": {"payment_hash": payment_hash}}
    admin = shop.wallet["adminkey"]
    made = await shop.server.payfeed("POST", "keys", admin, json=body)
    return str(made.json()["key"])


async def test_a_payment_that_is_in_the_log_is_returned(shop: Shop) -> None:
    payment_hash = await shop.sell(5, "tea")
    feed = feed_of(shop)
    event = await feed.wait_for_payment(payment_hash, LONG_SECONDS)
    assert (event.payment.payment_hash, event.payment.memo) == (payment_hash, "tea")


async def test_a_payment_is_returned_when_it_is_paid_and_no_other_is(
    shop: Shop,
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5)
    feed = feed_of(shop)
    paying = feed.wait_for_payment(invoice["payment_hash"], LONG_SECONDS)
    waiting = asyncio.create_task(paying)
    await shop.has_subscribers(1)
    await shop.sell(7)
    await shop.server.pay(shop.payer, invoice)
    assert (await waiting).payment.amount == 5
    await shop.has_subscribers(0)


async def test_the_wait_ends_with_an_error_of_its_own_after_the_timeout(
    shop: Shop,
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5)
    feed, payment_hash = feed_of(shop), invoice["payment_hash"]
    with pytest.raises(PaymentTimeout, match=r"did not arrive within 0\.5 s") as found:
        await feed.wait_for_payment(payment_hash, 0.5)
    assert (found.value.payment_hash, found.value.timeout_seconds) == (
        payment_hash,
        0.5,
    )


async def test_the_wait_survives_a_restart_of_the_server(shop: Shop) -> None:
    bolt11 = await shop.lab("foreign", amount_sat=5)
    payment_hash = decode(bolt11).payment_hash
    feed = feed_of(shop, shop.payer["inkey"], backoff_cap_seconds=0.5)
    paying = feed.wait_for_payment(payment_hash, LONG_SECONDS, direction="out")
    waiting = asyncio.create_task(paying)
    await shop.has_subscribers(1, shop.payer)
    await shop.server.terminate()
    await shop.server.start()
    await shop.lab("node", outcome="success")
    await shop.server.pay(shop.payer, {"bolt11": bolt11})
    assert (await waiting).payment.amount == 5


async def test_a_sent_payment_is_waited_for_when_asked(shop: Shop) -> None:
    await shop.sell(100)
    invoice = await shop.server.invoice(shop.payer, 30)
    await shop.server.pay(shop.wallet, invoice)
    feed = feed_of(shop)
    waiting = feed.wait_for_payment(
        invoice["payment_hash"], LONG_SECONDS, direction="out"
    )
    assert (await waiting).payment.direction == "out"


async def test_a_public_key_for_one_payment_is_enough_and_verifies(shop: Shop) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5, "a memo")
    key = await key_of(shop, invoice["payment_hash"], public=True)
    admin = shop.wallet["adminkey"]
    secret = (await shop.server.payfeed("GET", "feed", admin)).json()["secret"]
    await shop.server.pay(shop.payer, invoice)
    feed = feed_of(shop, key, secret=secret)
    event = await feed.wait_for_payment(invoice["payment_hash"], LONG_SECONDS)
    assert (event.redacted, event.payment.memo, event.payment.amount) == (True, "", 5)


async def test_a_wait_with_an_unknown_key_is_refused(shop: Shop) -> None:
    feed = feed_of(shop, "pfk_" + "a" * 43)
    with pytest.raises(payfeed.UnknownKey):
        await feed.wait_for_payment("a" * 64, LONG_SECONDS)


@pytest.mark.parametrize(
    ("payment_hash", "timeout_seconds"),
    [("tea", None), ("a" * 64, -1), ("a" * 64, float("nan"))],
)
async def test_a_wait_for_what_is_no_payment_hash_or_no_time_is_refused(
    payment_hash: str, timeout_seconds: float | None
) -> None:
    feed = Feed("http://localhost", "pfk_a")
    with pytest.raises(payfeed.BadAddress):
        await feed.wait_for_payment(payment_hash, timeout_seconds)


async def test_the_wait_does_not_move_the_position_of_the_feed(shop: Shop) -> None:
    payment_hash = await shop.sell(5)
    feed = feed_of(shop, since="start")
    await feed.wait_for_payment(payment_hash, LONG_SECONDS)
    assert feed.since == "start"
    async with feed:
        event = await feed.__anext__()
        assert isinstance(event, payfeed.PaymentEvent)
        assert event.payment.payment_hash == payment_hash


async def test_a_program_without_asyncio_waits_too(shop: Shop) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5)

    def wait() -> int | float:
        with SyncFeed(shop.server.base, shop.wallet["inkey"]) as feed:
            found = feed.wait_for_payment(invoice["payment_hash"], LONG_SECONDS)
            return found.payment.amount

    waiting = asyncio.create_task(asyncio.to_thread(wait))
    await shop.has_subscribers(1)
    await shop.server.pay(shop.payer, invoice)
    assert await waiting == 5


async def test_a_feed_of_one_payment_begins_at_the_start(shop: Shop) -> None:
    payment_hash = await shop.sell(5)
    await shop.sell(7)
    async with feed_of(shop, payment_hash=payment_hash) as feed:
        event = await feed.__anext__()
        assert isinstance(event, payfeed.PaymentEvent)
        assert event.payment.payment_hash == payment_hash
