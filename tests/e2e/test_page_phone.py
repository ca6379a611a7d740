"""The page and the display on a phone: installable, and silent until it is asked."""

from typing import Any

from page import browser_page, open_payfeed
from playwright.async_api import Browser, BrowserContext, Page, expect
from shop import Shop

WIDTH = 390
SOUNDS = """window.sounds = []
    for (const name of ['AudioContext', 'Audio'])
        window[name] = class extends window[name] {
            constructor(...values) { super(...values); window.sounds.push(name) }
        }
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...values) {
        window.sounds.push('tone')
        return start.apply(this, values)
    }"""


async def manifest_of(page: Page) -> dict[str, Any]:
    session = await page.context.new_cdp_session(page)
    found: dict[str, Any] = await session.send("Page.getAppManifest")
    return found


async def test_the_page_can_be_installed_and_its_manifest_names_no_user(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop, WIDTH) as (page, complaints):
        await open_payfeed(page, shop)
        manifest = await manifest_of(page)
        assert manifest["errors"] == []
        assert "/payfeed/static/app.webmanifest" in manifest["url"]
        assert '"start_url": "/payfeed/"' in manifest["data"]
        session = await page.context.new_cdp_session(page)
        lacking = await session.send("Page.getInstallabilityErrors")
        reasons = {error["errorId"] for error in lacking["installabilityErrors"]}
        assert reasons <= {"in-incognito"}  # as every page of a test is
        assert complaints == []


async def test_payments_make_no_sound_on_the_page(browser: Browser, shop: Shop) -> None:
    async with browser_page(browser, shop, WIDTH) as (page, _):
        await page.add_init_script(SOUNDS)
        await open_payfeed(page, shop)
        await shop.sell(21, "tea")
        await expect(page.locator("#payfeed-events")).to_contain_text("tea")
        assert await page.evaluate("sounds") == []


async def open_display(context: BrowserContext, shop: Shop, options: str) -> Page:
    admin = shop.wallet["adminkey"]
    body = {"name": "counter", "options": options}
    made = await shop.server.payfeed("POST", "displays", admin, json=body)
    page = await context.new_page()
    await page.add_init_script(SOUNDS)
    address = f"{shop.server.base}/payfeed/display?{options}#{made.json()['key']}"
    await page.goto(address)
    await expect(page.locator("[data-state=connected]")).to_be_visible()
    return page


async def test_a_display_makes_sounds_only_if_it_is_asked_to_and_was_tapped(
    browser: Browser, shop: Shop
) -> None:
    size = {"width": WIDTH, "height": 844}
    context = await browser.new_context(viewport=size)
    silent = await open_display(context, shop, "")
    loud = await open_display(context, shop, "sound=1")
    await shop.sell(21)
    for page in (silent, loud):
        await expect(page.get_by_text("21 sat").first).to_be_visible()
        assert "tone" not in await page.evaluate("sounds")
        assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    await loud.get_by_role("button", name="Tap for sound").click()
    await loud.wait_for_function("sounds.includes('tone')")
    assert await silent.evaluate("sounds") == []
