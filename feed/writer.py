"""Appends in batches: one transaction at a time for all feeds of the process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..errors import Locked, Unavailable
from ..models import Draft, Event

BATCH_ENTRIES = 200
LOCK_SECONDS = 1  # how long an append tries a feed that another connection holds
LOCK_PAUSE_SECONDS = 0.02
BACKOFF_SECONDS = 10

Drafts = tuple[str, list[Draft]]  # of a wallet id


@dataclass
class Entry:
    """Drafts to be stored; the result is None if another connection holds the feed."""

    wallet_id: str
    drafts: list[Draft]
    stored: "asyncio.Future[list[Event] | None]"

    def end(self, events: list[Event] | None) -> None:
        if not self.stored.done():
            self.stored.set_result(events)

    def fail(self, exc: Exception) -> None:
        if not self.stored.done():
            self.stored.set_exception(exc)


class Writer:
    """`store` commits entries; see `crud.append`. `on_stored` is called with the new
    events of a wallet right after their commit."""

    def __init__(
        self,
        store: Callable[[list[Drafts]], Awaitable[list[list[Event] | None]]],
        on_stored: Callable[[str, list[Event]], None],
    ) -> None:
        self._commit = store
        self._on_stored = on_stored
        self._waiting: list[Entry] = []
        self._locked: dict[str, float] = {}  # wallet id: when to try it again
        self._task: asyncio.Task[None] | None = None

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        """Store drafts; those that arrive while a transaction runs share the next one.

        Raises Locked if another connection holds the feed for LOCK_SECONDS, or still
        holds it; Unavailable if the database does not answer.
        """
        deadline = time.monotonic() + LOCK_SECONDS
        while (events := await self._queue(wallet_id, drafts)) is None:
            if wallet_id in self._locked or time.monotonic() > deadline:
                self._locked.setdefault(wallet_id, 0)
                raise Locked()
            await asyncio.sleep(LOCK_PAUSE_SECONDS)
        return events

    async def _queue(self, wallet_id: str, drafts: list[Draft]) -> list[Event] | None:
        if self._is_in_backoff(wallet_id):
            return None
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(Entry(wallet_id, drafts, stored))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        events: list[Event] | None = await stored
        return events

    async def _write(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH_ENTRIES]
            del self._waiting[:BATCH_ENTRIES]
            await self._try(batch)

    async def _try(self, batch: list[Entry]) -> None:
        """Store a batch; if one entry is the cause of a failure, store the others."""
        try:
            await self._store(batch)
        except Exception as exc:
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                for entry in (*batch, *self._waiting):
                    entry.fail(Unavailable(exc.message))
                self._waiting.clear()
            elif len(batch) == 1:
                self._fail(batch[0], exc)
            else:
                for entry in batch:
                    if self._is_in_backoff(entry.wallet_id):
                        entry.end(None)
                    else:
                        await self._try([entry])

    async def _store(self, batch: list[Entry]) -> None:
        stored = await self._commit(
            [(entry.wallet_id, entry.drafts) for entry in batch]
        )
        for entry, events in zip(batch, stored, strict=True):
            if events:
                self._on_stored(entry.wallet_id, events)
            if events is not None:
                self._locked.pop(entry.wallet_id, None)
            entry.end(events)

    def _fail(self, entry: Entry, exc: Exception) -> None:
        if isinstance(exc, Locked):
            # the next batches must not wait for it again
            self._locked[entry.wallet_id] = time.monotonic() + BACKOFF_SECONDS
        entry.fail(exc)

    def _is_in_backoff(self, wallet_id: str) -> bool:
        return time.monotonic() < self._locked.get(wallet_id, 0)
