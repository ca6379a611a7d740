"""The public display: last payment, total, recent list, QR code; and its address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from browser import chromium
from lnbits_server import Server
from page import LNBITS_OWN, browser_page, open_payfeed
from playwright.async_api import Page, expect
from shop import Shop

HOSTILE = "<img src=x onerror=window.hacked=1>"


async def display_key(shop: Shop) -> str:
    wish = {"name": "counter", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=wish)
    return str(made.json()["key"])


@asynccontextmanager
async def screen(shop: Shop, query: str = "", width: int = 1280) -> AsyncIterator[Page]:
    """The display as a stranger's browser shows it, connected."""
    key = await display_key(shop)
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": width, "height": 800})
        page = await context.new_page()
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
        lost = "net::ERR_CONNECTION_REFUSED"
        assert [said for said in complaints if lost not in said] == []


def key_in(address: str, key: str) -> list[str]:
    return [address] if key in address.partition("#")[0] else []


async def connected(page: Page) -> None:
    state = page.locator('.payfeed-state[data-state="connected"]')
    await expect(state).to_be_visible(timeout=60000)


async def test_the_last_payment_and_the_recent_ones_are_shown(shop: Shop) -> None:
    await shop.sell(111, "before")
    async with screen(shop, "?recent=2&title=Bakery", 390) as page:
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


async def test_failed_and_outgoing_payments_are_never_shown(shop: Shop) -> None:
    await shop.sell(500, "income")
    async with screen(shop, "?total=today") as page:
        invoice = await shop.server.invoice(shop.payer, 50, "expense")
        await shop.server.pay(shop.wallet, invoice)
        await shop.lab("node", outcome="failed")
        refused = {"out": True, "bolt11": await shop.lab("foreign", amount_sat=70)}
        admin = {"X-Api-Key": shop.wallet["adminkey"]}
        await shop.server.http.post("/api/v1/payments", json=refused, headers=admin)
        feed = f"events?since=start&limit=3&wait=20&types=payment&status={'failed'}"
        await shop.server.payfeed("GET", feed, shop.wallet["inkey"])
        await shop.sell(1, "more income")
        await expect(page.locator("#payfeed-total")).to_have_text("Together 501 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(2)


async def test_the_total_counts_every_payment_since_its_time_once(shop: Shop) -> None:
    for amount in (100, 20):
        await shop.sell(amount, "before")
    async with screen(shop, "?total=today&goal=1000&min_amount=10") as page:
        total = page.locator("#payfeed-total")
        await expect(total).to_contain_text("120 sat")
        await expect(total.get_by_role("progressbar")).to_be_visible()
        await shop.sell(9, "too small")
        await shop.sell(30, "live")
        await expect(total).to_contain_text("150 sat")
        await restart(shop.server, page)
        await shop.sell(50, "after the restart")
        await expect(total).to_contain_text("200 sat")
        await expect(page.locator("#payfeed-recent li")).to_have_count(4)


async def restart(server: Server, page: Page) -> None:
    """The display says that it is cut off for as long as it is."""
    server.kill()
    waiting = page.locator('.payfeed-state[data-state="waiting"]')
    await expect(waiting).to_contain_text("Reconnecting in")
    await server.start()
    await connected(page)


async def test_a_qr_code_asks_for_payment_and_the_background_can_be_transparent(
    shop: Shop,
) -> None:
    async with screen(shop, "?theme=transparent&qr=bakery@example.org") as page:
        await expect(page.locator("#payfeed-qr svg")).to_be_visible()
        await expect(page.locator("#payfeed-qr")).to_contain_text("bakery@example.org")
        shown = "getComputedStyle(document.body).backgroundColor"
        assert await page.evaluate(shown) == "rgba(0, 0, 0, 0)"
        for theme, color in (
            ("dark", "rgb(16, 16, 20)"),
            ("light", "rgb(255, 255, 255)"),
        ):
            address = page.url.replace("transparent", theme).replace("dark", theme)
            await page.goto("about:blank")
            await page.goto(address)
            await connected(page)
            assert await page.evaluate(shown) == color


async def test_the_sound_rings_once_the_browser_allows_it(shop: Shop) -> None:
    async with screen(shop, "?sound=1") as page:
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


async def test_hundreds_of_payments_leave_no_more_on_the_page_than_a_few(
    shop: Shop,
) -> None:
    async with screen(shop, "?recent=3") as page:
        for _ in range(3):
            await shop.sell(1, "warm up")
        recent = page.locator("#payfeed-recent li")
        await expect(recent).to_have_count(3)
        count = "document.querySelectorAll('*').length"
        before = await page.evaluate(count)
        for number in range(100):
            await shop.sell(1, f"sale {number}")
        await expect(recent.first).to_contain_text("sale 99")
        assert await page.evaluate(count) <= before + 2


async def test_a_display_without_a_good_key_says_so(shop: Shop) -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{shop.server.base}/payfeed/display")
        state = page.locator(".payfeed-state")
        await expect(state).to_contain_text("put an access key behind a #")
        await page.goto("about:blank")
        await page.goto(f"{shop.server.base}/payfeed/display#pfk_unknown")
        await expect(state).to_contain_text("This access key is not known.")


async def test_the_page_makes_the_address_of_a_display(shop: Shop) -> None:
    await shop.sell(77, "tea")
    async with browser_page(shop, 390) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Display")
        await page.get_by_role("button", name="Make a key for it").click()
        preview = page.frame_locator("#payfeed-preview")
        await expect(preview.locator("#payfeed-last")).to_contain_text("77 sat")
        await page.get_by_label("Theme").click()
        await page.get_by_role("option", name="transparent").click()
        await page.get_by_label("Heading").fill("My bar & café")
        await page.get_by_label("Running total since").click()
        await page.get_by_role("option", name="today").click()
        await page.get_by_label("Goal of the total").fill("2100")
        await page.get_by_label("How many recent").fill("3")
        await page.get_by_label("Only from this amount").fill("5")
        await page.get_by_label("QR code").fill("wrong")
        await expect(page.get_by_text("This is neither")).to_be_visible()
        await page.get_by_label("QR code").fill("bar@example.org")
        await page.get_by_role("switch", name="Sound").click()
        shown = page.locator("#payfeed-display-address")
        await expect(shown).to_contain_text("#••••••••")
        await page.get_by_label("Copy the address of the display").click()
        address = str(await page.evaluate("navigator.clipboard.readText()"))
        query = (
            "?theme=transparent&title=My+bar+%26+caf%C3%A9&total=today&goal=2100"
            "&recent=3&min_amount=5&sound=1&qr=bar%40example.org#pfk_"
        )
        assert query in address
        await page.get_by_role("button", name="Show the key").click()
        await expect(shown).to_have_text(address)
        await page.get_by_label("Running total since").click()
        await page.get_by_role("option", name="a time").click()
        await expect(shown).to_contain_text("total=20")
        async with page.context.expect_page() as opened:
            await page.get_by_label("Open it").click()
        display = await opened.value
        await expect(display.locator("h1")).to_have_text("My bar & café")
        await expect(display.locator("#payfeed-total")).to_be_visible()
        assert complaints == []
