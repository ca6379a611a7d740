"""Today at a glance; a date range and a status that hold in every tab; tags."""

import csv
import io
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, Locator, Page, expect
from shop import Shop


def figure(page: Page, name: str) -> Locator:
    return page.locator(f'#payfeed-today [data-figure="{name}"]')


def headlines(page: Page) -> Locator:
    return page.locator("#payfeed-events .q-item__label:first-child")


async def sell(shop: Shop, amount_sat: int, memo: str, **extra: Any) -> None:
    body = {"wallet_id": shop.wallet["id"], "amount": amount_sat, "memo": memo}
    sold = await shop.lab("invoice", **body, extra=extra)
    await shop.server.pay(shop.payer, sold)


async def fail_to_pay(shop: Shop) -> None:
    await shop.lab("node", outcome="failed")
    refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=60)}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)
    key = shop.wallet["inkey"]
    await shop.server.payfeed("GET", "events?since=start&wait=20&status=failed", key)


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_sums_of_today_and_the_balance_follow_payments(
    browser: Browser, shop: Shop, width: int
) -> None:
    await shop.lab("node", outcome="success", fee_msat=2500)
    await sell(shop, 1000, "income")
    bought = {"bolt11": await shop.lab("foreign", amount_sat=70)}
    await shop.server.pay(shop.wallet, bought)
    await fail_to_pay(shop)
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        for name, expected in (
            ("received", "1,000 sat"),
            ("sent", "70 sat"),
            ("fees", "2.5 sat"),
            ("payments", "2"),
            ("balance", "927.5 sat"),
        ):
            shown = figure(page, name).locator(".payfeed-figure")
            await expect(shown).to_have_text(expected)
        await expect(figure(page, "received")).to_contain_text("yesterday 0 sat")
        await shop.sell(500, "live")
        await expect(figure(page, "received")).to_contain_text("1,500 sat")
        await expect(figure(page, "balance")).to_contain_text("1,427.5 sat")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []


async def test_what_was_today_is_yesterday_after_midnight(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop, timezone_id="UTC") as (page, _):
        await page.clock.install()
        await open_payfeed(page, shop)
        await expect(figure(page, "received")).to_contain_text("1,000 sat")
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        await page.clock.set_system_time(tomorrow)
        await page.clock.run_for(11_000)
        received = figure(page, "received")
        await expect(received).to_contain_text("yesterday 1,000 sat")
        await expect(received.locator(".payfeed-figure")).to_have_text("0 sat")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_date_range_holds_for_list_plots_and_export(
    browser: Browser, shop: Shop, tmp_path: Path, width: int
) -> None:
    await shop.sell(1000, "income")
    today = datetime.now(timezone.utc).date()
    tomorrow = today + timedelta(days=1)
    async with browser_page(browser, shop, width, timezone_id="UTC") as (
        page,
        complaints,
    ):
        await open_payfeed(page, shop)
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("From", exact=True).fill(str(tomorrow))
        await expect(page.get_by_text("No matching events.")).to_be_visible()
        await shop.sell(5, "live, outside the range")
        await page.get_by_role("tab", name="Plots").click()
        await expect(page.locator("#payfeed-plots-filter")).to_contain_text("from")
        await expect(page.locator("#payfeed-plots-state")).to_contain_text(
            "No payments."
        )
        await page.get_by_role("tab", name="Live").click()
        await expect(page.get_by_text("No matching events.")).to_be_visible()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Export").click()
            await page.get_by_role("button", name="Export").last.click()
        path = await (await download.value).path()
        assert list(csv.DictReader(io.StringIO(path.read_text()))) == []
        await page.get_by_role("tab", name="Plots").click()
        await page.get_by_role("button", name="Show everything").click()
        await expect(page.locator("#payfeed-sums")).to_contain_text("1,005 sat")
        await page.get_by_role("tab", name="Live").click()
        await expect(headlines(page)).to_have_count(2)
        assert complaints == []


async def test_a_range_that_is_over_shows_its_events_and_ignores_new_ones(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    today = datetime.now(timezone.utc).date()
    yesterday = today - timedelta(days=1)
    wallet = shop.wallet["id"]
    for end, expected in ((yesterday, 0), (today, 1)):
        async with browser_page(browser, shop, timezone_id="UTC") as (page, complaints):
            place = f"#/{wallet}/live?from={yesterday}&to={end}"
            await page.goto(f"{shop.server.base}/payfeed/{place}")
            await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
            await expect(headlines(page)).to_have_count(expected)
            assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_status_is_a_filter_and_failed_payments_have_no_sums(
    browser: Browser, shop: Shop, width: int
) -> None:
    await shop.sell(1000, "income")
    await fail_to_pay(shop)
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("Status", exact=True).click()
        await page.get_by_role("option", name="Failed").click()
        await expect(headlines(page)).to_have_count(1)
        await expect(page.locator("#payfeed-events")).to_contain_text("60 sat")
        await page.get_by_role("tab", name="Plots").click()
        await expect(page.get_by_text("there are no sums")).to_be_visible()
        await expect(page.locator("#payfeed-plots-state")).to_contain_text(
            "No payments."
        )
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_tags_of_the_feed_are_suggested(
    browser: Browser, shop: Shop, width: int
) -> None:
    await sell(shop, 5, "coffee", tag="lnurlp")
    await sell(shop, 6, "cake", tag="tpos")
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        await page.get_by_role("button", name="Filters").click()
        suggested = page.locator("#payfeed-tags option")
        await expect(suggested).to_have_count(2)
        values = [
            await option.get_attribute("value") for option in await suggested.all()
        ]
        assert values == ["lnurlp", "tpos"]
        assert complaints == []


async def test_events_before_a_time_are_read(shop: Shop) -> None:
    await shop.sell(5, "coffee")
    key, call = shop.wallet["inkey"], shop.server.payfeed
    answer = await call("GET", "events?since=start&wait=20", key)
    recorded = answer.json()["events"][0]["timestamp"]
    for before, count in ((recorded, 0), (recorded + 1, 1)):
        page = await call("GET", f"events?before=@{before}", key)
        assert len(page.json()["events"]) == count
    assert (await call("GET", "events?before=@x", key)).status_code == 422


async def test_the_sums_and_the_balance_have_a_value_in_the_wallets_currency(
    browser: Browser, shop: Shop
) -> None:
    await sell(shop, 900, "a cake", fiat_currency="EUR", fiat_amount=0.52)
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    changed = await shop.server.http.patch(
        "/api/v1/wallet", json={"currency": "EUR"}, headers=admin
    )
    assert changed.status_code == 200
    async with browser_page(browser, shop, service_workers="block") as (page, _):
        rate = {"rate": 1000, "price": 100_000}
        await page.route("**/api/v1/rate/EUR", lambda route: route.fulfill(json=rate))
        await open_payfeed(page, shop)
        await expect(figure(page, "received")).to_contain_text("€0.52")
        await expect(figure(page, "balance")).to_contain_text("€0.90")
