"""Load and save the cursor of a feed without blocking the event loop."""

import asyncio
import inspect
import time

from .cursor import AsyncCursor, Cursor, FileCursor

PAUSE_SECONDS = 0.05


class CursorStore:
    """A cursor of any kind.

    A FileCursor is saved in a thread. Without `every_event`, it is saved at most every
    PAUSE_SECONDS, and at the end: `save` returns before. Other cursors are saved before
    `save` returns; what an AsyncCursor returns is awaited.
    """

    def __init__(self, cursor: Cursor | AsyncCursor | None) -> None:
        self._cursor = cursor
        self._is_loaded = False
        self._due: str | None = None
        self._saving: asyncio.Task[None] | None = None
        self._next_at = 0.0
        self._is_closed = False
        self._in_order = asyncio.Lock()

    @property
    def is_async(self) -> bool:
        """Whether `load` must be awaited."""
        return inspect.iscoroutinefunction(getattr(self._cursor, "load", None))

    def load(self) -> str | None:
        """The stored id of a cursor that is not asynchronous."""
        loaded = self._cursor.load() if self._cursor and not self.is_async else None
        return loaded if isinstance(loaded, str) else None

    async def load_async(self) -> str | None:
        """The stored id of an asynchronous cursor, the first time; else None."""
        if self._is_loaded or not self.is_async or self._cursor is None:
            return None
        loaded = self._cursor.load()
        found = await loaded if inspect.isawaitable(loaded) else loaded
        self._is_loaded = True
        return found

    async def save(self, event_id: str) -> None:
        """Raises what the cursor's `save` raises, of a FileCursor later."""
        if isinstance(self._cursor, FileCursor):
            if self._is_closed or self._cursor.every_event:
                async with self._in_order:
                    await asyncio.to_thread(self._cursor.save, event_id)
            else:
                self._save_soon(event_id)
        elif self._cursor is not None:
            saved = self._cursor.save(event_id)
            if inspect.isawaitable(saved):
                await saved

    def _save_soon(self, event_id: str) -> None:
        if self._saving and self._saving.done():
            saving, self._saving = self._saving, None
            saving.result()
        self._due = event_id
        if self._saving is None:
            self._saving = asyncio.create_task(self._save_due())

    async def _save_due(self) -> None:
        assert isinstance(self._cursor, FileCursor)  # noqa: S101 – for the type checker
        while self._due is not None:
            await asyncio.sleep(self._next_at - time.monotonic())
            event_id, self._due = self._due, None
            await asyncio.to_thread(self._cursor.save, event_id)
            self._next_at = time.monotonic() + PAUSE_SECONDS

    async def close(self) -> None:
        """Save what is due now, and unlock the file. Raises what `save` raises."""
        self._is_closed, self._next_at = True, 0
        try:
            if self._saving:
                await self._saving
        finally:
            if isinstance(self._cursor, FileCursor):
                self._cursor.close()
