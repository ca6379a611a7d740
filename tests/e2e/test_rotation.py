"""Rotating a feed's secret: with an overlap, both secrets sign until it ends."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from frames import check_frame
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from reader import reading
from shop import Shop

WEEK = 604_800
MARK = ',"signature":"'


async def call(shop: Shop, method: str, path: str, **body: Any) -> Any:
    admin, options = shop.wallet["adminkey"], {"json": body} if body else {}
    return await shop.server.payfeed(method, path, admin, **options)


async def secret_of(shop: Shop) -> str:
    return str((await call(shop, "GET", "feed")).json()["secret"])


async def rotate(shop: Shop, overlap_seconds: int = 0) -> Any:
    body = {"what": "secret", "overlap_seconds": overlap_seconds}
    return await call(shop, "POST", "feed/rotate", **body)


async def sent(shop: Shop) -> str:
    """The newest event as its frame arrives."""
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}?since=start"
    async with reading(address) as reader:
        await reader.events(1)
        return reader.texts[-1]


def signatures(text: str) -> list[str]:
    return str(json.loads(text)["signature"]).split(" ")


def signature(text: str, secret: str) -> str:
    frame, body = json.loads(text), text.rpartition(MARK)[0] + "}"
    signed = f"{frame['id']}.{frame['timestamp']}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


async def send(shop: Shop) -> None:
    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])


async def test_during_an_overlap_events_are_signed_with_both_secrets_newest_first(
    shop: Shop,
) -> None:
    await send(shop)
    old = await secret_of(shop)
    feed = (await rotate(shop, WEEK)).json()
    assert feed["previous_secret_until"] > time.time() + WEEK - 60
    text = await sent(shop)
    check_frame(json.loads(text))
    assert signatures(text) == [
        signature(text, secret) for secret in (feed["secret"], old)
    ]


async def test_without_an_overlap_the_new_secret_signs_alone(shop: Shop) -> None:
    await send(shop)
    feed = (await call(shop, "POST", "feed/rotate", what="secret")).json()
    assert feed["previous_secret_until"] is None
    text = await sent(shop)
    assert signatures(text) == [signature(text, feed["secret"])]


async def test_an_overlap_ends_by_itself(shop: Shop) -> None:
    await send(shop)
    feed = (await rotate(shop, 2)).json()
    assert len(signatures(await sent(shop))) == 2
    while (await call(shop, "GET", "feed")).json()["previous_secret_until"]:
        continue
    text = await sent(shop)
    assert signatures(text) == [signature(text, feed["secret"])]


async def test_an_overlap_is_ended_early(shop: Shop) -> None:
    await send(shop)
    new = (await rotate(shop, WEEK)).json()["secret"]
    ended = (await call(shop, "DELETE", "feed/previous-secret")).json()
    assert (ended["secret"], ended["previous_secret_until"]) == (new, None)
    text = await sent(shop)
    assert signatures(text) == [signature(text, new)]


async def test_during_an_overlap_a_rotation_without_one_ends_all_older_secrets(
    shop: Shop,
) -> None:
    await send(shop)
    between = (await rotate(shop, WEEK)).json()["secret"]
    refused = await rotate(shop, 60)
    assert refused.status_code == 409
    assert await secret_of(shop) == between
    new = (await rotate(shop, 0)).json()["secret"]
    text = await sent(shop)
    assert signatures(text) == [signature(text, new)]


@pytest.mark.parametrize(
    "body",
    [
        {"what": "secret", "overlap_seconds": -1},
        {"what": "secret", "overlap_seconds": WEEK + 1},
        {"what": "secret", "overlap_seconds": "long"},
        {"what": "channel", "overlap_seconds": 60},
    ],
)
async def test_a_malformed_overlap_is_refused(shop: Shop, body: dict[str, Any]) -> None:
    before = await secret_of(shop)
    assert (await call(shop, "POST", "feed/rotate", **body)).status_code == 422
    assert await secret_of(shop) == before


async def test_only_the_admin_key_sees_and_ends_an_overlap(shop: Shop) -> None:
    await rotate(shop, WEEK)
    key = shop.wallet["inkey"]
    feed = (await shop.server.payfeed("GET", "feed", key)).json()
    assert "previous_secret_until" not in feed
    ended = await shop.server.payfeed("DELETE", "feed/previous-secret", key)
    assert ended.status_code == 403


async def test_the_page_rotates_with_an_overlap_shows_its_end_and_ends_it(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Keys")
        ok = page.get_by_role("button", name="Rotate", exact=True)
        old = await secret_of(shop)
        await page.get_by_label("Rotate: Signing secret").click()
        await page.get_by_role("radio", name="For 7 days").click()
        await ok.click()
        shown = page.get_by_text("signed with the previous secret too, until")
        await expect(shown).to_be_visible()
        assert await secret_of(shop) != old
        await page.get_by_role("button", name="End now").click()
        await page.locator(".q-dialog").get_by_role("button", name="End now").click()
        await expect(shown).to_have_count(0)
        feed = (await call(shop, "GET", "feed")).json()
        assert feed["previous_secret_until"] is None
        assert complaints == []
