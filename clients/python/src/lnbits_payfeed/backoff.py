"""Pauses between attempts."""

import random


class Backoff:
    """Full jitter: random pauses from 0 to a limit that doubles up to the cap."""

    def __init__(self, base_seconds: float, cap_seconds: float) -> None:
        self.base_seconds = base_seconds
        self.cap_seconds = cap_seconds
        self.failures = 0

    def fail(self) -> None:
        self.failures += 1

    def reset(self) -> None:
        self.failures = 0

    def pause(self, retry_after: float | None = None) -> float:
        """Seconds to wait, in addition to the server's `retry_after` in seconds."""
        doublings = min(max(self.failures - 1, 0), 30)
        limit = min(self.cap_seconds, self.base_seconds * 2**doublings)
        return (retry_after or 0) + random.uniform(0, limit)  # noqa: S311
