"""PostgreSQL beyond LNbits' own use of it: notifications between processes."""

import inspect
from typing import Any

import asyncpg
from lnbits.settings import settings
from sqlalchemy.engine import make_url


def has_other_processes() -> bool:
    """May other LNbits processes use the same database? Only PostgreSQL serves them."""
    return str(settings.lnbits_database_url or "").startswith("postgres://")


async def connect(**options: Any) -> Any:
    """A connection of asyncpg; the URL is read as LNbits' driver reads it."""
    address = str(settings.lnbits_database_url)
    url = make_url(address.replace("postgres://", "postgresql+asyncpg://", 1))
    _, known = url.get_dialect()().create_connect_args(url)
    for name in inspect.signature(asyncpg.connect).parameters.keys() & known.keys():
        options[name] = known[name]
    return await asyncpg.connect(**options)
