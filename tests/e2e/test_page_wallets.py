"""The page among a user's wallets: which one it opens, and notices of the others."""

import asyncio
import time

import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, Locator, Page, expect
from shop import Shop


def notices(page: Page, text: str) -> Locator:
    return page.locator(".q-notification", has_text=text)


async def sell_in(shop: Shop, wallet: dict[str, str], amount_sat: int) -> None:
    invoice = await shop.server.invoice(wallet, amount_sat)
    await shop.server.pay(shop.payer, invoice)


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_payment_to_another_wallet_gives_a_notice_that_opens_it(
    browser: Browser, shop: Shop, width: int
) -> None:
    till = await shop.new_wallet("till")
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        await sell_in(shop, till, 321)
        notice = notices(page, "till received 321 sat")
        await expect(notice).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await notice.get_by_role("button", name="Open").click()
        await expect(page.locator("#payfeed-events")).to_contain_text("321 sat")
        assert till["id"] in page.url
        assert complaints == []


async def test_another_wallet_is_watched_without_a_socket_of_its_own(
    browser: Browser, shop: Shop
) -> None:
    till = await shop.new_wallet("till")
    async with browser_page(browser, shop) as (page, _):
        opened: list[str] = []
        page.on("websocket", lambda socket: opened.append(socket.url))
        await open_payfeed(page, shop)
        await sell_in(shop, till, 321)
        await expect(notices(page, "till received 321 sat")).to_be_visible()
        assert [url for url in opened if url.endswith(till["inkey"])] == [
            f"{shop.server.ws}/api/v1/ws/{till['inkey']}"  # LNbits' own
        ]


async def test_what_another_wallet_sends_gives_no_notice(
    browser: Browser, shop: Shop
) -> None:
    till = await shop.new_wallet("till")
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop)
        await sell_in(shop, till, 100)
        await expect(notices(page, "till received 100 sat")).to_be_visible()
        await shop.server.pay(till, await shop.server.invoice(shop.wallet, 40))
        await expect(notices(page, "Received 40 sat")).to_be_visible()
        await sell_in(shop, till, 7)
        await expect(notices(page, "till received 7 sat")).to_be_visible()
        assert await notices(page, "till received 40").count() == 0


async def test_the_menu_opens_the_wallet_whose_page_of_lnbits_was_open(
    browser: Browser, shop: Shop
) -> None:
    till = await shop.new_wallet("till")
    async with browser_page(browser, shop) as (page, _):
        for wallet in (till, shop.wallet):
            await page.goto(f"{shop.server.base}/wallet?wal={wallet['id']}")
            name = page.get_by_role("main").get_by_text(wallet["name"]).first
            await expect(name).to_be_visible()
            await page.get_by_text("Payfeed", exact=True).first.click()
            await page.wait_for_url("**/payfeed/#/**")
            await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
            assert wallet["id"] in page.url


async def test_what_another_wallet_received_before_the_page_was_opened_is_no_news(
    browser: Browser, shop: Shop
) -> None:
    """The payer was credited; now it sends, and then receives."""
    await shop.sell(1, "one second after the credit at least")
    while True:
        newest = await shop.server.payfeed("GET", "events", shop.payer["inkey"])
        if newest.json()["events"][-1]["timestamp"] < int(time.time()) - 1:
            break
        await asyncio.sleep(0.2)
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop)
        await shop.sell(10)
        await expect(notices(page, "Received 10 sat")).to_be_visible()
        await shop.server.credit(shop.payer["id"], 33)
        await expect(notices(page, "LNbits wallet received 33 sat")).to_be_visible()
        # the number of a group's notices
        assert await page.locator(".q-notification__badge").count() == 0
