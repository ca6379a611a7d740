"""The page in a real Chromium: state, payments without reload, sending, phone width."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from browser import chromium
from lnbits_server import PASSWORD
from playwright.async_api import Page, expect
from shop import Shop

SHOTS = Path(os.environ.get("PAYFEED_SCREENSHOTS", ".cache/screenshots"))
LNBITS_OWN = "/static/null"  # LNbits 1.3.1 asks for it on every page of its own


@asynccontextmanager
async def browser_page(shop: Shop, width: int) -> AsyncIterator[tuple[Page, list[str]]]:
    """A logged-in page, and what its console complained about."""
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": width, "height": 900})
        await context.add_init_script(
            "localStorage.setItem('lnbits.disclaimerShown', '__q_bool|1')"
        )
        body = {"username": "admin", "password": PASSWORD}
        login = await context.request.post(f"{shop.server.base}/api/v1/auth", data=body)
        assert login.ok
        page = await context.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda said: (
                complaints.append(f"{said.text} {said.location}")
                if said.type == "error" and LNBITS_OWN not in str(said.location)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        yield page, complaints


async def choose_shop(page: Page) -> None:
    await page.get_by_label("Wallet", exact=True).first.click()
    await page.get_by_role("option", name="shop").click()


async def test_a_payment_appears_without_reload_and_nothing_complains(
    shop: Shop,
) -> None:
    await shop.sell(111, "sold before")
    async with browser_page(shop, 1280) as (page, complaints):
        await page.goto(f"{shop.server.base}/payfeed/")
        await choose_shop(page)
        await expect(page.locator("#payfeed-state")).to_have_text("connected")
        events = page.locator("#payfeed-events")
        await expect(events).to_contain_text("sold before")
        await shop.sell(2222, "<img src=x onerror=window.hacked=1>")
        await expect(events).to_contain_text("+2,222 sat", timeout=15000)
        await expect(page.get_by_text("Received 2222 sat")).to_have_count(1)
        await page.locator("#payfeed-test").click()
        await expect(events).to_contain_text("This is a test from Payfeed.")
        messages = {
            "hello there": 'Message: "hello there"',
            json.dumps({"type": "door", "open": True}): "Message of type door",
        }
        for message, shown in messages.items():
            await page.get_by_label("Custom message").fill(message)
            await page.locator("#payfeed-send").click()
            await expect(events).to_contain_text(shown)
        assert await page.evaluate("window.hacked") is None
        SHOTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SHOTS / "page-desktop.png")
        assert complaints == []


async def test_on_a_phone_the_page_fits_and_recovers_from_a_restart(shop: Shop) -> None:
    async with browser_page(shop, 390) as (page, _):
        await page.goto(f"{shop.server.base}/payfeed/")
        await choose_shop(page)
        await expect(page.locator("#payfeed-state")).to_have_text("connected")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        shop.server.kill()
        await expect(page.locator("#payfeed-state")).to_contain_text("reconnecting")
        await shop.server.start()
        await shop.sell(333, "after the restart")
        await expect(page.locator("#payfeed-events")).to_contain_text(
            "after the restart", timeout=60000
        )
        SHOTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SHOTS / "page-phone.png")


async def test_the_mirror_leaves_lnbits_own_page_intact(shop: Shop) -> None:
    wish = {"mirror_to_inkey": True}
    admin = shop.wallet["adminkey"]
    changed = await shop.server.payfeed("PATCH", "feed", admin, json=wish)
    assert changed.json()["mirror_to_inkey"] is True
    async with browser_page(shop, 1280) as (page, complaints):
        mirrored: list[str] = []

        def note(text: str | bytes) -> None:
            if '"wallet_balance"' in str(text) and '"signature"' in str(text):
                mirrored.append(str(text))

        page.on("websocket", lambda socket: socket.on("framereceived", note))
        await page.goto(f"{shop.server.base}/wallet?wal={shop.wallet['id']}")
        await page.wait_for_timeout(3000)
        complaints.clear()
        await shop.sell(555, "mirrored")
        await expect(page.locator("body")).to_contain_text("555", timeout=15000)
        await page.wait_for_timeout(2000)
        assert len(mirrored) >= 1
        assert [said for said in complaints if said.startswith("exception")] == []


async def test_the_display_shows_the_last_payment(shop: Shop) -> None:
    wish = {"name": "counter", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=wish)
    async with browser_page(shop, 800) as (page, complaints):
        key = made.json()["key"]
        await page.goto(f"{shop.server.base}/payfeed/display#{key}")
        await expect(page.locator("body")).to_contain_text("connected")
        await shop.sell(444, "a coffee")
        await expect(page.locator("body")).to_contain_text("444 sat", timeout=15000)
        await page.screenshot(path=SHOTS / "display.png")
        assert complaints == []
