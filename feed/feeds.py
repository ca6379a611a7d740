"""A feed's life: open, suspend, describe, change, rotate."""

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .. import crud
from ..errors import WALLET_GONE, Forbidden, Malformed, PayfeedError, UnknownWallet
from ..host import payments, wallets
from ..models import Feed
from .epochs import new_epoch
from .journal import Journal
from .tail import Tail

ENABLED_SECONDS = 5


class Feeds:
    """`is_arriving`: is this payment hash on its way into the log?

    `on_close` ends the subscribers of a wallet: (wallet id, reason).
    """

    def __init__(
        self,
        journal: Journal,
        is_arriving: Callable[[str], bool],
        on_close: Callable[[str, PayfeedError], None],
    ) -> None:
        self._journal = journal
        self._is_arriving = is_arriving
        self._on_close = on_close
        self._started_at = journal.now()
        self._enabled: frozenset[str] = frozenset()
        self._enabled_until = 0.0

    def remember_enabled(self, wallet_ids: frozenset[str]) -> None:
        """The wallets whose feeds are open, as a sweep has just seen them."""
        self._enabled = wallet_ids
        self._enabled_until = time.monotonic() + ENABLED_SECONDS

    async def is_recording(self, wallet_id: str) -> bool:
        """Has the owner enabled the extension? Then the feed is open.

        A fresh sweep's answer saves queries right after a payment, when LNbits'
        database is busy.
        """
        if wallet_id in self._enabled and time.monotonic() < self._enabled_until:
            return True
        owner = await wallets.owner_of(wallet_id)
        if owner is None or not await wallets.is_enabled(owner):
            return False
        await self.open(wallet_id)
        return True

    async def open(self, wallet_id: str) -> Feed:
        """The active feed of a wallet, created or resumed if needed.

        Payments that were final before the feed began are marked as seen.
        """
        feed = await crud.get_feed(wallet_id)
        if feed and feed.active:
            return feed
        begins_at = await crud.get_state("last_sweep") or self._started_at
        rows = await crud.get_final_payments(wallet_id, payments.are_times_local())
        marks = [
            key_of(row)
            for row in rows
            if not self._is_arriving(row["payment_hash"])
            and final_since(row) < begins_at
        ]
        if feed:
            await crud.resume_feed(wallet_id, marks)
            return replace(feed, active=True)
        created = new_feed(wallet_id, self._journal.now())
        await crud.insert_feed(created, marks)
        return await crud.get_feed(wallet_id) or created

    async def suspend(self, feed: Feed) -> None:
        """Stop recording, and end the wallet's subscribers."""
        await crud.suspend_feed(feed.wallet_id)
        is_gone = await wallets.owner_of(feed.wallet_id) is None
        if is_gone:
            await crud.delete_webhooks_of(feed.wallet_id)
        reason = WALLET_GONE if is_gone else "The extension is not enabled."
        self._on_close(feed.wallet_id, Forbidden(reason))

    async def describe(self, wallet_id: str, with_secrets: bool) -> dict[str, Any]:
        """`GET feed` without the counts of this process. Secrets: for the admin key."""
        feed = await crud.get_feed(wallet_id)
        if feed is None:
            raise UnknownWallet("This wallet has no feed.")
        oldest = await crud.get_oldest(wallet_id)
        answer = {
            "wallet_id": feed.wallet_id,
            "epoch": feed.epoch,
            "head": f"{feed.epoch}-{feed.head}",
            "oldest": f"{feed.epoch}-{oldest}" if oldest is not None else None,
            "events": await crud.count_events(wallet_id),
            "mirror_to_inkey": feed.mirror_to_inkey,
            "allow_inkey": feed.allow_inkey,
        }
        if with_secrets:
            answer |= {"channel": feed.channel, "secret": feed.secret}
        return answer

    async def change(self, wallet_id: str, changes: dict[str, bool]) -> None:
        """Store the switches `mirror_to_inkey` and `allow_inkey`."""
        tail = await self._journal.need_tail(wallet_id)
        for name, value in changes.items():
            await crud.update_feed(wallet_id, name, value)
        await self._reload(tail)

    async def rotate(self, wallet_id: str, what: str) -> None:
        """A new `channel`, `secret` or `epoch`; Malformed for anything else."""
        tail = await self._journal.need_tail(wallet_id)
        if what == "epoch":
            await crud.rotate_epoch(wallet_id, new_epoch())
            self._journal.end_epoch(tail)
        elif what in NEW_VALUES:
            await crud.update_feed(wallet_id, what, NEW_VALUES[what]())
            await self._reload(tail)
        else:
            raise Malformed("what must be channel, secret or epoch.")

    async def _reload(self, tail: Tail) -> None:
        feed = await crud.get_feed(tail.feed.wallet_id)
        if feed:
            self._journal.refresh(feed)


def new_feed(wallet_id: str, now: int) -> Feed:
    return Feed(
        wallet_id=wallet_id,
        epoch=new_epoch(),
        head=0,
        channel=_new_channel(),
        secret=new_secret(),
        mirror_to_inkey=False,
        allow_inkey=True,
        active=True,
        created_at=now,
    )


def _new_channel() -> str:
    return secrets.token_hex(16)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


NEW_VALUES = {"channel": _new_channel, "secret": new_secret}


def key_of(row: Any) -> tuple[str, str, str]:
    """The idempotency key of a row of LNbits' payments."""
    return payments.payment_key(row["amount"], row["payment_hash"], row["status"])


def final_since(row: Any) -> float:
    """Unix seconds from which a row of LNbits' payments was final, as LNbits knows."""
    return max(payments.moment(row["time"]), payments.moment(row["updated_at"]))
