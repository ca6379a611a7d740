"""Check the options of a feed when they are given.

Every check raises BadAddress with the option's name and the value; the value of a key
or a secret is never named.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, get_args

from .errors import BadAddress
from .events import Direction, SettledStatus

MAX_AMOUNT = 21 * 10**14  # satoshi that will ever exist
PLACE = r"@[0-9]{1,15}(\.[0-9]{1,9})?|[a-z0-9]{1,16}-(0|[1-9][0-9]{0,17})"
SINCE = re.compile(rf"(start|acked|{PLACE})\Z", re.ASCII)
UNTIL = re.compile(rf"({PLACE})\Z", re.ASCII)
TYPE = re.compile(r"[a-z0-9_.-]{1,64}\Z", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
SHOWN_CHARACTERS = 80


def wrong(name: str, value: object, expected: str) -> BadAddress:
    shown = repr(value)
    if len(shown) > SHOWN_CHARACTERS:
        shown = f"{shown[:SHOWN_CHARACTERS]}…"
    return BadAddress(f"{name} must be {expected}, not {shown}")


def is_number(value: object) -> bool:
    """Finite, and not a boolean."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def check_since(since: Any) -> None:
    if since is not None and not (isinstance(since, str) and SINCE.match(since)):
        expected = "an event id, 'start', '@<unix seconds>' or 'acked'"
        raise wrong("since", since, expected)


def check_until(until: Any, name: str = "until") -> None:
    """The end of a range: an event id or a time, or None."""
    if until is not None and not (isinstance(until, str) and UNTIL.match(until)):
        raise wrong(name, until, "an event id or '@<unix seconds>'")


def check_seconds(name: str, value: Any, least: float = 0) -> None:
    """A finite number of seconds, at least `least`."""
    if not is_number(value) or value < least:
        raise wrong(name, value, f"a number of seconds, {least:g} or more")


def check_count(name: str, value: Any) -> None:
    """An integer of at least 1, or None."""
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (is_integer and value >= 1):
        raise wrong(name, value, "an integer of at least 1")


def check_payment_hash(value: Any) -> None:
    if not (isinstance(value, str) and HASH.match(value)):
        raise wrong("payment_hash", value, "64 lower-case hexadecimal digits")


def check_min_amount(value: Any) -> None:
    """Satoshi, or None."""
    if value is not None and not (is_number(value) and 0 <= value <= MAX_AMOUNT):
        raise wrong("min_amount", value, "a number of satoshi, 0 or more")


def filter_query(
    types: Sequence[str] | str = (),
    direction: Direction | None = None,
    min_amount: int | float | None = None,
    tag: str | None = None,
    status: SettledStatus | None = None,
    payment_hash: str | None = None,
    external_id: str | None = None,
) -> dict[str, str]:
    """The filters as query parameters. Raises BadAddress.

    types: names, or one string with commas between them. min_amount: satoshi.
    """
    names = check_types(types)
    check_choice("direction", direction, get_args(Direction))
    check_choice("status", status, get_args(SettledStatus))
    check_min_amount(min_amount)
    for name, text in (("tag", tag), ("external_id", external_id)):
        if text is not None and not isinstance(text, str):
            raise wrong(name, text, "a string")
    if payment_hash is not None:
        check_payment_hash(payment_hash)
    query = {
        "types": ",".join(names),
        "direction": direction,
        "min_amount": None if min_amount is None else f"{min_amount:.3f}",
        "tag": tag,
        "status": status,
        "payment_hash": payment_hash,
        "external_id": external_id,
    }
    return {name: value for name, value in query.items() if value}


def check_types(types: Any) -> list[str]:
    """The names of event types, without spaces around them."""
    names = types.split(",") if isinstance(types, str) else types
    if types is None or types == "":
        return []
    if not isinstance(names, Sequence | set | frozenset):
        raise wrong("types", types, "names of event types")
    for name in names:
        if not isinstance(name, str) or not TYPE.match(name.strip()):
            raise wrong("types", types, "names of event types")
    return [name.strip() for name in names]


def check_choice(name: str, value: Any, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise wrong(name, value, " or ".join(map(repr, allowed)))
