"""Records, and the bodies, queries and answers of the routes. No I/O."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field

from .errors import Forbidden


@dataclass(frozen=True)
class SettledPayment:
    """A final payment, settled or failed, in Payfeed's terms.

    `amount_msat` and `fee_msat` are never negative, `settled_at` is Unix seconds.
    """

    wallet_id: str
    payment_hash: str
    direction: str
    status: str
    amount_msat: int
    fee_msat: int
    memo: str
    settled_at: int
    tag: str | None = None
    comment: str | None = None
    fiat: dict[str, Any] | None = None
    external_id: str | None = None
    labels: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


PaymentKey = tuple[str, str, str, str]  # wallet id, direction, payment hash, status


@dataclass(frozen=True)
class PaymentRow:
    """A row of LNbits' payments, without what only its event needs.

    `amount_msat` is negative for an outgoing payment; `status` is LNbits' word. Times
    are Unix seconds. `updated_in_zone`: the same stamp, read in the time zone of
    PostgreSQL's session.
    """

    wallet_id: str
    checking_id: str
    payment_hash: str
    amount_msat: int
    status: str
    created_at: float
    updated_at: float
    updated_in_zone: float


@dataclass(frozen=True)
class Stretch:
    """`count` payments of a wallet by checking id: after one, to another one."""

    wallet_id: str
    after: str
    last: str
    count: int


@dataclass(frozen=True)
class Once:
    """An idempotency key and the content of its message, as SHA-256 hex digests."""

    key_hash: str
    content_hash: str


@dataclass(frozen=True)
class Draft:
    """An event before it has an offset. `members` follow `type` in the body."""

    type: str
    members: dict[str, Any]
    custom: bool = False
    payment: SettledPayment | None = None
    once: Once | None = None


@dataclass
class Event:
    """One stored entry of a feed; `body` is the frame without its signature."""

    wallet_id: str
    epoch: str
    offset: int
    type: str
    timestamp: int
    body: str
    direction: str | None = None
    amount_msat: int | None = None
    tag: str | None = None
    custom: bool = False
    status: str | None = None

    @property
    def id(self) -> str:
        return f"{self.epoch}-{self.offset}"

    @cached_property
    def identifiers(self) -> tuple[str | None, str | None]:
        """(payment hash, external id) of a payment; None, None of other events."""
        payment = json.loads(self.body)["payment"] if self.type == "payment" else {}
        return payment.get("payment_hash"), payment.get("external_id")


@dataclass(frozen=True)
class EventPage:
    """A part of a log. `end`: the last offset that was looked at, in reading order."""

    events: list[Event]
    end: int


@dataclass
class Feed:
    """`extra_members`: of LNbits' `extra`, those that payments carry. `erased`: the
    owner has erased all events up to this id."""

    wallet_id: str
    epoch: str
    head: int
    channel: str
    secret: str
    mirror_to_inkey: bool
    allow_inkey: bool
    active: bool
    created_at: int
    extra_members: tuple[str, ...] = ()
    previous_secret: str | None = None
    previous_until: int | None = None
    erased: str | None = None


@dataclass
class AccessKey:
    id: str
    wallet_id: str
    key_hash: str
    name: str
    scopes: str
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None
    acked: int = 0


@dataclass
class NarrowedKey(AccessKey):
    """An access key that reads a part of its feed: only what its filter accepts.

    `event_filter` is stored as `feed.filters` writes it. `is_public`: its readers get
    redacted payments.
    """

    event_filter: str = "{}"
    is_public: bool = False


@dataclass(frozen=True)
class Display:
    """A saved display. `options` is the query of its address, `access_key` its key."""

    id: str
    wallet_id: str
    name: str
    options: str
    key_id: str
    access_key: str
    created_at: int


@dataclass(frozen=True)
class WalletRow:
    """A row of LNbits' wallets that is not deleted.

    `is_enabled`: the owner's account is active and has the extension enabled.
    `shared_wallet_id` is None unless the wallet is a share; `share_settings` is LNbits'
    JSON about the wallets that this one is shared with.
    """

    id: str
    owner: str
    inkey: str
    adminkey: str
    is_enabled: bool
    shared_wallet_id: str | None = None
    share_settings: str | None = None


@dataclass(frozen=True)
class HostWallet:
    """A wallet of LNbits that is not deleted, and the wallet whose feed it opens.

    `feed_wallet_id` is the source of a share, otherwise the wallet itself; None if the
    source is gone. `is_enabled`: its owner may use the extension and has enabled it;
    for a share, the owner of the source too.
    """

    id: str
    inkey: str
    adminkey: str
    feed_wallet_id: str | None
    is_share: bool
    may_view: bool
    is_enabled: bool


@dataclass(frozen=True)
class Access:
    """What a presented key may do with one feed.

    `key_filter` is None for keys that open the whole feed.
    """

    wallet_id: str
    name: str
    scopes: frozenset[str]
    key_hash: str
    presented_id: str | None = None
    access_key_id: str | None = None
    is_admin: bool = False
    is_owner: bool = False
    expires_at: int | None = None
    key_filter: "Filter | None" = None
    is_public: bool = False

    def narrow(self, event_filter: "Filter") -> "Filter":
        """Which of the events that a request filters this key may read.

        Everything that reads a feed with a key asks here. Raises Forbidden if the key
        lacks the scope `read`.
        """
        self.require_scope("read")
        return event_filter & self.key_filter if self.key_filter else event_filter

    def require_whole_feed(self) -> None:
        """Raises Forbidden for a key that reads a part of its feed."""
        if self.key_filter:
            raise Forbidden("This key reads only what its filter accepts.")

    def require_scope(self, scope: str) -> None:
        """Raises Forbidden if the key lacks this scope."""
        if scope not in self.scopes:
            raise Forbidden(f"This key does not have the scope {scope!r}.")

    def require_admin(self) -> None:
        """Raises Forbidden for all but the admin key of the wallet itself."""
        if not self.is_admin:
            raise Forbidden("This needs the wallet's admin key.")


@dataclass(frozen=True)
class Filter:
    """Which events a subscriber wants. Empty: all. `is_contradiction`: none."""

    types: frozenset[str] = field(default_factory=frozenset)
    direction: str | None = None
    min_amount_msat: int | None = None
    tag: str | None = None
    status: str | None = None
    payment_hash: str | None = None
    external_id: str | None = None
    is_contradiction: bool = False

    def __and__(self, other: "Filter") -> "Filter":
        """The filter of the events that both accept."""
        if self == EVERYTHING or other == EVERYTHING:
            return other if self == EVERYTHING else self
        types = _common_types(self.types, other.types)
        is_contradiction = self.is_contradiction or other.is_contradiction
        if is_contradiction or (not types and (self.types or other.types)):
            return NOTHING
        both: dict[str, Any] = {}
        for name in ("direction", "tag", "status", "payment_hash", "external_id"):
            given = {getattr(self, name), getattr(other, name)} - {None}
            if len(given) > 1:
                return NOTHING
            both[name] = given.pop() if given else None
        amounts = {self.min_amount_msat, other.min_amount_msat} - {None}
        least = max((msat for msat in amounts if msat is not None), default=None)
        return Filter(types=types, min_amount_msat=least, **both)

    @cached_property
    def has_identifier(self) -> bool:
        return self.payment_hash is not None or self.external_id is not None

    @cached_property
    def is_about_payments(self) -> bool:
        """Does it leave out everything but payments?"""
        return self.has_identifier or (
            (self.direction, self.min_amount_msat, self.tag, self.status) != (None,) * 4
        )

    def since_or_default(self, since: str | None) -> str | None:
        """`since`, or its default: the payment may be in the log already."""
        return "start" if since is None and self.payment_hash else since

    def accepts(self, event: Event) -> bool:
        if self.is_contradiction:
            return False
        if self.types and event.type not in self.types:
            if not (event.custom and "message" in self.types):
                return False
        if not self.is_about_payments:
            return True
        return (
            event.type == "payment"
            and self.direction in (None, event.direction)
            and (event.amount_msat or 0) >= (self.min_amount_msat or 0)
            and self.tag in (None, event.tag)
            and self.status in (None, event.status)
            and (not self.has_identifier or self._accepts_identifiers(event))
        )

    def _accepts_identifiers(self, event: Event) -> bool:
        payment_hash, external_id = event.identifiers
        return self.payment_hash in (None, payment_hash) and (
            self.external_id in (None, external_id)
        )


EVERYTHING = Filter()  # shared by all readers without a filter
NOTHING = Filter(is_contradiction=True)


def _common_types(ours: frozenset[str], theirs: frozenset[str]) -> frozenset[str]:
    """`message` includes every custom type. Empty: none, or all if both are empty."""
    if not ours or not theirs:
        return ours or theirs
    common = ours & theirs
    for names, others in ((ours, theirs), (theirs, ours)):
        if "message" in names:
            common |= others - {"payment", "test"}
    return common


class ReadQuery(BaseModel):
    """Where a reader begins and what it filters. Filters other than `types` leave out
    everything but payments."""

    since: str | None = Field(
        None,
        description="Deliver what follows: an event id, `start`, `@<unix seconds>`, or"
        " `acked` (access keys only). Absent: only new events; with `payment_hash`,"
        " `start`.",
        example="q7xk2p8a-42",
    )
    types: str | None = Field(
        None,
        description="Event types, separated by commas. `message`: every custom event.",
        example="payment,message",
    )
    direction: str | None = Field(None, description="`in` or `out`", example="in")
    status: str | None = Field(
        None, description="`confirmed` or `failed`", example="confirmed"
    )
    min_amount: str | None = Field(None, description="satoshi", example="1000")
    tag: str | None = Field(None, description="LNbits' tag", example="lnurlp")
    payment_hash: str | None = Field(None, description="64 lower-case hex digits")
    external_id: str | None = Field(
        None, description="The identifier that the merchant gave the invoice"
    )


class EventsQuery(ReadQuery):
    """A page of events: after `since`, before `before`, or else the newest."""

    before: str | None = Field(
        None,
        description="An event id: the events before it. `@<unix seconds>`: those that"
        " were recorded before.",
    )
    limit: str = Field("100", description="1 to 1000 events", example="100")
    wait: str = Field(
        "0",
        description="Hold the request for up to 30 seconds until there is an event.",
    )


class ExportQuery(ReadQuery):
    """What to export: from `since`, or else the oldest kept event, to `until`."""

    until: str | None = Field(
        None,
        description="The id of the last event, or `@<unix seconds>`: what was recorded"
        " before. Absent: to the head.",
        example="@1767225600",
    )


class EraseEvents(BaseModel):
    before: str = Field(
        description="An event id, or a day as `YYYY-MM-DD` (UTC, by the time of"
        " recording): the events before it. `all`: every event.",
        example="2026-01-01",
    )
    dry_run: bool = Field(False, description="Only count.")


class ErasedAnswer(BaseModel):
    events: int = Field(description="How many events were erased, or would be.")
    dry_run: bool


class PatchFeed(BaseModel):
    """Settings of a feed. Absent ones stay as they are."""

    mirror_to_inkey: bool | None = Field(
        None, description="Also push payments to LNbits' own socket of the invoice key."
    )
    allow_inkey: bool | None = Field(
        None, description="May the invoice key open the feed?"
    )
    extra_members: list[str] | None = Field(
        None,
        description="Members of LNbits' `extra` that payments carry from now on: up to"
        " 10 names of 1 to 64 characters out of `A-Z a-z 0-9 _ . -`.",
        example=["order", "table"],
    )


class Rotate(BaseModel):
    what: str = Field(description="`channel`, `secret` or `epoch`", example="secret")
    overlap_seconds: int = Field(
        0,
        ge=0,
        le=604_800,
        description="How long the secret before signs, too. Clients of 0.1.0 compare"
        " one signature only.",
    )


class FilterBody(BaseModel):
    """Which events. Members other than `types` leave out all but payments."""

    types: list[str] | None = Field(
        None, description="`message`: every custom event.", example=["payment"]
    )
    direction: str | None = Field(None, description="`in` or `out`", example="in")
    status: str | None = Field(None, description="`confirmed` or `failed`")
    min_amount: float | None = Field(None, description="satoshi", example=1000)
    tag: str | None = Field(None, description="LNbits' tag", example="lnurlp")

    class Config:
        extra = "forbid"


class KeyFilter(FilterBody):
    payment_hash: str | None = Field(None, description="64 lower-case hex digits")
    external_id: str | None = Field(
        None, description="The identifier that the merchant gave the invoice"
    )


class CreateKey(BaseModel):
    name: str = Field(description="1 to 64 printable characters", example="Till")
    scopes: list[str] = Field(
        default_factory=lambda: ["read"],
        description="Out of `read`, `notify`, `balance`. A key with a filter, or a"
        " public one, has `read` alone.",
        example=["read"],
    )
    expires_at: int | None = Field(None, description="Unix seconds; absent: never.")
    filter: KeyFilter = Field(
        default_factory=KeyFilter,
        description="Fixed for the key; a query can only narrow it further.",
    )
    public: bool = Field(
        False,
        description="Memo, comment and the merchant's identifiers are empty for its"
        " readers.",
    )


class RenameKey(BaseModel):
    name: str = Field(description="1 to 64 printable characters", example="Till")


class Retained(BaseModel):
    """The most that the feed keeps."""

    days: int
    events: int
    bytes: int


class FeedAnswer(BaseModel):
    wallet_id: str
    epoch: str
    head: str = Field(description="The id of the newest event.")
    oldest: str | None = Field(description="The id of the oldest kept event.")
    oldest_at: int | None = Field(description="When it was recorded, Unix seconds.")
    events: int = Field(description="How many events are kept.")
    bytes: int = Field(description="The bytes of their bodies.")
    subscribers: int = Field(description="Of this process.")
    retention: Retained
    mirror_to_inkey: bool
    allow_inkey: bool
    extra_members: list[str]
    channel: str | None = Field(None, description="With the admin key only.")
    secret: str | None = Field(None, description="With the admin key only.")
    previous_secret_until: int | None = Field(
        None, description="Until then the previous secret signs, too. As above."
    )


class EventsAnswer(BaseModel):
    events: list[dict[str, Any]] = Field(description="Frames, ascending.")
    head: str
    cursor: str = Field(description="Pass it as `since` to read on.")
    oldest: str | None
    has_more: bool
    recovered: bool = Field(description="False: events after `since` are missing.")


class KeyAnswer(BaseModel):
    id: str
    name: str
    scopes: list[str]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    acked: str = Field(description="Processed up to this event id.")
    lag: int = Field(description="How many events follow it.")
    acks: bool = Field(description="Has it acknowledged an event since its creation?")
    filter: KeyFilter
    public: bool


class CreatedKey(KeyAnswer):
    key: str = Field(description="The key itself, in this answer only.")


class RevokedKey(BaseModel):
    id: str
    revoked: bool


class CreateDisplay(BaseModel):
    name: str = Field(description="1 to 64 printable characters", example="Counter")
    options: str = Field(
        "",
        description="The options of the display, as the query of its address.",
        example="background=dark&total=today",
    )


class PatchDisplay(BaseModel):
    """Absent members stay as they are. The display's key stays."""

    name: str | None = Field(None, description="1 to 64 printable characters")
    options: str | None = Field(None, description="As in `POST displays`.")


class DisplayAnswer(BaseModel):
    id: str
    name: str
    options: str
    key_id: str = Field(description="Of the display's access key.")
    key: str | None = Field(
        description="The key itself: public, for received payments. Null: revoked."
    )
    created_at: int


class DeletedDisplay(BaseModel):
    id: str
    deleted: bool


class SubscriberAnswer(BaseModel):
    name: str = Field(description="The access key's name, `wallet key` or `share`.")
    key_id: str | None = Field(description="The access key's id; null for others.")
    since: int = Field(description="Unix seconds.")
    address: str
    last_id: str = Field(description="The cursor.")
    acked: str | None
    lag: int


class SentAnswer(BaseModel):
    sent: bool
    id: str = Field(description="The event id.")
    delivered: int = Field(description="Live subscribers of this process.")


class HealthAnswer(BaseModel):
    status: str = Field(example="ok")


class FeedSize(BaseModel):
    wallet_id: str
    events: int
    bytes: int


class FeedCounts(BaseModel):
    active: int = Field(description="They record payments.")
    inactive: int = Field(description="Suspended, or not opened yet.")


class StorageAnswer(BaseModel):
    measured_at: int | None = Field(
        description="When events and bytes were counted, Unix seconds: every five"
        " minutes. Null: not since the start."
    )
    events: int
    bytes: int = Field(description="Of the events' bodies.")
    database_bytes: int = Field(description="Payfeed's tables on the disk.")
    retention: Retained
    largest: list[FeedSize] = Field(description="The ten largest feeds by bytes.")


class SubscriberCounts(BaseModel):
    connected: int
    wallets: int = Field(description="Whose feeds they read.")
    lag: int = Field(description="Events the slowest one is behind.")


class WebhookCounts(BaseModel):
    """Endpoints of all wallets by state, and deliveries that wait."""

    enabled: bool = Field(description="False: `PAYFEED_WEBHOOKS` is off.")
    delivering: int
    retrying: int
    failing: int
    disabled: int
    waiting: int
    oldest_waiting_seconds: int


class SweepAnswer(BaseModel):
    looked_at: int = Field(description="When the last look began, Unix seconds.")
    scan_ms: int = Field(description="How long its reading took.")
    under_way: int = Field(description="Payments that are read again.")
    reconciled: int = Field(description="Payments that the listener did not record.")


class AuditAnswer(BaseModel):
    rounds: int = Field(description="How often all payments were compared.")
    ended_at: int | None = Field(description="The end of the last round.")
    urgent: bool = Field(description="It is faster until its round has ended.")


class ServerAnswer(BaseModel):
    """Counts are of this process since `started_at`, except for feeds, storage and
    webhooks."""

    version: str = Field(example="0.2.0")
    database: str = Field(description="`sqlite` or `postgresql`")
    started_at: int = Field(description="Unix seconds.")
    healthy: bool = Field(description="As `GET health`.")
    feeds: FeedCounts
    storage: StorageAnswer
    subscribers: SubscriberCounts
    webhooks: WebhookCounts
    sweep: SweepAnswer
    audit: AuditAnswer
    recorded: int = Field(description="Events.")
    delivered: int = Field(description="Events sent to readers.")
    refused: int = Field(description="Requests and connections.")
