"""The Python client and events that are too large for a frame, on a real LNbits."""

import asyncio
from typing import Any

import lnbits_payfeed as payfeed
import pytest
import pytest_asyncio
from bad_proxy import bad_proxy
from lnbits_payfeed import Event, Feed, Gap
from lnbits_payfeed.connection import MAX_FRAME_BYTES
from shop import Shop

HANG_GUARD = 60
FAST: dict[str, Any] = {"backoff_base_seconds": 0.01, "backoff_cap_seconds": 0.01}


@pytest_asyncio.fixture
async def shop(shop: Shop) -> Shop:
    """With an open feed."""
    await head(shop)
    return shop


async def send(shop: Shop, padding_bytes: int = 0) -> str:
    """Record a message of a little more than this, past the server's limit; its id."""
    wallet_id = shop.wallet["id"]
    await shop.lab("messages", wallet_id=wallet_id, count=1, padding=padding_bytes)
    return await head(shop)


async def head(shop: Shop) -> str:
    """The id of the newest event; opens the feed if it is new."""
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    return str(feed.json()["head"])


async def access_key(shop: Shop) -> str:
    request = {"name": "test", "scopes": ["read"]}
    admin = shop.wallet["adminkey"]
    made = await shop.server.payfeed("POST", "keys", admin, json=request)
    return str(made.json()["key"])


async def read(feed: Feed, count: int) -> list[str | Gap]:
    """Acknowledge events; ids and gaps in order."""
    found: list[str | Gap] = []
    while len(found) < count:
        item = await asyncio.wait_for(anext(feed), HANG_GUARD)
        if isinstance(item, Gap):
            found.append(item)
        else:
            assert isinstance(item, Event)
            found.append(item.id)
            await feed.ack(item)
    return found


async def test_an_event_that_is_too_large_becomes_a_gap_and_the_feed_continues(
    shop: Shop,
) -> None:
    key, big = await access_key(shop), MAX_FRAME_BYTES
    ids = [await send(shop, size) for size in (0, big, 0, big, big, 0)]
    first, _, second, large, _, third = ids
    expected = [
        first,
        Gap(first, None, "too_large"),
        second,
        Gap(second, None, "too_large"),
        Gap(large, None, "too_large"),
        third,
    ]
    states: list[Any] = []
    options: dict[str, Any] = {"since": "acked", "max_attempts": 1}
    async with Feed(shop.server.base, key, on_change=states.append, **options) as feed:
        assert await read(feed, 6) == expected
    lost = [state for state in states if isinstance(state, payfeed.Disconnected)]
    assert [state.code for state in lost] == [1009] * 3
    fourth = await send(shop)
    async with Feed(shop.server.base, key, **options) as feed:
        assert await read(feed, 1) == [fourth]


async def test_a_filter_leaves_out_events_that_are_too_large(shop: Shop) -> None:
    await send(shop, MAX_FRAME_BYTES)
    paid = await shop.sell(1)
    options: dict[str, Any] = {"since": "start", "types": "payment"}
    async with Feed(shop.server.base, shop.wallet["inkey"], **options) as feed:
        event = await asyncio.wait_for(anext(feed), HANG_GUARD)
    assert isinstance(event, payfeed.PaymentEvent)
    assert event.payment.payment_hash == paid


@pytest.mark.parametrize(("fault", "status"), [("no-events", 404), ("busy-events", 0)])
async def test_the_error_says_that_get_events_fails(
    shop: Shop, fault: str, status: int
) -> None:
    """Temporary errors are tried again up to `max_attempts`, others are raised."""
    first = await send(shop)
    await send(shop, MAX_FRAME_BYTES)
    async with bad_proxy(shop.server.port, fault) as port:
        url, key = f"http://127.0.0.1:{port}", shop.wallet["inkey"]
        async with Feed(url, key, since="start", max_attempts=3, **FAST) as feed:
            assert await read(feed, 1) == [first]
            with pytest.raises(payfeed.PayfeedError) as caught:
                await asyncio.wait_for(anext(feed), HANG_GUARD)
    kind = payfeed.RequestFailed if status else payfeed.GaveUp
    assert isinstance(caught.value, kind)
    assert getattr(caught.value, "status", 0) == status
    assert f"after {first}, and GET events fails" in str(caught.value)
