"""Records of webhooks, and the bodies and answers of their routes. No I/O."""

from dataclasses import dataclass, field

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
