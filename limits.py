"""Token buckets."""

import time
from collections.abc import Callable

from .errors import TooMany

MAX_BUCKETS = 10_000


class Buckets:
    """`per_minute` tokens for each name, refilled evenly."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def level(self, name: str) -> float:
        now = self._clock()
        tokens, then = self._levels.get(name, (float(self.per_minute), now))
        return min(self.per_minute, tokens + (now - then) * self.per_minute / 60)

    def retry_after(self, name: str) -> int:
        """Seconds until one token is there; 0 when there is one."""
        missing = 1 - self.level(name)
        return max(0, int(missing * 60 / self.per_minute) + 1) if missing > 0 else 0

    def spend(self, name: str) -> None:
        """Beyond a bound the bucket that was longest at rest is forgotten."""
        level = self.level(name) - 1
        self._levels.pop(name, None)
        self._levels[name] = (level, self._clock())
        if len(self._levels) > MAX_BUCKETS:
            del self._levels[next(iter(self._levels))]

    def take(self, name: str, what: str) -> None:
        """Spend one token, or TooMany."""
        wait = self.retry_after(name)
        if wait:
            raise TooMany(f"Too many {what}.", retry_after=wait)
        self.spend(name)
