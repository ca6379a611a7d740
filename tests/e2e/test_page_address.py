"""The page's address: wallet, tab, filter and opened event can be kept and sent."""

import pytest
from page import browser_page
from playwright.async_api import Browser, Locator, Page, expect
from shop import Shop

WIDTHS = (1280, 390)
TAG_WITH_SIGNS = "50% off & more"


def headlines(page: Page) -> Locator:
    return page.locator("#payfeed-events .q-item__label:first-child")


def address_of(shop: Shop, place: str) -> str:
    return f"{shop.server.base}/payfeed/{place}"


async def connected(page: Page) -> None:
    await expect(page.locator("#payfeed-state")).to_contain_text("Connected")


async def selected_wallet(page: Page) -> str:
    return str(await page.get_by_label("Wallet", exact=True).first.input_value())


async def test_the_query_wal_chooses_the_wallet(browser: Browser, shop: Shop) -> None:
    for wallet, name in ((shop.wallet, "shop"), (shop.payer, "LNbits wallet")):
        async with browser_page(browser, shop) as (page, complaints):
            await page.goto(address_of(shop, f"?wal={wallet['id']}"))
            await connected(page)
            assert await selected_wallet(page) == name
            assert f"#/{wallet['id']}/live" in page.url
            assert "wal=" not in page.url
            assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_wallet_tab_and_filter_survive_a_reload_and_back_and_forward(
    browser: Browser, shop: Shop, width: int
) -> None:
    await shop.sell(5, "coffee")
    await shop.sell(700, "cake")
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.goto(address_of(shop, f"#/{shop.wallet['id']}/live"))
        await connected(page)
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("Minimum amount").fill("100")
        await expect(headlines(page)).to_have_text(["cake"])
        await expect(page).to_have_url(
            address_of(shop, f"#/{shop.wallet['id']}/live?min_amount=100")
        )
        await page.reload()
        await connected(page)
        await expect(headlines(page)).to_have_text(["cake"])
        await page.get_by_role("tab", name="Send").click()
        await expect(page.get_by_label("Message")).to_be_visible()
        await page.reload()
        await expect(page.get_by_label("Message")).to_be_visible()
        assert await selected_wallet(page) == "shop"
        await page.go_back()
        await expect(headlines(page)).to_have_text(["cake"])
        await page.go_forward()
        await expect(page.get_by_label("Message")).to_be_visible()
        assert complaints == []


async def test_a_filter_with_signs_is_the_same_after_a_reload(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await page.goto(address_of(shop, f"#/{shop.wallet['id']}/live"))
        await connected(page)
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("Tag").fill(TAG_WITH_SIGNS)
        await expect(page).to_have_url(
            address_of(shop, f"#/{shop.wallet['id']}/live?tag=50~25+off+~26+more")
        )
        await page.reload()
        await connected(page)
        await page.get_by_role("button", name="Filters").click()
        await expect(page.get_by_label("Tag")).to_have_value(TAG_WITH_SIGNS)
        assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_opened_event_is_in_the_address_and_back_closes_it(
    browser: Browser, shop: Shop, width: int
) -> None:
    await shop.sell(5, "coffee")
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.goto(address_of(shop, f"#/{shop.wallet['id']}/live"))
        await connected(page)
        opened = page.locator(".payfeed-frame")
        await headlines(page).first.click()
        await expect(opened).to_contain_text("coffee")
        address = page.url
        await page.go_back()
        await expect(opened).to_have_count(0)
        await page.go_forward()
        await expect(opened).to_contain_text("coffee")
        await page.get_by_label("Close").click()
        await expect(opened).to_have_count(0)
        assert "event=" not in page.url
        await page.goto(address)
        await expect(opened).to_contain_text("coffee")
        await page.reload()
        await expect(opened).to_contain_text("coffee")
        assert complaints == []


async def test_an_address_of_an_event_outside_the_list_opens_it(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(5, "the first")
    key, many = shop.wallet["inkey"], {"wallet_id": shop.wallet["id"], "count": 150}
    page_of_events = "events?since=start&wait=20&limit=1"
    answer = await shop.server.payfeed("GET", page_of_events, key)
    event_id = answer.json()["events"][0]["id"]
    await shop.lab("messages", **many)
    async with browser_page(browser, shop) as (page, complaints):
        place = f"#/{shop.wallet['id']}/live?types=message&event="
        await page.goto(address_of(shop, place + event_id))
        await expect(page.locator(".payfeed-frame")).to_contain_text("the first")
        epoch = event_id.rpartition("-")[0]
        await page.goto(address_of(shop, f"{place}{epoch}-9999"))
        await expect(page.get_by_text("no longer kept")).to_be_visible()
        await expect(page.locator(".payfeed-frame")).to_have_count(0)
        assert complaints == []
