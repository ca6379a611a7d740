"""Token buckets, and what counts as one source of requests."""

import ipaddress
import time
from collections.abc import Callable

from ..errors import RateLimited

MAX_BUCKETS = 10_000


class TokenBuckets:
    """`per_minute` tokens for each name, refilled evenly."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def retry_after(self, name: str) -> int:
        """Seconds until a token is there; 0 when there is one."""
        missing = 1 - self._level(name)
        return max(0, int(missing * 60 / self.per_minute) + 1) if missing > 0 else 0

    def spend(self, name: str) -> None:
        """Beyond a bound of buckets, the least recently used one is forgotten."""
        level = self._level(name) - 1
        self._levels.pop(name, None)
        self._levels[name] = (level, self._clock())
        if len(self._levels) > MAX_BUCKETS:
            del self._levels[next(iter(self._levels))]

    def take(self, name: str, what: str) -> None:
        """Spend one token, or raise RateLimited: "Too many <what>."."""
        wait = self.retry_after(name)
        if wait:
            raise RateLimited(f"Too many {what}.", retry_after=wait)
        self.spend(name)

    def _level(self, name: str) -> float:
        now = self._clock()
        tokens, then = self._levels.get(name, (float(self.per_minute), now))
        return min(self.per_minute, tokens + (now - then) * self.per_minute / 60)


def network_of(address: str) -> str:
    """One source of requests: an IPv4 address or an IPv6 network (/64)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, 64), strict=False))
