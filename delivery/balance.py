"""One reading of a wallet's balance after a burst of payments."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from loguru import logger

from ..background import BackgroundTasks
from ..host import wallets

BURST_SECONDS = 0.05
RETRY_SECONDS = 5


@dataclass(eq=False)
class Balance:
    """A wallet's balance, shared by its subscriptions.

    `readings` counts all readings, `changes` only those after a payment: a new
    subscription needs a reading, the others only a change.
    """

    msat: int | None = None
    readings: int = 0
    changes: int = 0
    is_requested: bool = False
    has_changed: bool = False


class Balances:
    """The balances of wallets that have subscribers. `wake` wakes these."""

    def __init__(self, tasks: BackgroundTasks, wake: Callable[[str], None]) -> None:
        self._tasks = tasks
        self._wake = wake
        self._balances: WeakValueDictionary[str, Balance] = WeakValueDictionary()

    def of(self, wallet_id: str) -> Balance:
        """The balance object of a wallet; it exists as long as it is referenced."""
        found = self._balances.get(wallet_id)
        if found is None:
            found = self._balances[wallet_id] = Balance()
        return found

    def request(self, wallet_id: str, has_changed: bool = True) -> None:
        """Read the balance soon, once for all requests until then."""
        balance = self._balances.get(wallet_id)
        if balance is None:
            return
        balance.has_changed = balance.has_changed or has_changed
        if not balance.is_requested:
            balance.is_requested = True
            self._tasks.spawn(self._read(wallet_id, balance))

    async def _read(self, wallet_id: str, balance: Balance) -> None:
        await asyncio.sleep(BURST_SECONDS)
        balance.is_requested = False
        has_changed, balance.has_changed = balance.has_changed, False
        try:
            found = await wallets.balance_of(wallet_id)
        except Exception as exc:
            reason = type(exc).__name__
            logger.warning(f"payfeed: a balance was not read, retried: {reason}")
            await asyncio.sleep(RETRY_SECONDS)
            self.request(wallet_id, has_changed)
            return
        if found:
            balance.msat, _ = found
            balance.readings += 1
            balance.changes += has_changed
            self._wake(wallet_id)
