"""The options of a feed as a type, for what passes them on to Feed."""

import ssl
from collections.abc import Callable, Sequence
from typing import TypedDict

from .connection import Connect, Trace
from .cursor import AsyncCursor, Cursor
from .errors import InvalidFrame
from .events import Connected, Direction, Disconnected, SettledStatus


class FeedOptions(TypedDict, total=False):
    """The options of Feed beside `url` and `key`, which its docstring explains."""

    since: str | None
    types: Sequence[str] | str
    direction: Direction | None
    min_amount: int | float | None
    tag: str | None
    status: SettledStatus | None
    payment_hash: str | None
    external_id: str | None
    secret: str | None
    cursor: Cursor | AsyncCursor | None
    balance: bool
    max_attempts: int | None
    backoff_base_seconds: float
    backoff_cap_seconds: float
    stable_seconds: float
    connect_timeout_seconds: float
    silence_seconds: float | None
    tls: ssl.SSLContext | None
    on_change: Callable[[Connected | Disconnected], None] | None
    on_invalid: Callable[[InvalidFrame], None] | None
    trace: Trace | None
    connect: Connect | None
