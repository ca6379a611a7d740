"""Numbers that a server sent, kept within what a program can use."""

import logging

log = logging.getLogger("lnbits_payfeed")

LONGEST_RETRY_SECONDS = 3600
HEARTBEAT_SECONDS = (1, 3600)
TIMESTAMPS = (0, 32_503_680_000)  # up to the year 3000, which all systems can show


def clamp(name: str, value: float, least: float, most: float) -> float:
    """The nearest number from `least` to `most`; a change is logged as a warning."""
    if least <= value <= most:
        return value
    nearest = least if value < least else most
    log.warning("%s of %.40s is out of range, %s is used", name, value, nearest)
    return nearest
