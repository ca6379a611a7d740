"""The clock jumps, or time passes while nobody records: every payment is found.

Some are settled in silence: LNbits changes the row and notifies no listener.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from clock import Clock
from publisher import manage
from reader import Reader, reading
from shop import Shop, opened

DAY, HALF_AN_HOUR = 86_400, 1800


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest_asyncio.fixture
async def shop(clock: Clock, database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(**clock.settings, **database) as ready:
        yield ready


def feed(shop: Shop, wallet: dict[str, str], since: str = "") -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{wallet['inkey']}{since}"


async def expect_hashes(reader: Reader, expected: set[str]) -> None:
    found: set[str] = set()
    while found != expected:
        event = await reader.until("payment")
        assert event["payment"]["payment_hash"] not in found
        found.add(event["payment"]["payment_hash"])


async def sell_in_silence(shop: Shop) -> str:
    invoice = await shop.server.invoice(shop.wallet, 3, "in silence")
    payment_hash = str(invoice["payment_hash"])
    await shop.lab("settle-silently", payment_hash=payment_hash)
    return payment_hash


@pytest.mark.parametrize("jumps", [[-DAY, 0], [DAY, 0]])
async def test_every_payment_is_found_when_the_clock_jumps_by_a_day(
    shop: Shop, clock: Clock, jumps: list[int]
) -> None:
    async with (
        reading(feed(shop, shop.wallet)) as received,
        reading(feed(shop, shop.payer)) as sent,
    ):
        await received.until("hello")
        await sent.until("hello")
        for jump in jumps:
            await clock.move(shop.server, jump)
            sold = await shop.sell(5)
            silent = await sell_in_silence(shop)
            await expect_hashes(received, {sold, silent})
            await expect_hashes(sent, {sold})


@pytest.mark.parametrize("away", ["LNbits", "Payfeed"])
async def test_what_is_settled_before_and_during_half_an_hour_away_is_found(
    shop: Shop, clock: Clock, away: str
) -> None:
    expected = {await shop.sell(5)}
    async with reading(feed(shop, shop.wallet, "?since=start")) as received:
        await expect_hashes(received, expected)
    own = {await sell_in_silence(shop)}
    sent: set[str] = set()
    if away == "LNbits":
        shop.server.kill()
        clock.set(HALF_AN_HOUR)
        await shop.server.start()
    else:
        await manage(shop.server, "PUT", "/deactivate")
        sent = {await shop.sell(6)}
        own |= {await sell_in_silence(shop), *sent}
        await clock.move(shop.server, HALF_AN_HOUR)
        await manage(shop.server, "PUT", "/activate")
    async with reading(feed(shop, shop.wallet, "?since=start")) as received:
        await expect_hashes(received, expected | own)
    async with reading(feed(shop, shop.payer, "?since=start")) as paying:
        while sent:
            event = await paying.until("payment")
            sent.discard(event["payment"]["payment_hash"])
