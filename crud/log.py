"""Appending to the log: one transaction for many wallets, committed once."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from ..errors import Unavailable
from ..models import Draft, Event, PaymentKey
from ..shielded import is_outage, shielded
from .feeds import begin_epoch, lock_feeds, move_head
from .held import in_one_trip
from .payments import insert_payments
from .seen import insert_seen
from .statements import fetch_all, notify_others, transaction

OUTCOME_SECONDS = 10
OUTCOME_PAUSE_SECONDS = 0.2

INSERT_KEY = text(
    "INSERT INTO payfeed.idempotency_keys VALUES (:wallet_id, :key_hash,"
    " :content_hash, :event_id, :created_at) ON CONFLICT DO NOTHING"
)
INSERT_EVENT = text(
    "INSERT INTO payfeed.events VALUES (:wallet_id, :offset, :type,"
    " :custom, :direction, :status, :amount_msat, :tag, :timestamp, :size, :body)"
)

Renew = Callable[[str, str, int], str | None]


@dataclass
class Written:
    """What a transaction stores when it commits.

    `stored`: the new events of each entry, None if another connection holds its feed.
    `transaction_id`: PostgreSQL's; None on SQLite, whose COMMIT cannot lose its answer.
    """

    stored: list[list[Event] | None]
    transaction_id: int | None


@shielded
async def append(
    entries: list[tuple[str, list[Draft]]], timestamp: int, build: Any, renew: Renew
) -> list[list[Event] | None]:
    """Append drafts to the logs of their wallets, all in one transaction.

    Returns the new events of each entry, without payments that are already seen; None
    for an entry whose feed is locked by another connection. The first statement takes
    the feeds' row locks, so commit order is offset order. `renew(wallet_id, epoch,
    head)` returns a new epoch if the feed went back, else None.

    An error means that nothing is stored, except for the Unavailable that is raised
    when the outcome of COMMIT cannot be found out.
    """
    written: Written | None = None
    try:
        async with transaction() as conn:
            written = await in_one_trip(conn, _write, entries, timestamp, build, renew)
    except Exception as exc:
        # the answer to COMMIT may have been lost
        if written is None or written.transaction_id is None or not is_outage(exc):
            raise
        if not await _is_committed(written.transaction_id):
            raise
    return written.stored


async def _write(
    conn: Any,
    entries: list[tuple[str, list[Draft]]],
    timestamp: int,
    build: Any,
    renew: Renew,
) -> Written:
    places, locked, transaction_id = await lock_feeds(
        conn, {wallet_id for wallet_id, _ in entries}
    )
    for wallet_id, (epoch, head) in places.items():
        new = renew(wallet_id, epoch, head)
        if new:
            await begin_epoch(conn, wallet_id, new)
            places[wallet_id] = (new, 0)
    unseen = await insert_seen(
        conn,
        [
            key
            for wallet_id, drafts in entries
            if wallet_id in places
            for draft in drafts
            if (key := _key(wallet_id, draft))
        ],
    )
    stored = [
        None
        if wallet_id in locked
        else await _append_drafts(
            conn, wallet_id, places, drafts, timestamp, build, unseen
        )
        for wallet_id, drafts in entries
    ]
    events = [event for new in stored for event in new or ()]
    await _insert_events(conn, events)
    await insert_payments(conn, events)
    for wallet_id, count in Counter(event.wallet_id for event in events).items():
        epoch, head = places[wallet_id]
        await move_head(conn, wallet_id, head)
        await notify_others(conn, "events", wallet_id, epoch, count, head)
    return Written(stored, transaction_id)


async def _is_committed(transaction_id: int) -> bool:
    """Whether a transaction was committed whose COMMIT got no answer."""
    deadline = time.monotonic() + OUTCOME_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(Unavailable):
            rows = await fetch_all(
                "SELECT txid_status(:id) AS status", {"id": transaction_id}
            )
            if rows[0]["status"] != "in progress":
                return bool(rows[0]["status"] == "committed")
        await asyncio.sleep(OUTCOME_PAUSE_SECONDS)
    raise Unavailable("It is not known whether this was stored.")


async def _append_drafts(
    conn: Any,
    wallet_id: str,
    places: dict[str, tuple[str, int]],
    drafts: list[Draft],
    timestamp: int,
    build: Any,
    unseen: set[PaymentKey],
) -> list[Event]:
    """`unseen`: the payments that are not recorded yet; those of `drafts` leave it."""
    events: list[Event] = []
    if wallet_id not in places:
        return []
    epoch, offset = places[wallet_id]
    for draft in drafts:
        event_id = f"{epoch}-{offset + 1}"
        if key := _key(wallet_id, draft):
            if key not in unseen:
                continue
            unseen.remove(key)
        elif not await _is_new(conn, wallet_id, draft, event_id, timestamp):
            continue
        offset += 1
        payment = draft.payment
        event = Event(
            wallet_id=wallet_id,
            epoch=epoch,
            offset=offset,
            type=draft.type,
            timestamp=timestamp,
            body=build(draft, event_id, timestamp),
            direction=payment.direction if payment else None,
            amount_msat=payment.amount_msat if payment else None,
            tag=payment.tag if payment else None,
            custom=draft.custom,
            status=payment.status if payment else None,
        )
        events.append(event)
    places[wallet_id] = (epoch, offset)
    return events


def _key(wallet_id: str, draft: Draft) -> PaymentKey | None:
    payment = draft.payment
    if payment is None:
        return None
    return wallet_id, payment.direction, payment.payment_hash, payment.status


async def _is_new(
    conn: Any, wallet_id: str, draft: Draft, event_id: str, timestamp: int
) -> bool:
    """Is it to be stored? A message that is recorded once may be known."""
    if draft.once is None:
        return True
    done = await conn.execute(
        INSERT_KEY,
        {
            "wallet_id": wallet_id,
            "event_id": event_id,
            "created_at": timestamp,
            **asdict(draft.once),
        },
    )
    return bool(done.rowcount)


async def _insert_events(conn: Any, events: list[Event]) -> None:
    rows = [
        {
            "wallet_id": event.wallet_id,
            "offset": event.offset,
            "type": event.type,
            "custom": event.custom,
            "direction": event.direction,
            "status": event.status,
            "amount_msat": event.amount_msat,
            "tag": event.tag,
            "timestamp": event.timestamp,
            "size": len(event.body),
            "body": event.body,
        }
        for event in events
    ]
    if rows:
        await conn.execute(INSERT_EVENT, rows)
