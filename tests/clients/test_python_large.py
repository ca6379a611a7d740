"""The Python client and events that are too large for a frame, on a real LNbits."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import lnbits_payfeed as payfeed
import pytest
import pytest_asyncio
from bad_proxy import bad_proxy
from lnbits_payfeed import Event, Feed, Gap
from lnbits_payfeed.connection import MAX_FRAME_BYTES
from shop import Shop, opened

HANG_GUARD = 60
FAST: dict[str, Any] = {"backoff_base_seconds": 0.01, "backoff_cap_seconds": 0.01}
numbers = itertools.count()


@pytest_asyncio.fixture(scope="module")
async def server() -> AsyncIterator[Shop]:
    limits = {"PAYFEED_MESSAGE_BYTES": str(2 * MAX_FRAME_BYTES)}
    async with opened(**limits) as ready:
        yield ready


@pytest_asyncio.fixture
async def shop(server: Shop) -> Shop:
    """A wallet of its own for every test."""
    name = f"shop {next(numbers)}"
    server.wallet = await server.server.new_wallet(server.server.admin, name)
    return server


async def send(shop: Shop, text: str) -> str:
    """Send a message; its id."""
    headers = {"Content-Type": "text/plain"}
    made = await shop.server.payfeed(
        "POST", "notify", shop.wallet["inkey"], content=text, headers=headers
    )
    return str(made.json()["id"])


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
    key, big = await access_key(shop), "x" * MAX_FRAME_BYTES
    ids = [await send(shop, text) for text in ("a", big, "b", big, big, "c")]
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
    fourth = await send(shop, "d")
    async with Feed(shop.server.base, key, **options) as feed:
        assert await read(feed, 1) == [fourth]


async def test_a_filter_leaves_out_events_that_are_too_large(shop: Shop) -> None:
    await send(shop, "x" * MAX_FRAME_BYTES)
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
    first = await send(shop, "a")
    await send(shop, "x" * MAX_FRAME_BYTES)
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
