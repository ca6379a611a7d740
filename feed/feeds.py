"""A feed's life: create, suspend, describe, change, rotate."""

import re
import secrets
from collections.abc import Callable
from typing import Any

from .. import crud
from ..errors import WALLET_GONE, Forbidden, Malformed, PayfeedError, UnknownWallet
from ..host import extra, wallets
from ..models import Feed
from .epochs import new_epoch
from .journal import Journal
from .secrets import new_secret, overlap_end, still_overlapping
from .tail import Tail

MAX_EXTRA_MEMBERS = 10
EXTRA_MEMBER = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


class Feeds:
    """`on_close` ends the subscribers of a wallet: (wallet id, reason)."""

    def __init__(
        self, journal: Journal, on_close: Callable[[str, PayfeedError], None]
    ) -> None:
        self._journal = journal
        self._on_close = on_close

    async def suspend(self, feed: Feed) -> None:
        """Stop recording, and end the wallet's subscribers."""
        await crud.suspend_feed(feed.wallet_id)
        is_gone = not await wallets.find_wallets([feed.wallet_id])
        if is_gone:
            await crud.delete_webhooks_of(feed.wallet_id)
        reason = WALLET_GONE if is_gone else "The extension is not enabled."
        self._on_close(feed.wallet_id, Forbidden(reason))

    async def describe(self, wallet_id: str, with_secrets: bool) -> dict[str, Any]:
        """`GET feed` without the counts of this process. Secrets: for the admin key."""
        feed = await crud.get_feed(wallet_id)
        if feed is None:
            raise UnknownWallet("This wallet has no feed.")
        events, size, oldest, oldest_at = await crud.describe_kept(wallet_id)
        answer: dict[str, Any] = {
            "wallet_id": feed.wallet_id,
            "epoch": feed.epoch,
            "head": f"{feed.epoch}-{feed.head}",
            "oldest": f"{feed.epoch}-{oldest}" if oldest is not None else None,
            "oldest_at": oldest_at,
            "events": events,
            "bytes": size,
            "mirror_to_inkey": feed.mirror_to_inkey,
            "allow_inkey": feed.allow_inkey,
            "extra_members": list(feed.extra_members),
        }
        if with_secrets:
            answer |= {
                "channel": feed.channel,
                "secret": feed.secret,
                "previous_secret_until": overlap_end(feed, self._journal.now()),
            }
        return answer

    async def change(self, wallet_id: str, changes: dict[str, Any]) -> None:
        """Store `mirror_to_inkey`, `allow_inkey`, `extra_members`.

        Raises Malformed for names that payments may not carry.
        """
        tail = await self._journal.need_tail(wallet_id)
        names = changes.pop("extra_members", None)
        if names is not None:
            await crud.set_extra_members(wallet_id, _checked_members(names))
        for name, value in changes.items():
            await crud.update_feed(wallet_id, name, value)
        await self._reload(tail)

    async def rotate(self, wallet_id: str, what: str, overlap_seconds: int) -> None:
        """A new `channel`, `secret` or `epoch`; Malformed for anything else.

        `overlap_seconds`: the secret before signs, too, for so long. Conflict while an
        earlier overlap lasts, unless it is 0: that ends all older secrets.
        """
        tail = await self._journal.need_tail(wallet_id)
        if overlap_seconds and what != "secret":
            raise Malformed(f"overlap_seconds is for secrets, not for {what[:80]!r}.")
        if what == "epoch":
            await crud.rotate_epoch(wallet_id, new_epoch())
            self._journal.end_epoch(tail)
        elif what == "channel":
            await crud.update_feed(wallet_id, what, _new_channel())
            await self._reload(tail)
        elif what == "secret":
            now = self._journal.now()
            until = now + overlap_seconds if overlap_seconds else None
            if not await crud.rotate_secret(wallet_id, new_secret(), until, now):
                raise still_overlapping()
            await self._reload(tail)
        else:
            raise Malformed("what must be channel, secret or epoch.")

    async def end_previous_secret(self, wallet_id: str) -> None:
        tail = await self._journal.need_tail(wallet_id)
        await crud.end_previous_secret(wallet_id)
        await self._reload(tail)

    async def _reload(self, tail: Tail) -> None:
        feed = await crud.get_feed(tail.feed.wallet_id)
        if feed:
            self._journal.refresh(feed)


def _checked_members(names: list[str]) -> list[str]:
    """Without repetitions. Raises Malformed."""
    names = list(dict.fromkeys(names))
    if len(names) > MAX_EXTRA_MEMBERS:
        raise Malformed(f"extra_members has {len(names)} names; 10 are allowed.")
    for name in names:
        if not EXTRA_MEMBER.match(name):
            raise Malformed(
                f"extra_members: {name[:80]!r} must match [A-Za-z0-9_.-]{{1,64}}."
            )
        if extra.is_refused(name):
            raise Malformed(
                f"extra_members: {name!r} is refused, as it may hold a secret or an"
                " address."
            )
    return names


def new_feed(wallet_id: str, now: int) -> Feed:
    """Not active: what LNbits has for the wallet is not yet marked as history."""
    return Feed(
        wallet_id=wallet_id,
        epoch=new_epoch(),
        head=0,
        channel=_new_channel(),
        secret=new_secret(),
        mirror_to_inkey=False,
        allow_inkey=True,
        active=False,
        created_at=now,
    )


def _new_channel() -> str:
    return secrets.token_hex(16)
