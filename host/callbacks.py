"""LNbits' settings about the addresses that a server may send requests to."""

from lnbits.settings import settings


def url_rules() -> tuple[str, ...]:
    """Regular expressions of allowed origins; empty: all are allowed."""
    return tuple(settings.lnbits_callback_url_rules)


def allows_private_ips() -> bool:
    """LNbits 1.6.0 and later has a setting for it."""
    return bool(getattr(settings, "lnbits_callback_allow_private_ips", False))
