"""The tab Live: new events, search, filters, frames, and the first invoice."""

import asyncio
import json
import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
from page import (
    PLAIN,
    browser_page,
    expect_qr,
    open_payfeed,
    sell_within_answer,
)
from playwright.async_api import Browser, Locator, Page, Route, expect
from shop import Shop

HOSTILE = "<img src=x onerror=window.hacked=1>{{constructor.constructor('hacked=1')()}}"


def rows(page: Page) -> Locator:
    return page.locator("#payfeed-events .q-item")


async def notify(shop: Shop, value: Any) -> None:
    await shop.server.payfeed("POST", "notify", shop.wallet["inkey"], json=value)


async def test_an_empty_feed_creates_an_invoice_whose_payment_appears(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop)
        async with page.expect_response("**/api/v1/payments") as answer:
            await page.get_by_role(
                "button", name="Create an invoice for 21 sat"
            ).click()
        invoice = await (await answer.value).json()
        await page.get_by_role("button", name="Copy").click()
        bolt11 = await page.evaluate("navigator.clipboard.readText()")
        assert bolt11 == invoice.get("bolt11") or invoice["payment_request"]
        await expect_qr(page, f"lightning:{bolt11}")
        await shop.server.pay(shop.payer, invoice)
        await expect(rows(page)).to_contain_text(["My first Payfeed payment"])
        await expect(rows(page).first).to_contain_text("+21 sat")
        await expect(page.get_by_text("Received 21 sat")).to_have_count(1)
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_an_empty_feed_leads_to_programs_and_displays(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        await page.get_by_role("button", name="Connect a program").click()
        await expect(page.locator("#payfeed-address")).to_be_visible()
        await page.go_back()
        await page.get_by_role("button", name="Open a display").click()
        await expect(page.get_by_text("No displays yet.")).to_be_visible()
        assert complaints == []


async def test_hostile_memos_and_messages_stay_text(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        await shop.sell(2222, HOSTILE)
        await expect(rows(page)).to_have_count(1)
        await notify(shop, {"type": "door", "open": HOSTILE})
        await notify(shop, HOSTILE)
        await expect(rows(page)).to_have_count(3)
        await expect(rows(page).nth(0)).to_contain_text("<img src=x onerror")
        await expect(rows(page).nth(1)).to_contain_text('door {"open":"<img')
        await expect(rows(page).nth(2)).to_contain_text("+2,222 sat")
        for row in range(3):
            await rows(page).nth(row).click()
            await expect(page.locator(".payfeed-frame pre")).to_contain_text("onerror")
            await page.keyboard.press("Escape")
            await expect(page.locator(".payfeed-frame")).to_have_count(0)
        assert await page.evaluate("window.hacked") is None
        assert complaints == []


async def test_sent_and_failed_payments_are_never_shown_as_received(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(500, "income")
    invoice = await shop.server.invoice(shop.payer, 50, "expense")
    await shop.server.pay(shop.wallet, invoice)
    await shop.lab("node", outcome="failed")
    refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=70)}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop)
        await expect(rows(page)).to_have_count(3)
        sent = rows(page).filter(has_text="expense")
        await expect(sent).to_contain_text("−50 sat")
        await expect(sent).to_contain_text("Sent")
        failed = rows(page).filter(has_text="Failed")
        await expect(failed).to_contain_text("70 sat")
        received = rows(page).filter(has_text="Received")
        await expect(received).to_have_count(1)
        await expect(page.locator(".text-positive", has_text="sat")).to_have_count(1)


async def test_a_payment_shows_amount_memo_tag_comment_fee_fiat_and_age(
    browser: Browser, shop: Shop
) -> None:
    extra = {"tag": "lnurlp", "comment": "<i>thanks</i>"}
    fiat = {"fiat_currency": "EUR", "fiat_amount": 0.52}
    body = {"wallet_id": shop.wallet["id"], "amount": 900, "extra": extra | fiat}
    sold = await shop.lab("invoice", **body, memo="a cake")
    await shop.server.pay(shop.payer, sold)
    await shop.lab("node", outcome="success", fee_msat=2500)
    bought = {"bolt11": await shop.lab("foreign", amount_sat=70)}
    await shop.server.pay(shop.wallet, bought)
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop)
        received = rows(page).filter(has_text="a cake")
        for text in ("+900 sat", "€0.52", "lnurlp", "<i>thanks</i>", "ago"):
            await expect(received).to_contain_text(text)
        sent = rows(page).filter(has_text="−70 sat")
        await expect(sent).to_contain_text("fee 2.5 sat")
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("Tag").fill("lnurlp")
        await expect(rows(page)).to_have_count(1)
        assert complaints == []


async def test_a_payment_recorded_while_the_page_loads_is_shown(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await sell_within_answer(page, shop)
        await open_payfeed(page, shop)
        await expect(rows(page)).to_have_count(2)
        await expect(rows(page).first).to_contain_text("meanwhile")
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_events_are_searched_and_filtered_by_all_their_members(
    browser: Browser, shop: Shop, width: int
) -> None:
    payment_hash = await shop.sell(100, "tea")
    await shop.sell(1900, "coffee")
    await shop.server.pay(
        shop.wallet, await shop.server.invoice(shop.payer, 50, "milk")
    )
    await notify(shop, {"type": "door", "open": True})
    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        await expect(rows(page)).to_have_count(5)
        for words, expected in (
            ("COFF", ["coffee"]),
            ("1900", ["coffee"]),
            ("1,900", ["coffee"]),
            (payment_hash, ["tea"]),
            (payment_hash[:20], []),
            ("payment_hash", []),
            ("sent", ["milk"]),
        ):
            await page.get_by_label("Search").fill(words)
            await expect(rows(page)).to_have_count(len(expected))
            await expect(rows(page)).to_contain_text(expected)
        await page.get_by_label("Search").fill("")
        await page.get_by_role("button", name="Filters").click()
        for label, choice, expected in (
            ("Type", "Messages", ["door"]),
            ("Type", "Tests", ["This is a test"]),
            ("Type", "Payments", ["milk", "coffee", "tea"]),
            ("Direction", "Sent", ["milk"]),
            ("Direction", "Received", ["coffee", "tea"]),
        ):
            await page.get_by_label(label, exact=True).click()
            await page.get_by_role("option", name=choice, exact=True).click()
            await expect(rows(page)).to_contain_text(expected)
            await expect(rows(page)).to_have_count(len(expected))
        await page.get_by_label("Minimum amount").fill("500")
        await expect(rows(page)).to_have_count(1)
        complaints_before = list(complaints)
        async with page.expect_response(re.compile("min_amount=-5")) as refused:
            await page.get_by_label("Minimum amount").fill("-5")
        assert not (await refused.value).ok
        await expect(page.get_by_label("Minimum amount")).to_have_value("500")
        await expect(rows(page)).to_have_count(1)
        complaints[:] = complaints_before
        await shop.sell(800, "cake")
        await shop.sell(30, "sugar")
        await expect(rows(page)).to_contain_text(["cake", "coffee"])
        await page.get_by_label("Tag").fill("lnurlp")
        await expect(page.get_by_text("No matching events.")).to_be_visible()
        await page.get_by_label("Tag").fill("")
        await page.get_by_label("Search").fill("cake")
        await expect(rows(page)).to_contain_text(["cake"])
        assert complaints == []


async def test_new_events_slide_in_unless_reduced_motion_is_set(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop)
        for motion, expected in (
            ("no-preference", "payfeed-slide-in"),
            ("reduce", "none"),
        ):
            await page.emulate_media(reduced_motion=motion)
            fresh = page.locator(".payfeed-fresh", has_text=f"with {motion}")
            animated = expect(fresh).to_have_css("animation-name", expected)
            await asyncio.gather(animated, shop.sell(1000, f"with {motion}"))


async def test_an_opened_event_shows_its_frame_and_copies_it(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "tea")
    async with browser_page(browser, shop) as (page, _):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop)
        await rows(page).first.focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("Frame as JSON").click()
        shown = json.loads(await page.locator(".payfeed-frame pre").inner_text())
        assert shown["payment"]["amount_msat"] == 1_000_000
        await page.locator(".payfeed-frame").get_by_label("Copy the frame").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert json.loads(copied) == shown
        await page.get_by_label("Close").click()
        await expect(page.locator(".payfeed-frame")).to_have_count(0)


async def test_five_thousand_events_are_searched_and_scrolled_and_stay_fluid(
    browser: Browser, shop: Shop
) -> None:
    await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=5000)
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop)
        await search(page)
        await scroll(page, shop)
        assert complaints == []


async def search(page: Page) -> None:
    """Typing continues while older events are loaded for the search."""
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        asked.set()
        await answered.wait()
        await route.continue_()

    older = re.compile("events.*before=")
    await page.route(older, slow)
    field = page.get_by_label("Search")
    await field.fill("message 1")
    await asked.wait()
    await field.fill("message 12 of")
    await page.wait_for_timeout(300)
    answered.set()
    await expect(rows(page)).to_have_text([re.compile("message 12 of many")])
    await page.unroute(older)
    await field.fill("")
    await expect(rows(page).first).to_contain_text("message 5000 of many")


async def scroll(page: Page, shop: Shop) -> None:
    last = rows(page).filter(has_text="message 1 of many")
    while not await last.is_visible():
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await page.wait_for_timeout(50)
    assert await rows(page).count() < 500
    frame_ms = await page.evaluate(
        """async () => {
            let before = performance.now()
            const frames = []
            for (let frame = 0; frame < 60; frame += 1) {
                window.scrollBy(0, frame % 2 ? 400 : -900)
                await new Promise(requestAnimationFrame)
                frames.push(performance.now() - before)
                before = performance.now()
            }
            const median = 30
            return frames.sort((one, other) => one - other)[median]
        }"""
    )
    assert frame_ms < 250
    await shop.sell(7, "one more")
    # a row that is added while the list scrolls moves it back
    while not await rows(page).filter(has_text="one more").is_visible():
        await page.evaluate("window.scrollTo(0, 0)")
        await page.wait_for_timeout(50)


async def test_older_events_are_loaded_on_demand(browser: Browser, shop: Shop) -> None:
    await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=101)
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        more = page.get_by_role("button", name="Load older events")
        async with page.expect_response(re.compile("events.*before=")) as answer:
            await more.focus()
            await page.keyboard.press("Enter")
        assert len((await (await answer.value).json())["events"]) == 1
        beginning = page.get_by_text("There are no older events.")
        await expect(beginning).to_be_visible()
        assert complaints == []


CONTRAST = """() => {
    const channels = color => color.match(/[\\d.]+/g).map(Number)
    const light = ([red, green, blue]) => {
        const linear = [red, green, blue].map(one => {
            const part = one / 255
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    const behind = element => {
        for (let one = element; one; one = one.parentElement) {
            const color = channels(getComputedStyle(one).backgroundColor)
            if (color.length === 3 || color[3] === 1) return color
        }
        return [255, 255, 255]
    }
    const ours = '.payfeed :is(.text-positive, .text-warning, .text-grey)'
    return [...document.querySelectorAll(ours)]
        .filter(({innerText, tagName}) => innerText && tagName !== 'I')
        .map(element => {
            const levels = [channels(getComputedStyle(element).color), behind(element)]
                .map(light)
                .sort((one, other) => one - other)
            return [element.innerText, (levels[1] + 0.05) / (levels[0] + 0.05)]
        })
}"""


async def test_amounts_and_tags_have_readable_colors(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(500, "income")
    await shop.lab("node", outcome="failed")
    refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=70)}
    admin = {"X-Api-Key": shop.wallet["adminkey"]}
    await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)

    async def lagging(route: Route) -> None:
        subscriber = {"name": "slow till", "since": 0, "address": "::1", "lag": 3}
        await route.fulfill(json=[subscriber, subscriber | {"name": "till", "lag": 0}])

    async with browser_page(browser, shop) as (page, _):
        await page.add_init_script(PLAIN)
        await page.route("**/payfeed/api/v1/subscribers", lagging)
        await open_payfeed(page, shop)
        await expect(rows(page)).to_have_count(2)
        slow = page.locator("#payfeed-subscribers .q-item").first
        for is_dark in ("true", "false"):
            await page.evaluate(f"Quasar.Dark.set({is_dark})")
            await page.get_by_role("tab", name="Live").click()
            await expect(rows(page).first).to_be_visible()
            seen = dict(await page.evaluate(CONTRAST))
            assert {"+500 sat", "70 sat"} <= set(seen)
            await page.get_by_role("tab", name="Subscribers").click()
            await expect(slow).to_contain_text("days ago from ::1")
            seen |= dict(await page.evaluate(CONTRAST))
            assert {"behind: 3", "up to date"} <= set(seen)
            assert min(seen.values()) >= 4.5, seen


async def test_what_is_shown_is_computed_once_for_a_rush_of_events(
    browser: Browser, shop: Shop
) -> None:
    """The first of a rush is shown, and all of it after the pause."""
    async with browser_page(browser, shop) as (page, _):
        await page.clock.install()
        await open_payfeed(page, shop)
        await page.evaluate(
            """() => {
                window.shown = 0
                window.show = Payfeed.throttled(() => (window.shown += 1), 0.5)
                for (let event = 0; event < 50; event += 1) window.show()
            }"""
        )
        assert await page.evaluate("shown") == 1
        await page.clock.run_for(500)
        assert await page.evaluate("shown") == 2
        await page.clock.run_for(5000)
        assert await page.evaluate("shown") == 2
        await page.evaluate("show()")
        assert await page.evaluate("shown") == 3


async def test_a_rush_of_payments_asks_lnbits_for_few_balances(
    browser: Browser, shop: Shop
) -> None:
    """The page's clock moves only as far as the list needs it to."""
    await shop.sell(10)
    async with browser_page(browser, shop) as (page, complaints):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        await page.clock.install()
        await open_payfeed(page, shop)
        await expect(page.locator("[data-figure=balance]")).to_be_visible()
        soon = await page.evaluate("Date.now() / 1000") + 1
        await page.clock.pause_at(datetime.fromtimestamp(soon, timezone.utc))
        asked.clear()
        for _ in range(20):
            await shop.sell(10)
        while await rows(page).count() < 21:
            await page.clock.run_for(10)
        assert asked.count("/api/v1/wallet") < 10
        assert complaints == []
