"""Signing secrets, and their rotation: for a while the one before signs, too."""

import base64
import secrets
from typing import Protocol

from ..errors import Conflict


class Rotating(Protocol):
    """What has a secret: a feed, a webhook. `previous_until`: Unix seconds."""

    @property
    def secret(self) -> str: ...

    @property
    def previous_secret(self) -> str | None: ...

    @property
    def previous_until(self) -> int | None: ...


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def overlap_end(holder: Rotating, now: float) -> int | None:
    """Until when the previous secret signs, too; None if it does not."""
    until = holder.previous_until
    return until if holder.previous_secret and until and until > now else None


def valid_secrets(holder: Rotating, now: float) -> list[str]:
    """The secrets that sign now, the newest first."""
    valid = [holder.secret]
    if holder.previous_secret and overlap_end(holder, now):
        valid.append(holder.previous_secret)
    return valid


def still_overlapping() -> Conflict:
    """The error of a rotation with an overlap during an overlap."""
    return Conflict(
        "The previous secret is still in use. End it first, or rotate with"
        " overlap_seconds 0."
    )
