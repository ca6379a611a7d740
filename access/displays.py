"""Saved displays: a name, options, and the public key in the display's address."""

import secrets
from dataclasses import replace
from typing import Any

from .. import crud
from ..errors import Conflict, Malformed, NotFound
from ..feed.journal import Journal
from ..models import CreateDisplay, CreateKey, Display, KeyFilter, PatchDisplay
from .keys import AccessKeys, checked_name

MAX_DISPLAYS = 50  # of a wallet
MAX_OPTIONS_BYTES = 2048
RECEIVED = KeyFilter(types=["payment"], direction="in", status="confirmed")


class Displays:
    """Every display has a key of its own, which is public and reads what was received.

    The key is stored as it is, unlike other keys: its owner can show the address again.
    Anyone who has the address of a display has the key.
    """

    def __init__(self, journal: Journal, keys: AccessKeys) -> None:
        self._journal = journal
        self._keys = keys

    async def list(self, wallet_id: str) -> list[dict[str, Any]]:
        """Oldest first. `key` is null when it was revoked."""
        displays = await crud.get_displays(wallet_id)
        usable = {
            key.id for key in await crud.get_keys(wallet_id) if not key.revoked_at
        }
        return [_shown(display, display.key_id in usable) for display in displays]

    async def create(self, wallet_id: str, request: CreateDisplay) -> dict[str, Any]:
        """A display with a new key. Raises Malformed, Conflict."""
        name, options = checked_name(request.name), _checked_options(request.options)
        if len(await crud.get_displays(wallet_id)) >= MAX_DISPLAYS:
            raise Conflict(
                f"This wallet has {MAX_DISPLAYS} displays. Delete one first."
            )
        new_key = CreateKey(name=name, filter=RECEIVED, public=True)
        key = await self._keys.create(wallet_id, new_key)
        display = Display(
            id=secrets.token_hex(8),
            wallet_id=wallet_id,
            name=name,
            options=options,
            key_id=key["id"],
            access_key=key["key"],
            created_at=self._journal.now(),
        )
        await crud.insert_display(display)
        return _shown(display, True)

    async def change(
        self, wallet_id: str, display_id: str, request: PatchDisplay
    ) -> dict[str, Any]:
        """The display as it is now; its key stays. Raises Malformed, NotFound."""
        display = await self._find(wallet_id, display_id)
        if request.name is not None:
            display = replace(display, name=checked_name(request.name))
        if request.options is not None:
            display = replace(display, options=_checked_options(request.options))
        if not await crud.change_display(display):
            raise NotFound("There is no such display.")
        await self._keys.rename(wallet_id, display.key_id, display.name)
        for shown in await self.list(wallet_id):
            if shown["id"] == display_id:
                return shown
        raise NotFound("There is no such display.")

    async def delete(self, wallet_id: str, display_id: str) -> None:
        """Revoke its key, which ends it everywhere, and forget it. Raises NotFound."""
        display = await self._find(wallet_id, display_id)
        await self._keys.revoke(wallet_id, display.key_id)
        await crud.delete_display(display)

    async def _find(self, wallet_id: str, display_id: str) -> Display:
        for display in await crud.get_displays(wallet_id):
            if display.id == display_id:
                return display
        raise NotFound("There is no such display.")


def _checked_options(text: str) -> str:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_OPTIONS_BYTES:
        raise Malformed(f"options are limited to {MAX_OPTIONS_BYTES} bytes.")
    if not text.isascii() or not text.isprintable() or "#" in text:
        raise Malformed("options must be a query as in an address, URL-encoded.")
    return text


def _shown(display: Display, is_usable: bool) -> dict[str, Any]:
    return {
        "id": display.id,
        "name": display.name,
        "options": display.options,
        "key_id": display.key_id,
        "key": display.access_key if is_usable else None,
        "created_at": display.created_at,
    }
