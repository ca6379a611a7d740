"""When the next attempt is due, and when an endpoint is failing. Pure.

Times are Unix seconds; `jitter` is a random number from 0 to 1.
"""

import math
import re
from dataclasses import dataclass, replace
from datetime import timezone
from email.utils import parsedate_to_datetime

MINUTE, HOUR, DAY = 60, 3600, 86400
# before the second attempt, the third, …; after the last one the delivery has failed
RETRY_SECONDS = (
    *(5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
    *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
ATTEMPTS = 1 + len(RETRY_SECONDS)
JITTER = 0.2
MAX_RETRY_AFTER_SECONDS = DAY
FAILING_FAILURES = 5
MAX_PROBE_SECONDS = 5 * MINUTE
DISABLE_SECONDS = 5 * DAY
DISABLE_FAILURES = 10
LATE_SECONDS = MINUTE  # attempts of a busy server are late, too


def _jittered(seconds: float, jitter: float) -> float:
    return seconds * (1 - JITTER + 2 * JITTER * jitter)


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds of a `Retry-After` header, in its two forms, from 1 s to 24 h."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        seconds = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        # a date without a zone is one in UTC
        date = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        seconds = date.timestamp() - now
    return min(max(seconds, 1), MAX_RETRY_AFTER_SECONDS)


def next_attempt(
    attempts: int, now: float, wait_seconds: float | None, jitter: float
) -> float | None:
    """When to try again after so many attempts; None: no more.

    `wait_seconds`: what the receiver asked for in `Retry-After`.
    """
    if attempts >= ATTEMPTS:
        return None
    if wait_seconds is not None:
        return now + wait_seconds
    return now + _jittered(RETRY_SECONDS[attempts - 1], jitter)


@dataclass(frozen=True)
class Health:
    """Of an endpoint: its failures in a row since the last success.

    `first_failure_at` moves with every attempt that came late, so that only time counts
    in which the receiver was tried: not a suspended feed, a server that was off, or a
    clock that jumped.
    """

    failures: int = 0
    first_failure_at: int | None = None
    next_probe_at: float = 0

    @property
    def is_failing(self) -> bool:
        """No schedule runs; there are probes, one at a time."""
        return self.failures >= FAILING_FAILURES

    def is_over(self, now: float) -> bool:
        """Has everything failed for so long that the endpoint is to be disabled?"""
        return (
            self.failures >= DISABLE_FAILURES
            and self.first_failure_at is not None
            and now - self.first_failure_at >= DISABLE_SECONDS
        )

    def after_failure(
        self,
        now: float,
        due: float | None,
        wait_seconds: float | None,
        jitter: float,
    ) -> "Health":
        """`due`: when the attempt should have been made; None for a new event."""
        first = self.first_failure_at
        if first is None:
            first = int(now)
        elif due is not None and now - due > LATE_SECONDS:
            first = min(int(now), math.ceil(first + now - due))
        failed = replace(self, failures=self.failures + 1, first_failure_at=first)
        if not failed.is_failing:
            return failed
        seconds = min(
            2 ** min(failed.failures - FAILING_FAILURES, 20), MAX_PROBE_SECONDS
        )
        pause = _jittered(seconds, jitter) if wait_seconds is None else wait_seconds
        return replace(failed, next_probe_at=now + pause)
