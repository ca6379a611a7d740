"""The tables `webhook_deliveries` and `webhook_attempts`, and what a result changes."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import text

from ..models_webhooks import Attempt, Change, Delivery, Listed, Webhook
from ..shielded import shielded
from .statements import fetch_all, notify_others, transaction
from .webhooks import (
    COLUMNS,
    DELIVERY,
    SAVE_DELIVERY,
    bound,
    has_leases,
    webhook_of,
)

ATTEMPT = ", ".join(field.name for field in fields(Attempt))
SLICE_ROWS = 1000

INSERT_ATTEMPT = (
    f"INSERT INTO payfeed.webhook_attempts ({ATTEMPT}) VALUES ({bound(ATTEMPT)})"
    " ON CONFLICT DO NOTHING"
)


def _attempt(row: Any) -> Attempt:
    values = dict(row)
    for name in ("is_probe", "delivered"):
        values[name] = bool(values[name])
    return Attempt(**values)


async def get_waiting(webhook_id: str, limit: int) -> list[Delivery]:
    """Deliveries that are to be attempted, the earliest first."""
    rows = await fetch_all(
        f"SELECT {DELIVERY} FROM payfeed.webhook_deliveries"
        " WHERE webhook_id = :id AND next_at IS NOT NULL"
        " ORDER BY next_at, event_at, event_offset LIMIT :limit",
        {"id": webhook_id, "limit": limit},
    )
    return [Delivery(**dict(row)) for row in rows]


async def get_longest_untried(webhook_id: str) -> Delivery | None:
    """The waiting delivery whose last attempt is oldest."""
    rows = await fetch_all(
        f"SELECT {DELIVERY} FROM payfeed.webhook_deliveries"
        " WHERE webhook_id = :id AND next_at IS NOT NULL"
        " ORDER BY last_at, event_at, event_offset LIMIT 1",
        {"id": webhook_id},
    )
    return Delivery(**dict(rows[0])) if rows else None


async def get_results_after(webhook_id: str, epoch: str, offset: int) -> set[int]:
    """Offsets after the cursor that are delivered or have a delivery of their own."""
    rows = await fetch_all(
        "SELECT event_offset FROM payfeed.webhook_attempts WHERE webhook_id = :id"
        " AND event_offset > :offset AND event_id LIKE :epoch AND delivered = true"
        " UNION SELECT event_offset FROM payfeed.webhook_deliveries"
        " WHERE webhook_id = :id AND event_offset > :offset AND event_id LIKE :epoch",
        {"id": webhook_id, "offset": offset, "epoch": f"{epoch}-%"},
    )
    return {row["event_offset"] for row in rows}


async def get_last_attempt_id(webhook_id: str) -> int:
    rows = await fetch_all(
        "SELECT MAX(id) AS last FROM payfeed.webhook_attempts WHERE webhook_id = :id",
        {"id": webhook_id},
    )
    return rows[0]["last"] or 0


@shielded
async def store_changes(changes: list[Change], holder: str) -> set[str]:
    """Store results, all in one transaction; of an endpoint, the last one's cursor.

    Returns the endpoints of which nothing was stored, as they are gone or another
    process has the lease.
    """
    newest = {change.webhook_id: change for change in changes}
    disabled = {c.webhook_id: c.disabled for c in changes if c.disabled}
    leased = " AND lease_holder = :holder" if has_leases() else ""
    lost = set()
    async with transaction() as conn:
        for webhook_id, change in sorted(newest.items()):
            values = {
                "id": webhook_id,
                "epoch": change.epoch,
                "cursor_offset": change.cursor_offset,
                "failures": change.failures,
                "first_failure_at": change.first_failure_at,
                "next_probe_at": change.next_probe_at,
                "is_reported": change.is_reported,
                "disabled": disabled.get(webhook_id),
                "disabled_at": change.at,
            }
            if leased:
                values["holder"] = holder
            done = await conn.execute(text(UPDATE_SENDING + leased), values)
            if not done.rowcount:
                lost.add(webhook_id)
        await _store_rows(conn, [c for c in changes if c.webhook_id not in lost])
    return lost


UPDATE_SENDING = (
    "UPDATE payfeed.webhooks SET cursor_offset = CASE WHEN epoch = :epoch"
    " AND cursor_offset < :cursor_offset THEN :cursor_offset ELSE cursor_offset END,"
    " failures = :failures, first_failure_at = :first_failure_at,"
    " next_probe_at = :next_probe_at, is_reported = :is_reported,"
    " disabled_at = CASE WHEN disabled IS NULL AND CAST(:disabled AS TEXT) IS NOT NULL"
    " THEN :disabled_at ELSE disabled_at END,"
    " disabled = COALESCE(disabled, CAST(:disabled AS TEXT)) WHERE id = :id"
)


async def _store_rows(conn: Any, changes: list[Change]) -> None:
    attempts = [asdict(change.attempt) for change in changes if change.attempt]
    if attempts:
        await conn.execute(text(INSERT_ATTEMPT), attempts)
    # of an event, the last change counts
    last: dict[tuple[str, str], Delivery | None] = {}
    for change in changes:
        if change.saved:
            last[change.webhook_id, change.saved.event_id] = change.saved
        if change.done:
            last[change.webhook_id, change.done] = None
    saved = [asdict(delivery) for delivery in last.values() if delivery]
    if saved:
        await conn.execute(text(SAVE_DELIVERY), saved)
    done = [
        {"id": webhook_id, "event_id": event_id}
        for (webhook_id, event_id), delivery in last.items()
        if delivery is None
    ]
    if done:
        await conn.execute(
            text(
                "DELETE FROM payfeed.webhook_deliveries"
                " WHERE webhook_id = :id AND event_id = :event_id"
            ),
            done,
        )


@shielded
async def save_deliveries(webhook: Webhook, deliveries: list[Delivery]) -> None:
    """Deliveries that are to be sent again, whatever their state was."""
    async with transaction() as conn:
        if deliveries:
            await conn.execute(
                text(SAVE_DELIVERY), [asdict(delivery) for delivery in deliveries]
            )
        await notify_others(conn, "webhooks", webhook.wallet_id)


@shielded
async def resend_failed(webhook: Webhook, epoch: str, after: int, now: int) -> int:
    """Failed deliveries whose events are kept begin again; returns how many."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "UPDATE payfeed.webhook_deliveries SET attempts = 0, next_at = :now"
                " WHERE webhook_id = :id AND next_at IS NULL"
                " AND event_offset > :after AND event_id LIKE :epoch"
                " AND EXISTS (SELECT 1 FROM payfeed.events e"
                " WHERE e.wallet_id = :wallet_id"
                " AND e.event_offset = webhook_deliveries.event_offset)"
            ),
            {
                "id": webhook.id,
                "wallet_id": webhook.wallet_id,
                "epoch": f"{epoch}-%",
                "after": after,
                "now": now,
            },
        )
        await notify_others(conn, "webhooks", webhook.wallet_id)
        return int(done.rowcount)


@shielded
async def resend_gap(webhook: Webhook, event_id: str, now: int) -> bool:
    """False if the gap is delivered, and so no longer kept."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "UPDATE payfeed.webhook_deliveries SET attempts = 0, next_at = :now"
                " WHERE webhook_id = :id AND event_id = :event_id"
            ),
            {"id": webhook.id, "event_id": event_id, "now": now},
        )
        await notify_others(conn, "webhooks", webhook.wallet_id)
        return bool(done.rowcount)


async def get_delivery(webhook_id: str, event_id: str) -> Listed | None:
    """One delivery as it is listed, delivered ones included."""
    rows = await fetch_all(
        f"SELECT {DELIVERY} FROM payfeed.webhook_deliveries"
        " WHERE webhook_id = :id AND event_id = :event_id",
        {"id": webhook_id, "event_id": event_id},
    )
    if rows:
        return _listed(Delivery(**dict(rows[0])))
    attempts = await get_attempts(webhook_id, event_id)
    if not attempts:
        return None
    return _listed_as_delivered(asdict(attempts[0]), len(attempts), attempts[0].id)


def _listed(delivery: Delivery) -> Listed:
    return Listed(
        delivery.event_id,
        delivery.type,
        delivery.event_offset,
        delivery.event_at,
        delivery.state,
        delivery.attempts,
        delivery.next_at,
        delivery.last_at,
        delivery.error,
    )


def _listed_as_delivered(row: Any, attempts: int, last_id: int) -> Listed:
    return Listed(
        row["event_id"],
        row["type"],
        row["event_offset"],
        row["event_at"],
        "delivered",
        attempts,
        last_at=last_id // 1_000_000,
    )


IN_STATE = {
    None: "",
    "failed": " AND next_at IS NULL",
    "waiting": " AND next_at IS NOT NULL AND attempts = 0",
    "retrying": " AND next_at IS NOT NULL AND attempts > 0",
}
BEFORE = " AND (event_at, event_offset, event_id) < (:at, :offset, :event_id)"
NEWEST_FIRST = " ORDER BY event_at DESC, event_offset DESC, event_id DESC LIMIT :limit"


async def get_deliveries(
    webhook_id: str, state: str | None, before: Listed | None, limit: int
) -> list[Listed]:
    """Newest event first; `state` out of Listed.state, None: all."""
    values: dict[str, Any] = {"id": webhook_id, "limit": limit}
    where = ""
    if before:
        where = BEFORE
        values |= dict(zip(("at", "offset", "event_id"), before.place, strict=True))
    found: list[Listed] = []
    if state in IN_STATE:
        rows = await fetch_all(
            f"SELECT {DELIVERY} FROM payfeed.webhook_deliveries"
            f" WHERE webhook_id = :id{IN_STATE[state]}{where}{NEWEST_FIRST}",
            values,
        )
        found += [_listed(Delivery(**dict(row))) for row in rows]
    if state in (None, "delivered"):
        rows = await fetch_all(
            "SELECT event_id, type, event_offset, event_at, COUNT(*) AS attempts,"
            " MAX(id) AS last_id FROM payfeed.webhook_attempts a"
            f" WHERE webhook_id = :id{where} AND NOT EXISTS (SELECT 1"
            " FROM payfeed.webhook_deliveries d WHERE d.webhook_id = a.webhook_id"
            " AND d.event_id = a.event_id)"
            " GROUP BY event_id, type, event_offset, event_at"
            f" HAVING SUM(CASE WHEN delivered THEN 1 ELSE 0 END) > 0{NEWEST_FIRST}",
            values,
        )
        found += [
            _listed_as_delivered(row, row["attempts"], row["last_id"]) for row in rows
        ]
    return sorted(found, key=lambda listed: listed.place, reverse=True)[:limit]


async def get_attempts(webhook_id: str, event_id: str) -> list[Attempt]:
    """The attempts of one event, oldest first."""
    rows = await fetch_all(
        f"SELECT {ATTEMPT} FROM payfeed.webhook_attempts"
        " WHERE webhook_id = :id AND event_id = :event_id ORDER BY id",
        {"id": webhook_id, "event_id": event_id},
    )
    return [_attempt(row) for row in rows]


async def count_deliveries(wallet_id: str) -> dict[str, tuple[int, int, int | None]]:
    """(waiting, failed, time of the oldest waiting event) by endpoint of a wallet."""
    rows = await fetch_all(
        "SELECT d.webhook_id AS id, COUNT(d.next_at) AS waiting,"
        " COUNT(*) - COUNT(d.next_at) AS failed, MIN(CASE WHEN d.next_at IS NOT NULL"
        " THEN d.event_at END) AS oldest FROM payfeed.webhook_deliveries d"
        " JOIN payfeed.webhooks w ON w.id = d.webhook_id"
        " WHERE w.wallet_id = :wallet_id GROUP BY d.webhook_id",
        {"wallet_id": wallet_id},
    )
    return {row["id"]: (row["waiting"], row["failed"], row["oldest"]) for row in rows}


async def count_all_waiting() -> list[tuple[Webhook, int, int | None]]:
    """Every endpoint, how many deliveries wait, and the time of the oldest event.

    Nothing waits for an endpoint that is disabled or whose feed is suspended.
    """
    names = ", ".join(f"w.{name}" for name in COLUMNS)
    # `>= 0` is a range of the index `webhook_deliveries_due`, which has all columns
    rows = await fetch_all(
        f"SELECT {names}, COUNT(d.next_at) AS waiting, MIN(d.event_at) AS oldest"
        " FROM payfeed.webhooks w"
        " LEFT JOIN payfeed.feeds f ON f.wallet_id = w.wallet_id"
        " AND f.active = true AND w.disabled IS NULL"
        " LEFT JOIN payfeed.webhook_deliveries d ON d.webhook_id = w.id"
        " AND d.next_at >= 0 AND f.wallet_id IS NOT NULL"
        " GROUP BY w.id"
    )
    return [(webhook_of(row), row["waiting"], row["oldest"]) for row in rows]


@shielded
async def expire_attempts(webhook_id: str, before_id: int, keep: int) -> int:
    """Delete a slice of an endpoint's old attempts; returns how many rows."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "DELETE FROM payfeed.webhook_attempts WHERE webhook_id = :id"
                " AND id IN (SELECT id FROM payfeed.webhook_attempts"
                " WHERE webhook_id = :id AND (id < :before_id OR id <= (SELECT id"
                " FROM payfeed.webhook_attempts WHERE webhook_id = :id"
                " ORDER BY id DESC LIMIT 1 OFFSET :keep)) ORDER BY id LIMIT :limit)"
            ),
            {
                "id": webhook_id,
                "before_id": before_id,
                "keep": keep,
                "limit": SLICE_ROWS,
            },
        )
        return int(done.rowcount)


@shielded
async def expire_failed(webhook: Webhook, before: int) -> int:
    """Delete a slice of failed deliveries that are old and whose event is gone."""
    async with transaction() as conn:
        done = await conn.execute(
            text(
                "DELETE FROM payfeed.webhook_deliveries WHERE webhook_id = :id"
                " AND event_id IN (SELECT d.event_id FROM payfeed.webhook_deliveries d"
                " WHERE d.webhook_id = :id AND d.next_at IS NULL"
                " AND d.event_at < :before"
                " AND NOT EXISTS (SELECT 1 FROM payfeed.events e"
                " WHERE e.wallet_id = :wallet_id AND e.event_offset = d.event_offset"
                " AND d.event_id LIKE :epoch) LIMIT :limit)"
            ),
            {
                "id": webhook.id,
                "wallet_id": webhook.wallet_id,
                "epoch": f"{webhook.epoch}-%",
                "before": before,
                "limit": SLICE_ROWS,
            },
        )
        return int(done.rowcount)
