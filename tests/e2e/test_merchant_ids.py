"""The merchant's own identifiers: external id, labels, members of LNbits' extra."""

import importlib.metadata
from typing import Any

import pytest
from frames import check_frame
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from shop import Shop

LNBITS = tuple(
    int(part) for part in importlib.metadata.version("lnbits").split(".")[:3]
)
EXTRA = {"order": "A-17", "table": 4, "preimage": "s3cret", "basket": [1, 2]}


async def sell(shop: Shop, **members: Any) -> None:
    key = {"X-Api-Key": shop.wallet["inkey"]}
    body = {"out": False, "amount": 1000, "memo": "a memo", **members}
    invoice = await shop.server.call("POST", "/api/v1/payments", json=body, headers=key)
    await shop.server.pay(shop.payer, invoice)


async def choose(shop: Shop, *names: str) -> Any:
    body = {"extra_members": names}
    return await shop.server.payfeed(
        "PATCH", "feed", shop.wallet["adminkey"], json=body
    )


async def event(shop: Shop, query: str = "since=start") -> dict[str, Any]:
    """The first event of the shop."""
    path = f"events?{query}&wait=20"
    page = await shop.server.payfeed("GET", path, shop.wallet["inkey"])
    frame: dict[str, Any] = page.json()["events"][0]
    check_frame(frame)
    return frame


@pytest.mark.skipif(LNBITS < (1, 5, 6), reason="LNbits has external ids since 1.5.6")
async def test_a_payment_is_found_by_the_external_id_of_its_invoice(shop: Shop) -> None:
    await sell(shop)
    await sell(shop, external_id="Ünit-\U0001f642" * 36)
    found = await event(shop, f"since=start&external_id={'Ünit-🙂' * 36}")
    assert found["payment"]["external_id"] == "Ünit-🙂" * 36
    assert found["id"].endswith("-2")


@pytest.mark.skipif(LNBITS < (1, 4, 2), reason="LNbits has labels since 1.4.2")
async def test_a_payment_carries_the_labels_of_its_invoice(shop: Shop) -> None:
    await sell(shop, labels=["bar", "till 2"])
    assert (await event(shop))["payment"]["labels"] == ["bar", "till 2"]


async def test_a_payment_has_all_members_whether_or_not_the_merchant_set_them(
    shop: Shop,
) -> None:
    await sell(shop, extra=EXTRA)
    payment = (await event(shop))["payment"]
    members = {name: payment[name] for name in ("external_id", "labels", "extra")}
    assert members == {"external_id": None, "labels": [], "extra": {}}


async def test_a_payment_carries_the_chosen_members_of_extra_that_are_scalars(
    shop: Shop,
) -> None:
    answer = await choose(shop, "table", "order", "basket", "missing", "order")
    assert answer.json()["extra_members"] == ["table", "order", "basket", "missing"]
    await sell(shop, extra=EXTRA)
    payment = (await event(shop))["payment"]
    assert list(payment["extra"].items()) == [("table", 4), ("order", "A-17")]


async def test_members_beyond_one_kib_are_cut_and_named(shop: Shop) -> None:
    await choose(shop, "a", "b")
    await sell(shop, extra={"a": "x" * 900, "b": "y" * 900})
    payment = (await event(shop))["payment"]
    assert payment["extra"] == {"a": "x" * 900}
    assert payment["truncated"] == ["extra"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["preimage"], "'preimage' is refused"),
        (["Webhook_id"], "'Webhook_id' is refused"),
        (["wallet_fiat_rate"], "'wallet_fiat_rate' is refused"),
        (["fiat_payment_request"], "'fiat_payment_request' is refused"),
        (["success_action"], "'success_action' is refused"),
        (["a b"], "'a b' must match"),
        (["x" * 65], "must match"),
        ([f"n{number}" for number in range(11)], "11 names; 10 are allowed"),
    ],
)
async def test_names_that_payments_may_not_carry_are_refused_with_the_reason(
    shop: Shop, names: list[str], reason: str
) -> None:
    answer = await choose(shop, *names)
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


async def test_the_page_sets_the_members_and_finds_payments_by_them(
    browser: Browser, shop: Shop
) -> None:
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Keys")
        field = page.get_by_label("Members of LNbits’ extra")
        await field.fill("order, table")
        async with page.expect_response("**/api/v1/feed"):
            await field.press("Enter")
        await expect(field).to_be_enabled()
        await sell(shop, memo="coffee", extra=EXTRA)
        await sell(shop, memo="tea", extra={"order": "B-18"})
        await page.get_by_role("tab", name="Live").click()
        rows = page.locator("#payfeed-events .q-item")
        await expect(rows).to_have_count(2)
        await page.get_by_label("Search").fill("a-17")
        await expect(rows).to_have_count(1)
        await rows.click()
        await expect(page.locator(".q-dialog pre")).to_contain_text('"order": "A-17"')
        assert complaints == []
