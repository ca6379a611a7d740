"""What a feed hands out: events, which are stored and have an id, and states."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Direction = Literal["in", "out"]
Status = Literal["pending", "confirmed", "failed"]
SettledStatus = Literal["confirmed", "failed"]


@dataclass(frozen=True)
class Payment:
    """A payment of the wallet.

    payment_hash: 64 lower-case hexadecimal digits.
    amount, fee: satoshi, with up to three decimals. amount_msat, fee_msat: the exact
    values in millisatoshi. Amounts are positive for both directions.
    timestamp: time of settlement, Unix seconds.
    tag: LNbits' tag, or the name of the extension that made the payment.
    comment: the payer's comment. fiat: `{"currency": …, "amount": …}`.
    external_id: the identifier that the merchant gave the invoice.
    These four may be None.
    labels: LNbits' labels. extra: the members of LNbits' `extra` that the feed's
    setting `extra_members` names.
    truncated: names of members that the server cut, as the payment was too large.
    """

    payment_hash: str
    amount: int | float
    amount_msat: int
    fee: int | float
    fee_msat: int
    memo: str
    status: Status
    direction: Direction
    timestamp: int
    wallet_id: str
    tag: str | None = None
    comment: str | None = None
    fiat: dict[str, Any] | None = None
    external_id: str | None = None
    labels: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    truncated: list[str] = field(default_factory=list)

    @property
    def is_received(self) -> bool:
        """Whether the wallet has received the money: hand out goods only then."""
        return self.direction == "in" and self.status == "confirmed"


@dataclass(frozen=True)
class Event:
    """An entry of the feed's log.

    id: `<epoch>-<offset>`, unique within the feed; the key to recognise duplicates.
    type: `payment`, `message`, `test`, or the type of a custom event.
    timestamp: time of recording, Unix seconds.
    frame: all members. text: the frame as it arrived, which the signature covers.
    """

    id: str
    type: str
    timestamp: int
    frame: dict[str, Any] = field(repr=False, compare=False)
    text: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class PaymentEvent(Event):
    """A payment was received or sent, or a payment to send has failed.

    redacted: this key's readers are public, so the texts of the payment are empty.
    """

    payment: Payment
    redacted: bool = False


@dataclass(frozen=True)
class MessageEvent(Event):
    """A message of `notify` without a type; `data` is any JSON value."""

    data: Any


@dataclass(frozen=True)
class CustomEvent(Event):
    """A message of `notify` with a type of its own; `members` are its other members."""

    members: dict[str, Any]


@dataclass(frozen=True)
class TestEvent(Event):
    """A test event, as the page and `payfeed test` send it."""

    __test__: ClassVar[bool] = False  # not a test class of pytest
    message: str


@dataclass(frozen=True)
class InvalidEvent:
    """A malformed event. It may be a payment: check the wallet.

    id: None if the frame has no valid id.
    reason: what is wrong. raw: the frame as it arrived.

    Acknowledge it like any event. The ack of a later event covers it too; without an
    id, only that does.
    """

    id: str | None
    reason: str
    raw: str = field(repr=False)


@dataclass(frozen=True)
class Gap:
    """Events after the id `since` are lost: check the wallet.

    oldest: id of the oldest event that the server still has, or None.
    reason: `expired`: retention deleted the events. `unknown`: the feed has no event
    `since`, for example after a restored backup. `too_large`: one event is larger than
    a frame that this client accepts; the server still has it, and `oldest` is None.
    """

    since: str
    oldest: str | None
    reason: str


@dataclass(frozen=True)
class Balance:
    """The wallet's balance; each one replaces the previous one.

    balance: satoshi. balance_msat: millisatoshi. timestamp: Unix seconds.
    """

    wallet_id: str
    balance: int | float
    balance_msat: int
    timestamp: int


@dataclass(frozen=True)
class Connected:
    """A connection has begun.

    head: id of the feed's newest event. cursor: the connection begins after this id.
    recovered: False if events between `since` and `cursor` are lost; a `Gap` follows.
    heartbeat_seconds: the longest time between two frames.
    """

    wallet_id: str
    head: str
    cursor: str
    recovered: bool
    heartbeat_seconds: float


@dataclass(frozen=True)
class Disconnected:
    """A connection has ended or failed; the next attempt is in `retry_seconds`.

    code: the WebSocket close code, or None.
    """

    reason: str
    code: int | None
    retry_seconds: float


# every kind of event, for a `match` that a type checker finds exhaustive
FeedEvent = PaymentEvent | MessageEvent | CustomEvent | TestEvent
Item = FeedEvent | InvalidEvent | Gap | Balance
