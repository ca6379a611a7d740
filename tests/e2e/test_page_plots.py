"""The tab Plots: sums per hour, day and week, in satoshi and in fiat, live."""

import re

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
    for left in range(40, 80, 4):
        x = box["x"] + box["width"] - left
        await page.mouse.move(x, box["y"] + box["height"] / 2)
        await page.wait_for_timeout(50)
        lines += await page.evaluate(
            """() => Chart.getChart(document.querySelector('.payfeed-chart canvas'))
                .tooltip.body?.flatMap(({lines}) => lines) ?? []"""
        )
    return lines


async def test_received_sent_fees_and_total_are_summed_and_shown_on_hover(
    browser: Browser, shop: Shop
) -> None:
    await trade(shop)
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        expected = ["1,000 sat", "70 sat", "2.5 sat", "927.5 sat"]
        for period in ("Hour", "Day", "Week"):
            await page.get_by_role("button", name=period).click()
            await expect(sums(page)).to_have_count(1)
            await expect(sums(page)).to_contain_text(expected[-1])
            texts = await sums(page).locator("td").all_inner_texts()
            assert texts[1:] == expected
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


async def test_fiat_is_summed_where_lnbits_knows_it(
    browser: Browser, shop: Shop
) -> None:
    extra = {"fiat_currency": "EUR", "fiat_amount": 12.5}
    body = {"wallet_id": shop.wallet["id"], "amount": 900, "extra": extra}
    await shop.server.pay(shop.payer, await shop.lab("invoice", **body))
    await shop.sell(100, "unpriced")
    async with browser_page(browser, shop, 390) as (page, complaints):
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
        await expect(
            page.get_by_text("The payments could not be loaded.")
        ).to_be_visible()
        await expect(sums(page)).to_have_count(0)
        await page.get_by_role("button", name="Try now").click()
        await expect(sums(page)).to_contain_text("1,000 sat")


async def test_the_plot_follows_the_theme(browser: Browser, shop: Shop) -> None:
    color = """() => Chart.getChart(document.querySelector('.payfeed-chart canvas'))
        ?.options.scales.y.ticks.color"""
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
    const {data, options} = Chart.getChart(
        document.querySelector('.payfeed-chart canvas'))
    return {totals: data.datasets.find(({type}) => type === 'line').data,
            axes: Object.keys(options.scales), unit: options.scales.y.title.text}
}"""


async def test_one_axis_has_the_unit_and_time_before_the_feed_has_no_figure(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "income")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await expect(sums(page)).to_contain_text("1,000 sat")
        await expect(page.locator("#payfeed-plots-since")).to_contain_text("from ")
        shown = await page.evaluate(SHOWN)
        assert (shown["axes"], shown["unit"]) == (["x", "y"], "sat")
        assert shown["totals"] == [None] * 30 + [1000]
        assert complaints == []
