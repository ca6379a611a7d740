"""One reading of the balances after a burst of payments and connections."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from loguru import logger

from .. import crud
from ..background import BackgroundTasks

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


class Balances:
    """The balances of wallets that have subscribers. `wake` wakes these."""

    def __init__(self, tasks: BackgroundTasks, wake: Callable[[str], None]) -> None:
        self._tasks = tasks
        self._wake = wake
        self._balances: WeakValueDictionary[str, Balance] = WeakValueDictionary()
        self._requested: dict[str, bool] = {}  # wallet id: has it changed?
        self._is_reading = False

    def of(self, wallet_id: str) -> Balance:
        """The balance object of a wallet; it exists as long as it is referenced."""
        found = self._balances.get(wallet_id)
        if found is None:
            found = self._balances[wallet_id] = Balance()
        return found

    def request(self, wallet_id: str, has_changed: bool = True) -> None:
        """Read the balance soon, once for all requests until then."""
        if wallet_id not in self._balances:
            return
        known = self._requested.get(wallet_id, False)
        self._requested[wallet_id] = known or has_changed
        if not self._is_reading:
            self._is_reading = True
            self._tasks.spawn(self._read_requested())

    async def _read_requested(self) -> None:
        try:
            while self._requested:
                await asyncio.sleep(BURST_SECONDS)
                requested, self._requested = self._requested, {}
                try:
                    await self._read(requested)
                except Exception as exc:
                    reason = type(exc).__name__
                    logger.warning(
                        f"payfeed: a balance was not read, retried: {reason}"
                    )
                    await asyncio.sleep(RETRY_SECONDS)
                    for wallet_id, has_changed in requested.items():
                        self.request(wallet_id, has_changed)
        finally:
            self._is_reading = False

    async def _read(self, requested: dict[str, bool]) -> None:
        """One query: on SQLite, a single balance costs as much as those of all."""
        found = await crud.get_balances(requested)
        for wallet_id, (msat, _) in found.items():
            balance = self._balances.get(wallet_id)
            if balance:
                balance.msat = msat
                balance.readings += 1
                balance.changes += requested[wallet_id]
                self._wake(wallet_id)
