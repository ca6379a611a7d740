"""What a feed tells: events, which are stored and have an id, and states."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class Payment:
    """`amount` and `fee` are satoshi, up to three decimals; the msat values are exact.

    `timestamp` is the settlement in Unix seconds.
    """

    payment_hash: str
    amount: int | float
    amount_msat: int
    fee: int | float
    fee_msat: int
    memo: str
    status: Literal["pending", "confirmed", "failed"]
    direction: Literal["in", "out"]
    timestamp: int
    wallet_id: str
    tag: str | None = None
    comment: str | None = None
    fiat: dict[str, Any] | None = None

    @property
    def is_received(self) -> bool:
        """Money came in: the only case to hand out goods."""
        return self.direction == "in" and self.status == "confirmed"


@dataclass(frozen=True)
class Event:
    """`timestamp`: when it was recorded, Unix seconds.

    `frame` has all members, `text` is the frame as it arrived, which was signed.
    """

    id: str
    type: str
    timestamp: int
    frame: dict[str, Any] = field(repr=False, compare=False)
    text: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class PaymentEvent(Event):
    payment: Payment


@dataclass(frozen=True)
class MessageEvent(Event):
    """A custom message: `data` is any JSON value."""

    data: Any


@dataclass(frozen=True)
class OwnEvent(Event):
    """A custom message that brought its own `type`; `members` are the others."""

    members: dict[str, Any]


@dataclass(frozen=True)
class TestEvent(Event):
    __test__: ClassVar[bool] = False
    message: str


@dataclass(frozen=True)
class InvalidEvent:
    """An event of the wrong shape, perhaps a payment: look into the wallet.

    `reason` says what is wrong, `raw` is the frame as it arrived. Acknowledge it like
    any event; the ack of a later one passes it too. `id` is None if the frame has none,
    then only a later ack passes it.
    """

    id: str | None
    reason: str
    raw: str = field(repr=False)


@dataclass(frozen=True)
class Gap:
    """Events after `since` are lost; what is kept begins at `oldest` (None: nothing).

    `expired`: retention deleted them. `unknown`: the feed never had this id, as after
    a restored backup. `too_large`: one event, which does not fit into a frame that this
    client takes; it is still kept by the server, and `oldest` is None.
    """

    since: str
    oldest: str | None
    reason: str


@dataclass(frozen=True)
class Balance:
    """Only the latest counts."""

    wallet_id: str
    balance: int | float
    balance_msat: int
    timestamp: int


@dataclass(frozen=True)
class Connected:
    """`head`: the newest id of the feed. `cursor`: where this connection begins."""

    wallet_id: str
    head: str
    cursor: str
    recovered: bool
    heartbeat_seconds: float


@dataclass(frozen=True)
class Disconnected:
    """`code`: the close code, None without one. Tried again in `retry_seconds`."""

    reason: str
    code: int | None
    retry_seconds: float


Item = Event | InvalidEvent | Gap | Balance
