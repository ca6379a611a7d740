"""The JavaScript client waits for one payment, in a real Chromium."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest_asyncio
from bolt11 import decode
from playwright.async_api import Browser, Page
from shop import Shop

MODULE = "/payfeed/static/js/payfeed-client.js"
LONG_SECONDS = 60  # a guard against hanging
WAIT = """
async ({module, key, paymentHash, options}) => {
  const client = await import(module)
  const feed = new client.PayfeedClient({key, backoffCapSeconds: 0.5})
  try {
    const event = await feed.waitForPayment(paymentHash, options)
    return {amount: event.payment.amount, redacted: event.redacted}
  } catch (error) {
    return {name: error.name, message: error.message, ...error}
  }
}
"""


@pytest_asyncio.fixture
async def page(browser: Browser, shop: Shop) -> Page:
    """A page of the server, but not of LNbits' application."""
    page = await browser.new_page()
    await page.goto(shop.server.base + MODULE)
    return page


def waiting(
    page: Page, shop: Shop, payment_hash: str, key: str | None = None, **options: Any
) -> Coroutine[Any, Any, dict[str, Any]]:
    options.setdefault("timeoutSeconds", LONG_SECONDS)
    arguments = {
        "module": MODULE,
        "key": key or shop.wallet["inkey"],
        "paymentHash": payment_hash,
        "options": options,
    }
    return page.evaluate(WAIT, arguments)


async def test_a_payment_that_is_in_the_log_is_returned(page: Page, shop: Shop) -> None:
    payment_hash = await shop.sell(5)
    assert (await waiting(page, shop, payment_hash))["amount"] == 5


async def test_a_payment_is_returned_when_it_is_paid_and_no_other_is(
    page: Page, shop: Shop
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5)
    task = asyncio.create_task(waiting(page, shop, invoice["payment_hash"]))
    await shop.has_subscribers(1)
    await shop.sell(7)
    await shop.server.pay(shop.payer, invoice)
    assert (await task)["amount"] == 5
    await shop.has_subscribers(0)


async def test_the_wait_ends_with_an_error_of_its_own_after_the_timeout(
    page: Page, shop: Shop
) -> None:
    invoice = await shop.server.invoice(shop.wallet, 5)
    payment_hash = invoice["payment_hash"]
    found = await waiting(page, shop, payment_hash, timeoutSeconds=0.5)
    assert found == {
        "name": "PaymentTimeout",
        "message": f"payment {payment_hash} did not arrive within 0.5 s",
        "paymentHash": payment_hash,
        "timeoutSeconds": 0.5,
    }


async def test_the_wait_survives_a_restart_of_the_server(
    page: Page, shop: Shop
) -> None:
    bolt11 = await shop.lab("foreign", amount_sat=5)
    payment_hash, key = decode(bolt11).payment_hash, shop.payer["inkey"]
    task = asyncio.create_task(waiting(page, shop, payment_hash, key, direction="out"))
    await shop.has_subscribers(1, shop.payer)
    await shop.server.terminate()
    await shop.server.start()
    await shop.lab("node", outcome="success")
    await shop.server.pay(shop.payer, {"bolt11": bolt11})
    assert (await task)["amount"] == 5


async def test_a_sent_payment_is_waited_for_when_asked(page: Page, shop: Shop) -> None:
    await shop.sell(100)
    invoice = await shop.server.invoice(shop.payer, 30)
    await shop.server.pay(shop.wallet, invoice)
    found = await waiting(page, shop, invoice["payment_hash"], direction="out")
    assert found["amount"] == 30


async def test_a_public_key_for_one_payment_is_enough(page: Page, shop: Shop) -> None:
    payment_hash = await shop.sell(5)
    body = {"name": "k", "public": True, "filter": {"payment_hash": payment_hash}}
    admin = shop.wallet["adminkey"]
    made = await shop.server.payfeed("POST", "keys", admin, json=body)
    found = await waiting(page, shop, payment_hash, made.json()["key"])
    assert found == {"amount": 5, "redacted": True}


async def test_a_wait_with_an_unknown_key_is_refused(page: Page, shop: Shop) -> None:
    found = await waiting(page, shop, "a" * 64, "pfk_" + "a" * 43)
    assert (found["name"], found["code"]) == ("Refused", 4401)
