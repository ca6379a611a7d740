"""Records and request bodies. No I/O."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class PaymentFacts:
    """One settled or failed payment, in LNbits' numbers made plain.

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
    facts: PaymentFacts | None = None
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


@dataclass
class Feed:
    wallet_id: str
    epoch: str
    head: int
    channel: str
    secret: str
    mirror_to_inkey: bool
    allow_inkey: bool
    active: bool
    created_at: int


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


@dataclass(frozen=True)
class WalletRow:
    """A row of LNbits' wallets that is not deleted.

    `shared_wallet_id` is None unless the wallet is a share; `share_settings` is LNbits'
    JSON about the wallets that this one is shared with.
    """

    id: str
    owner: str
    inkey: str
    adminkey: str
    shared_wallet_id: str | None = None
    share_settings: str | None = None


@dataclass(frozen=True)
class HostWallet:
    """A wallet as LNbits' key opens it; a share points to its source wallet."""

    presented_id: str
    wallet_id: str
    owner: str
    visitor: str
    is_admin_key: bool
    is_share: bool
    may_view: bool

    @property
    def is_admin(self) -> bool:
        """A share's admin key manages the share, not the feed of its source."""
        return self.is_admin_key and not self.is_share


@dataclass(frozen=True)
class Access:
    """What a presented key may do with one feed."""

    wallet_id: str
    name: str
    scopes: frozenset[str]
    key_hash: str
    presented_id: str | None = None
    access_key_id: str | None = None
    is_admin: bool = False
    is_owner: bool = False
    expires_at: int | None = None


@dataclass(frozen=True)
class Filter:
    """Which events a subscriber wants. Empty: all."""

    types: frozenset[str] = field(default_factory=frozenset)
    direction: str | None = None
    min_amount_msat: int | None = None
    tag: str | None = None
    status: str | None = None

    def accepts(self, event: Event) -> bool:
        if self.types and event.type not in self.types:
            if not (event.custom and "message" in self.types):
                return False
        if (self.direction, self.min_amount_msat, self.tag, self.status) == (None,) * 4:
            return True
        return (
            event.type == "payment"
            and self.direction in (None, event.direction)
            and (event.amount_msat or 0) >= (self.min_amount_msat or 0)
            and self.tag in (None, event.tag)
            and self.status in (None, event.status)
        )


class PatchFeed(BaseModel):
    mirror_to_inkey: bool | None = None
    allow_inkey: bool | None = None


class Rotate(BaseModel):
    what: str


class CreateKey(BaseModel):
    name: str
    scopes: list[str]
    expires_at: int | None = None
