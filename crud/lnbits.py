"""LNbits' table of payments, read only, in small pieces.

`in_local_time`: on PostgreSQL, this LNbits stores its times in the session's time zone;
otherwise in UTC.
"""

from collections.abc import Collection
from typing import Any

from lnbits.db import POSTGRES

from ..models import PaymentRow
from .lists import among, json_list
from .statements import core_db, fetch_all

FINAL = "(status = 'success' OR (status = 'failed' AND amount < 0))"

# `host.payments.payment_key` in columns `c0` to `c3`
KEY = (
    "wallet_id AS c0, CASE WHEN amount > 0 THEN 'in' ELSE 'out' END AS c1,"
    " payment_hash AS c2,"
    " CASE status WHEN 'success' THEN 'confirmed' ELSE status END AS c3"
)


def _columns(in_local_time: bool) -> str:
    """Columns of a PaymentRow; times are Unix seconds."""
    created, updated, in_zone = "time", "updated_at", "updated_at"
    if core_db.type == POSTGRES:
        in_zone = "EXTRACT(EPOCH FROM updated_at::timestamptz)"
        created, updated = "EXTRACT(EPOCH FROM time)", "EXTRACT(EPOCH FROM updated_at)"
        if in_local_time:
            created, updated = "EXTRACT(EPOCH FROM time::timestamptz)", in_zone
    return (
        "wallet_id, checking_id, payment_hash, amount, status,"
        f" {created} AS created_at, {updated} AS updated_at,"
        f" {in_zone} AS updated_in_zone"
    )


def moment(name: str, in_local_time: bool) -> str:
    """A bound number of Unix seconds, to be compared with a time of LNbits."""
    if core_db.type != POSTGRES:
        return f":{name}"
    zone = "CURRENT_SETTING('TimeZone')" if in_local_time else "'UTC'"
    return f"(to_timestamp(:{name}) AT TIME ZONE {zone})"


def is_older(name: str, in_local_time: bool) -> str:
    """All times of a PaymentRow are before a moment; quick for many rows."""
    readings = {
        ("time", in_local_time),
        ("updated_at", in_local_time),
        ("updated_at", True),
    }
    return " AND ".join(
        f"COALESCE({column} < {moment(name, is_local)}, true)"
        for column, is_local in sorted(readings)
    )


def where_final(condition: str, in_local_time: bool) -> str:
    """Final payments that fulfil it, and of the others those that have to be watched.

    Of unpaid invoices, those created since `watched_since`, in Unix seconds.
    """
    is_watched = f"amount < 0 OR time >= {moment('watched_since', in_local_time)}"
    return f"CASE WHEN {FINAL} THEN {condition} ELSE {is_watched} END"


def payment_row(row: Any) -> PaymentRow:
    return PaymentRow(
        wallet_id=row["wallet_id"],
        checking_id=row["checking_id"],
        payment_hash=row["payment_hash"],
        amount_msat=int(row["amount"]),
        status=row["status"],
        created_at=float(row["created_at"] or 0),
        updated_at=float(row["updated_at"] or 0),
        updated_in_zone=float(row["updated_in_zone"] or 0),
    )


def select_payments(where: str, in_local_time: bool, table: str = "apipayments") -> str:
    """Its rows are for `payment_row`."""
    return f"SELECT {_columns(in_local_time)} FROM {table} WHERE {where}"


async def _fetch(
    where: str, values: dict[str, Any], in_local_time: bool
) -> list[PaymentRow]:
    rows = await fetch_all(select_payments(where, in_local_time), values, core_db)
    return [payment_row(row) for row in rows]


async def get_changed_payments(since: float, until: float) -> list[PaymentRow]:
    """Final payments that LNbits changed between two moments.

    For LNbits 1.4.1 and later, which moves `updated_at` when a payment settles.
    """
    first, last = moment("since", False), moment("until", False)
    return await _fetch(
        f"updated_at >= {first} AND updated_at <= {last} AND {FINAL}",
        {"since": since, "until": until},
        False,
    )


async def get_created_payments(
    since: float, until: float, in_local_time: bool, outgoing_only: bool
) -> list[PaymentRow]:
    """Payments that were created between two moments, final or not."""
    first, last = moment("since", in_local_time), moment("until", in_local_time)
    outgoing = " AND amount < 0" if outgoing_only else ""
    return await _fetch(
        f"time >= {first} AND time <= {last}{outgoing}",
        {"since": since, "until": until},
        in_local_time,
    )


async def get_newest_rowid() -> int:
    """SQLite only."""
    rows = await fetch_all("SELECT MAX(rowid) AS newest FROM apipayments", {}, core_db)
    return int(rows[0]["newest"] or 0)


async def get_payments_after_rowid(rowid: int) -> list[PaymentRow]:
    """SQLite only: what was created since."""
    return await _fetch("rowid > :rowid", {"rowid": rowid}, False)


async def get_payments_by_hash(
    hashes: Collection[str], in_local_time: bool
) -> list[PaymentRow]:
    """All payments with these hashes."""
    if not hashes:
        return []
    return await _fetch(
        among("payment_hash", "hashes"),
        {"hashes": json_list(hashes)},
        in_local_time,
    )


async def get_payment_records(
    wallet_id: str, checking_ids: Collection[str]
) -> list[dict[str, Any]]:
    """Whole rows, for LNbits' own model of a payment."""
    rows = await fetch_all(
        "SELECT * FROM apipayments WHERE wallet_id = :wallet_id"
        f" AND {among('checking_id', 'checking_ids')}",
        {"wallet_id": wallet_id, "checking_ids": json_list(checking_ids)},
        core_db,
    )
    return [dict(row) for row in rows]
