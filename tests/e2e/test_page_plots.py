"""The tab Plots: sums per hour, day and week, in satoshi and in fiat, live."""

from page import browser_page, open_payfeed
from playwright.async_api import Locator, Page, expect
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
    """What the chart says over its last column."""
    box = await page.locator(".payfeed-chart canvas").bounding_box()
    assert box
    told: list[str] = []
    for left in range(40, 80, 4):
        x = box["x"] + box["width"] - left
        await page.mouse.move(x, box["y"] + box["height"] / 2)
        await page.wait_for_timeout(50)
        told += await page.evaluate(
            """() => Chart.getChart(document.querySelector('.payfeed-chart canvas'))
                .tooltip.body?.flatMap(({lines}) => lines) ?? []"""
        )
    return told


async def test_received_sent_fees_and_total_are_summed_and_shown_on_hover(
    shop: Shop,
) -> None:
    await trade(shop)
    async with browser_page(shop) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        expected = ["1,000 sat", "70 sat", "2.5 sat", "927.5 sat"]
        for period in ("Hour", "Day", "Week"):
            await page.get_by_role("button", name=period).click()
            await expect(sums(page)).to_have_count(1)
            await expect(sums(page)).to_contain_text(expected[-1])
            texts = await sums(page).locator("td").all_inner_texts()
            assert texts[1:] == expected
        told = await hovered(page)
        assert "Received: 1,000 sat" in told
        assert "Running total: 927.5 sat" in told
        await shop.sell(500, "live")
        await expect(sums(page)).to_contain_text("1,427.5 sat")
        assert complaints == []


async def test_fiat_is_summed_where_lnbits_knows_it(shop: Shop) -> None:
    extra = {"fiat_currency": "EUR", "fiat_amount": 12.5}
    wish = {"wallet_id": shop.wallet["id"], "amount": 900, "extra": extra}
    await shop.server.pay(shop.payer, await shop.lab("invoice", **wish))
    await shop.sell(100, "unpriced")
    async with browser_page(shop, 390) as (page, complaints):
        await open_payfeed(page, shop, "Plots")
        await page.get_by_role("button", name="EUR").click()
        await expect(sums(page)).to_contain_text("€12.50")
        left_out = page.get_by_text("Left out, as they have no amount in EUR: 1.")
        await expect(left_out).to_be_visible()
        assert complaints == []


async def test_without_chart_js_the_figures_are_there(shop: Shop) -> None:
    await shop.sell(1000, "income")
    async with browser_page(shop) as (page, complaints):
        await open_payfeed(page, shop)
        await page.evaluate("window.Chart = undefined")
        await page.get_by_role("tab", name="Plots").click()
        await expect(page.get_by_text("This LNbits has no Chart.js")).to_be_visible()
        await expect(sums(page)).to_contain_text("1,000 sat")
        assert complaints == []
