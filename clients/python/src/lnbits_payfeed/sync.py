"""The same feed for scripts without asyncio."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Iterator
from types import TracebackType
from typing import Any, TypeVar

from .events import Event, InvalidEvent, Item
from .feed import Feed

LEAST_SECONDS = 0.001  # with none at all, asyncio would not even begin

T = TypeVar("T")


class SyncFeed:
    """A blocking Feed with the same options; its event loop has a thread of its own.

    with SyncFeed("https://lnbits.example.org", key) as feed:
        for event in feed:
            ...
            feed.ack(event)
    """

    def __init__(self, url: str, key: str, **options: Any) -> None:
        self._feed = Feed(url, key, **options)
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
        """The next item, or None when the time is over."""
        try:
            return self._call(self._next(timeout_seconds))
        except StopAsyncIteration:
            raise StopIteration from None

    async def _next(self, timeout_seconds: float | None) -> Item | None:
        seconds = timeout_seconds
        if seconds is not None:
            seconds = max(seconds, LEAST_SECONDS)
        try:
            return await asyncio.wait_for(self._feed.__anext__(), seconds)
        except asyncio.TimeoutError:
            return None

    def ack(self, event: Event | InvalidEvent) -> None:
        """This event and all before it are processed."""
        self._call(self._feed.ack(event))

    @property
    def position(self) -> str | None:
        return self._feed.position

    @property
    def invalid(self) -> int:
        return self._feed.invalid

    def close(self) -> None:
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
