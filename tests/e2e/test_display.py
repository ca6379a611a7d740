"""The public display: last payment, total, recent list, QR code; and its address."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from lnbits_server import ROOT
from page import (
    STILL,
    Line,
    browser_page,
    expect_qr,
    is_complaint,
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
        lambda said: complaints.append(said.text) if is_complaint(said) else None,
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
    ".payfeed-of-goal",
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
        await page.get_by_role("button", name="New display").click()
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
        assert key == f"#{shop.wallet['inkey']}"
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


# the height of an element's middle, as a share of the screen's
MIDDLE = """element => {
    const {top, bottom} = element.getBoundingClientRect()
    return (top + bottom) / 2 / innerHeight
}"""


async def test_a_display_reports_a_bad_key_and_recovers_from_temporary_failures(
    browser: Browser, shop: Shop
) -> None:
    page = await browser.new_page()
    await page.goto(f"{shop.server.base}/payfeed/display")
    problem = page.get_by_role("alert")
    await expect(problem).to_contain_text("add # and an access key")
    await page.goto("about:blank")
    address = f"{shop.server.base}/payfeed/display#"
    await page.goto(f"{address}pfk_unknown")
    await expect(problem).to_contain_text("This access key is not known.")
    middle = await problem.evaluate(MIDDLE)
    assert 0.3 < middle < 0.7
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


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_display_is_saved_opened_edited_and_removed_with_its_key(
    browser: Browser, shop: Shop, width: int
) -> None:
    await shop.sell(77, "tea")
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Display")
        await page.get_by_role("button", name="New display").click()
        await page.get_by_label("Name", exact=True).fill("front counter")
        await page.get_by_label("Background").click()
        await page.get_by_role("option", name="transparent").click()
        await page.get_by_label("Heading").fill("My bar & café")
        await page.get_by_label("Running total since").click()
        await page.get_by_role("option", name="today").click()
        # a list that closes takes the focus, and what is typed meanwhile
        await expect(page.get_by_role("listbox")).to_have_count(0)
        await expect(page.get_by_label("Running total since")).to_be_focused()
        await page.get_by_label("Goal of the total").fill("2100")
        await page.get_by_label("Number of recent").fill("3")
        await page.get_by_label("Minimum amount").fill("5")
        await page.get_by_label("Seconds that a payment").fill("9")
        await page.get_by_label("QR code").fill("wrong")
        await expect(page.get_by_text("This is neither")).to_be_visible()
        await page.get_by_label("QR code").fill("bar@example.org")
        await page.get_by_role("switch", name="Sound").click()
        await page.get_by_label("Volume").fill("80")
        await page.get_by_role("switch", name="Value in fiat").click()
        await page.get_by_role("button", name="Save the display").click()
        listed = page.locator("#payfeed-displays")
        await expect(listed).to_contain_text("front counter")
        (saved,) = await displays_of(shop)
        assert saved["options"] == (
            "background=transparent&title=My+bar+%26+caf%C3%A9&total=today&goal=2100"
            "&recent=3&min_amount=5&fiat=1&alert=9&sound=1&volume=80"
            "&qr=bar%40example.org"
        )
        address = (
            f"{shop.server.base}/payfeed/display?{saved['options']}#{saved['key']}"
        )
        await expect_qr(page, address, "#payfeed-displays")
        link = page.get_by_role("link", name="Open front counter")
        await expect(link).to_have_attribute("href", address)
        await page.get_by_role("button", name="Edit front counter").click()
        await expect(page.get_by_label("Goal of the total")).to_have_value("2100")
        await page.get_by_label("Heading").fill("New name")
        await page.get_by_label("Seconds that a payment").fill("0")
        await page.get_by_role("button", name="Save the display").click()
        await expect(listed).to_contain_text("New name")
        (edited,) = await displays_of(shop)
        assert edited["key"] == saved["key"]
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Open front counter").click()
        display = await opened.value
        await expect(display.locator("h1")).to_have_text("New name")
        await expect(display.locator("#payfeed-last")).to_contain_text("77 sat")
        await page.get_by_role("button", name="Remove front counter").click()
        question = page.get_by_text("every screen that shows it")
        await expect(question).to_contain_text("Connected now: 1.")
        await page.get_by_role("button", name="Remove", exact=True).click()
        await expect(listed).to_contain_text("No displays yet.")
        problem = display.get_by_role("alert")
        await expect(problem).to_contain_text("This access key is revoked.")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []


async def displays_of(shop: Shop) -> list[dict[str, Any]]:
    answer = await shop.server.payfeed("GET", "displays", shop.wallet["adminkey"])
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_saved_display_has_a_public_key_that_only_the_admin_key_reads(
    shop: Shop,
) -> None:
    admin, call = shop.wallet["adminkey"], shop.server.payfeed
    body = {"name": "stage", "options": "total=today"}
    made = (await call("POST", "displays", admin, json=body)).json()
    (key,) = (await call("GET", "keys", admin)).json()
    assert (key["id"], key["name"]) == (made["key_id"], "stage")
    assert (key["public"], key["scopes"]) == (True, ["read"])
    assert key["filter"] == {
        "types": ["payment"],
        "direction": "in",
        "status": "confirmed",
    }
    for refused in (shop.wallet["inkey"], made["key"]):
        assert (await call("GET", "displays", refused)).status_code == 403
    other = shop.payer["adminkey"]
    assert (await call("GET", "displays", other)).json() == []
    path = f"displays/{made['id']}"
    assert (await call("DELETE", path, other)).status_code == 404
    assert (await call("PATCH", path, other, json={"name": "mine"})).status_code == 404


async def test_the_options_of_a_display_are_a_query_and_nothing_else(
    shop: Shop,
) -> None:
    admin, call = shop.wallet["adminkey"], shop.server.payfeed
    for options in ("a#pfk_x", "a b\n", "é", "x" * 2049):
        body = {"name": "stage", "options": options}
        assert (await call("POST", "displays", admin, json=body)).status_code == 422
    assert (await call("GET", "keys", admin)).json() == []


async def test_a_revoked_key_of_a_display_is_shown_in_the_list(
    browser: Browser, shop: Shop
) -> None:
    admin, call = shop.wallet["adminkey"], shop.server.payfeed
    made = (await call("POST", "displays", admin, json={"name": "stage"})).json()
    await call("DELETE", f"keys/{made['key_id']}", admin)
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Display")
        listed = page.locator("#payfeed-displays")
        await expect(listed).to_contain_text("Its key is revoked")
        await expect(page.get_by_role("link", name="Open stage")).to_have_count(0)
        assert complaints == []


async def test_memos_are_hidden_and_the_goal_has_figures(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(210, "secret tea")
    query = "?memos=0&total=today&goal=2100"
    async with screen(browser, shop, query) as page:
        await expect(page.locator("#payfeed-recent li")).to_contain_text(["210 sat"])
        await expect(page.locator("#payfeed-total")).to_contain_text("10% of 2,100 sat")
        await expect(page.locator("body")).not_to_contain_text("secret tea")


async def test_an_alert_is_shown_for_its_seconds_and_is_transparent_before_and_after(
    browser: Browser, shop: Shop
) -> None:
    feed = StagedFeed()
    page = await browser.new_page()
    await page.add_init_script(STILL)
    await page.clock.install()
    await feed.lay(page)
    query = "?alert=5&background=dark&title=Bakery"
    await page.goto(f"{shop.server.base}/payfeed/display{query}#pfk_staged")
    clear, dark = "rgba(0, 0, 0, 0)", "rgb(16, 16, 20)"
    body, amount = page.locator("body"), page.locator(".payfeed-amount")
    while not feed.sockets:
        await page.wait_for_timeout(50)
    await expect(body).to_have_css("background-color", clear)
    await expect(page.locator("h1")).to_be_hidden()
    feed.pay(21)
    await expect(amount).to_be_visible()
    await expect(body).to_have_css("background-color", dark)
    await page.clock.run_for(5_100)
    await expect(amount).to_be_hidden()
    await expect(body).to_have_css("background-color", clear)
    await page.close()


# how opaque a picture is in its corner and at most, 0 to 255
OPACITY = """async png => {
    const image = await createImageBitmap(await (await fetch(png)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const {data} = context.getImageData(0, 0, image.width, image.height)
    return [data[3], data.reduce((most, value, index) =>
        index % 4 === 3 ? Math.max(most, value) : most, 0)]
}"""


async def captured(page: Page) -> list[int]:
    """The opacity of a page in its corner and at most, captured as OBS does it."""
    png = base64.b64encode(await page.screenshot(omit_background=True)).decode()
    assert page.context.browser
    reader = await page.context.browser.new_page()
    opacity: list[int] = await reader.evaluate(OPACITY, f"data:image/png;base64,{png}")
    await reader.close()
    return opacity


@pytest.mark.parametrize("size", [(1920, 1080), (800, 600)])
async def test_streaming_programs_capture_the_payment_on_a_transparent_background(
    browser: Browser, shop: Shop, size: tuple[int, int]
) -> None:
    await shop.sell(30, "tea")
    width, height = size
    query = "?background=transparent&total=today&title=Bakery"
    async with screen(browser, shop, query, width) as page:
        await page.set_viewport_size({"width": width, "height": height})
        await expect(page.locator("#payfeed-last")).to_contain_text("30 sat")
        assert await captured(page) == [0, 255]


async def test_streaming_programs_capture_nothing_between_two_alerts(
    browser: Browser, shop: Shop
) -> None:
    feed = StagedFeed()
    context = await browser.new_context(viewport={"width": 1920, "height": 1080})
    page = await context.new_page()
    await page.add_init_script(STILL)
    await page.clock.install()
    await feed.lay(page)
    query = "?alert=5&background=transparent&total=today&title=Bakery&sound=1"
    await page.goto(f"{shop.server.base}/payfeed/display{query}#pfk_staged")
    await expect(page.locator('.payfeed-state[data-state="connected"]')).to_have_count(
        1
    )
    amount = page.locator(".payfeed-amount")
    for _ in range(2):
        assert await captured(page) == [0, 0]
        feed.pay(21)
        await expect(amount).to_be_visible()
        assert await captured(page) == [0, 255]
        await page.clock.run_for(5_100)
        await expect(amount).to_be_hidden()
    assert await captured(page) == [0, 0]
    await context.close()


async def test_fiat_is_shown_beside_the_amount(browser: Browser, shop: Shop) -> None:
    fiat = {"fiat_currency": "EUR", "fiat_amount": 0.52}
    body = {"wallet_id": shop.wallet["id"], "amount": 900}
    sold = await shop.lab("invoice", **body, extra=fiat, memo="a cake")
    await shop.server.pay(shop.payer, sold)
    async with screen(browser, shop, "?fiat=1") as page:
        await expect(page.locator("#payfeed-last")).to_contain_text("€0.52")
