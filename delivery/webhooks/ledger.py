"""Stores results in batches: one transaction at a time for all endpoints."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from loguru import logger

from ...errors import Unavailable
from ...models_webhooks import Change

BATCH_CHANGES = 500
PAUSE_SECONDS = 0.01  # between two transactions, for those that append to the log
RETRY_SECONDS = 1


class Ledger:
    """`store` commits changes and returns the endpoints that it refused.

    `on_refused` is called with such an endpoint: it is gone, or belongs to another
    process.
    """

    def __init__(
        self,
        store: Callable[[list[Change]], Awaitable[set[str]]],
        on_refused: Callable[[str], None],
    ) -> None:
        self._store = store
        self._on_refused = on_refused
        self._waiting: list[Change] = []
        self._pending: Counter[str] = Counter()  # by endpoint, those under way too
        self._stored = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, change: Change) -> None:
        self._waiting.append(change)
        self._pending[change.webhook_id] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    def pending(self, webhook_id: str) -> int:
        """How many results of an endpoint are not stored yet."""
        return self._pending[webhook_id]

    async def flush(self, webhook_id: str | None = None) -> None:
        """Wait until all results, or those of one endpoint, are stored."""
        while self._pending[webhook_id] if webhook_id else self._pending.total():
            self._stored.clear()
            await self._stored.wait()

    async def _write(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH_CHANGES]
            del self._waiting[:BATCH_CHANGES]
            await self._store_batch(batch)
            for change in batch:
                self._pending[change.webhook_id] -= 1
            self._pending += Counter()  # forgets those at zero
            self._stored.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _store_batch(self, batch: list[Change]) -> None:
        """Tried again while the database does not answer; requests wait for it."""
        while True:
            try:
                for webhook_id in await self._store(batch):
                    self._on_refused(webhook_id)
                return
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as exc:
                reason = type(exc).__name__
                logger.warning(
                    f"payfeed: results of webhooks were not stored: {reason}"
                )
                for webhook_id in {change.webhook_id for change in batch}:
                    self._on_refused(webhook_id)
                return
