"""The tab Plots: sums per hour, day and week, in satoshi and in fiat, live."""

import base64
import re
from datetime import datetime, timedelta

import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, Locator, Page, Route, expect
from shop import Shop


def sums(page: Page) -> Locator:
    return page.locator("#payfeed-sums tbody tr")


async def trade(shop: Shop) -> None:
    await shop.lab("node", outcome="success", fee_msat=2500)
    await shop.sell(1000, "income")
    foreign = {"bolt11": await shop.lab("foreign", amount_sat=70)}
    await shop.server.pay(shop.wallet, foreign)
    await shop.lab("node", outcome="failed")
    refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=60)}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)


async def hovered(page: Page) -> list[str]:
    """The tooltip of the chart's last column."""
    box = await page.locator(".payfeed-chart canvas").bounding_box()
    assert box
    lines: list[str] = []
    for left in range(12, 80, 4):
        x = box["x"] + box["width"] - left
        await page.mouse.move(x, box["y"] + box["height"] / 2)
        await page.wait_for_timeout(50)
        lines += await page.evaluate(
            """() => Chart.getChart(document.querySelector('.payfeed-chart canvas'))
                .tooltip.body?.flatMap(({lines}) => lines) ?? []"""
        )
    return lines


@pytest.mark.parametrize("width", [1280, 390])
async def test_received_sent_fees_and_total_are_summed_and_shown_on_hover(
    browser: Browser, shop: Shop, width: int
) -> None:
    await trade(shop)
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("927.5 sat")
        texts = await sums(page).locator("td").all_inner_texts()
        assert texts[1:] == ["1,000 sat", "70 sat", "2.5 sat", "927.5 sat"]
        lines = await hovered(page)
        assert "Received: 1,000 sat" in lines
        assert "Running total: 927.5 sat" in lines
        await shop.sell(500, "live")
        await expect(sums(page)).to_contain_text("1,427.5 sat")
        await page.get_by_role("button", name="Amount").click()
        for row, cells in enumerate(
            (
                ["50 sat – 100 sat", "0", "1"],
                ["500 sat – 1,000 sat", "1", "0"],
                ["1,000 sat – 2,000 sat", "1", "0"],
            )
        ):
            await expect(sums(page).nth(row).locator("td")).to_have_text(cells)
        await expect(sums(page)).to_have_count(3)
        assert "Received: 1" in await hovered(page)
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_fiat_is_summed_where_lnbits_knows_it(
    browser: Browser, shop: Shop, width: int
) -> None:
    extra = {"fiat_currency": "EUR", "fiat_amount": 12.5}
    body = {"wallet_id": shop.wallet["id"], "amount": 900, "extra": extra}
    await shop.server.pay(shop.payer, await shop.lab("invoice", **body))
    await shop.sell(100, "unpriced")
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await page.get_by_role("button", name="EUR").click()
        await expect(sums(page)).to_contain_text("€12.50")
        left_out = page.get_by_text(
            "Payments without an amount in EUR, not included: 1."
        )
        await expect(left_out).to_be_visible()
        await page.get_by_role("button", name="Amount").click()
        await expect(sums(page)).to_have_text("€10.00 – €20.0010")
        assert complaints == []


async def test_sums_of_incompletely_loaded_payments_are_never_shown(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, _):

        async def first_page(route: Route) -> None:
            answer = await route.fetch()
            body = await answer.json()
            await route.fulfill(json=body | {"has_more": True})

        await page.route(re.compile("events.*limit=1000$"), first_page)
        before = re.compile("events.*limit=1000&before=")
        broken = {"status": 500, "json": {"detail": "The disk is full."}}
        await page.route(before, lambda route: route.fulfill(**broken), times=1)
        await open_payfeed(page, shop, "Plots")
        state = page.locator("#payfeed-plots-state")
        await expect(state).to_have_attribute("data-state", "failed")
        await expect(state).to_contain_text("The payments could not be loaded.")
        await expect(sums(page)).to_have_count(0)
        await page.get_by_role("button", name="Try now").click()
        await expect(sums(page)).to_contain_text("1,000 sat")


async def test_the_plot_follows_the_theme(browser: Browser, shop: Shop) -> None:
    color = """() => Chart.getChart(document.querySelector('.payfeed-chart canvas'))
        ?.options.scales.y.ticks.color"""
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        for is_dark, expected in (("true", "#ddd"), ("false", "#333")):
            await page.evaluate(f"Quasar.Dark.set({is_dark})")
            await page.wait_for_function(f"({color})() === '{expected}'")
        assert complaints == []


async def test_without_chart_js_the_table_is_shown(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        await page.evaluate("window.Chart = undefined")
        await page.get_by_role("tab", name="Plots").click()
        await expect(page.get_by_text("This LNbits has no Chart.js")).to_be_visible()
        await expect(sums(page)).to_contain_text("1,000 sat")
        assert complaints == []


SHOWN = """() => {
    const chart = Chart.getChart(document.querySelector('.payfeed-chart canvas'))
    if (!chart) return null
    const {data, options} = chart
    const find = name => data.datasets.find(({label}) => label === name)?.data
    const axes = Object.entries(options.scales)
    return {totals: find('Running total'), unknown: find('No figures'),
            axes: axes.filter(([, {display}]) => display !== false).map(([n]) => n),
            unit: options.scales.y.title.text}
}"""


async def test_one_axis_has_the_unit_and_time_before_the_feed_has_no_figure(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("1,000 sat")
        since = page.locator("#payfeed-plots-since")
        await expect(since).to_contain_text("The feed begins ")
        shown = await page.evaluate(SHOWN)
        assert (shown["axes"], shown["unit"]) == (["x", "y"], "sat")
        assert shown["totals"] == [None] * 11 + [1000]
        assert shown["unknown"] == [1] * 11 + [None]
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("days", "names"),
    [
        (0, ["Hour"]),
        (5, ["Hour", "Day"]),
        (60, ["Hour", "Day", "Week"]),
        (300, ["Hour", "Day", "Week", "Month"]),
    ],
)
async def test_periods_that_the_kept_events_cannot_fill_are_not_offered(
    browser: Browser, shop: Shop, days: int, names: list[str], width: int
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.clock.set_fixed_time(datetime.now() + timedelta(days=days))
        await open_payfeed(page, shop, "Plots")
        choices = page.locator(".payfeed-toggle button")
        await expect(choices).to_have_text([*names, "Amount"])
        longest = page.get_by_role("button", name=names[-1], exact=True)
        await longest.click()
        await expect(longest).to_have_attribute("aria-pressed", "true")
        await expect(sums(page)).to_contain_text("1,000 sat")
        assert complaints == []


async def test_what_is_no_longer_kept_is_marked_as_such(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "erased")
    key, admin = shop.wallet["inkey"], shop.wallet["adminkey"]
    await shop.server.payfeed("GET", "events?since=start&wait=20", key)
    await shop.server.payfeed("DELETE", "events", admin, json={"before": "all"})
    await shop.sell(500, "kept")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("500 sat")
        since = page.locator("#payfeed-plots-since")
        await expect(since).to_contain_text("at most 400 days")
        await expect(sums(page).locator("td").first).to_contain_text(", from ")
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_feed_without_payments_and_one_that_is_read_look_different(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        held: list[Route] = []

        async def hold(route: Route) -> None:
            held.append(route)

        await page.route(re.compile("events.*limit=1000$"), hold)
        await page.get_by_role("tab", name="Plots").click()
        state = page.locator("#payfeed-plots-state")
        await expect(state).to_have_attribute("data-state", "loading")
        await expect(state).to_contain_text("Loading …")
        while not held:
            await page.wait_for_timeout(20)
        await held[0].continue_()
        await expect(state).to_have_attribute("data-state", "empty")
        await expect(state).to_contain_text("No payments.")
        await shop.sell(500, "live")
        await expect(sums(page)).to_contain_text("500 sat")
        await expect(state).to_have_count(0)
        await expect(page.locator(".payfeed-chart canvas")).to_be_visible()
        assert complaints == []


async def test_the_table_fits_on_a_phone(browser: Browser, shop: Shop) -> None:
    await shop.sell(999_999, "all that the payer has")
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("999,999 sat")
        cells = await sums(page).locator("td").all()
        assert len(cells) == 5
        for cell in cells:
            box = await cell.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        is_cut = """() => [...document.querySelectorAll('#payfeed-sums, .payfeed-sums')]
            .some(part => part.scrollWidth > part.clientWidth ||
                part.scrollHeight > part.clientHeight)"""
        assert not await page.evaluate(is_cut)
        assert complaints == []


PIXEL = """async png => {
    const image = await createImageBitmap(await (await fetch(png)).blob())
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    return [...context.getImageData(8, 8, 1, 1).data].slice(0, 3)
}"""


async def test_the_chosen_period_keeps_its_color_under_the_pointer(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("1,000 sat")
        button = page.get_by_role("button", name="Hour")
        colors = []
        for _ in range(2):
            png = base64.b64encode(await button.screenshot()).decode()
            colors.append(await page.evaluate(PIXEL, f"data:image/png;base64,{png}"))
            await button.hover()
        before, under = colors
        assert max(abs(x - y) for x, y in zip(before, under, strict=True)) < 60
        assert complaints == []
