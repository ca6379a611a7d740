"""The newest known position of every feed.

A row with an older position comes from an older copy of the database that was put in
place while LNbits runs. Ids must not be reused, so such a feed begins a new epoch.
"""

import secrets
from dataclasses import dataclass, field

from loguru import logger

EPOCH_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_epoch() -> str:
    """Eight random characters; see "epoch" in docs/protocol.md."""
    return "".join(secrets.choice(EPOCH_ALPHABET) for _ in range(8))


@dataclass
class Position:
    """A feed's newest known head, and its ended epochs."""

    epoch: str
    head: int
    ended: set[str] = field(default_factory=set)

    def is_past(self, epoch: str, head: int) -> bool:
        return epoch in self.ended or (epoch == self.epoch and head < self.head)

    def move(self, epoch: str, head: int) -> None:
        if epoch == self.epoch:
            self.head = max(head, self.head)
        else:
            self.ended.add(self.epoch)
            self.epoch, self.head = epoch, head


class Positions:
    """By wallet id."""

    def __init__(self) -> None:
        self._positions: dict[str, Position] = {}

    def is_past(self, wallet_id: str, epoch: str, head: int) -> bool:
        known = self._positions.get(wallet_id)
        return known is not None and known.is_past(epoch, head)

    def move(self, wallet_id: str, epoch: str, head: int) -> None:
        known = self._positions.setdefault(wallet_id, Position(epoch, head))
        known.move(epoch, head)

    def renew(self, wallet_id: str, epoch: str, head: int) -> str | None:
        """The new epoch of a feed that went back, else None. See `crud.append`."""
        if not self.is_past(wallet_id, epoch, head):
            return None
        warn_renewed(wallet_id)
        return new_epoch()


def warn_renewed(wallet_id: str) -> None:
    logger.warning(
        f"payfeed: wallet {wallet_id}: its log went back, a new epoch begins"
    )
