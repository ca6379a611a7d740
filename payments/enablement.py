"""Suspends and opens feeds as users disable and enable the extension."""

from .. import crud
from ..background import BackgroundTasks
from ..errors import Locked, Unavailable
from ..feed.beginnings import Beginnings
from ..feed.feeds import Feeds
from ..feed.journal import Journal
from ..feed.opening import Opening
from ..models import Feed
from .drafts import Reports


class Enablement:
    """`follow` is called every few seconds.

    It does nothing while nothing that it reads has changed, unless it left something
    undone.
    """

    def __init__(
        self,
        journal: Journal,
        feeds: Feeds,
        opening: Opening,
        beginnings: Beginnings,
        reports: Reports,
        tasks: BackgroundTasks,
    ) -> None:
        self._journal = journal
        self._feeds = feeds
        self._opening = opening
        self._beginnings = beginnings
        self._reports = reports
        self._tasks = tasks
        self._is_opening = False
        self._version: object = None

    async def follow(self) -> None:
        """Suspend feeds, and begin to open others: a long history holds up nothing."""
        started = self._journal.now()
        version = await crud.feeds_version()
        if version == self._version:
            self._opening.stay_fresh()
            await self._beginnings.move(started)
            return
        self._version = None
        enabled = frozenset(dict(await crud.get_enabled_wallets()))
        active, are_done = set(), True
        for feed in await crud.get_feeds():
            are_done &= await self._take(feed, feed.wallet_id in enabled)
            if feed.active:
                active.add(feed.wallet_id)
        self._opening.remember(enabled, active & enabled)
        if enabled <= active:
            await self._beginnings.move(started)
            if are_done:
                self._version = version
        elif not self._is_opening:
            self._is_opening = True
            self._tasks.spawn(self._open(enabled - active, started))

    async def _open(self, wallet_ids: frozenset[str], started: int) -> None:
        try:
            await self._beginnings.save()
            await self._opening.open_all(wallet_ids)
            await self._beginnings.move(started)
        finally:
            self._is_opening = False

    async def _take(self, feed: Feed, is_enabled: bool) -> bool:
        """False after a failure, which is logged once and does not stop the others."""
        try:
            await self._journal.take(feed)
            if feed.active and not is_enabled:
                await self._feeds.suspend(feed)
        except Exception as exc:
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                raise
            reason = type(exc).__name__
            self._reports.warn_once(feed.wallet_id, f"left to the next sweep: {reason}")
            return False
        return True
