"""Erasing: gone for good, with what belongs to it, and nothing brings it back."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from reader import reading
from receiver import Receiver
from shop import Shop

HANG_GUARD = 30


async def erase(shop: Shop, before: Any, key: str = "", **more: Any) -> httpx.Response:
    body = {"before": before, **more}
    admin = key or shop.wallet["adminkey"]
    return await shop.server.payfeed("DELETE", "events", admin, json=body)


async def sell(shop: Shop, *amounts: int) -> list[str]:
    """The ids of all kept events, once the last one of these is recorded."""
    for amount in amounts:
        await shop.sell(amount)
    deadline, found = time.monotonic() + HANG_GUARD, await kept(shop)
    while not found or found[-1]["payment"]["amount"] != amounts[-1]:
        assert time.monotonic() < deadline
        found = await kept(shop)
    return [frame["id"] for frame in found]


async def kept(shop: Shop, query: str = "since=start") -> list[dict[str, Any]]:
    key = shop.wallet["inkey"]
    answer = await shop.server.payfeed("GET", f"events?{query}", key)
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


async def amounts(shop: Shop) -> list[int]:
    return [frame["payment"]["amount"] for frame in await kept(shop)]


async def test_events_before_an_id_are_erased_and_no_others(shop: Shop) -> None:
    ids = await sell(shop, 1, 2, 3)
    answer = await erase(shop, ids[2])
    assert answer.json() == {"events": 2, "dry_run": False}
    assert await amounts(shop) == [3]


async def test_a_dry_run_only_counts(shop: Shop) -> None:
    ids = await sell(shop, 1, 2)
    answer = await erase(shop, ids[1], dry_run=True)
    assert answer.json() == {"events": 1, "dry_run": True}
    assert await amounts(shop) == [1, 2]


async def test_events_before_a_day_are_erased(shop: Shop) -> None:
    await sell(shop, 1)
    today, tomorrow = (
        time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))
        for days in (0, 1)
    )
    assert (await erase(shop, "2009-01-03")).json()["events"] == 0
    first = (await kept(shop))[0]
    shift = f"UPDATE payfeed.events SET created_at = created_at - {86400}"
    await shop.lab(
        "log-sql", statement=f"{shift} WHERE wallet_id = '{shop.wallet['id']}'"
    )
    await sell(shop, 2)
    assert (await erase(shop, today)).json()["events"] == 1
    assert await amounts(shop) == [2]
    assert (await erase(shop, tomorrow)).json()["events"] == 1
    assert first["id"].endswith("-1")


async def test_nothing_that_was_erased_comes_back_and_ids_go_on(shop: Shop) -> None:
    ids = await sell(shop, 1, 2)
    assert (await erase(shop, "all")).json()["events"] == 2
    await shop.server.swept()
    await shop.server.swept()
    assert await kept(shop) == []
    (new,) = await sell(shop, 3)
    assert new == ids[0].replace("-1", "-3")


async def test_the_audit_records_no_erased_payment_after_a_restart(
    own_server_shop: Shop,
) -> None:
    shop = own_server_shop
    await sell(shop, 1, 2)
    await erase(shop, "all")
    await shop.server.terminate()
    await shop.server.start()
    await sell(shop, 3)
    await shop.server.swept()
    assert await amounts(shop) == [3]


async def test_a_live_reader_goes_on_and_a_reader_behind_gets_a_gap(shop: Shop) -> None:
    ids = await sell(shop, 1, 2, 3)
    key = shop.wallet["inkey"]
    address = f"{shop.server.ws}/payfeed/api/v1/ws/{key}"
    async with reading(address) as live:
        await live.next()
        await erase(shop, ids[2])
        async with reading(f"{address}?since={ids[0]}") as behind:
            assert (await behind.next())["recovered"] is False
            gap = await behind.next()
            assert (gap["reason"], gap["oldest"]) == ("expired", ids[2])
            assert (await behind.events(1))[0]["id"] == ids[2]
        await shop.sell(4)
        assert (await live.until("payment"))["payment"]["amount"] == 4


async def test_a_reader_of_an_erased_feed_gets_a_gap_without_an_oldest_event(
    shop: Shop,
) -> None:
    ids = await sell(shop, 1, 2)
    await erase(shop, "all")
    key = shop.wallet["inkey"]
    path = f"{shop.server.ws}/payfeed/api/v1/ws/{key}?since={ids[0]}"
    async with reading(path) as behind:
        hello, gap = await behind.next(), await behind.next()
        assert (hello["recovered"], hello["cursor"]) == (False, ids[1])
        assert (gap["reason"], gap["oldest"]) == ("expired", None)
    path = f"{shop.server.ws}/payfeed/api/v1/ws/{key}?since={ids[1]}"
    async with reading(path) as ahead:
        assert (await ahead.next())["recovered"] is True


async def test_the_payment_index_follows(shop: Shop) -> None:
    (found,) = [await shop.sell(1)]
    assert await kept(shop, f"payment_hash={found}&wait=20")
    await erase(shop, "all")
    assert await kept(shop, f"payment_hash={found}") == []
    statement = f"DELETE FROM payfeed.payments WHERE wallet_id = '{shop.wallet['id']}'"
    assert await shop.lab("log-sql", statement=statement) == 0


async def test_the_deliveries_of_webhooks_follow_and_the_endpoint_goes_on(
    shop: Shop,
) -> None:
    admin = shop.wallet["adminkey"]
    async with Receiver() as receiver:
        body = {"url": receiver.url()}
        made = await shop.server.payfeed("POST", "webhooks", admin, json=body)
        path = f"webhooks/{made.json()['id']}/deliveries"
        await sell(shop, 1, 2)

        async def deliveries() -> list[Any]:
            answer = await shop.server.payfeed("GET", path, admin)
            found: list[Any] = answer.json()["deliveries"]
            return found

        deadline = time.monotonic() + HANG_GUARD
        while len(await deliveries()) < 2:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        await erase(shop, "all")
        assert await deliveries() == []
        (new,) = await sell(shop, 3)
        while not (found := await deliveries()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert [delivery["event"] for delivery in found] == [new]


async def test_the_page_shows_what_is_kept_and_erases_it_after_saying_how_many(
    browser: Browser, shop: Shop
) -> None:
    await sell(shop, 1, 2)
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop, "Keys")
        section = page.locator("#payfeed-kept-events")
        await expect(section).to_contain_text("Events since")
        await expect(section).to_contain_text(": 2, 0 MiB.")
        await expect(section).to_contain_text("400 days, at most 100,000 and 256 MiB")
        await section.get_by_label("Erase what was recorded before").fill("2009-01-03")
        await section.get_by_role("button", name="Erase", exact=True).click()
        await expect(page.get_by_text("No events were recorded before")).to_be_visible()
        await section.get_by_role("button", name="Erase all events").click()
        dialog = page.locator(".q-dialog")
        await expect(dialog).to_contain_text("Number of events: 2.")
        await dialog.get_by_role("button", name="Cancel").click()
        assert await amounts(shop) == [1, 2]
        await section.get_by_role("button", name="Erase all events").click()
        await dialog.get_by_role("button", name="Erase", exact=True).click()
        await expect(page.get_by_text("Erased events: 2.")).to_be_visible()
        await expect(section).to_contain_text("No events yet.")
        await page.get_by_role("tab", name="Live").click()
        await expect(page.get_by_text("No payments yet")).to_be_visible()
        assert complaints == []


@pytest.mark.parametrize(
    "before", ["", "everything", "2026-13-01", "another-1", None, 5, ["all"]]
)
async def test_what_names_no_events_erases_none(shop: Shop, before: Any) -> None:
    await sell(shop, 1)
    answer = await erase(shop, before)
    assert answer.status_code == 422
    assert await amounts(shop) == [1]


async def test_only_the_admin_key_erases(shop: Shop) -> None:
    await sell(shop, 1)
    answer = await erase(shop, "all", shop.wallet["inkey"])
    assert answer.status_code == 403
    assert await amounts(shop) == [1]
