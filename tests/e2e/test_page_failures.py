"""Failed actions are reported, whatever the cause."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from page import browser_page, open_payfeed
from playwright.async_api import Browser, Page, Route, expect
from shop import Shop

API = re.compile("/api/v1/")
Action = Callable[[Page], Awaitable[None]]


def press(name: str, *, confirm: str = "") -> Action:
    async def action(page: Page) -> None:
        await page.get_by_role("button", name=name).last.click()
        if confirm:
            await page.get_by_role("button", name=confirm, exact=True).click()

    return action


def flip(name: str) -> Action:
    async def action(page: Page) -> None:
        switch = page.get_by_role("switch", name=name)
        before = await switch.get_attribute("aria-checked")
        await switch.click()
        await expect(page.locator(".q-notification")).to_be_visible()
        await expect(switch).to_have_attribute("aria-checked", before or "")
        await expect(switch).to_be_enabled()

    return action


async def send_a_message(page: Page) -> None:
    await page.get_by_label("Message").fill("hello")
    await page.locator("#payfeed-send").click()
    await expect(page.locator("#payfeed-send")).to_be_enabled()
    await expect(page.get_by_label("Message")).to_have_value("hello")


async def make_a_key(page: Page) -> None:
    await press("Create a key")(page)
    await page.get_by_label("Name", exact=True).fill("door")
    await press("Create a key")(page)
    await expect(page.locator(".q-notification")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()


async def save_a_display(page: Page) -> None:
    await press("New display")(page)
    await page.get_by_label("Name", exact=True).fill("counter")
    await press("Save the display")(page)
    await expect(page.locator(".q-notification")).to_be_visible()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("counter")


async def filter_events(page: Page) -> None:
    await press("Filters")(page)
    await page.get_by_label("Tag").fill("lnurlp")
    await expect(page.get_by_label("Tag")).to_have_value("")


ACTIONS: dict[str, tuple[Action, ...]] = {
    "Live": (press("Load older events"), filter_events),
    "Keys": (
        make_a_key,
        press("Revoke till"),
        flip("Allow the invoice key"),
        flip("Mirror payments"),
        press("Rotate: Signing secret"),
        press("Rotate: Channel", confirm="Rotate"),
    ),
    "Send": (press("Send a test event"), send_a_message),
    "Display": (save_a_display,),
}


async def expect_notice(page: Page, text: str) -> None:
    notice = page.locator(".q-notification", has_text=text)
    await expect(notice).to_be_visible()
    await notice.get_by_role("button").click()
    await expect(notice).to_have_count(0)


async def gone(route: Route) -> None:
    await route.abort()


def answering(**answer: Any) -> Callable[[Route], Awaitable[None]]:
    async def handler(route: Route) -> None:
        await route.fulfill(**answer)

    return handler


def exceptions(complaints: list[str]) -> list[str]:
    """All exceptions but the one of LNbits without service workers."""
    thrown = [said for said in complaints if said.startswith("exception")]
    return [said for said in thrown if "reading 'scope'" not in said]


async def test_every_action_reports_that_lnbits_does_not_respond(
    browser: Browser, shop: Shop
) -> None:
    await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=101)
    body = {"name": "till", "scopes": ["read"]}
    await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    async with browser_page(browser, shop, service_workers="block") as (
        page,
        complaints,
    ):
        await open_payfeed(page, shop)
        for tab, actions in ACTIONS.items():
            await page.get_by_role("tab", name=tab).click()
            if tab == "Keys":
                await expect(page.locator("#payfeed-keys")).to_contain_text("till")
            await page.route(API, gone)
            for action in actions:
                await action(page)
                await expect_notice(page, "LNbits does not respond")
            await page.unroute(API)
        assert exceptions(complaints) == []


async def test_a_failed_invoice_is_reported(browser: Browser, shop: Shop) -> None:
    async with browser_page(browser, shop, service_workers="block") as (page, _):
        await open_payfeed(page, shop)
        await page.route(API, gone)
        await page.get_by_role("button", name="Create an invoice for 21 sat").click()
        await expect_notice(page, "LNbits does not respond")


async def test_a_list_that_fails_to_load_is_reported_and_loaded_again_on_demand(
    browser: Browser, shop: Shop
) -> None:
    """It is not shown as empty."""
    await shop.sell(1000, "income")
    body = {"name": "till", "scopes": ["read"]}
    await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    async with browser_page(browser, shop, service_workers="block") as (page, _):
        await open_payfeed(page, shop)
        for tab, place, text in (
            ("Keys", "#payfeed-keys", "till"),
            ("Subscribers", "#payfeed-subscribers", "wallet key"),
            ("Plots", "#payfeed-sums", "1,000 sat"),
        ):
            await page.route(API, gone)
            await page.get_by_role("tab", name=tab).click()
            section = page.get_by_role("region", name=tab)
            await expect(section).to_contain_text("could not be loaded")
            await expect(section).not_to_contain_text("No access keys yet.")
            await page.unroute(API)
            if tab != "Subscribers":  # this list is read again by itself
                await section.get_by_role("button", name="Try now").click()
            await expect(page.locator(place)).to_contain_text(text)
            await expect(section).not_to_contain_text("could not be loaded")


async def test_errors_of_proxies_and_of_the_server_are_shown_as_text(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop, service_workers="block") as (
        page,
        complaints,
    ):
        await open_payfeed(page, shop, "Send")
        for answer, text in (
            ({"status": 502, "body": "<h1>Bad Gateway</h1>"}, "status 502"),
            ({"status": 429, "json": {"detail": "Too many."}}, "Too many."),
            (
                {"status": 422, "json": {"detail": [{"msg": "no", "loc": ["a", "b"]}]}},
                "no (a/b)",
            ),
        ):
            await page.route(API, answering(**answer))
            await page.get_by_role("button", name="Send a test event").click()
            await expect_notice(page, text)
            await page.unroute(API)
        assert exceptions(complaints) == []


async def test_an_action_without_a_response_times_out(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop, service_workers="block") as (page, _):
        await open_payfeed(page, shop, "Send")
        await page.evaluate("Payfeed.REQUEST_SECONDS = 0.5")

        async def silent(_: Route) -> None:
            """The request stays open."""

        await page.route(API, silent)
        await page.get_by_role("button", name="Send a test event").click()
        await expect_notice(page, "LNbits does not respond")
        await expect(page.get_by_role("button", name="Send a test")).to_be_enabled()
        await page.unroute_all(behavior="ignoreErrors")
