"""When balances are read."""

import asyncio
from collections.abc import Collection

import pytest
from payfeed import crud
from payfeed.background import BackgroundTasks
from payfeed.delivery import balance
from payfeed.delivery.balance import Balances
from payfeed.errors import Unavailable

HANG_GUARD = 10


class Wallets:
    """LNbits' balances, 1,000 msat each. `reads`: which wallets were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads: list[set[str]] = []
        self.failures = 0
        self.woken: asyncio.Queue[str] = asyncio.Queue()
        self.balances = Balances(BackgroundTasks(), self.woken.put_nowait)
        monkeypatch.setattr(crud, "get_balances", self._get_balances)
        monkeypatch.setattr(balance, "RETRY_SECONDS", 0)

    async def _get_balances(self, ids: Collection[str]) -> dict[str, tuple[int, str]]:
        self.reads.append(set(ids))
        if self.failures:
            self.failures -= 1
            raise Unavailable()
        return {wallet_id: (1000, "inkey") for wallet_id in ids}

    async def until_woken(self, count: int) -> set[str]:
        waits = (asyncio.wait_for(self.woken.get(), HANG_GUARD) for _ in range(count))
        return set(await asyncio.gather(*waits))


@pytest.fixture
def wallets(monkeypatch: pytest.MonkeyPatch) -> Wallets:
    return Wallets(monkeypatch)


async def test_readers_that_connect_together_cost_one_query_for_all_their_wallets(
    wallets: Wallets,
) -> None:
    names = {f"w{number}" for number in range(100)}
    kept = [wallets.balances.of(name) for name in names]
    for name in names:
        wallets.balances.request(name, has_changed=False)
    assert await wallets.until_woken(100) == names
    assert wallets.reads == [names]
    assert {(balance.msat, balance.readings, balance.changes) for balance in kept} == {
        (1000, 1, 0)
    }


async def test_a_wallet_without_a_reader_of_its_balance_is_not_asked_for(
    wallets: Wallets,
) -> None:
    kept = wallets.balances.of("w")
    wallets.balances.request("another")
    wallets.balances.request("w")
    assert await wallets.until_woken(1) == {"w"}
    assert (wallets.reads, kept.changes) == ([{"w"}], 1)


async def test_a_change_survives_a_reading_that_fails(wallets: Wallets) -> None:
    wallets.failures = 1
    kept = wallets.balances.of("w")
    wallets.balances.request("w")
    assert await wallets.until_woken(1) == {"w"}
    assert (len(wallets.reads), kept.readings, kept.changes) == (2, 1, 1)
