"""The tabs Keys and Subscribers: the life of a key, switches and secrets."""

import asyncio
import json
import time
from typing import Any

import pytest
from page import browser_page, expect_qr, open_payfeed
from playwright.async_api import Browser, Page, expect
from reader import reading
from shop import Shop


async def create_key(page: Page, name: str, *scopes: str, expiry: str = "never") -> str:
    await page.get_by_role("button", name="Create a key").first.click()
    await page.get_by_label("Name", exact=True).fill(name)
    for scope in scopes:
        await page.get_by_role("checkbox", name=f"{scope}:").click()
    await page.get_by_label("Expires").click()
    await page.get_by_role("option", name=expiry).click()
    await page.get_by_role("button", name="Create a key").last.dblclick()
    key = await page.locator("#payfeed-new-key").inner_text()
    await expect_qr(page, key, ".q-dialog")
    return key


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_key_is_created_shown_once_used_listed_and_revoked(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Keys")
        await expect(page.get_by_text("No access keys yet.")).to_be_visible()
        key = await create_key(page, "till", "notify", expiry="in 30 days")
        await page.locator(".q-dialog").get_by_role("button", name="Copy").click()
        assert await page.evaluate("navigator.clipboard.readText()") == key
        await page.get_by_role("button", name="I have stored it").click()
        await expect(page.locator(".q-dialog")).to_have_count(0)
        row = page.locator("#payfeed-keys .q-item")
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text("till")
        await expect(row).to_contain_text("notifyread")
        await expect(row).to_contain_text("expires ")
        await expect(row).to_contain_text("never used")
        assert key not in await page.content()
        address = f"{shop.server.ws}/payfeed/api/v1/ws/{key}"
        async with reading(address) as reader:
            await reader.until("hello")
            await page.get_by_role("tab", name="Subscribers").click()
            subscribers = page.locator("#payfeed-subscribers .q-item")
            await expect(subscribers.filter(has_text="till")).to_contain_text(
                "127.0.0.1"
            )
            await expect(subscribers.filter(has_text="till")).to_contain_text(
                "up to date"
            )
            await expect(subscribers.filter(has_text="wallet key")).to_have_count(1)
            await shop.sell(5, "unacknowledged")
            await reader.until("payment")
            while not await last_used(shop):
                await page.wait_for_timeout(50)
            await page.get_by_role("tab", name="Keys").click()
            await expect(row).to_contain_text("used ")
            await expect(row).not_to_contain_text("never used")
            await expect(row).not_to_contain_text("not acknowledged")
            await page.get_by_role("button", name="Revoke till").click()
            await page.get_by_role("button", name="Cancel").click()
            await page.get_by_role("button", name="Revoke till").click()
            await expect(page.get_by_text("Connected now: 1.")).to_be_visible()
            await page.get_by_role("button", name="Revoke", exact=True).click()
            await expect(page.get_by_text("No access keys yet.")).to_be_visible()
            await page.get_by_role("button", name="Revoked keys: 1").click()
            await expect(row.first).to_contain_text("revoked")
            await page.get_by_role("tab", name="Subscribers").click()
            await expect(subscribers).to_have_count(1)
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_narrowed_key_is_created_shown_in_words_and_renamed(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Keys")
        await page.get_by_role("button", name="Create a key").first.click()
        await page.get_by_label("Name", exact=True).fill("bar")
        await page.get_by_role("switch", name="Read only some events").click()
        await expect(page.get_by_role("checkbox")).to_have_count(0)
        await page.get_by_label("Minimum").fill("5")
        await page.get_by_label("Payment hash").fill("ab" * 32)
        await page.get_by_role("switch", name="Public").click()
        await page.get_by_label("Expires").click()
        await page.get_by_role("option", name="in 10 minutes").click()
        await page.get_by_role("button", name="Create a key").last.click()
        await page.get_by_role("button", name="I have stored it").click()
        row = page.locator("#payfeed-keys .q-item")
        words = ("payment", "Received", "Confirmed", "from 5 sat", "payment abababab…")
        tags = row.locator(".payfeed-tag")
        await expect(tags).to_have_text([*words, "Public"])
        await page.get_by_role("button", name="Rename bar").click()
        await page.get_by_role("textbox", name="New name").fill("front bar")
        await page.get_by_role("button", name="Rename", exact=True).click()
        await expect(row).to_contain_text("front bar")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []
    (key,) = (await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])).json()
    assert (key["name"], key["public"], key["scopes"]) == ("front bar", True, ["read"])
    assert key["filter"] == {
        "types": ["payment"],
        "direction": "in",
        "status": "confirmed",
        "min_amount": 5,
        "payment_hash": "ab" * 32,
    }
    assert 0 < key["expires_at"] - key["created_at"] <= 600


async def last_used(shop: Shop) -> int | None:
    """When the shop's only access key was used; stored a moment later."""
    listed = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    used_at: int | None = listed.json()[0]["last_used_at"]
    return used_at


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_stays_connected_when_the_invoice_key_is_disabled(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, _):
        await open_payfeed(page, shop, "Keys")
        for name in ("allow_inkey", "mirror_to_inkey"):
            label = {
                "allow_inkey": "Allow the invoice key",
                "mirror_to_inkey": "Mirror payments",
            }[name]
            before = await feed(shop)
            await page.get_by_role("switch", name=label).click()
            if name == "allow_inkey":
                await expect(page.get_by_text("beside this page: 0.")).to_be_visible()
                await page.get_by_role("button", name="Close the feed").click()
            while (await feed(shop))[name] == before[name]:
                await page.wait_for_timeout(50)
        refused = await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
        assert refused.status_code == 403
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        await page.get_by_role("tab", name="Live").click()
        await shop.sell(77, "still received")
        await expect(page.locator("#payfeed-events")).to_contain_text("still received")


async def feed(shop: Shop) -> dict[str, object]:
    answer = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    description: dict[str, object] = answer.json()
    return description


@pytest.mark.parametrize("width", [1280, 390])
async def test_secret_and_channel_are_hidden_shown_copied_and_rotated(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Keys")
        for what, name in (("secret", "Signing secret"), ("channel", "Channel")):
            old = str((await feed(shop))[what])
            assert old not in await page.inner_text("body")
            await page.get_by_label(f"Copy: {name}").click()
            assert await page.evaluate("navigator.clipboard.readText()") == old
            await page.get_by_label(f"Show: {name}").click()
            await expect(page.get_by_text(old)).to_be_visible()
            await page.get_by_label(f"Rotate: {name}").click()
            counted = {
                "secret": "Connected now, beside this page: 0.",
                "channel": "Payfeed cannot count them.",
            }
            await expect(page.locator(".q-dialog")).to_contain_text(counted[what])
            await page.get_by_role("button", name="Rotate", exact=True).click()
            await expect(page.get_by_text(f"has a new {name.lower()}.")).to_be_visible()
            await expect(page.get_by_text(old)).to_have_count(0)
            new = str((await feed(shop))[what])
            assert new != old
            await expect(page.get_by_text(new)).to_be_visible()
            await page.get_by_label(f"Hide: {name}").click()
            await expect(page.get_by_text(new)).to_have_count(0)
        assert complaints == []


async def new_key(shop: Shop, name: str) -> dict[str, Any]:
    admin = shop.wallet["adminkey"]
    answer = await shop.server.payfeed("POST", "keys", admin, json={"name": name})
    created: dict[str, Any] = answer.json()
    return created


@pytest.mark.parametrize("width", [1280, 390])
async def test_only_a_key_that_acknowledges_shows_what_it_has_not_acknowledged(
    browser: Browser, shop: Shop, width: int
) -> None:
    keys = [await new_key(shop, name) for name in ("acknowledges", "only reads")]
    while time.time() < keys[-1]["created_at"] + 1:  # times are in whole seconds
        await asyncio.sleep(0.05)
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{keys[0]['key']}"
    async with reading(address) as reader:
        await reader.until("hello")
        await shop.sell(5, "acknowledged")
        event = await reader.until("payment")
        ack = {"type": "ack", "id": event["id"]}
        await reader.connection.send(json.dumps(ack))
        await shop.sell(6, "not acknowledged")
        await reader.until("payment")
        admin, acked = shop.wallet["adminkey"], ""
        while acked != event["id"]:
            answer = await shop.server.payfeed("GET", "keys", admin)
            listed = {key["name"]: key for key in answer.json()}
            acked = listed["acknowledges"]["acked"]
    acks = {name: key["acks"] for name, key in listed.items()}
    assert acks == {"acknowledges": True, "only reads": False}
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop, "Keys")
        rows = page.locator("#payfeed-keys .q-item")
        row = rows.filter(has_text="acknowledges")
        await expect(row).to_contain_text("not acknowledged: 1")
        row = rows.filter(has_text="only reads")
        await expect(row).to_have_count(1)
        await expect(row).not_to_contain_text("not acknowledged")
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_change_that_disconnects_programs_says_how_many(
    browser: Browser, shop: Shop, width: int
) -> None:
    used, _ = [await new_key(shop, "till") for _ in range(2)]
    admin = shop.wallet["adminkey"]
    await shop.server.payfeed("PATCH", "feed", admin, json={"mirror_to_inkey": True})
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{used['key']}"
    async with (
        reading(address) as reader,
        browser_page(browser, shop, width) as (page, complaints),
    ):
        await reader.until("hello")
        await open_payfeed(page, shop, "Keys")
        dialog = page.locator(".q-dialog")
        revoke = page.get_by_role("button", name="Revoke till")
        listed = (await shop.server.payfeed("GET", "keys", admin)).json()
        place = [key["id"] for key in listed].index(used["id"])
        beside = "Connected now, beside this page: 1."
        for button, question, verb in (
            (revoke.nth(place), "Connected now: 1.", "Revoke"),
            (revoke.nth(1 - place), "Connected now: 0.", "Revoke"),
            (page.get_by_label("Rotate: Signing secret"), beside, "Rotate"),
            (
                page.get_by_role("switch", name="Mirror payments"),
                "Payfeed cannot count them.",
                "Stop the mirror",
            ),
        ):
            await button.click()
            await expect(dialog).to_contain_text(question)
            await expect(dialog.get_by_role("button", name=verb)).to_be_visible()
            await dialog.get_by_role("button", name="Cancel").click()
            await expect(dialog).to_have_count(0)
        assert (await feed(shop))["mirror_to_inkey"] is True
        assert complaints == []
