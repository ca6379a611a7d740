"""The feed for programs without asyncio."""

import asyncio
import concurrent.futures
import threading
from collections import deque
from collections.abc import Coroutine, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from .events import (
    Direction,
    Event,
    InvalidEvent,
    Item,
    PaymentEvent,
    SettledStatus,
)
from .feed import Feed
from .feed_options import FeedOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack  # in typing since Python 3.11

MOST_ITEMS = 100  # taken from the event loop at a time
MIN_TIMEOUT_SECONDS = 0.001  # with 0, asyncio would not start to wait

T = TypeVar("T")


class SyncFeed:
    """A blocking Feed with the same options and errors.

    Its event loop runs in a thread.

    with SyncFeed("https://lnbits.example.org", key) as feed:
        for event in feed:
            ...
            feed.ack(event)
    """

    def __init__(self, url: str, key: str, **options: "Unpack[FeedOptions]") -> None:
        self._feed = Feed(url, key, **options)
        self._items: deque[tuple[Item, str | None]] = deque()
        self._since: str | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> "SyncFeed":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        while True:
            item = self.next()
            if item is not None:
                return item

    def next(self, timeout_seconds: float | None = None) -> Item | None:
        """The next item, or None if there is none within `timeout_seconds`.

        Raises StopIteration after `close`.
        """
        if not self._items:
            try:
                self._items.extend(self._call(self._next(timeout_seconds)))
            except StopAsyncIteration:
                raise StopIteration from None
        if not self._items:
            return None
        item, self._since = self._items.popleft()
        return item

    async def _next(
        self, timeout_seconds: float | None
    ) -> list[tuple[Item, str | None]]:
        seconds = timeout_seconds
        if seconds is not None:
            seconds = max(seconds, MIN_TIMEOUT_SECONDS)
        try:
            return await asyncio.wait_for(self._feed.next_items(MOST_ITEMS), seconds)
        except asyncio.TimeoutError:
            return []

    def ack(self, event: Event | InvalidEvent) -> None:
        """Mark this event and all before it as processed; see `Feed.ack`."""
        self._call(self._feed.ack(event))

    def wait_for_payment(
        self,
        payment_hash: str,
        timeout_seconds: float | None = None,
        *,
        direction: Direction = "in",
        status: SettledStatus = "confirmed",
    ) -> PaymentEvent:
        """The event of a payment, once it is there; see `Feed.wait_for_payment`."""
        return self._call(
            self._feed.wait_for_payment(
                payment_hash, timeout_seconds, direction=direction, status=status
            )
        )

    @property
    def since(self) -> str | None:
        """The `since` of the next connection: the last id, once there is one."""
        return self._since if self._items else self._feed.since

    @property
    def invalid(self) -> int:
        """How many malformed frames were received."""
        return self._feed.invalid

    def close(self) -> None:
        """End the iteration, send the last ack, close the socket, unlock the cursor."""
        self._items.clear()
        if self._thread.is_alive():
            self._call(self._feed.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _call(self, coro: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            return asyncio.run(coro)
        future = asyncio.run_coroutine_threadsafe(coro, self._loop)
        try:
            return future.result()
        except (KeyboardInterrupt, concurrent.futures.CancelledError):
            future.cancel()
            raise
