"""The tab for LNbits' administrators."""

import re

import pytest
from axe import violations
from page import PLAIN, browser_page, open_payfeed
from playwright.async_api import Browser, Page, Route, expect
from shop import Shop

TAB = "Server"


@pytest.fixture
def administrator(shop: Shop, shared_shop: Shop) -> Shop:
    """The shop of LNbits' first user, on a server that is running."""
    return shared_shop


async def figure(page: Page, name: str) -> str:
    return await page.locator(f"[data-figure={name}] .payfeed-figure").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
async def test_an_administrator_sees_the_whole_server(
    browser: Browser, administrator: Shop, width: int
) -> None:
    async with browser_page(browser, administrator, width, reduced_motion="reduce") as (
        page,
        complaints,
    ):
        await page.add_init_script(PLAIN)
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await administrator.sell(5)
        await open_payfeed(page, administrator, TAB)
        await expect(page.locator("#payfeed-server")).to_be_visible()
        link = page.locator("#payfeed-help").get_by_role("link", name="Documentation")
        document = re.compile(r"/docs/operating\.md#the-server-at-a-glance$")
        await expect(link).to_have_attribute("href", document)
        assert await figure(page, "health") == "OK"
        assert int(await figure(page, "feeds")) >= 2
        assert int(await figure(page, "subscribers")) >= 1
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        for is_dark in ("true", "false"):
            await page.evaluate(f"Quasar.Dark.set({is_dark})")
            found = await violations(page)
            assert not found, "\n".join(found)
        assert complaints == []


async def test_the_wallet_id_of_a_large_feed_can_be_copied(
    browser: Browser, administrator: Shop
) -> None:
    async with browser_page(browser, administrator) as (page, _):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        large = {"wallet_id": "a" * 32, "events": 20_000, "bytes": 5 * 2**20}

        async def with_a_large_feed(route: Route) -> None:
            answer = await route.fetch()
            found = await answer.json()
            found["storage"] |= {"largest": [large], "measured_at": 1_800_000_000}
            await route.fulfill(response=answer, json=found)

        await page.route("**/payfeed/api/v1/server", with_a_large_feed)
        await open_payfeed(page, administrator, TAB)
        row = page.locator("#payfeed-largest tbody tr")
        await expect(row).to_contain_text("20,000")
        await expect(row).to_contain_text("5 MiB")
        await row.get_by_label("Copy the wallet id aaaaaaaa…").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == large["wallet_id"]


async def test_others_see_no_tab_even_with_its_address(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        place = f"#/{shop.wallet['id']}/server"
        await page.goto(f"{shop.server.base}/payfeed/{place}")
        live = page.get_by_role("tab", name="Live")
        await expect(live).to_have_attribute("aria-selected", "true")
        await expect(page.get_by_role("tab", name=TAB)).to_have_count(0)
        assert complaints == []


async def test_a_server_that_does_not_answer_is_reported_and_asked_again(
    browser: Browser, administrator: Shop
) -> None:
    async with browser_page(browser, administrator) as (page, _):
        await page.clock.install()
        await page.route("**/payfeed/api/v1/server", lambda route: route.abort())
        await open_payfeed(page, administrator, TAB)
        failure = page.locator("#payfeed-server-failure")
        await expect(failure).to_contain_text("LNbits does not respond")
        await page.unroute("**/payfeed/api/v1/server")
        await page.clock.run_for(5000)
        await expect(page.locator("#payfeed-server")).to_be_visible()
        await expect(failure).to_have_count(0)
