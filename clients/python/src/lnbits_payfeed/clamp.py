"""Limit numbers from the server to a range that timers and dates can hold."""

import logging
from collections.abc import Sequence

log = logging.getLogger("lnbits_payfeed")

LONGEST_RETRY_SECONDS = 3600
HEARTBEAT_SECONDS = (1, 3600)
TIMESTAMPS = (0, 32_503_680_000)  # Unix seconds, up to the year 3000


def clamp(name: str, value: float, least: float, most: float) -> float:
    """The nearest number from `least` to `most`; logs a warning if it differs."""
    if least <= value <= most:
        return value
    nearest = least if value < least else most
    log.warning("%s of %.40s is out of range, using %s", name, value, nearest)
    return nearest


def parse_retry_after(values: Sequence[str]) -> float | None:
    """Seconds of the header `Retry-After`, or None; dates are not supported."""
    text = values[0] if values else ""
    if not (text.isascii() and text.isdigit()):
        return None
    return clamp("Retry-After", float(text), 0, LONGEST_RETRY_SECONDS)
