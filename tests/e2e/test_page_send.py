"""The tab Send: test events and custom messages, checked before they are sent."""

import json

import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from reader import reading
from shop import Shop

PRESS = """document.activeElement.dispatchEvent(
    new KeyboardEvent('keyup', {key: 'Enter', ctrlKey: true, bubbles: true}))"""


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_subscriber_receives_messages_as_they_were_written(
    browser: Browser, shop: Shop, width: int
) -> None:
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}"
    async with (
        browser_page(browser, shop, width) as (page, complaints),
        reading(address) as reader,
    ):
        await open_payfeed(page, shop, "Send")
        await page.get_by_role("button", name="Send a test event").click()
        event = await reader.until("test")
        sent = page.locator("#payfeed-sent")
        await expect(sent).to_have_text(
            f"Sent as {event['id']}. Connected subscribers: 2."
        )
        await page.get_by_label("Message").fill('"quoted" ünd {"not": parsed}')
        await page.locator("#payfeed-send").click()
        text = await reader.until("message")
        assert text["data"] == '"quoted" ünd {"not": parsed}'
        await expect(page.get_by_label("Message")).to_have_value("")
        await page.get_by_role("button", name="JSON", exact=True).click()
        own = {"type": "door", "open": [True, 1.5, None]}
        await page.get_by_label("Message").fill(json.dumps(own))
        await page.evaluate(f"{PRESS}; {PRESS}")
        door = await reader.until("door")
        assert door["open"] == own["open"]
        await expect(page.get_by_label("Message")).to_have_value("")
        await page.get_by_label("Message").fill("[1, 2]")
        await page.locator("#payfeed-send").click()
        # a second door would have come before it
        assert (await reader.events(1))[0]["data"] == [1, 2]
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_messages_that_the_server_would_reject_cannot_be_sent(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Send")
        send = page.locator("#payfeed-send")
        await expect(send).to_be_disabled()
        await page.get_by_label("Message").fill("ü" * 9000)
        await expect(
            page.get_by_text("The message is longer than 16384 bytes.")
        ).to_be_visible()
        await page.get_by_role("button", name="JSON", exact=True).click()
        for text, trouble in (
            ("{", "This is not valid JSON"),
            ("[1e400]", "A number is too large."),
            ("[" * 33 + "]" * 33, "more than 32 levels of nesting."),
            ('{"payment": 1}', 'The member "payment" is reserved.'),
            ('{"type": "hello"}', 'The type "hello" is reserved.'),
            ('{"type": "Ä"}', "A type has 1 to 64"),
        ):
            await page.get_by_label("Message").fill(text)
            await expect(page.get_by_text(trouble)).to_be_visible()
            await expect(send).to_be_disabled()
        await page.get_by_label("Message").fill('{"type": "fine"}')
        await expect(send).to_be_enabled()
        assert complaints == []
