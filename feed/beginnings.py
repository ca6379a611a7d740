"""Where a feed begins: the last moment at which its wallet was known to have none."""

import time
from collections.abc import Callable

from .. import crud

SAVE_SECONDS = 60
NAME = "last_sweep"


class Beginnings:
    """The start of the last look at all enabled wallets after which all had feeds.

    It is stored once a minute at most and only if LNbits' payments have changed, so a
    server without payments writes nothing. An older stored value makes a feed begin
    earlier, never later.
    """

    def __init__(
        self, now: Callable[[], int], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._started_at = now()
        self._before: int | None = None
        self.followed_at: int | None = None
        self._saved_at = monotonic()
        self.has_changes = True

    async def before_start(self) -> int:
        """The moment that the process before has stored; at most this one's start."""
        if self._before is None:
            stored = await crud.get_state(NAME)
            self._before = min(stored or self._started_at, self._started_at)
        return self._before

    async def moment(self) -> int:
        """Unix seconds."""
        if self.followed_at is not None:
            return self.followed_at
        return await self.before_start()

    async def move(self, followed_at: int) -> None:
        """All wallets that were enabled at this moment have a feed."""
        self.followed_at = followed_at
        now = self._monotonic()
        if self.has_changes and now - self._saved_at >= SAVE_SECONDS:
            await self.save()
            self.has_changes, self._saved_at = False, now

    async def save(self) -> None:
        """Before feeds open: a crash must not make them begin later."""
        if self.followed_at is not None:
            await crud.set_state(NAME, self.followed_at)
