"""The history of a wallet: what was final before its feed began is marked as seen.

The databases do it: a million payments would be a million objects of Python, which its
garbage collection goes through again and again.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import text

from ..models import PaymentRow, Stretch
from ..shielded import shielded
from .held import execute_rows
from .lists import among, json_list
from .lnbits import FINAL, KEY, is_older, payment_row, select_payments, where_final
from .seen import INSERT
from .statements import core_db, db, fetch_all, is_sqlite, rows_of, transaction

STRETCH = "wallet_id = :wallet_id AND checking_id > :after AND checking_id <= :last"


async def get_stretches(
    places: Collection[tuple[str, str]], limit: int
) -> list[Stretch]:
    """The next payments of each wallet after a checking id, at most this many."""
    rows = await fetch_all(
        # both in one text: PostgreSQL would read the payments once for each
        "SELECT c0, c1, (SELECT COUNT(*) || ' ' || MAX(checking_id) FROM"
        " (SELECT checking_id FROM apipayments"
        " WHERE wallet_id = c0 AND checking_id > c1"
        " ORDER BY checking_id LIMIT :limit) AS following) AS found"
        f" FROM {rows_of('places', 2)}",
        {"places": json.dumps(list(places)), "limit": limit},
        core_db,
    )
    stretches = []
    for row in rows:
        if row["found"]:  # NULL without payments
            count, _, last = row["found"].partition(" ")
            stretches.append(Stretch(row["c0"], row["c1"], last, int(count)))
    return stretches


def _is_history(in_local_time: bool) -> str:
    is_listed = among("payment_hash", "hashes")
    return f"{FINAL} AND {is_older('before', in_local_time)} AND NOT ({is_listed})"


def _values(
    stretch: Stretch, before: int, except_hashes: Collection[str]
) -> dict[str, Any]:
    return {
        "wallet_id": stretch.wallet_id,
        "after": stretch.after,
        "last": stretch.last,
        "before": before,
        "hashes": json_list(except_hashes),
    }


@shielded
async def mark_history(
    stretches: Iterable[Stretch],
    before: int,
    except_hashes: Collection[str],
    in_local_time: bool,
) -> None:
    """Mark as seen what is final and by all its times older than `before`.

    Unix seconds. In one transaction.
    """
    where = f"{STRETCH} AND {_is_history(in_local_time)}"
    values = [_values(stretch, before, except_hashes) for stretch in stretches]
    if is_sqlite():
        await _copy_keys(where, values)
        return
    insert = INSERT.format(source=f"SELECT {KEY} FROM apipayments WHERE {where}")
    async with transaction() as conn:
        for each in values:
            await conn.execute(text(insert), each)


async def _copy_keys(where: str, values: list[dict[str, Any]]) -> None:
    """From file to file: with both attached, LNbits would wait for Payfeed's disk.

    A text for each stretch, whose lines become keys one at a time.
    """
    keys = f"SELECT {KEY} FROM apipayments WHERE {where}"
    line = "json_array(c0, c1, c2, c3)"
    joined = f"SELECT group_concat({line}, char(10)) AS keys FROM ({keys})"
    texts = [(await fetch_all(joined, each, core_db))[0]["keys"] for each in values]
    lines = (line for keys in texts if keys for line in keys.split("\n"))
    insert = INSERT.format(source="VALUES (?, ?, ?, ?)")
    async with db.use(writes=True) as conn:
        await execute_rows(conn, insert, map(json.loads, lines))


@shielded
async def get_other_payments(
    stretches: Iterable[Stretch],
    before: int,
    except_hashes: Collection[str],
    in_local_time: bool,
    watched_since: int,
) -> list[PaymentRow]:
    """What `mark_history` leaves; of unpaid invoices those created since then.

    Unix seconds.
    """
    is_other = where_final(f"NOT ({_is_history(in_local_time)})", in_local_time)
    statement = select_payments(f"{STRETCH} AND {is_other}", in_local_time)
    rows: list[PaymentRow] = []
    async with core_db.use() as conn:
        for stretch in stretches:
            values = _values(stretch, before, except_hashes)
            values["watched_since"] = watched_since
            found = await conn.execute(text(statement), values)
            rows += map(payment_row, found.mappings())
    return rows
