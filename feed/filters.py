"""Filters as webhooks and keys store them: the JSON of a query. Pure."""

from typing import Any

from ..errors import Malformed
from ..models import Filter, FilterBody
from .protocol import dumps, loads, parse_filter

NO_FILTER = "{}"


def stored_filter(body: FilterBody) -> str:
    """The filter as it is stored. Raises Malformed.

    An empty member would leave out nothing, which is rarely what was meant.
    """
    query: dict[str, str] = {}
    for name, value in body.dict(exclude_none=True).items():
        if value in ([], ""):
            raise Malformed(f"filter.{name} must not be empty.")
        if isinstance(value, list):
            query[name] = ",".join(value)
        elif isinstance(value, float):
            query[name] = f"{value:.3f}".rstrip("0").rstrip(".")
        else:
            query[name] = value
    parse_filter(query)
    return dumps(query)


def read_filter(stored: str) -> Filter:
    """The filter that was stored."""
    return parse_filter(loads(stored))


def shown_filter(stored: str) -> dict[str, Any]:
    """The members of the body that was stored."""
    query: dict[str, Any] = loads(stored)
    if "types" in query:
        query["types"] = query["types"].split(",")
    if "min_amount" in query:
        amount = float(query["min_amount"])
        query["min_amount"] = int(amount) if amount.is_integer() else amount
    return query
