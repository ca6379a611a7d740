"""Keeps the log within its bounds: age, count and bytes.

Ages come from the wall clock, which may be wrong: a computer without a clock of its own
starts with an old time and corrects it once it has a network.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from loguru import logger

from .. import crud
from ..errors import Locked
from ..host.settings import Settings
from .journal import Journal
from .protocol import MAX_PAYMENT_BODY_BYTES, bounded_body

DAY_SECONDS = 86400
JUMP_SECONDS = DAY_SECONDS
IDEMPOTENCY_SECONDS = DAY_SECONDS
EXPIRED_KEY_SECONDS = 3600  # an expired key is listed, and refused as one
UNSENT_SECONDS = 7 * DAY_SECONDS  # payments that webhooks have yet to send stay
SLICE_OFFSETS = 2000
SLICE_PAUSE_SECONDS = 0.05
SLICE_FEEDS = 500
EXPIRY_PAUSE_SECONDS = 0.02


class Retention:
    """Deletes what is too old or too much; `expire` is called every few minutes.

    The wall clock is compared with the monotonic clock, and after a start with the last
    run of the process before. After a jump of more than a day nothing is deleted by
    age for a day, and the time that was skipped ages no event: they are as old as the
    clock before the jump would say. Count and bytes depend on no clock.

    `kept` has what each feed kept when it was last counted, without empty ones, before
    that run deleted anything by count or bytes. `measured_at`: the end of the last run,
    in Unix seconds; None before the first one.
    """

    def __init__(
        self,
        journal: Journal,
        settings: Settings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = journal.now
        self._monotonic = monotonic
        self.days = settings.retention_days
        self.events = settings.retention_events
        self.bytes = settings.retention_bytes
        self.message_bytes = settings.message_store_bytes
        self._last = (self._now(), monotonic())
        self._has_run = False
        self.kept: dict[str, crud.Kept] = {}
        self.measured_at: int | None = None
        # (epoch, head, oldest offset) of a feed when nothing was to be deleted from it
        self._checked: dict[str, tuple[str, int, int]] = {}

    def describe(self) -> dict[str, int]:
        """The bounds of every feed, for `GET feed`."""
        return {"days": self.days, "events": self.events, "bytes": self.bytes}

    async def expire(self) -> int:
        """Returns how many events were deleted."""
        now = self._now()
        await crud.expire_idempotency_keys(now - IDEMPOTENCY_SECONDS)
        before = await self._recorded_before(now)
        if before:
            await crud.expire_keys(now - EXPIRED_KEY_SECONDS)
        return await self.expire_feeds(before, now + JUMP_SECONDS)

    async def expire_feeds(self, before: int, future: int) -> int:
        """Never the newest event; messages and tests go before payments.

        `before`: events that were recorded earlier are old enough. `future`: later ones
        have the time of a clock that was ahead. Payments that an enabled webhook has
        yet to be sent stay for seven days, up to twice the limits of count and bytes.
        """
        unsent = await crud.get_unsent()
        gone, after = 0, ""
        while feeds := await crud.get_oldest_events(after, SLICE_FEEDS):
            for feed in feeds:
                with contextlib.suppress(Locked):  # until the next run
                    first = unsent.get(feed.wallet_id, feed.head + 1)
                    gone += await self._expire_feed(feed, before, future, first)
            after = feeds[-1].wallet_id
            await asyncio.sleep(0)
        self.measured_at = self._now()
        return gone

    async def _expire_feed(
        self, feed: crud.Oldest, before: int, future: int, unsent: int
    ) -> int:
        """A feed that did not change needs only a look at its oldest event.

        `unsent`: the first offset that a webhook has yet to be sent.
        """
        if feed.offset is None or feed.created_at is None:
            self.kept.pop(feed.wallet_id, None)
            return 0
        gone, spared = 0, None
        if unsent <= feed.head:
            spared = await self._spared_from(feed, before, future, unsent)
        if not before <= feed.created_at <= future:
            old = await crud.age_bound(feed.wallet_id, before, future)
            gone += await _expire_up_to(feed, old.sparing(spared) if old else [])
        place = (feed.epoch, feed.head, feed.offset)
        if self._checked.get(feed.wallet_id) == place:
            return gone
        gone += await _expire_up_to(feed, await self._surplus(feed, spared))
        if spared is None and not gone:
            self._checked[feed.wallet_id] = place
        return gone

    async def _surplus(self, feed: crud.Oldest, spared: int | None) -> list[crud.Bound]:
        """What is beyond the limits of count and bytes."""
        kept = self.kept[feed.wallet_id] = await crud.count_kept(feed)
        bounds = []
        for factor in (1, 2) if spared is not None else (1,):
            events, size = factor * self.events, factor * self.bytes
            found = []
            if kept.events > events:
                found += await crud.count_bounds(feed, kept, events)
            if kept.bytes > size:
                found += await crud.bytes_bounds(feed.wallet_id, kept, size)
            if factor == 1:
                found = [part for bound in found for part in bound.sparing(spared)]
            bounds += found
        if kept.message_bytes > self.message_bytes:
            bounds.append(
                await crud.bytes_bound(
                    feed.wallet_id, crud.MESSAGES, self.message_bytes
                )
            )
        return bounds

    async def _spared_from(
        self, feed: crud.Oldest, before: int, future: int, unsent: int
    ) -> int:
        """Payments from this offset on are not deleted by age, nor by count."""
        if not before:  # nothing is deleted by age
            return unsent
        week_ago = before + self.days * DAY_SECONDS - UNSENT_SECONDS
        old = await crud.age_bound(feed.wallet_id, week_ago, future)
        return max(unsent, old.offset + 1) if old else unsent

    async def _recorded_before(self, now: int) -> int:
        """Events recorded before this moment are old enough; 0: none is."""
        await self._look_for_jumps(now)
        before = now - self.days * DAY_SECONDS
        jumped_at = await crud.get_state("clock_jumped_at")
        if jumped_at is None or jumped_at <= before:
            return before
        if now < jumped_at + DAY_SECONDS:
            return 0
        return before - (await crud.get_state("clock_skipped_seconds") or 0)

    async def _look_for_jumps(self, now: int) -> None:
        then, ticks_then = self._last
        ticks = self._monotonic()
        jumps = [now - then - round(ticks - ticks_then)]
        if not self._has_run:
            last_run = await crud.get_state("retention_ran_at")
            if last_run is None:
                last_run = await crud.get_newest_time()
            if last_run is not None:
                jumps.append(then - last_run)
        jumps = [jump for jump in jumps if abs(jump) > JUMP_SECONDS]
        if jumps:
            await self._remember_jump(now, max(jumps))
        await crud.set_state("retention_ran_at", now)
        self._last, self._has_run = (now, ticks), True

    async def _remember_jump(self, now: int, jump: int) -> None:
        """The largest counts: another process may have remembered the same one."""
        skipped = max(jump, 0)
        jumped_at = await crud.get_state("clock_jumped_at")
        if jumped_at is not None and jumped_at > now - self.days * DAY_SECONDS:
            skipped = max(skipped, await crud.get_state("clock_skipped_seconds") or 0)
        await crud.set_state("clock_skipped_seconds", skipped)
        await crud.set_state("clock_jumped_at", now)
        logger.warning(
            f"payfeed: the clock moved by {jump / DAY_SECONDS:+.1f} days at once, or"
            " LNbits was off so long; nothing is deleted by age for a day"
        )

    async def bound_bodies(self) -> None:
        """Cut the payments that version 0.1.0 stored without a bound; done once."""
        if await crud.get_state("bodies_are_bounded"):
            return
        for feed in await crud.get_feeds():
            oldest = await crud.get_oldest(feed.wallet_id)
            for after in range((oldest or 1) - 1, feed.head, SLICE_OFFSETS):
                offsets = await crud.get_large_payments(
                    feed.wallet_id, after, after + SLICE_OFFSETS, MAX_PAYMENT_BODY_BYTES
                )
                for offset in offsets:
                    await self._bound_body(feed.wallet_id, feed.epoch, offset)
                await asyncio.sleep(SLICE_PAUSE_SECONDS)
        await crud.set_state("bodies_are_bounded", 1)

    async def _bound_body(self, wallet_id: str, epoch: str, offset: int) -> None:
        for event in await crud.get_events(wallet_id, epoch, offset - 1, 1):
            if event.offset == offset:
                event.body, event.tag = bounded_body(event.body)
                await crud.replace_body(event)


async def _expire_up_to(feed: crud.Oldest, bounds: list[crud.Bound]) -> int:
    """In slices with pauses, in which others append; returns how many events."""
    gone = 0
    for bound in bounds:
        while deleted := await crud.expire_slice(feed.wallet_id, feed.epoch, bound):
            gone += deleted
            await asyncio.sleep(EXPIRY_PAUSE_SECONDS)
    return gone
