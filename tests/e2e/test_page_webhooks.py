"""The tab Webhooks: a real browser, and a real receiver of the requests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from page import browser_page, open_payfeed
from playwright.async_api import Browser, Locator, Page, expect
from receiver import Received, Receiver, reply
from shop import Shop, opened
from standardwebhooks.webhooks import Webhook as Verifier


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as ready:
        yield ready


class Tab:
    """The tab Webhooks of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = page.locator("#payfeed-webhooks")
        self.deliveries = page.locator("#payfeed-deliveries > .q-item")
        self.dialog = page.locator(".q-dialog")

    async def press(self, name: str, within: Locator | None = None) -> None:
        place = within or self.page
        await place.get_by_role("button", name=name, exact=True).click()

    async def choose(self, label: str, option: str) -> None:
        await self.page.get_by_label(label, exact=True).click()
        await self.page.get_by_role("option", name=option, exact=True).click()

    async def create(self, url: str, description: str = "web shop") -> None:
        """Of everything in the feed; the new webhook is opened."""
        await self.press("Create a webhook")
        await self.page.get_by_label("URL").fill(url)
        await self.page.get_by_label("Description").fill(description)
        await self.choose("Events", "All events")
        await self.choose("Direction", "Received and sent")
        await self.choose("Status", "Any status")
        await self.press("Save")
        await expect(self.page.locator("#payfeed-webhook-secret")).to_be_visible()
        await expect(self.dialog).to_have_count(0)

    async def answer(self, action: str, choice: str = "") -> None:
        """Agree in the dialog that asks."""
        if choice:
            await self.dialog.get_by_role("radio", name=choice).click()
        await self.press(action, self.dialog)
        await expect(self.dialog).to_have_count(0)

    async def cancel(self) -> None:
        await self.press("Cancel", self.dialog)
        await expect(self.dialog).to_have_count(0)

    async def shows(self, text: str) -> None:
        await expect(self.list).to_contain_text(text)

    async def copied_secret(self) -> str:
        await self.page.get_by_label("Copy: Secret").click()
        return str(await self.page.evaluate("navigator.clipboard.readText()"))


@pytest_asyncio.fixture
async def tab(browser: Browser, shop: Shop) -> AsyncIterator[Tab]:
    """At 1280 px. The browser's console must stay empty."""
    async with browser_page(browser, shop) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Webhooks")
        yield Tab(page)
        assert complaints == []


async def stored_webhook(shop: Shop) -> dict[str, Any]:
    """The shop's only webhook, as its route describes it."""
    key = shop.wallet["adminkey"]
    (listed,) = (await shop.server.payfeed("GET", "webhooks", key)).json()
    answer = await shop.server.payfeed("GET", f"webhooks/{listed['id']}", key)
    found: dict[str, Any] = answer.json()
    return found


def failing(times: int) -> Callable[[Received], Awaitable[bytes]]:
    """Answer the first requests with 500 and the others with 200."""
    left = times

    async def answer(request: Received) -> bytes:
        nonlocal left
        left -= 1
        return reply(500, b"out of order") if left >= 0 else reply(200)

    return answer


async def test_a_webhook_is_created_with_a_filter_and_changed(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    page = tab.page
    await expect(page.get_by_text("No webhooks yet.")).to_be_visible()
    await tab.press("Create a webhook")
    await expect(page.get_by_role("button", name="Save")).to_be_disabled()
    await page.get_by_label("URL").fill(receiver.url("/payments"))
    await page.get_by_label("Description").fill("web shop")
    await page.get_by_label("Minimum").fill("1000")
    await page.get_by_label("Tag").fill("lnurlp")
    await page.get_by_role("switch", name="Deliver in order").click()
    await tab.press("Save")
    await tab.shows("web shop")
    await tab.shows(receiver.url("/payments"))
    await tab.shows("Delivering")
    await tab.shows(
        "payment · Received · Confirmed · from 1,000 sat · tag lnurlp · in order"
    )
    stored = await stored_webhook(shop)
    assert stored["ordered"]
    assert stored["filter"] == {
        "types": ["payment"],
        "direction": "in",
        "status": "confirmed",
        "min_amount": 1000,
        "tag": "lnurlp",
    }
    await tab.press("Edit")
    assert await page.get_by_label("Minimum").input_value() == "1000"
    await page.get_by_label("Description").fill("")
    await tab.choose("Events", "Types by name")
    await page.get_by_label("Names of types").fill("door, test")
    await tab.choose("Direction", "Received and sent")
    await tab.choose("Status", "Any status")
    await page.get_by_label("Minimum").fill("")
    await page.get_by_label("Tag").fill("")
    await page.get_by_role("switch", name="Deliver in order").click()
    await tab.press("Save")
    await tab.shows("door · test")
    await expect(tab.list).not_to_contain_text("in order")
    await expect(tab.list).not_to_contain_text("web shop")
    assert (await stored_webhook(shop))["filter"] == {"types": ["door", "test"]}
    await tab.press("Edit")
    await tab.choose("Events", "Messages")
    await expect(page.get_by_label("Tag")).to_have_count(0)
    await tab.press("Save")
    await expect(tab.dialog).to_have_count(0)
    assert (await stored_webhook(shop))["filter"] == {"types": ["message"]}


async def test_a_refused_url_is_explained_and_the_dialog_stays_open(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop, "Webhooks")
        tab = Tab(page)
        await tab.press("Create a webhook")
        await page.get_by_label("URL").fill("https://user@shop.example/")
        await tab.press("Save")
        reason = page.get_by_text("url must not have a user name or password.")
        await expect(reason).to_be_visible()
        await expect(tab.dialog).to_be_visible()
        await tab.cancel()
        await expect(page.get_by_text("No webhooks yet.")).to_be_visible()


async def test_the_copied_secret_verifies_a_test_whose_answer_is_shown(
    tab: Tab, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    secret = await tab.copied_secret()
    assert secret not in await tab.page.inner_text("body")
    await tab.page.get_by_label("Show: Secret").click()
    await tab.shows(secret)
    receiver.always(200, b"thank you")
    await tab.press("Send a test")
    shown = tab.page.locator("#payfeed-webhook-test")
    await expect(shown).to_contain_text("Delivered: status 200 after")
    await expect(shown).to_contain_text("thank you")
    (request,) = receiver.received
    frame = Verifier(secret).verify(request.body.decode(), request.headers)
    assert frame["type"] == "test"
    receiver.always(500, b"<b>broken</b>")
    await tab.press("Send a test")
    await expect(shown).to_contain_text("Not delivered: status 500 after")
    await expect(shown).to_contain_text("<b>broken</b>")
    await receiver.stop()
    await tab.press("Send a test")
    await expect(shown).not_to_contain_text("status")
    await expect(shown).to_contain_text("Not delivered: ")


async def test_retries_and_their_end_appear_without_reload(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    receiver.answer = failing(2)
    await tab.create(receiver.url())
    await tab.shows("Delivering")
    await shop.sell(21, "tea")
    chip = tab.list.locator(".payfeed-chip")
    await expect(chip).to_contain_text("Retrying since ")
    await expect(chip).to_contain_text(", 1 waiting")
    row = tab.deliveries
    await expect(row).to_contain_text("Retrying")
    await expect(row).to_contain_text("next attempt ")
    await row.click()
    tries = tab.page.locator(".payfeed-attempts li")
    await expect(tries.first).to_contain_text("status 500 after")
    await expect(tries.first).to_contain_text("out of order")
    await tab.press("Resend")  # the second failure; the third attempt is after 5 s
    await expect(tries).to_have_count(3)
    await expect(tries.last).to_contain_text("status 200 after")
    await expect(chip).to_have_text("Delivering")
    await expect(row).to_contain_text("Delivered")
    assert len({request.id for request in receiver.received}) == 1


async def test_a_delivered_event_is_resent(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    await shop.sell(21, "tea")
    await tab.deliveries.click()
    await tab.press("Resend")
    first, second = await receiver.until(2)
    assert (first.id, first.body) == (second.id, second.body)


async def test_after_410_the_owner_chooses_to_continue_from_now_and_resends_all(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    receiver.always(410)
    await tab.create(receiver.url())
    await shop.sell(21, "tea")
    await tab.shows("Stopped: receiver answered 410")
    await shop.sell(34, "cake")
    receiver.always(200)
    await tab.press("Enable")
    await tab.cancel()
    await tab.press("Enable")
    await tab.answer("Enable", "From now")
    await tab.shows("Delivering")
    await tab.shows("failed: 1")
    await tab.choose("Show", "Failed")
    await expect(tab.deliveries).to_have_count(1)
    await expect(tab.deliveries).to_contain_text("left out by its owner")
    await tab.press("Resend all failed")
    await expect(tab.page.get_by_text("Sent again: 1")).to_be_visible()
    await expect(tab.page.get_by_text("No deliveries.")).to_be_visible()
    await tab.choose("Show", "Delivered")
    await expect(tab.deliveries).to_have_count(1)
    amounts = [request.frame["payment"]["amount"] for request in receiver.received]
    assert amounts == [21, 21]  # the cake was left out


async def test_a_disabled_webhook_continues_where_it_stopped(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    await tab.press("Disable")
    await tab.cancel()
    await tab.press("Disable")
    await tab.answer("Disable")
    await tab.shows("Disabled by you")
    await shop.sell(21, "tea")
    await tab.shows("not tried yet: 1")
    await tab.press("Delete")
    await expect(tab.dialog).to_contain_text("Not delivered yet: 1.")
    await tab.cancel()
    assert receiver.received == []
    await tab.press("Enable")
    await tab.answer("Enable", "From where it stopped")
    await tab.shows("Delivering")
    (request,) = await receiver.until(1)
    assert request.frame["payment"]["amount"] == 21


async def test_a_rotated_secret_signs_beside_the_previous_one_until_that_is_ended(
    tab: Tab, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    old = await tab.copied_secret()
    overlap = "Requests are signed with the previous secret too, until "
    await tab.press("Rotate: Secret")
    await expect(tab.dialog).to_contain_text("Not delivered yet: 0.")
    await tab.cancel()
    await tab.press("Rotate: Secret")
    await tab.answer("Rotate", "For 7 days")
    await tab.shows(overlap)
    await tab.press("Send a test")
    new = await tab.copied_secret()
    assert new != old
    (request,) = await receiver.until(1)
    for secret in (old, new):
        Verifier(secret).verify(request.body.decode(), request.headers)
    await tab.press("End now")
    await tab.answer("End now")
    await expect(tab.list).not_to_contain_text(overlap)
    await tab.press("Rotate: Secret")
    await tab.answer("Rotate", "For 1 hour")
    await tab.shows(overlap)
    await tab.press("Rotate: Secret")  # during an overlap: without another one
    await expect(tab.dialog.get_by_role("radio")).to_have_count(1)
    await tab.answer("Rotate")
    await expect(tab.list).not_to_contain_text(overlap)


async def test_a_webhook_is_deleted_after_a_question_that_says_what_ends(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    await tab.press("Delete")
    await expect(tab.dialog).to_contain_text("“web shop”")
    await expect(tab.dialog).to_contain_text("Its secret and its list of deliveries")
    await tab.cancel()
    await tab.shows("web shop")
    await tab.press("Delete")
    await tab.answer("Delete")
    await expect(tab.page.get_by_text("No webhooks yet.")).to_be_visible()
    await shop.sell(21, "tea")
    await tab.create(receiver.url(), "another")
    await tab.press("Send a test")
    (request,) = await receiver.until(1)
    assert request.frame["type"] == "test"


async def test_older_deliveries_are_loaded(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    for number in range(21):
        key = shop.wallet["inkey"]
        await shop.server.payfeed("POST", "notify", key, json=number)
    await receiver.until(21)
    await tab.press("Load older deliveries")
    await expect(tab.deliveries).to_have_count(21)


async def test_more_than_a_thousand_deliveries_are_loaded_and_stay_complete(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    await shop.lab("fill", wallet_id=shop.wallet["id"], count=1005)
    await receiver.until(1005)
    for count in (20, 40, 80, 160, 320, 640, 1000):
        await expect(tab.deliveries).to_have_count(count)
        await tab.press("Load older deliveries")
    await expect(tab.deliveries).to_have_count(1005)
    older = tab.page.get_by_role("button", name="Load older deliveries")
    await expect(older).to_have_count(0)
    await shop.sell(1)
    await expect(tab.deliveries).to_have_count(1006, timeout=15_000)
    shown = await tab.deliveries.locator(".payfeed-mono").all_text_contents()
    assert [int(text.split("-")[1]) for text in shown] == list(range(1006, 0, -1))


async def test_a_delivery_says_what_was_paid(
    tab: Tab, shop: Shop, receiver: Receiver
) -> None:
    await tab.create(receiver.url())
    await shop.sell(1021, "two coffees")
    await expect(tab.deliveries).to_contain_text("Received 1,021 sat · two coffees")


async def test_a_phone_creates_tests_opens_and_deletes(
    browser: Browser, shop: Shop, receiver: Receiver
) -> None:
    async with browser_page(browser, shop, 390) as (page, complaints):
        await open_payfeed(page, shop, "Webhooks")
        tab = Tab(page)
        receiver.always(500, b"x" * 512)
        await tab.create(receiver.url(f"/{'long' * 40}"))
        await tab.press("Send a test")
        shown = page.locator("#payfeed-webhook-test")
        await expect(shown).to_contain_text("Not delivered: status 500")
        await shop.sell(21, "tea")
        await tab.deliveries.click()
        await expect(page.locator(".payfeed-attempts li").first).to_be_visible()
        assert await page.evaluate(
            "document.documentElement.scrollWidth <= document.body.clientWidth"
        )
        await tab.press("Disable")
        await tab.answer("Disable")
        await tab.shows("Disabled by you")
        await tab.press("Enable")
        await tab.answer("Enable", "From now")
        await tab.press("Rotate: Secret")
        await tab.answer("Rotate", "It ends immediately")
        await tab.press("Delete")
        await tab.answer("Delete")
        await expect(page.get_by_text("No webhooks yet.")).to_be_visible()
        assert complaints == []


async def test_the_list_says_why_it_was_not_read_and_recovers(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, _):
        await open_payfeed(page, shop, "Webhooks")
        await expect(page.get_by_text("No webhooks yet.")).to_be_visible()
        failure = page.locator("#payfeed-webhooks-failure")
        await page.context.set_offline(True)
        await expect(failure).to_contain_text("LNbits does not respond.")
        await expect(page.get_by_text("No webhooks yet.")).to_be_visible()
        await page.context.set_offline(False)
        await expect(failure).to_have_count(0)


async def test_the_tab_says_that_webhooks_are_switched_off(
    browser: Browser, database: dict[str, str]
) -> None:
    async with (
        opened(PAYFEED_WEBHOOKS="off", **database) as shop,
        browser_page(browser, shop) as (page, _),
    ):
        await open_payfeed(page, shop, "Webhooks")
        reason = page.get_by_text("Webhooks are switched off on this server")
        await expect(reason).to_be_visible()
        create = page.get_by_role("button", name="Create a webhook")
        await expect(create).to_have_count(0)
