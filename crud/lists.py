"""Many values as one bound parameter.

A list of placeholders would be another statement for each length, and SQLite bounds
their number. An index is used on both databases.
"""

import json
from collections.abc import Iterable

from lnbits.db import POSTGRES

from .statements import db


def among(column: str, name: str, kind: str = "TEXT") -> str:
    """The column is one of the values of this bound JSON list; `kind`: TEXT, BIGINT."""
    if db.type != POSTGRES:
        return f"{column} IN (SELECT value FROM json_each(:{name}))"
    values = (
        f"SELECT CAST(value AS {kind})"
        f" FROM jsonb_array_elements_text(CAST(:{name} AS jsonb)) AS value"
    )
    return f"{column} = ANY(ARRAY({values}))"


def json_list(values: Iterable[str | int]) -> str:
    """The parameter for `among`."""
    return json.dumps(list(values))
