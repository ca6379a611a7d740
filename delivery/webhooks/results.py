"""What the outcome of one request changes: health, the delivery, disabling. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ...models_webhooks import BLOCKED, FAILED, GONE, Delivery, Webhook
from . import schedule
from .backlog import Item
from .schedule import Health
from .sender import Outcome

GONE_STATUS = 410
ASK_TO_WAIT = (429, 503)


@dataclass(frozen=True)
class Failure:
    """`disabled`: why the endpoint ends with this failure; None: it goes on."""

    health: Health
    delivery: Delivery
    disabled: str | None


@dataclass(frozen=True)
class Circumstances:
    """What an endpoint is when a request of it fails.

    `is_blocking`: its order waits for this event. `epoch`: the feed's, which may be
    newer than the event's. `random`: from 0 to 1.
    """

    webhook: Webhook
    health: Health
    epoch: str
    is_blocking: bool
    now: float
    random: Callable[[], float]


def failure_of(item: Item, outcome: Outcome, at: Circumstances) -> Failure:
    """The endpoint's health and the event's delivery after a request that failed."""
    wait = None
    if outcome.status in ASK_TO_WAIT:
        wait = schedule.retry_after(outcome.retry_after, at.now)
    health = at.health.after_failure(at.now, item.due, wait, at.random())
    delivery = _delivery_after(item, outcome, wait, at)
    disabled = FAILED if health.is_over(at.now) else None
    if at.is_blocking and delivery.next_at is None:
        disabled, delivery = BLOCKED, replace(delivery, next_at=int(at.now))
    if outcome.status == GONE_STATUS:
        disabled = GONE
    return Failure(health, delivery, disabled)


def _delivery_after(
    item: Item, outcome: Outcome, wait: float | None, at: Circumstances
) -> Delivery:
    known = item.delivery or Delivery(
        at.webhook.id, item.event_id, item.type, item.offset, item.event_at
    )
    now = int(at.now)
    error = outcome.error or f"the receiver answered {outcome.status}"
    known = replace(known, last_at=now, error=error)
    if item.epoch != at.epoch:
        return replace(known, next_at=None, error="epoch ended")
    if item.is_probe:
        return replace(known, next_at=known.next_at or now)
    attempts = known.attempts + 1
    due = schedule.next_attempt(attempts, at.now, wait, at.random())
    next_at = None if due is None else math.ceil(due)
    return replace(known, attempts=attempts, next_at=next_at)
