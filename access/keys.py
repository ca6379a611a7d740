"""Access keys: create, list, rename, revoke."""

import re
import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from .. import crud
from ..errors import Forbidden, Malformed, NotFound, PayfeedError
from ..feed.filters import NO_FILTER, shown_filter, stored_filter
from ..feed.journal import Journal
from ..feed.protocol import SCOPES
from ..feed.tail import Tail
from ..models import AccessKey, CreateKey, NarrowedKey
from .records import hash_of

KEY_ID = re.compile(r"[0-9a-f]{16}\Z")


class AccessKeys:
    """`on_revoke` ends what a key opened: (key id, reason)."""

    def __init__(
        self, journal: Journal, on_revoke: Callable[[str, PayfeedError], None]
    ) -> None:
        self._journal = journal
        self._on_revoke = on_revoke

    async def create(self, wallet_id: str, request: CreateKey) -> dict[str, Any]:
        """A new access key; only this answer has the key itself. Raises Malformed."""
        name = checked_name(request.name)
        if not request.scopes or not set(request.scopes) <= set(SCOPES):
            raise Malformed(f"scopes must be out of {', '.join(SCOPES)}.")
        if request.expires_at is not None and not (
            self._journal.now() < request.expires_at < 10**12
        ):
            raise Malformed("expires_at must lie in the future, in Unix seconds.")
        event_filter = stored_filter(request.filter)
        is_narrowed = request.public or event_filter != NO_FILTER
        if is_narrowed and set(request.scopes) != {"read"}:
            raise Malformed(
                "A public key, or one with a filter, has the scope read alone."
            )
        tail = await self._journal.need_tail(wallet_id)
        key = "pfk_" + secrets.token_urlsafe(32)
        stored = AccessKey(
            id=secrets.token_hex(8),
            wallet_id=wallet_id,
            key_hash=hash_of(key),
            name=name,
            scopes=" ".join(sorted(set(request.scopes))),
            created_at=self._journal.now(),
            expires_at=request.expires_at,
            acked=tail.head,
        )
        if is_narrowed:
            stored = NarrowedKey(
                **asdict(stored), event_filter=event_filter, is_public=request.public
            )
        await crud.insert_key(stored)
        return {"key": key} | _public(stored, tail, {})

    async def list(self, wallet_id: str) -> list[dict[str, Any]]:
        """The access keys of a wallet, revoked ones included, oldest first."""
        tail = await self._journal.need_tail(wallet_id)
        keys = await crud.get_keys(wallet_id)
        times = await crud.get_times(wallet_id, {key.acked for key in keys})
        return [_public(key, tail, times) for key in keys]

    async def rename(self, wallet_id: str, key_id: str, name: str) -> dict[str, Any]:
        """The key with its new name. Raises Malformed, NotFound."""
        name = checked_name(name)
        if KEY_ID.match(key_id) and await crud.rename_key(wallet_id, key_id, name):
            for key in await self.list(wallet_id):
                if key["id"] == key_id:
                    return key
        raise NotFound("There is no such key.")

    async def revoke(self, wallet_id: str, key_id: str) -> bool:
        """End a key for good. False if the wallet has no such key in use."""
        if not KEY_ID.match(key_id):
            return False
        now = self._journal.now()
        if not await crud.revoke_key(wallet_id, key_id, now):
            return False
        self._on_revoke(key_id, Forbidden("This access key is revoked."))
        return True


def checked_name(text: str) -> str:
    """A name without spaces around it, or Malformed."""
    name = text.strip()
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise Malformed("name must have 1 to 64 printable characters.")
    return name


def _public(key: AccessKey, tail: Tail, times: dict[int, int]) -> dict[str, Any]:
    """`times`: when events were recorded, by offset. A new key begins at the head, so a
    key that acknowledges has reached an event that is younger than itself."""
    narrowing: dict[str, Any] = {"filter": {}, "public": False}
    if isinstance(key, NarrowedKey):
        event_filter = shown_filter(key.event_filter)
        narrowing = {"filter": event_filter, "public": key.is_public}
    return narrowing | {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes.split(),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "acked": tail.id_of(key.acked),
        "lag": max(0, tail.head - key.acked),
        "acks": times.get(key.acked, 0) > key.created_at,
    }
