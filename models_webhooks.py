"""Records of webhooks, and the bodies and answers of their routes. No I/O."""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from .models import FilterBody

PAUSED = "paused"  # by the owner
GONE = "gone"  # the receiver answered 410
FAILED = "failed"  # everything failed for five days
BLOCKED = "blocked"  # ordered, and one event could not be delivered


@dataclass(frozen=True)
class Webhook:
    """One endpoint: a receiver's URL and a stored cursor over a feed.

    Its owner's requests change the members up to `version`, which counts these changes.
    The others belong to the process that sends. Every event up to the cursor is
    delivered, left out by the filter, or has a delivery. `disabled` is None or why
    nothing is sent; `is_reported`: the owner was notified of that.
    """

    id: str
    wallet_id: str
    url: str
    description: str
    event_filter: str
    ordered: bool
    secret: str
    created_at: int
    epoch: str
    cursor_offset: int
    previous_secret: str | None = None
    previous_until: int | None = None
    version: int = 0
    disabled: str | None = None
    disabled_at: int | None = None
    is_reported: bool = False
    failures: int = 0
    first_failure_at: int | None = None
    next_probe_at: int = 0
    lease_holder: str | None = None
    lease_until: int = 0


@dataclass(frozen=True)
class Delivery:
    """An event that is not delivered: its request failed, or it is to be sent again.

    `attempts` counts those of the schedule, not probes. `next_at` is None when no more
    follow. `event_offset` is 0 and `body` set for what is not in the log: a `gap`.
    """

    webhook_id: str
    event_id: str
    type: str
    event_offset: int
    event_at: int
    attempts: int = 0
    next_at: int | None = None
    last_at: int = 0
    error: str | None = None
    body: str | None = None

    @property
    def state(self) -> str:
        if self.next_at is None:
            return "failed"
        return "retrying" if self.attempts else "waiting"


@dataclass(frozen=True)
class Attempt:
    """One request and its outcome. `id` is its time in microseconds, made unique."""

    webhook_id: str
    id: int
    event_id: str
    type: str
    event_offset: int
    event_at: int
    is_probe: bool
    delivered: bool
    duration_ms: int
    status: int | None
    reply: str
    error: str | None


@dataclass(frozen=True)
class Change:
    """What one result changes; stored in one transaction.

    `saved` replaces the delivery of its event, `done` names one to be removed.
    """

    webhook_id: str
    epoch: str
    cursor_offset: int
    failures: int
    first_failure_at: int | None
    next_probe_at: int
    is_reported: bool
    attempt: Attempt | None = None
    saved: Delivery | None = None
    done: str | None = None
    disabled: str | None = None
    at: int = 0


@dataclass(frozen=True)
class Work:
    """An enabled endpoint of an active feed, and what it has to do.

    `next_at`: when its next delivery is due.
    """

    webhook: Webhook
    feed_epoch: str
    head: int
    next_at: int | None = None

    @property
    def is_behind(self) -> bool:
        webhook = self.webhook
        return (webhook.epoch, webhook.cursor_offset) != (self.feed_epoch, self.head)


@dataclass(frozen=True)
class Listed:
    """A delivery in the list of an endpoint, newest event first."""

    event_id: str
    type: str
    event_offset: int
    event_at: int
    state: str
    attempts: int
    next_at: int | None = None
    last_at: int = 0
    error: str | None = None
    place: tuple[int, int, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        place = (self.event_at, self.event_offset, self.event_id)
        object.__setattr__(self, "place", place)


class CreateWebhook(BaseModel):
    url: str = Field(description="https", example="https://shop.example/payments")
    description: str = Field("", description="at most 200 printable characters")
    filter: FilterBody = Field(default_factory=FilterBody)
    since: str | None = Field(
        None,
        description="Where it begins: an event id, `start` or `@<unix seconds>`."
        " Absent: after the newest event.",
    )
    ordered: bool = Field(
        False, description="Send an event only after the one before is delivered."
    )


class PatchWebhook(BaseModel):
    """Absent members stay as they are."""

    url: str | None = Field(None, description="Holds for what is waiting, too.")
    description: str | None = Field(None)
    filter: FilterBody | None = Field(
        None, description="Holds for events that are not queued yet."
    )
    ordered: bool | None = Field(None)
    enabled: bool | None = Field(
        None, description="False pauses; true goes on where it stopped."
    )


class EnableWebhook(BaseModel):
    start: str = Field(
        "stopped",
        alias="from",
        description="`stopped`: with what was missed; `now`: with new events only.",
    )


class RotateWebhook(BaseModel):
    overlap_seconds: int = Field(
        86_400,
        ge=0,
        le=604_800,
        description="How long the secret before it signs, too.",
    )


class Resend(BaseModel):
    """Either `event`, or `since` and `only`."""

    event: str | None = Field(None, description="An event id.")
    since: str | None = Field(None, description="An event id or `@<unix seconds>`.")
    only: str = Field("failed", description="`failed` or `all`")


class DeliveriesQuery(BaseModel):
    state: str | None = Field(
        None, description="`delivered`, `waiting`, `retrying` or `failed`"
    )
    before: str | None = Field(
        None, description="An event id: what follows in the list."
    )
    event: str | None = Field(
        None, description="An event id: its delivery alone, if there is one."
    )
    limit: str = Field("100", description="1 to 1000 deliveries", example="100")


class WebhookAnswer(BaseModel):
    id: str
    url: str
    description: str
    filter: FilterBody
    ordered: bool
    enabled: bool
    state: str = Field(description="`delivering`, `retrying`, `failing` or `disabled`")
    reason: str | None = Field(
        description="Why it is disabled: `paused` by the owner, `gone` (the receiver"
        " answered 410), `failed` (for five days), `blocked` (ordered, and an event"
        " could not be delivered)."
    )
    disabled_at: int | None
    cursor: str = Field(description="Up to here events are delivered or listed.")
    lag: int = Field(
        description="How many events after the cursor are to be sent; at most 1,000 are"
        " counted."
    )
    lag_has_more: bool = Field(description="There are more than were counted.")
    waiting: int = Field(description="Deliveries that are attempted again.")
    failed: int = Field(description="Deliveries that are not attempted any more.")
    oldest_waiting_at: int | None = Field(description="When its event was recorded.")
    failing_since: int | None = Field(description="The first failure in a row.")
    next_probe_at: int | None = Field(description="While it is failing.")
    created_at: int
    previous_secret_until: int | None


class WebhookWithSecret(WebhookAnswer):
    secret: str


class DeletedWebhook(BaseModel):
    id: str
    deleted: bool


class TestedWebhook(BaseModel):
    delivered: bool
    status: int | None
    duration_ms: int
    reply: str = Field(description="At most 512 bytes.")
    error: str | None = Field(description="Why there is no status.")


class PaymentSummary(BaseModel):
    direction: str
    status: str
    amount: float = Field(description="satoshi")
    amount_msat: int
    memo: str = Field(description="At most 200 characters.")


class DeliveryAnswer(BaseModel):
    event: str
    type: str
    payment: PaymentSummary | None = Field(
        description="What was paid; null for other events, and for those that are no"
        " longer kept."
    )
    state: str
    attempts: int
    recorded_at: int
    last_attempt_at: int | None
    next_attempt_at: int | None
    error: str | None = Field(description="Of the last attempt, unless delivered.")


class DeliveriesAnswer(BaseModel):
    deliveries: list[DeliveryAnswer]
    has_more: bool


class AttemptAnswer(BaseModel):
    at: float = Field(description="Unix seconds.")
    duration_ms: int
    is_probe: bool = Field(description="Made while failing; uses up no attempt.")
    status: int | None
    reply: str = Field(description="At most 512 bytes.")
    error: str | None


class DeliveryWithAttempts(DeliveryAnswer):
    tries: list[AttemptAnswer] = Field(description="Oldest first, of 30 days.")


class ResendAnswer(BaseModel):
    count: int
