"""LNbits' shared wallets (1.4 and later): a share reads its source, nothing more."""

import importlib.metadata
from typing import Any

import pytest
import pytest_asyncio
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from reader import reading
from shop import Shop

VERSION = tuple(
    int(part) for part in importlib.metadata.version("lnbits").split(".")[:2]
)


pytestmark = pytest.mark.skipif(
    VERSION < (1, 4), reason="this LNbits has no shared wallets"
)


@pytest_asyncio.fixture
async def visitor(shared_shop: Shop) -> Shop:
    return await shared_shop.for_visitor()


async def share_with(visitor: Shop, shop: Shop) -> dict[str, Any]:
    """The shop's wallet, shared with another user, who may view payments."""
    server = shop.server
    source = {"X-Api-Key": shop.wallet["adminkey"]}
    invite = {
        "username": visitor.username,
        "permissions": ["view-payments"],
        "status": "invite_sent",
    }
    await server.call("PUT", "/api/v1/wallet/share/invite", json=invite, headers=source)
    body = {"wallet_type": "lightning-shared", "shared_wallet_id": shop.wallet["id"]}
    share: dict[str, Any] = await server.call(
        "POST", "/api/v1/wallet", json=body, headers=visitor.user
    )
    return share


async def test_the_page_of_a_share_shows_payments_and_keeps_the_owners_things(
    browser: Browser, shop: Shop, visitor: Shop
) -> None:
    await share_with(visitor, shop)
    await shop.sell(77, "tea")
    async with browser_page(browser, visitor) as (page, complaints):
        await open_payfeed(page, shop)
        await expect(page.locator("#payfeed-events")).to_contain_text("+77 sat")
        for tab in ("Keys", "Webhooks"):
            await page.get_by_role("tab", name=tab).click()
            place = page.get_by_role("region", name=tab)
            await expect(place).to_contain_text("Only the owner of this wallet")
        await page.get_by_role("tab", name="Display").click()
        await expect(page.get_by_label("Background")).to_be_visible()
        for name in ("New display", "Save the display"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        assert complaints == []


async def test_a_share_opens_the_feed_of_the_wallet_that_it_may_view(
    shop: Shop, visitor: Shop
) -> None:
    server = shop.server
    source = {"X-Api-Key": shop.wallet["adminkey"]}
    share = await share_with(visitor, shop)
    socket = f"{server.ws}/payfeed/api/v1/ws/{share['inkey']}"
    async with reading(socket) as reader:
        hello = await reader.next()
        assert hello["wallet_id"] == shop.wallet["id"]
        await shop.sell(77)
        assert (await reader.until("payment"))["payment"]["amount"] == 77
        for method, path in (
            ("POST", "notify"),
            ("POST", "test"),
            ("GET", "keys"),
            ("GET", "subscribers"),
            ("POST", "keys"),
            ("PATCH", "feed"),
            ("POST", "feed/rotate"),
        ):
            for key in (share["inkey"], share["adminkey"]):
                body = {"what": "secret", "name": "x", "scopes": ["read"]}
                answer = await server.payfeed(method, path, key, json=body)
                assert answer.status_code == 403, (method, path)
        feed = (await server.payfeed("GET", "feed", share["adminkey"])).json()
        assert "secret" not in feed
        assert "channel" not in feed
        assert not [text for text in reader.texts if '"error"' in text]
        for user in (visitor.user, shop.user):
            await server.enable(user, on=False)
            async with reading(socket) as without:
                assert await without.close_code() == 4403
            if user is visitor.user:
                assert await reader.close_code() == 4403
            await server.enable(user)
    async with reading(socket) as reader:
        assert (await reader.next())["type"] == "hello"
        change = {
            "username": visitor.username,
            "shared_with_wallet_id": share["id"],
            "permissions": ["receive-payments"],
            "status": "approved",
        }
        await server.call("PUT", "/api/v1/wallet/share", json=change, headers=source)
        assert await reader.close_code() == 4403
    async with reading(socket) as refused:
        assert await refused.close_code() == 4403
