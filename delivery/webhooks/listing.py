"""What the routes show of endpoints, their deliveries and attempts."""

from collections.abc import Sequence
from typing import Any

from ... import crud
from ...feed.filters import shown_filter
from ...feed.journal import SCAN_EVENTS
from ...feed.protocol import loads
from ...feed.secrets import overlap_end
from ...feed.tail import Tail
from ...models_webhooks import Attempt, Listed, Webhook
from .backlog import filter_of
from .schedule import FAILING_FAILURES

MOST_LAG = 1000
BODIES = 100  # in memory at a time
MEMO_LENGTH = 200

Lag = tuple[int, bool]  # how many events, and whether there are more
Counts = dict[str, tuple[int, int, int | None]]


async def count_lag(tail: Tail, webhook: Webhook, cursor: int) -> Lag:
    """Events after the cursor that the filter accepts, up to MOST_LAG.

    Of a long log the first SCAN_EVENTS are looked at, by an index without the bodies.
    """
    wallet_id, epoch = tail.feed.wallet_id, tail.feed.epoch
    after = cursor if webhook.epoch == epoch else 0
    head, events, is_cut = tail.head, tail.recent(after), False
    event_filter = filter_of(webhook)
    if events is None:
        first = await crud.get_offset_after(wallet_id, epoch, after)
        until = min(head, (first or head) + SCAN_EVENTS - 1)
        is_cut = until < head
        events = await crud.get_outlines(
            wallet_id, epoch, after, until, MOST_LAG + 1, event_filter
        )
    count = sum(map(event_filter.accepts, events))
    return min(count, MOST_LAG), is_cut or count > MOST_LAG


def state_of(webhook: Webhook, waiting: int) -> str:
    """`delivering`, `retrying`, `failing` or `disabled`; `waiting`: deliveries."""
    if webhook.disabled:
        return "disabled"
    if not webhook.ordered and webhook.failures >= FAILING_FAILURES:
        return "failing"
    return "retrying" if waiting or webhook.failures else "delivering"


def shown_webhook(
    webhook: Webhook, cursor: int, lag: Lag, counts: Counts, now: int
) -> dict[str, Any]:
    """Without its secret; `counts` as from `crud.count_deliveries`."""
    waiting, failed, oldest = counts.get(webhook.id, (0, 0, None))
    state = state_of(webhook, waiting)
    return {
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "filter": shown_filter(webhook.event_filter),
        "ordered": webhook.ordered,
        "enabled": webhook.disabled is None,
        "state": state,
        "reason": webhook.disabled,
        "disabled_at": webhook.disabled_at,
        "cursor": f"{webhook.epoch}-{cursor}",
        "lag": lag[0],
        "lag_has_more": lag[1],
        "waiting": waiting,
        "failed": failed,
        "oldest_waiting_at": oldest,
        "failing_since": webhook.first_failure_at,
        "next_probe_at": webhook.next_probe_at if state == "failing" else None,
        "created_at": webhook.created_at,
        "previous_secret_until": overlap_end(webhook, now),
    }


async def shown_deliveries(
    tail: Tail, deliveries: Sequence[Listed]
) -> list[dict[str, Any]]:
    """Deliveries with what was paid, while their events are kept."""
    payments = await _payments_of(tail, deliveries)
    return [
        {
            "event": listed.event_id,
            "type": listed.type,
            "payment": payments.get(listed.event_id),
            "state": listed.state,
            "attempts": listed.attempts,
            "recorded_at": listed.event_at,
            "last_attempt_at": listed.last_at or None,
            "next_attempt_at": listed.next_at,
            "error": listed.error,
        }
        for listed in deliveries
    ]


async def _payments_of(
    tail: Tail, deliveries: Sequence[Listed]
) -> dict[str, dict[str, Any]]:
    paid = [listed for listed in deliveries if listed.type == "payment"]
    found = {}
    for start in range(0, len(paid), BODIES):
        offsets = [listed.event_offset for listed in paid[start : start + BODIES]]
        for event in await crud.get_events_at(
            tail.feed.wallet_id, tail.feed.epoch, offsets
        ):
            found[event.id] = _summary(loads(event.body)["payment"])
    return found


def _summary(payment: dict[str, Any]) -> dict[str, Any]:
    names = ("direction", "status", "amount", "amount_msat")
    summary = {name: payment.get(name) for name in names}
    return summary | {"memo": (payment.get("memo") or "")[:MEMO_LENGTH]}


def shown_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.id / 1_000_000,
        "duration_ms": attempt.duration_ms,
        "is_probe": attempt.is_probe,
        "status": attempt.status,
        "reply": attempt.reply,
        "error": attempt.error,
    }
