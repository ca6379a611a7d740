"""One opened event: a payment reads like a receipt."""

from typing import Any

import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, Locator, Page, expect
from receiver import Receiver
from shop import Shop

HOSTILE = "<img src=x onerror=window.hacked=1>"


def receipt(page: Page) -> Locator:
    return page.locator(".payfeed-frame")


async def line_of(page: Page, label: str) -> str:
    found = receipt(page).locator("dt", has_text=label).locator("+ dd")
    return str(await found.inner_text())


async def open_row(page: Page, text: str) -> None:
    await page.locator("#payfeed-events .q-item", has_text=text).click()
    await expect(receipt(page)).to_be_visible()


async def sell_cake(shop: Shop) -> str:
    extra = {"tag": "lnurlp", "comment": HOSTILE}
    fiat = {"fiat_currency": "EUR", "fiat_amount": 0.52}
    body: dict[str, Any] = {"wallet_id": shop.wallet["id"], "amount": 900}
    sold = await shop.lab("invoice", **body, extra=extra | fiat, memo="a cake")
    await shop.server.pay(shop.payer, sold)
    return str(sold["payment_hash"])


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_received_payment_reads_like_a_receipt(
    browser: Browser, shop: Shop, width: int
) -> None:
    payment_hash = await sell_cake(shop)
    async with browser_page(browser, shop, width, timezone_id="UTC") as (
        page,
        complaints,
    ):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop)
        await open_row(page, "a cake")
        await expect(receipt(page).locator("h2")).to_have_text("+900 sat")
        await expect(receipt(page)).to_contain_text("Received, confirmed")
        assert await line_of(page, "Value when it was paid") == "€0.52"
        assert await line_of(page, "Memo") == "a cake"
        assert await line_of(page, "Comment") == HOSTILE
        assert await line_of(page, "Tag") == "lnurlp"
        assert (await line_of(page, "Settled")).endswith("UTC")
        assert (await line_of(page, "Recorded")).endswith("UTC")
        await page.get_by_label("Copy the payment hash").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == payment_hash
        await expect(receipt(page).locator("pre")).to_be_hidden()
        link = receipt(page).get_by_role("link", name="Open the wallet in LNbits")
        address = f"/wallet?wal={shop.wallet['id']}"
        await expect(link).to_have_attribute("href", address)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate("window.hacked") is None
        assert complaints == []


async def test_a_sent_payment_shows_its_fee_and_a_failed_one_that_nothing_was_paid(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    await shop.lab("node", outcome="success", fee_msat=2500)
    bought = {"bolt11": await shop.lab("foreign", amount_sat=70)}
    await shop.server.pay(shop.wallet, bought)
    await shop.lab("node", outcome="failed")
    refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=60)}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        await open_row(page, "70 sat")
        await expect(receipt(page)).to_contain_text("Sent, confirmed")
        assert await line_of(page, "Fee") == "2.5 sat"
        await page.get_by_label("Close").click()
        await open_row(page, "60 sat")
        await expect(receipt(page)).to_contain_text("Failed: nothing was paid")
        await expect(receipt(page).locator("dt", has_text="Settled")).to_have_count(0)
        assert complaints == []


async def test_a_message_shows_its_frame_immediately(
    browser: Browser, shop: Shop
) -> None:
    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        await open_row(page, "This is a test")
        await expect(receipt(page).locator("pre")).to_contain_text('"type": "test"')
        assert complaints == []


async def test_the_deliveries_of_a_payment_to_webhooks_are_listed(
    browser: Browser, shop: Shop
) -> None:
    async with Receiver() as receiver:
        receiver.always(200)
        body = {"url": receiver.url(), "description": "web shop"}
        admin = shop.wallet["adminkey"]
        await shop.server.payfeed("POST", "webhooks", admin, json=body)
        await shop.sell(5, "coffee")
        async with browser_page(browser, shop) as (page, complaints):
            await open_payfeed(page, shop)
            await receiver.until(1)
            await open_row(page, "coffee")
            await expect(receipt(page)).to_contain_text("Webhook web shop")
            assert "Delivered" in await line_of(page, "Webhook web shop")
            assert complaints == []


async def test_a_webhook_that_was_not_sent_the_event_is_left_out_without_an_error(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(5, "coffee")
    async with Receiver() as receiver:
        receiver.always(200)
        admin = shop.wallet["adminkey"]
        for description in ("web shop", "late"):
            body = {"url": receiver.url(), "description": description}
            if description == "web shop":
                body["since"] = "start"
            await shop.server.payfeed("POST", "webhooks", admin, json=body)
        async with browser_page(browser, shop) as (page, complaints):
            await open_payfeed(page, shop)
            await receiver.until(1)
            await open_row(page, "coffee")
            await expect(receipt(page)).to_contain_text("Webhook web shop")
            await expect(receipt(page)).not_to_contain_text("Webhook late")
            assert complaints == []
