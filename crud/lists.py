"""Many values as one bound parameter.

A list of placeholders would be another statement for each length, and SQLite bounds
their number. An index is used on both databases.
"""

import json
from collections.abc import Iterable

from lnbits.db import POSTGRES

from .statements import db


def among(column: str, name: str) -> str:
    """The column is one of the texts of this bound JSON list."""
    if db.type != POSTGRES:
        return f"{column} IN (SELECT value FROM json_each(:{name}))"
    texts = f"jsonb_array_elements_text(CAST(:{name} AS jsonb))"
    return f"{column} = ANY(ARRAY(SELECT {texts}))"


def json_list(values: Iterable[str]) -> str:
    """The parameter for `among`."""
    return json.dumps(list(values))
