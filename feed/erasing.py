"""Erases events for good, as their owner asks.

The keys of recorded payments stay, so that nothing records the payments again.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone

from .. import crud
from ..errors import Malformed
from ..models import Feed
from .journal import Journal
from .protocol import parse_id
from .tail import Tail

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
EVERYTHING = "all"
SLICE_PAUSE_SECONDS = 0.02


class Erasing:
    """`on_erase` is called with a wallet whose webhooks have to be read again."""

    def __init__(
        self, journal: Journal, on_erase: Callable[[str], Awaitable[None]]
    ) -> None:
        self._journal = journal
        self._on_erase = on_erase
        self._done: dict[str, str] = {}  # `Feed.erased` by wallet

    async def count(self, wallet_id: str, before: str) -> int:
        """How many events `erase` would delete. Raises Malformed."""
        return await crud.count_until(
            wallet_id, (await self._end(wallet_id, before))[1]
        )

    async def erase(self, wallet_id: str, before: str) -> int:
        """Delete the events before an id or a day; returns how many.

        `before`: an event id, `YYYY-MM-DD` (UTC, by the time of recording), or `all`.
        Raises Malformed. A crash in between leaves the rest to `complete`.
        """
        tail, last = await self._end(wallet_id, before)
        if not last:
            return 0
        epoch = tail.feed.epoch
        erased = parse_id(tail.feed.erased) if tail.feed.erased else None
        if erased and erased[0] == epoch:
            last = max(last, erased[1])
        await crud.begin_erasing(wallet_id, epoch, last)
        feed = await crud.get_feed(wallet_id)
        if feed:
            self._journal.refresh(feed)
        # workers end before their results are deleted
        await self._on_erase(wallet_id)
        gone = await self._delete(wallet_id, epoch, last)
        await self._on_erase(wallet_id)
        return gone

    async def complete(self) -> int:
        """Delete what is left of erased events; returns how many."""
        gone = 0
        for feed in await crud.get_feeds():
            if feed.erased and self._done.get(feed.wallet_id) != feed.erased:
                gone += await self._complete(feed, feed.erased)
        return gone

    async def _complete(self, feed: Feed, erased: str) -> int:
        epoch, last = parse_id(erased)
        gone = 0
        if epoch == feed.epoch:
            gone = await self._delete(feed.wallet_id, epoch, last)
        self._done[feed.wallet_id] = erased
        return gone

    async def _delete(self, wallet_id: str, epoch: str, last: int) -> int:
        """In slices with pauses, in which others append."""
        gone, bound = 0, crud.Bound(crud.ALL, last)
        while deleted := await crud.expire_slice(
            wallet_id, epoch, bound, keeps_newest=False
        ):
            gone += deleted
            await asyncio.sleep(SLICE_PAUSE_SECONDS)
        await crud.erase_deliveries(wallet_id, epoch, last)
        return gone

    async def _end(self, wallet_id: str, before: str) -> tuple[Tail, int]:
        """The last offset that is to be erased."""
        tail = await self._journal.current_tail(wallet_id, before)
        if before == EVERYTHING:
            return tail, tail.head
        if DAY.match(before):
            first = await crud.first_offset_at(wallet_id, _midnight(before))
            return tail, tail.head if first is None else first - 1
        epoch, offset = parse_id(before)
        if epoch != tail.feed.epoch or offset > tail.head + 1:
            raise Malformed(f"The feed has no event {before}.")
        return tail, max(0, offset - 1)


def _midnight(day: str) -> int:
    try:
        moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError as exc:
        raise Malformed(f"There is no day {day}.") from exc
    return int(moment.timestamp())
