"""A filter as a condition on the table `events`.

It may select more than `Filter.accepts` does, never less: that decides.
"""

from typing import Any

from lnbits.db import POSTGRES

from ..models import Filter
from .statements import db

MAX_TYPES = 100  # SQLite bounds the parameters of a statement

# as PostgreSQL's index has it
BY_TAG_START = "tag IS NOT NULL AND left(tag, 64) = left(:tag, 64)"
BY_IDENTIFIER = (
    " AND event_offset IN (SELECT event_offset FROM payfeed.payments"
    " WHERE wallet_id = :wallet_id AND {column} = :{column})"
)


def condition_of(
    event_filter: Filter, are_payments_indexed: bool
) -> tuple[str, dict[str, Any]]:
    """SQL that begins with AND, or is empty, and its values.

    `are_payments_indexed`: has every payment its row in the table `payments`?
    """
    values: dict[str, Any] = {}
    sql = ""
    if 0 < len(event_filter.types) <= MAX_TYPES:
        names = {f"type{n}": name for n, name in enumerate(event_filter.types)}
        values |= names
        any_custom = " OR custom = true" if "message" in event_filter.types else ""
        parameters = ", ".join(f":{name}" for name in names)
        sql += f" AND (type IN ({parameters}){any_custom})"
    for column in ("direction", "status"):
        value = getattr(event_filter, column)
        if value is not None:
            values[column] = value
            sql += f" AND {column} = :{column}"
    if event_filter.tag is not None:
        values["tag"] = event_filter.tag
        sql += " AND " + (BY_TAG_START if db.type == POSTGRES else "tag = :tag")
    if event_filter.min_amount_msat is not None:
        values["min_amount_msat"] = event_filter.min_amount_msat
        sql += " AND amount_msat >= :min_amount_msat"
    identifiers = ("payment_hash", "external_id") if are_payments_indexed else ()
    for column in identifiers:
        value = getattr(event_filter, column)
        if value is not None:
            values[column] = value
            sql += BY_IDENTIFIER.format(column=column)
    if event_filter.is_about_payments and not sql:  # only payments have the rest
        sql = " AND type = 'payment'"
    if db.type == POSTGRES and any("\0" in str(value) for value in values.values()):
        # PostgreSQL has no text with NUL, not even as a parameter
        return " AND false", {}
    return sql, values
