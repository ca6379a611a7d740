"""What other processes on the same PostgreSQL recorded or changed."""

from collections.abc import Callable

from loguru import logger

from .. import crud
from ..background import BackgroundTasks
from ..errors import UnknownWallet
from ..feed.journal import Journal
from ..feed.tail import Tail
from ..host import sockets
from ..models import Event
from .subscribers import Subscribers
from .webhooks.dispatcher import Dispatcher


class Peers:
    """Follows the notifications that `crud` sends.

    `publish` pushes an event to LNbits' own sockets of this process.
    """

    def __init__(
        self,
        journal: Journal,
        subscribers: Subscribers,
        tasks: BackgroundTasks,
        publish: Callable[[Tail, Event], None],
        webhooks: Dispatcher,
    ) -> None:
        self._journal = journal
        self._subscribers = subscribers
        self._tasks = tasks
        self._publish = publish
        self._webhooks = webhooks

    def on_notification(self, payload: str) -> None:
        """Handle one notification; a process also receives its own."""
        origin, *words = payload.split(" ")
        if origin != crud.ORIGIN:
            self._tasks.spawn(self._dispatch(words))

    async def _dispatch(self, words: list[str]) -> None:
        try:
            match words:
                case ["events", wallet_id, epoch, count, head]:
                    await self._catch_up(wallet_id, epoch, int(count), int(head))
                    self._webhooks.wake_wallet(wallet_id)
                case ["feed", wallet_id]:
                    await self._reload(wallet_id)
                    await self._webhooks.reload(wallet_id)
                case ["webhooks", wallet_id]:
                    await self._webhooks.reload(wallet_id)
        except Exception as exc:
            reason = type(exc).__name__
            logger.warning(f"payfeed: notification left to the poll: {reason}")

    async def _catch_up(
        self, wallet_id: str, epoch: str, count: int, head: int
    ) -> None:
        """Take over events for readers and for LNbits' own sockets of this process."""
        if not self._journal.has_tail(wallet_id) and not sockets.has_listeners():
            return
        tail = await self._journal.tail(wallet_id)
        if tail is None:
            raise UnknownWallet("This wallet has no feed.")
        if tail.feed.epoch != epoch:
            await self._reload(wallet_id)
            return
        position = head - count
        while page := (await self._journal.page(tail, position)).events:
            events = [event for event in page if event.offset <= head]
            position = page[-1].offset
            self._journal.follow(tail, events, min(position, head))
            for event in events:
                self._publish(tail, event)
            if position >= head:
                return
        self._journal.advance(tail, head)

    async def _reload(self, wallet_id: str) -> None:
        """A feed or its keys have changed."""
        feed = await crud.get_feed(wallet_id)
        if feed and self._journal.has_tail(wallet_id):
            self._journal.refresh(feed)
            await self._subscribers.recheck(wallet_id)

    async def poll(self) -> None:
        """Take over all feeds; `Enablement.follow` does so every few seconds, too."""
        for feed in await crud.get_feeds():
            await self._journal.take(feed)
