"""Adds what an older version did not store: the rows that find payments."""

import asyncio

from .. import crud
from .journal import Journal

SLICE_OFFSETS = 500
SLICE_PAUSE_SECONDS = 0.02
STATE = "payments_are_indexed"


class PaymentIndex:
    """`complete` is called every few minutes, as a process of an older version may
    still append."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._done: dict[str, tuple[str, int]] = {}  # epoch and offset, by wallet

    async def complete(self) -> None:
        """All events of all feeds once, later what was appended since the last call."""
        is_first = not self._journal.are_payments_indexed
        is_known = is_first and await crud.get_state(STATE)
        for feed in await crud.get_feeds():
            epoch, done = self._done.get(feed.wallet_id, (feed.epoch, 0))
            if is_known:
                done = feed.head
            elif epoch != feed.epoch:
                done = 0
            await self._complete_feed(feed.wallet_id, feed.epoch, done, feed.head)
            self._done[feed.wallet_id] = (feed.epoch, feed.head)
        if is_first:
            await crud.set_state(STATE, 1)
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
