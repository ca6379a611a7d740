"""The JavaScript client in a real Chromium, imported from a real LNbits."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from browser import chromium
from playwright.async_api import Browser, Page
from shop import Shop

MODULE = "/payfeed/static/js/payfeed-client.js"
START = """
async ({module, ...options}) => {
  const {PayfeedClient} = await import(module)
  window.told = []
  window.states = []
  window.client = new PayfeedClient({
    ...options,
    onEvent: ({payment}) => payment && told.push(payment.amount),
    onState: state => states.push(state)
  })
  client.start()
}
"""
AGES = 600  # a pause that only an event of the browser ends in the time of a test


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def listening(
    browser: Browser, shop: Shop, until: str = "connected", **options: Any
) -> Page:
    """A page of LNbits' own origin whose client is in the state `until`."""
    page = await browser.new_page()
    await page.goto(shop.server.base + MODULE)
    first = {"module": MODULE, "key": shop.wallet["inkey"]}
    await page.evaluate(START, first | options)
    await state(page, until)
    return page


async def state(page: Page, wanted: str) -> None:
    await page.wait_for_function(f"states.at(-1)?.state === '{wanted}'")


async def told(page: Page, *amounts: Any) -> None:
    await page.wait_for_function(f"told.length >= {len(amounts)}")
    assert await page.evaluate("told") == list(amounts)


async def test_a_payment_arrives_verified_and_the_key_stays_out_of_addresses(
    browser: Browser, shop: Shop
) -> None:
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    page = await listening(browser, shop, secret=feed.json()["secret"])
    await shop.sell(21)
    await told(page, 21)
    assert '"WebSocket /payfeed/api/v1/ws"' in shop.server.log
    assert shop.wallet["inkey"] not in shop.server.log
    options = {"secret": "whsec_d3Jvbmc=", "since": "start"}
    wrong = await listening(browser, shop, until="off", **options)
    assert "signature" in await wrong.evaluate("states.at(-1).reason")
    assert await wrong.evaluate("told") == []


async def test_a_restart_of_lnbits_loses_and_repeats_nothing(
    browser: Browser, shop: Shop
) -> None:
    page = await listening(browser, shop)
    await shop.sell(1)
    await told(page, 1)
    shop.server.kill()
    await state(page, "waiting")
    await shop.server.start()
    await shop.sell(2)
    await told(page, 1, 2)


async def test_offline_and_back_reconnects_at_once_and_catches_up(
    browser: Browser, shop: Shop
) -> None:
    pauses = {"backoffBaseSeconds": AGES, "backoffCapSeconds": AGES}
    page = await listening(browser, shop, **pauses)
    await shop.sell(1)
    await told(page, 1)
    await page.context.set_offline(True)
    shop.server.kill()
    await state(page, "waiting")
    await shop.server.start()
    await shop.sell(2)
    assert await page.evaluate("told") == [1]
    await page.context.set_offline(False)
    await told(page, 1, 2)


async def test_a_page_that_is_looked_at_again_does_not_wait(
    browser: Browser, shop: Shop
) -> None:
    pauses = {"backoffBaseSeconds": AGES, "backoffCapSeconds": AGES}
    page = await listening(browser, shop, **pauses)
    for event in (
        "window.dispatchEvent(new PageTransitionEvent('pageshow'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
        "client.retryNow()",
    ):
        shop.server.kill()
        await state(page, "waiting")
        await shop.server.start()
        await page.evaluate(event)
        await state(page, "connected")


async def test_a_page_that_comes_again_resumes_from_its_cursor(
    browser: Browser, shop: Shop
) -> None:
    page = await listening(browser, shop)
    await shop.sell(1)
    await told(page, 1)
    cursor = await page.evaluate("client.cursor")
    await page.close()
    await shop.sell(2)
    await shop.sell(3)
    again = await listening(browser, shop, since=cursor)
    await told(again, 2, 3)


async def test_a_refusal_is_final_and_says_why(browser: Browser, shop: Shop) -> None:
    page = await listening(browser, shop, until="off", key="pfk_unknown")
    connecting, off = await page.evaluate("states")
    assert connecting["state"] == "connecting"
    assert off["code"] == 4401
    assert off["reason"]
