"""The public display: last payment, total, recent list, QR code; and its address."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

from lnbits_server import ROOT
from page import (
    LNBITS_OWN,
    STILL,
    Line,
    browser_page,
    expect_qr,
    open_payfeed,
    sell_within_answer,
)
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect
from shop import Shop

PAYMENT = ROOT / "tests" / "fixtures" / "frames" / "payment_in.json"
LNURL = "LNURL1DP68GURN8GHJ7MRWW4EXCTNXD9SHG6NPVCHXXMMD9AKXUATJDSKHQCTE8AEK2UMND9HKU0"
HOSTILE = "<img src=x onerror=window.hacked=1>"


async def display_key(shop: Shop) -> str:
    body = {"name": "counter", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    return str(made.json()["key"])


@asynccontextmanager
async def screen(
    browser: Browser,
    shop: Shop,
    query: str = "",
    width: int = 1280,
    line: "Line | StagedFeed | None" = None,
    **context_options: Any,
) -> AsyncIterator[Page]:
    """The connected display in a browser without a login."""
    key = await display_key(shop)
    size = {"width": width, "height": 800}
    page = await browser.new_page(viewport=size, **context_options)
    await page.add_init_script(STILL)
    if line:
        await line.lay(page)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type == "error" and LNBITS_OWN not in str(said.location)
            else None
        ),
    )
    page.on("request", lambda asked: complaints.extend(key_in(asked.url, key)))
    await page.goto(f"{shop.server.base}/payfeed/display{query}#{key}")
    await connected(page)
    yield page
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    await page.close()


def key_in(address: str, key: str) -> list[str]:
    return [address] if key in address.partition("#")[0] else []


async def connected(page: Page) -> None:
    state = page.locator('.payfeed-state[data-state="connected"]')
    await expect(state).to_be_visible(timeout=60000)


async def test_the_last_payment_and_the_recent_ones_are_shown(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(111, "before")
    async with screen(browser, shop, "?recent=2&title=Bakery", 390) as page:
        last = page.locator("#payfeed-last")
        await expect(last).to_contain_text("111 sat")
        await expect(page.locator("h1")).to_have_text("Bakery")
        await expect(page.locator("#payfeed-total")).to_have_count(0)
        await shop.sell(444, HOSTILE)
        await expect(last).to_contain_text("444 sat")
        await expect(last).to_contain_text(HOSTILE)
        for amount in (5, 6, 7):
            await shop.sell(amount, f"cake {amount}")
        recent = page.locator("#payfeed-recent li")
        await expect(recent).to_contain_text(["cake 7", "cake 6"])
        await expect(recent).to_have_count(2)
        assert await page.evaluate("window.hacked") is None


async def test_a_payment_recorded_while_the_display_loads_is_shown(
    browser: Browser, shop: Shop
) -> None:
    page = await browser.new_page()
    await sell_within_answer(page, shop)
    address = f"{shop.server.base}/payfeed/display#{await display_key(shop)}"
    await page.goto(address)
    await expect(page.locator("#payfeed-last")).to_contain_text("7 sat")


async def test_failed_and_outgoing_payments_are_never_shown(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(500, "income")
    async with screen(browser, shop, "?total=today") as page:
        invoice = await shop.server.invoice(shop.payer, 50, "expense")
        await shop.server.pay(shop.wallet, invoice)
        await shop.lab("node", outcome="failed")
        refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=70)}
        admin = {"X-Api-Key": shop.wallet["adminkey"]}
        await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)
        feed = "events?since=start&wait=20&types=payment&status=failed"
        await shop.server.payfeed("GET", feed, shop.wallet["inkey"])
        await shop.sell(1, "more income")
        await expect(page.locator("#payfeed-total")).to_have_text("Total: 501 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(2)


async def test_the_total_counts_every_payment_since_its_time_once(
    browser: Browser, shop: Shop
) -> None:
    line = Line()
    for amount in (100, 20):
        await shop.sell(amount, "before")
    query = "?total=today&goal=1000&min_amount=10"
    async with screen(browser, shop, query, line=line) as page:
        total = page.locator("#payfeed-total")
        await expect(total).to_contain_text("120 sat")
        await expect(total.get_by_role("progressbar")).to_be_visible()
        await shop.sell(9, "too small")
        await shop.sell(30, "live")
        await expect(total).to_contain_text("150 sat")
        await line.cut()
        await lost(page)
        await shop.sell(50, "meanwhile")
        line.state = "whole"
        await connected(page)
        await expect(total).to_contain_text("200 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(4)


async def test_a_silent_connection_is_shown_and_no_payment_is_counted_twice(
    browser: Browser, shop: Shop
) -> None:
    line = Line()
    await shop.sell(100, "of the old epoch")
    async with screen(browser, shop, "?total=today", line=line) as page:
        total = page.locator("#payfeed-total")
        await expect(total).to_have_text("Total: 100 sat")
        line.state = "silent"
        await lost(page)
        await line.cut()
        admin = shop.wallet["adminkey"]
        await shop.server.payfeed("POST", "feed/rotate", admin, json={"what": "epoch"})
        await shop.sell(20, "of the new epoch")
        line.state = "whole"
        await connected(page)
        await expect(total).to_have_text("Total: 20 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(1)
        await shop.sell(3, "live")
        await expect(total).to_have_text("Total: 23 sat")


async def lost(page: Page) -> None:
    waiting = page.locator('.payfeed-state[data-state="reconnecting"]')
    await expect(waiting).to_contain_text("Reconnecting in")


async def test_a_payment_pops_up_unless_reduced_motion_is_set(
    browser: Browser, shop: Shop
) -> None:
    async with screen(browser, shop, "?background=dark") as page:
        for motion, expected in (("no-preference", "payfeed-pop"), ("reduce", "none")):
            await page.emulate_media(reduced_motion=motion)
            news = page.locator(".payfeed-new", has_text=f"with {motion}")
            animated = expect(news).to_have_css("animation-name", expected)
            await asyncio.gather(animated, shop.sell(21, f"with {motion}"))


async def test_the_total_starts_again_every_day(browser: Browser, shop: Shop) -> None:
    """Clock and payments are simulated: the page has not checked the time since."""
    midnight = datetime(2030, 1, 2, tzinfo=timezone.utc)
    feed = StagedFeed()
    page = await browser.new_page(timezone_id="UTC")
    await page.clock.install(time=midnight - timedelta(seconds=5))
    await page.clock.pause_at(midnight - timedelta(seconds=4))
    await feed.lay(page)
    await page.goto(f"{shop.server.base}/payfeed/display?total=today#pfk_staged")
    total = page.locator("#payfeed-total")
    await connected(page)
    feed.pay(100, recorded=midnight - timedelta(seconds=3))
    await expect(total).to_have_text("Total: 100 sat")
    await page.clock.set_system_time(midnight + timedelta(seconds=1))
    feed.pay(20, recorded=midnight)
    await expect(total).to_have_text("Total: 20 sat")
    feed.pay(7, recorded=midnight - timedelta(seconds=1))
    await expect(page.locator("#payfeed-recent li")).to_have_count(3)
    await page.clock.run_for(10_000)
    await expect(total).to_have_text("Total: 20 sat")


class StagedFeed:
    """Replaces a feed; empty at first."""

    def __init__(self) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.count = 0

    async def lay(self, page: Page) -> None:
        empty = {"events": [], "head": "a-0", "cursor": "a-0", "has_more": False}
        await page.route(
            "**/payfeed/api/v1/events*", lambda route: route.fulfill(json=empty)
        )
        await page.route_web_socket("**/payfeed/api/v1/ws*", self._greet)

    def _greet(self, socket: WebSocketRoute) -> None:
        hello = {"type": "hello", "wallet_id": "w", "heartbeat": 20}
        socket.send(json.dumps(hello | {"head": "a-0", "cursor": "a-0"}))
        self.sockets.append(socket)

    def pay(
        self, amount_sat: int, memo: str = "tea", recorded: datetime | None = None
    ) -> None:
        self.count += 1
        recorded = recorded or datetime.now(timezone.utc)
        frame = json.loads(json.loads(PAYMENT.read_text())["text"])
        frame |= {"id": f"a-{self.count}", "timestamp": int(recorded.timestamp())}
        amount = {"amount": amount_sat, "amount_msat": amount_sat * 1000}
        frame["payment"] |= {**amount, "memo": memo}
        self.sockets[-1].send(json.dumps(frame))


async def test_a_qr_code_is_shown_and_the_background_can_be_transparent(
    browser: Browser, shop: Shop
) -> None:
    """The total starts between two payments."""
    await shop.sell(500, "too early")
    recorded = "events?since=start&wait=20"
    await shop.server.payfeed("GET", recorded, shop.wallet["inkey"])
    since = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(timezone.utc) < since:
        await asyncio.sleep(0.05)
    await shop.sell(30, "in time")
    query = (
        f"?background=transparent&qr=bakery@example.org&total={since:%Y-%m-%dT%H:%M:%S}"
    )
    async with screen(browser, shop, query, timezone_id="UTC") as page:
        await expect(page.locator("#payfeed-total")).to_have_text("Total: 30 sat")
        await expect_qr(page, "lightning:bakery@example.org", "#payfeed-qr")
        await expect(page.locator("#payfeed-qr")).to_contain_text("bakery@example.org")
        shown = "getComputedStyle(document.body).backgroundColor"
        assert await page.evaluate(shown) == "rgba(0, 0, 0, 0)"
        for background, color in (
            ("dark", "rgb(16, 16, 20)"),
            ("light", "rgb(255, 255, 255)"),
        ):
            address = re.sub("transparent|dark", background, page.url)
            await page.goto("about:blank")
            await page.goto(address.replace("bakery@example.org", LNURL))
            await connected(page)
            await expect_qr(page, f"lightning:{LNURL}", "#payfeed-qr")
            assert await page.evaluate(shown) == color


# every option that the page offers, as its address names them
OPTIONS = (
    "title=Café+Satoshi+at+the+old+harbour&total=today&goal=210000&recent=20"
    "&min_amount=1&sound=1&qr=bakery@example.org"
)
SCREENS = ((1280, 720), (1920, 1080), (3840, 2160), (390, 844), (844, 390))
# while a new payment pops up, it is larger than its place for a moment
AFTER_POPPING_UP = {"reduced_motion": "reduce"}
PARTS = (
    *("h1", ".payfeed-amount", "#payfeed-last .payfeed-memo", ".payfeed-total"),
    *(
        "#payfeed-total .q-linear-progress",
        "#payfeed-qr svg",
        ".payfeed-qr-text",
    ),
    *(".payfeed-state [role=status]", ".payfeed-state button"),
)
# of an element: is it whole on the screen, and does nothing lie on it?
IS_SEEN = """element => {
    const {left, right, top, bottom, width, height} = element.getBoundingClientRect()
    const isInside =
        left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1
    const onTop = document.elementFromPoint(left + width / 2, top + height / 2)
    return isInside && width > 0 && height > 0 && element.contains(onTop)
}"""
SCROLLS = """() => [...document.querySelectorAll('html, body, #payfeed-public-display')]
    .filter(({scrollWidth, clientWidth, scrollHeight, clientHeight}) =>
        scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1)
    .map(({tagName}) => tagName)"""


async def test_everything_fits_on_every_screen_however_long_the_texts_are(
    browser: Browser, shop: Shop
) -> None:
    staged = StagedFeed()
    async with screen(
        browser, shop, f"?{OPTIONS}", line=staged, **AFTER_POPPING_UP
    ) as page:
        for number in range(20):
            staged.pay(21, f"cake {number}")
        staged.pay(500_000, "a long memo without an end " * 21)
        await expect(page.locator(".payfeed-amount")).to_have_text("500,000 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(20)
        for width, height in SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            place = f"{width} x {height}"
            assert await page.evaluate(SCROLLS) == [], place
            for part in PARTS:
                assert await page.locator(part).evaluate(IS_SEEN), f"{part}, {place}"
            code = await page.locator("#payfeed-qr svg").bounding_box()
            assert code
            assert code["width"] >= min(width, height) / 4, place
            rows = page.locator("#payfeed-recent li")
            seen = [await row.evaluate(IS_SEEN) for row in await rows.all()]
            # the newest that fit, whole, and nothing of the others
            assert sorted(seen, reverse=True) == seen, place
            assert seen.count(True) >= 2, place


async def test_a_long_amount_and_a_long_word_are_not_cut(
    browser: Browser, shop: Shop
) -> None:
    staged = StagedFeed()
    async with screen(
        browser, shop, f"?{OPTIONS}", line=staged, **AFTER_POPPING_UP
    ) as page:
        staged.pay(20_999_999_999_999)
        amount = page.locator(".payfeed-amount")
        await expect(amount).to_have_text("20,999,999,999,999 sat")
        for width, height in SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate(SCROLLS) == [], f"{width} x {height}"
            for part in (".payfeed-amount", ".payfeed-total"):
                place = f"{part}, {width} x {height}"
                assert await page.locator(part).evaluate(IS_SEEN), place
                cut = "({scrollWidth, clientWidth}) => scrollWidth > clientWidth + 1"
                assert not await page.locator(part).evaluate(cut), place


# LNbits 1.3.1 rewrites its background image, which it has none of, at every load
SETTINGS = """() => Object.fromEntries(
    Object.entries(localStorage).filter(([name]) =>
        name.startsWith('lnbits.') && name !== 'lnbits.backgroundImage'))"""


async def test_a_display_does_not_change_the_merchants_lnbits_settings(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Display")
        await page.get_by_role("button", name="Create a key for it").click()
        preview = page.frame_locator("#payfeed-preview")
        shown = preview.locator('.payfeed-state[data-state="connected"]')
        await expect(shown).to_be_visible()
        before = await page.evaluate(SETTINGS)
        await page.get_by_label("Background").click()
        await page.get_by_role("option", name="light").click()
        await page.get_by_label("Heading").fill("Bakery")
        await expect(preview.locator("body.payfeed-on-light")).to_be_visible()
        await expect(shown).to_be_visible()
        assert await page.evaluate(SETTINGS) == before
        frame = page.frames[-1]
        title, key = await frame.evaluate("[location.search, location.hash]")
        assert "title=Bakery" in title
        assert key.startswith("#pfk_")
        assert complaints == []


async def test_an_address_with_the_old_option_theme_still_works(
    browser: Browser, shop: Shop
) -> None:
    async with screen(browser, shop) as page:
        before = await page.evaluate(SETTINGS)
        address = page.url.replace("/display", "/display?theme=light&title=Old")
        await page.goto("about:blank")
        await page.goto(address)
        await connected(page)
        await expect(page.locator("body.payfeed-on-light")).to_be_visible()
        await expect(page.locator("h1")).to_have_text("Old")
        assert await page.evaluate(SETTINGS) == before
        assert "theme=" not in page.url


async def test_the_sound_plays_after_the_browser_allows_it(
    browser: Browser, shop: Shop
) -> None:
    async with screen(browser, shop, "?sound=1") as page:
        await page.evaluate(
            """() => {
                window.rung = 0
                const ring = Payfeed.Chime.prototype.play
                Payfeed.Chime.prototype.play = function (...tone) {
                    window.rung += 1
                    ring.apply(this, tone)
                }
            }"""
        )
        await page.get_by_role("button", name="Tap for sound").click()
        await expect(page.get_by_role("button", name="Tap for sound")).to_have_count(0)
        assert await page.evaluate("window.rung") == 2
        await page.wait_for_timeout(1100)
        await shop.sell(21, "ding")
        await expect(page.locator("#payfeed-last")).to_contain_text("21 sat")
        assert await page.evaluate("window.rung") == 4


async def test_the_display_keeps_only_the_payments_that_it_shows(
    browser: Browser, shop: Shop
) -> None:
    staged = StagedFeed()
    async with screen(browser, shop, "?recent=3", line=staged) as page:
        recent = page.locator("#payfeed-recent li")
        count = "document.querySelectorAll('*').length"
        sizes = []
        for last in (3, 53, 103):
            while staged.count < last:
                staged.pay(1, f"sale {staged.count + 1}")
            await expect(recent).to_contain_text([f"sale {last}", "", ""])
            sizes.append((await page.evaluate(count), await heap_bytes(page)))
        assert sizes[2][0] <= sizes[1][0] + 2
        assert sizes[2][1] - sizes[1][1] < 50 * 4096


async def heap_bytes(page: Page) -> int:
    """The memory of the page's scripts after garbage collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return int(used["usedSize"])


async def test_a_display_reports_a_bad_key_and_recovers_from_temporary_failures(
    browser: Browser, shop: Shop
) -> None:
    page = await browser.new_page()
    await page.goto(f"{shop.server.base}/payfeed/display")
    state = page.locator(".payfeed-state")
    await expect(state).to_contain_text("add # and an access key")
    await page.goto("about:blank")
    address = f"{shop.server.base}/payfeed/display#"
    await page.goto(f"{address}pfk_unknown")
    await expect(state).to_contain_text("This access key is not known.")
    answers = [(500, {}), (503, {}), (429, {"Retry-After": "1"})]

    async def troubled(route: Route) -> None:
        status, headers = answers.pop()
        body = {"detail": "This passes."}
        await route.fulfill(status=status, json=body, headers=headers)

    page = await browser.new_page()
    await page.add_init_script("Math.random = () => 0")
    await page.route("**/payfeed/api/v1/events*", troubled, times=len(answers))
    await page.goto(address + await display_key(shop))
    await connected(page)
    assert not answers


async def test_the_page_creates_the_address_of_a_display(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(77, "tea")
    async with browser_page(browser, shop, 390) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Display")
        await expect(page.get_by_text("A key created here is public")).to_be_visible()
        await page.get_by_label("Access key").fill("pfk_half")
        await expect(page.get_by_text("This is not an access key.")).to_be_visible()
        await page.wait_for_timeout(1200)
        await expect(page.locator("#payfeed-preview")).to_have_count(0)
        await page.get_by_label("Access key").fill("")
        await page.get_by_role("button", name="Create a key for it").click()
        preview = page.frame_locator("#payfeed-preview")
        await expect(preview.locator("#payfeed-last")).to_contain_text("77 sat")
        await page.get_by_label("Background").click()
        await page.get_by_role("option", name="transparent").click()
        await page.get_by_label("Heading").fill("My bar & café")
        await page.get_by_label("Running total since").click()
        await page.get_by_role("option", name="today").click()
        await page.get_by_label("Goal of the total").fill("2100")
        await page.get_by_label("Number of recent").fill("3")
        await page.get_by_label("Minimum amount").fill("5")
        await page.get_by_label("QR code").fill("wrong")
        await expect(page.get_by_text("This is neither")).to_be_visible()
        await page.get_by_label("QR code").fill("bar@example.org")
        await page.get_by_role("switch", name="Sound").click()
        shown = page.locator("#payfeed-display-address")
        await expect(shown).to_contain_text("#••••••••")
        await page.get_by_label("Copy the address of the display").click()
        address = str(await page.evaluate("navigator.clipboard.readText()"))
        query = (
            "?background=transparent&title=My+bar+%26+caf%C3%A9&total=today&goal=2100"
            "&recent=3&min_amount=5&sound=1&qr=bar%40example.org#pfk_"
        )
        assert query in address
        await page.get_by_role("button", name="Show the key").click()
        await expect(shown).to_have_text(address)
        await page.get_by_role("button", name="Hide the key").click()
        await expect(shown).to_contain_text("#••••••••")
        await page.get_by_label("Number of recent").fill("")
        await expect(shown).not_to_contain_text("recent=")
        await page.get_by_label("Running total since").click()
        await page.get_by_role("option", name="a chosen time").click()
        await page.get_by_label("Since", exact=True).fill("2026-01-02T03:04")
        await expect(shown).to_contain_text("total=2026-01-02T03%3A04")
        keys = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
        (made,) = keys.json()
        assert (made["scopes"], made["public"]) == (["read"], True)
        received = {"types": ["payment"], "direction": "in", "status": "confirmed"}
        assert made["filter"] == received
        key = address.partition("#")[2]
        await page.get_by_label("Access key").fill("")
        await page.get_by_label("Access key").fill(key)
        async with page.context.expect_page() as opened:
            await page.get_by_label("Open the display").click()
        display = await opened.value
        await expect(display.locator("h1")).to_have_text("My bar & café")
        await expect(display.locator("#payfeed-total")).to_be_visible()
        assert complaints == []
