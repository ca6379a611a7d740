"""The whole page: navigation, reconnects, gaps, languages, LNbits' own pages."""

import asyncio
import json
import re
from datetime import datetime, timezone

from page import Line, browser_page, open_payfeed
from playwright.async_api import (
    Browser,
    Locator,
    Page,
    Route,
    WebSocketRoute,
    expect,
)
from shop import Shop

ROUTER = "window.app.config.globalProperties.$router"


async def subscribers(shop: Shop) -> list[str]:
    key = shop.wallet["inkey"]
    listed = await shop.server.payfeed("GET", "subscribers", key)
    return [subscriber["name"] for subscriber in listed.json()]


async def wallets_of_lnbits(page: Page) -> None:
    """Wait until it is loaded: LNbits 1.3.1 logs an error if it is left earlier."""
    await expect(page.get_by_role("main").get_by_text("shop")).to_be_visible()


async def test_the_page_is_reached_from_the_menu_and_its_sockets_end_when_it_is_left(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await page.goto(f"{shop.server.base}/wallets")
        await wallets_of_lnbits(page)
        await page.get_by_text("Payfeed", exact=True).first.click()
        await page.wait_for_url("**/payfeed/")
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        await open_payfeed(page, shop)
        assert await subscribers(shop) == ["wallet key"]
        await page.evaluate("window.stayed = true")
        await page.evaluate(f"{ROUTER}.push('/wallets')")
        await page.wait_for_url("**/wallets")
        await expect(page.locator("#payfeed-state")).to_have_count(0)
        assert await page.evaluate("window.stayed")
        await wallets_of_lnbits(page)
        while await subscribers(shop):
            await page.wait_for_timeout(100)
        await page.go_back()
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        assert complaints == []


async def test_the_page_notifies_of_payments_with_or_without_lnbits_own_function(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        opened: list[WebSocketRoute] = []
        probe = "**/api/v1/ws/probe"
        await page.route_web_socket(probe, lambda socket: opened.append(socket))
        await page.add_init_script("Math.random = () => 0")
        await open_payfeed(page, shop)
        await page.evaluate(
            """() => {
                const {events} = LNbits
                const own = events.onInvoicePaid
                Object.assign(window, {asked: [], ended: 0, received: []})
                events.onInvoicePaid = (wallet, callback) => {
                    window.asked.push(wallet.id)
                    const stop = own(wallet, callback)
                    return stop && (() => stop(window.ended += 1))
                }
                window.stop = own({inkey: 'probe'}, data => window.received.push(data))
            }"""
        )
        await page.get_by_label("Wallet", exact=True).first.click()
        await page.get_by_role("option", name="LNbits wallet").click()
        assert await page.evaluate("window.asked") == [shop.payer["id"]]
        if await page.evaluate("typeof window.stop === 'function'"):
            await notice_outlives_closed_sockets(page, opened)
        await page.evaluate(f"{ROUTER}.push('/wallets')")
        await page.wait_for_function("window.ended || window.ws?.readyState > 1")
        assert complaints == []


async def notice_outlives_closed_sockets(
    page: Page, opened: list[WebSocketRoute]
) -> None:
    for number in (1, 2, 3):
        while len(opened) < number:
            await page.wait_for_timeout(50)
        opened[-1].send("no JSON")
        opened[-1].send(json.dumps({"wallet_balance": number}))
        opened[-1].send(json.dumps({"payment": {"number": number}}))
        await page.wait_for_function("number => received.length === number", arg=number)
        if number < 3:
            await opened[-1].close()
    ended = asyncio.Event()
    opened[-1].on_close(lambda *_: ended.set())
    await page.evaluate("window.stop()")
    await ended.wait()
    await page.wait_for_timeout(300)
    assert len(opened) == 3


async def test_a_restart_of_lnbits_is_shown_and_no_event_is_missed(
    browser: Browser, shop: Shop
) -> None:
    """The page's clock is stopped, so that only the button causes an attempt."""
    async with browser_page(browser, shop, 390) as (page, _):
        await page.add_init_script("Math.random = () => 0.999")
        await page.clock.install()
        await open_payfeed(page, shop)
        await shop.sell(111, "before the restart")
        await expect(headlines(page)).to_have_text(["before the restart"])
        soon = await page.evaluate("Date.now() / 1000") + 1
        await page.clock.pause_at(datetime.fromtimestamp(soon, timezone.utc))
        shop.server.kill()
        state = page.locator("#payfeed-state")
        while (seconds := await seconds_left(page)) < 4:
            await page.clock.run_for(1000)
        await page.clock.run_for(1000)
        assert await seconds_left(page) == seconds - 1
        await shop.server.start()
        await shop.sell(333, "after the restart")
        await expect(state).to_contain_text("No event will be missed")
        await page.locator("#payfeed-retry").click()
        await expect(state).to_contain_text("Connected")
        await page.clock.resume()
        await expect(headlines(page)).to_have_text(
            ["after the restart", "before the restart"]
        )


def headlines(page: Page) -> Locator:
    return page.locator("#payfeed-events .q-item__label:first-child")


async def seconds_left(page: Page) -> int:
    """The seconds of the countdown; 0 without a countdown."""
    text = await page.locator("#payfeed-state").inner_text()
    found = re.search(r"attempt in (\d+) s", text)
    return int(found[1]) if found else 0


async def test_a_page_of_a_busy_lnbits_reconnects_by_itself_and_on_demand(
    browser: Browser, shop: Shop
) -> None:
    """The invoice key is disabled: the page has to detect that before it reads."""
    closed = {"allow_inkey": False}
    await shop.server.payfeed("PATCH", "feed", shop.wallet["adminkey"], json=closed)
    async with browser_page(browser, shop, service_workers="block") as (page, _):

        async def busy(route: Route) -> None:
            patience = {"Retry-After": "60"}
            body = {"detail": "Payfeed is being upgraded."}
            await route.fulfill(status=503, json=body, headers=patience)

        await page.goto(f"{shop.server.base}/payfeed/")
        await page.route("**/payfeed/api/v1/feed", busy)
        await page.get_by_label("Wallet", exact=True).first.click()
        await page.get_by_role("option", name="shop").click()
        state = page.locator("#payfeed-state")
        await page.get_by_role("tab", name="Keys").click()
        await expect(state).to_contain_text(re.compile(r"attempt in 6\d s"))
        first = await seconds_left(page)
        while await seconds_left(page) == first:
            await page.wait_for_timeout(100)
        await expect(page.get_by_text("Only the owner")).to_have_count(0)
        await page.unroute("**/payfeed/api/v1/feed")
        await page.locator("#payfeed-retry").click()
        await expect(state).to_contain_text("Connected")
        await expect(page.get_by_text("No access keys yet.")).to_be_visible()
        client = "**/payfeed-client.js*"
        await page.route(client, lambda route: route.abort(), times=1)
        async with page.expect_event("requestfailed"):
            await open_payfeed(page, shop)


async def test_a_late_response_for_another_wallet_is_not_shown(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(5, "of the shop")
    async with browser_page(browser, shop) as (page, complaints):
        answered = asyncio.Event()

        async def late(route: Route) -> None:
            if route.request.headers["x-api-key"] == shop.payer["adminkey"]:
                await answered.wait()
            await route.continue_()

        await page.route("**/payfeed/api/v1/feed", late)
        about = "**/payfeed/api/v1/feed"
        async with page.expect_request(about):
            await page.goto(f"{shop.server.base}/payfeed/")
        await page.get_by_label("Wallet", exact=True).first.click()
        await page.get_by_role("option", name="shop").click()
        await expect(headlines(page)).to_have_text(["of the shop"])
        async with page.expect_response(about):
            answered.set()
        await page.get_by_role("tab", name="Keys").click()
        await page.get_by_label("Show: Channel").click()
        key = shop.wallet["adminkey"]
        own = (await shop.server.payfeed("GET", "feed", key)).json()["channel"]
        await expect(page.get_by_text(own)).to_be_visible()
        await page.get_by_role("tab", name="Live").click()
        await shop.sell(6, "live")
        await expect(headlines(page)).to_have_text(["live", "of the shop"])
        assert complaints == []


async def test_after_a_gap_the_newest_events_are_first(
    browser: Browser, shop: Shop
) -> None:
    line = Line()
    async with browser_page(browser, shop) as (page, _):
        await line.lay(page)
        await open_payfeed(page, shop)
        await shop.sell(5, "of the old epoch")
        await expect(headlines(page)).to_have_text(["of the old epoch"])
        await line.cut()
        admin = shop.wallet["adminkey"]
        await shop.server.payfeed("POST", "feed/rotate", admin, json={"what": "epoch"})
        await shop.lab("messages", wallet_id=shop.wallet["id"], count=150)
        line.state = "whole"
        await expect(headlines(page).first).to_have_text("message 150 of many")
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        await shop.sell(6, "of the new epoch")
        await expect(headlines(page).nth(0)).to_have_text("of the new epoch")
        await expect(headlines(page).nth(1)).to_have_text("message 150 of many")


async def test_a_disabled_extension_is_shown_and_the_page_reconnects_on_demand(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop)
        state = page.locator("#payfeed-state")
        await shop.server.enable(shop.user, False)
        await expect(state).to_contain_text("The extension is not enabled.")
        await shop.server.enable(shop.user)
        await page.locator("#payfeed-retry").click()
        await expect(state).to_contain_text("Connected")
        await shop.sell(42, "after the pause")
        await expect(page.locator("#payfeed-events")).to_contain_text("after the pause")


async def width_of(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def test_every_tab_fits_on_a_phone(browser: Browser, shop: Shop) -> None:
    await shop.sell(1000, "a long memo without end " * 20)
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop)
        names = await page.get_by_role("tab").all_inner_texts()
        for name in names:
            await page.get_by_role("tab", name=name.split("\n")[-1]).click()
            await page.wait_for_timeout(300)
            assert await width_of(page) <= 390, name
            shown = await page.inner_text("body")
            assert not re.search(r"payfeed\.[a-z]+\.", shown), "a text is missing"
        assert complaints == []


# LNbits' code of a language, its word for plots, and an amount as it writes it
LANGUAGES = (
    ("en", "Plots", "+12,000 sat"),
    ("de", "Diagramme", "+12.000 sat"),
    ("fr", "Graphiques", "+12\u202f000 sat"),
    ("br", "Gráficos", "+12.000 sat"),
    ("cs", "Grafy", "+12\xa0000 sat"),
    ("fi", "Plots", "+12,000 sat"),  # no texts: words and numbers are English
)


async def test_words_numbers_and_ages_are_of_the_language_of_lnbits(
    browser: Browser, shop: Shop
) -> None:
    extra = {"wallet_id": shop.wallet["id"], "amount": 12000}
    sold = await shop.lab("invoice", **extra, memo="tea")
    await shop.server.pay(shop.payer, sold)
    for code, plots, amount in LANGUAGES:
        async with browser_page(browser, shop) as (page, complaints):
            language = f"localStorage.setItem('lnbits.lang', '__q_strn|{code}')"
            await page.add_init_script(language)
            await page.goto(f"{shop.server.base}/payfeed/?wal={shop.wallet['id']}")
            await expect(page.get_by_role("tab", name=plots)).to_be_visible()
            side = page.locator("#payfeed-events .q-item .text-weight-medium").first
            assert await side.inner_text() == amount
            assert complaints == []


async def test_every_tab_fits_on_a_phone_in_every_language(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(1000, "tea")
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop)
        for code in ("de", "es", "fr", "it", "br", "nl", "pl", "cs"):
            await page.evaluate("code => (i18n.global.locale = code)", code)
            for tab in await page.get_by_role("tab").all():
                await tab.click()
                assert await width_of(page) <= 390, f"{code}, {await tab.inner_text()}"
            await page.get_by_role("tab").first.click()
        assert complaints == []


async def test_the_mirror_leaves_lnbits_own_page_intact(
    browser: Browser, shop: Shop
) -> None:
    body = {"mirror_to_inkey": True}
    admin = shop.wallet["adminkey"]
    changed = await shop.server.payfeed("PATCH", "feed", admin, json=body)
    assert changed.json()["mirror_to_inkey"] is True
    async with browser_page(browser, shop) as (page, complaints):
        mirrored: list[str] = []

        def note(text: str | bytes) -> None:
            if '"wallet_balance"' in str(text) and '"signature"' in str(text):
                mirrored.append(str(text))

        page.on("websocket", lambda socket: socket.on("framereceived", note))
        async with page.expect_event("websocket"):
            await page.goto(f"{shop.server.base}/wallet?wal={shop.wallet['id']}")
        for amount_sat in (555, 777):
            # the page opens its socket some time after it is shown
            while not any(f"sale {amount_sat}" in text for text in mirrored):
                await shop.sell(amount_sat, f"sale {amount_sat}")
                await page.wait_for_timeout(500)
            await expect(page.locator("body")).to_contain_text(str(amount_sat))
        assert [said for said in complaints if said.startswith("exception")] == []
