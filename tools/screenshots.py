"""Pictures of the page and the display, desktop and phone, dark and light.

Usage: screenshots.py <folder> <folder of the README's two>.
"""

import asyncio
import shutil
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import chromium  # noqa: E402
from page import LIGHT, browser_page, open_payfeed  # noqa: E402
from playwright.async_api import Browser, Page, expect  # noqa: E402
from receiver import Receiver  # noqa: E402
from shop import Shop, opened  # noqa: E402

TABS = (
    *("Live", "Plots", "Connect", "Keys", "Webhooks"),
    *("Subscribers", "Send", "Displays", "Server"),
)
SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
SALES = ((2100, "Cappuccino"), (5400, "Two croissants"), (900, "Espresso"))
README = {
    "page.png": "live-1280-light.png",
    "display.png": "display-screen-1280-dark.png",
}


async def trade(shop: Shop) -> str:
    """A morning in a café; returns the key of a saved display."""
    for amount_sat, memo in SALES * 2:
        await shop.sell(amount_sat, memo)
    bought = await shop.server.invoice(shop.payer, 1500, "Milk")
    await shop.server.pay(shop.wallet, bought)
    own = {"type": "door", "open": True}
    await shop.server.payfeed("POST", "notify", shop.wallet["inkey"], json=own)
    await shop.sell(4200, "Lunch for two")
    admin = shop.wallet["adminkey"]
    for name, options in (("Counter", "title=Café+Satoshi"), ("Stream", "alert=10")):
        body = {"name": name, "options": quote(options, safe="=&+")}
        made = await shop.server.payfeed("POST", "displays", admin, json=body)
        made.raise_for_status()
    return str(made.json()["key"])


async def add_webhooks(shop: Shop, *receivers: Receiver) -> None:
    """One that delivers, one that is retried, and one that has stopped."""
    working, broken, closed = receivers
    working.always(200, b'{"received": true}')
    broken.always(503, b"upstream connect error")
    closed.always(410)
    received = {"types": ["payment"], "direction": "in", "status": "confirmed"}
    for description, receiver, event_filter in (
        ("web shop", working, received),
        ("bookkeeping", broken, {}),
        ("old till", closed, received | {"min_amount": 1000}),
    ):
        body = {
            "url": receiver.url("/payments"),
            "description": description,
            "filter": event_filter,
        }
        key = shop.wallet["adminkey"]
        made = await shop.server.payfeed("POST", "webhooks", key, json=body)
        made.raise_for_status()


async def open_webhook(page: Page) -> None:
    """The one that is retried, with its answer to a test and its last attempts."""
    await expect(page.locator("#payfeed-webhooks")).to_contain_text("Stopped")
    await page.get_by_text("bookkeeping").click()
    await page.get_by_role("button", name="Send a test").click()
    await expect(page.locator("#payfeed-webhook-test")).to_be_visible()
    await page.locator("#payfeed-deliveries .q-item").last.click()
    await expect(page.locator(".payfeed-attempts")).to_be_visible()
    await page.evaluate("scrollTo(0, 0)")


async def shoot(page: Page, path: Path, full_page: bool = False) -> None:
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(1000)
    await page.screenshot(path=path, animations="disabled", full_page=full_page)


async def shoot_tabs(
    browser: Browser, shop: Shop, folder: Path, width: int, is_light: bool
) -> None:
    async with browser_page(browser, shop, width, is_still=False) as (page, _):
        if is_light:
            await page.add_init_script(LIGHT)
        await open_payfeed(page, shop)
        for tab in TABS:
            await page.get_by_role("tab", name=tab).click()
            name = f"{tab.lower()}-{width}-{'light' if is_light else 'dark'}.png"
            await shoot(page, folder / name)
            if tab == "Live":
                await page.get_by_text("Milk", exact=True).click()
                await shoot(page, folder / f"event-{name}")
                await page.get_by_label("Close").click()
            if tab == "Displays":
                await page.get_by_role("button", name="Address of Counter").click()
                await shoot(page, folder / f"saved-{name}")
                await page.get_by_role("button", name="Edit Counter").click()
                await expect(page.locator("#payfeed-preview")).to_be_visible()
                await shoot(page, folder / f"edit-{name}", full_page=True)
            if tab == "Webhooks":
                await open_webhook(page)
                await shoot(page, folder / f"webhook-{name}", full_page=True)


async def shoot_displays(browser: Browser, shop: Shop, key: str, folder: Path) -> None:
    qr = "qr=cafe@example.org"
    for background, width, height in (
        ("dark", 1280, 720),
        ("light", 390, 720),
        ("transparent", 1280, 720),
        ("dark", 1920, 1080),
        ("dark", 3840, 2160),
    ):
        options = "title=Café Satoshi&total=today&goal=50000&recent=3"
        query = f"background={background}&{options}&{qr}"
        page = await browser.new_page(viewport={"width": width, "height": height})
        await page.goto(f"{shop.server.base}/payfeed/display?{query}#{key}")
        await page.locator('[data-state="connected"]').wait_for()
        await shoot(page, folder / f"display-screen-{width}-{background}.png")
        await page.close()


async def main(folder: Path, shown: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with (
        opened(**SETTINGS) as shop,
        chromium() as browser,
        Receiver() as working,
        Receiver() as broken,
        Receiver() as closed,
    ):
        await add_webhooks(shop, working, broken, closed)
        key = await trade(shop)
        for width in (1280, 390):
            for is_light in (False, True):
                await shoot_tabs(browser, shop, folder, width, is_light)
        await shoot_displays(browser, shop, key, folder)
    for name, picture in README.items():
        shutil.copy(folder / picture, shown / name)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
