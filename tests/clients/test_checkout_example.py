"""The example of a checkout: a small server, and a page in a real Chromium."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from command import ROOT, running
from playwright.async_api import Browser, Page, expect
from ports import free_port
from shop import Shop

EXAMPLE = ROOT / "examples" / "checkout"


@asynccontextmanager
async def checkout(browser: Browser, shop: Shop) -> AsyncIterator[Page]:
    """The page of the example, while its server runs."""
    port = free_port()
    environment = {
        "LNBITS_URL": shop.server.base,
        "INVOICE_KEY": shop.wallet["inkey"],
        "ADMIN_KEY": shop.wallet["adminkey"],
        "PORT": str(port),
    }
    program = [sys.executable, str(EXAMPLE / "server.py")]
    async with running(program=program, **environment) as command:
        await answering(f"http://127.0.0.1:{port}", command.process)
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{port}")
        yield page


async def answering(address: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient() as http:
        while process.returncode is None:
            try:
                await http.get(address)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise AssertionError("the example's server has ended")


async def order(page: Page) -> dict[str, Any]:
    """The invoice that the page shows."""
    link = page.locator("#invoice")
    await expect(page.locator("#state")).to_have_text("Please pay this invoice")
    address = await link.get_attribute("href")
    assert address
    return {"bolt11": address.removeprefix("lightning:")}


async def test_the_page_says_thanks_when_its_invoice_is_paid(
    browser: Browser, shop: Shop
) -> None:
    async with checkout(browser, shop) as page:
        invoice = await order(page)
        picture = page.locator("#invoice img")
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0
        await shop.has_subscribers(1)
        await shop.sell(7, "another order")
        await expect(page.locator("#state")).to_have_text("Please pay this invoice")
        await shop.server.pay(shop.payer, invoice)
        await expect(page.locator("#state")).to_have_text("Thank you!")


async def test_the_key_of_the_page_reads_its_payment_only_for_ten_minutes(
    browser: Browser, shop: Shop
) -> None:
    await shop.sell(7, "another order")
    async with checkout(browser, shop) as page:
        await order(page)
    admin = shop.wallet["adminkey"]
    (key,) = (await shop.server.payfeed("GET", "keys", admin)).json()
    assert (list(key["filter"]), key["public"]) == (["payment_hash"], True)
    assert 0 < key["expires_at"] - key["created_at"] <= 600
