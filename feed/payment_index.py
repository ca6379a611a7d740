"""Adds what an older version did not store: the rows that find payments."""

import asyncio

from .. import crud
from .journal import Journal

SLICE_OFFSETS = 500
SLICE_PAUSE_SECONDS = 0.02


class PaymentIndex:
    """`complete` is called every few minutes, as an older version may append: in a
    process that is not upgraded yet, or while an operator has gone back to it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._done: dict[str, tuple[str, int]] | None = None  # as crud.get_indexed

    async def complete(self) -> None:
        """All events that were appended since the last call, by any process."""
        if self._done is None:
            self._done = await crud.get_indexed()
        marks: dict[str, tuple[str, int]] = {}
        for feed in await crud.get_feeds():
            epoch, done = self._done.get(feed.wallet_id, (feed.epoch, 0))
            if epoch != feed.epoch:
                done = 0
            await self._complete_feed(feed.wallet_id, feed.epoch, done, feed.head)
            mark = (feed.epoch, feed.head)
            if self._done.get(feed.wallet_id) != mark:
                marks[feed.wallet_id] = mark
        await crud.save_indexed(marks)
        self._done |= marks
        self._journal.are_payments_indexed = True

    async def _complete_feed(
        self, wallet_id: str, epoch: str, done: int, head: int
    ) -> None:
        while (first := await self._next(wallet_id, epoch, done, head)) is not None:
            done = min(head, first + SLICE_OFFSETS - 1)
            await crud.index_payments(wallet_id, epoch, first - 1, done)
            await asyncio.sleep(SLICE_PAUSE_SECONDS)

    async def _next(
        self, wallet_id: str, epoch: str, done: int, head: int
    ) -> int | None:
        if done >= head:
            return None
        first = await crud.get_offset_after(wallet_id, epoch, done)
        return first if first is not None and first <= head else None
