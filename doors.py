"""Who may come in: wallet keys, shares, access keys, and how often one may guess."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from . import crud, host
from .errors import (
    WALLET_GONE,
    Malformed,
    NoKey,
    Refused,
    TooMany,
    UnknownWallet,
)
from .journal import Journal, Tail
from .limits import Buckets
from .models import Access, AccessKey, CreateKey, Feed, HostWallet
from .protocol import SCOPES

KEY = re.compile(r"[0-9a-f]{32}\Z|pfk_[A-Za-z0-9_-]{43}\Z")
LAST_USED_SECONDS = 60


class Doors:
    """The keys of all feeds. `open_feed` makes sure that a wallet's feed is there."""

    def __init__(
        self, journal: Journal, open_feed: Callable[[str], Awaitable[Feed]]
    ) -> None:
        self.journal = journal
        self._open_feed = open_feed
        failed = host.setting("PAYFEED_FAILED_AUTH_PER_MINUTE", 10)
        self._failures = Buckets(failed)
        self._all_failures = Buckets(failed * 10)
        self._used: set[str] = set()

    async def authenticate(self, key: str | None, address: str, in_url: bool) -> Access:
        """What this key opens: `read`, `notify`, … on one feed.

        The key is looked up before any limit applies, so a known key always enters. The
        limits decide how an unknown key is answered: TooMany instead of NoKey or
        UnknownWallet.
        """
        if not key:
            raise NoKey("A key is needed.")
        try:
            return await self._find_access(key, in_url)
        except (NoKey, UnknownWallet):
            self._count_failure(network_of(address))
            raise

    def _count_failure(self, network: str) -> None:
        wait = max(
            self._failures.retry_after(network), self._all_failures.retry_after("all")
        )
        if wait:
            raise TooMany("Too many failed attempts.", retry_after=wait)
        self._failures.spend(network)
        self._all_failures.spend("all")

    async def _find_access(self, key: str, in_url: bool) -> Access:
        is_access_key = key.startswith("pfk_")
        if not KEY.match(key):
            if is_access_key:
                raise NoKey("This access key is not known.")
            raise UnknownWallet("Wallet not found.")
        digest = digest_of(key)
        if is_access_key:
            known = await self._find_key(digest)
            if abs(self.journal.now() - (known.last_used_at or 0)) > LAST_USED_SECONDS:
                self._used.add(known.id)
            return await self._key_access(known)
        wallet = await host.find_wallet(key)
        if wallet is None:
            raise UnknownWallet("Wallet not found.")
        if in_url and wallet.is_admin_key:
            raise Refused("An admin key does not belong in an address.")
        return await self._wallet_access(wallet, digest)

    async def save_last_used(self) -> None:
        """Store which access keys were used, with one commit for all of them."""
        used, self._used = self._used, set()
        if used:
            await crud.touch_keys(used, self.journal.now())

    async def _wallet_access(self, wallet: HostWallet, digest: str) -> Access:
        if not wallet.may_view:
            raise Refused("This share may not view payments.")
        await self._check_enabled({wallet.owner, wallet.visitor})
        feed = await self._open_feed(wallet.wallet_id)
        if not feed.allow_inkey and not wallet.is_admin:
            raise Refused("The invoice key may not open this feed.")
        scopes = ("read", "balance") if wallet.is_share else SCOPES
        return Access(
            wallet_id=wallet.wallet_id,
            name="share" if wallet.is_share else "wallet key",
            scopes=frozenset(scopes),
            key_hash=digest,
            presented_id=wallet.presented_id,
            is_admin=wallet.is_admin,
            is_owner=not wallet.is_share,
        )

    async def _find_key(self, digest: str) -> AccessKey:
        """The access key of this digest, not revoked and not expired."""
        found = await crud.get_key_by_hash(digest)
        if found is None or not hmac.compare_digest(found.key_hash, digest):
            raise NoKey("This access key is not known.")
        if found.revoked_at is not None:
            raise Refused("This access key is revoked.")
        if found.expires_at is not None and found.expires_at <= self.journal.now():
            raise Refused("This access key has expired.")
        return found

    async def _key_access(self, key: AccessKey) -> Access:
        owner = await host.wallet_owner(key.wallet_id)
        if owner is None:
            raise Refused(WALLET_GONE)
        await self._check_enabled({owner})
        await self._open_feed(key.wallet_id)
        return Access(
            wallet_id=key.wallet_id,
            name=key.name,
            scopes=frozenset(key.scopes.split()),
            key_hash=key.key_hash,
            access_key_id=key.id,
            expires_at=key.expires_at,
        )

    async def _check_enabled(self, users: set[str]) -> None:
        for user in users:
            if not await host.is_enabled(user):
                raise Refused("The extension is not enabled.")

    async def check_again(self, access: Access) -> None:
        if access.presented_id is None:
            await self._key_access(await self._find_key(access.key_hash))
            return
        wallet = await host.find_wallet_again(
            access.presented_id, lambda key: digest_of(key) == access.key_hash
        )
        if wallet is None or wallet.wallet_id != access.wallet_id:
            if await host.wallet_owner(access.presented_id) is None:
                raise Refused(WALLET_GONE)
            raise Refused("This key no longer opens the feed.")
        await self._wallet_access(wallet, access.key_hash)

    async def acked(self, access: Access) -> int | None:
        if access.access_key_id is None:
            return None
        found = await crud.get_key_by_hash(access.key_hash)
        return found.acked if found else None

    async def create_key(self, access: Access, wish: CreateKey) -> dict[str, Any]:
        """A new access key; the key itself is in this answer only."""
        need_admin(access)
        name = wish.name.strip()
        if not 1 <= len(name) <= 64 or not name.isprintable():
            raise Malformed("name must have 1 to 64 printable characters.")
        if not wish.scopes or not set(wish.scopes) <= set(SCOPES):
            raise Malformed(f"scopes must be out of {', '.join(SCOPES)}.")
        if wish.expires_at is not None and not (
            self.journal.now() < wish.expires_at < 10**12
        ):
            raise Malformed("expires_at must lie in the future, in Unix seconds.")
        tail = await tail_of(self.journal, access.wallet_id)
        key = "pfk_" + secrets.token_urlsafe(32)
        stored = AccessKey(
            id=secrets.token_hex(8),
            wallet_id=access.wallet_id,
            key_hash=digest_of(key),
            name=name,
            scopes=" ".join(sorted(set(wish.scopes))),
            created_at=self.journal.now(),
            expires_at=wish.expires_at,
            acked=tail.head,
        )
        await crud.insert_key(stored)
        return {"key": key} | self._public_key(stored, tail)

    async def list_keys(self, access: Access) -> list[dict[str, Any]]:
        need_admin(access)
        tail = await tail_of(self.journal, access.wallet_id)
        return [
            self._public_key(key, tail) for key in await crud.get_keys(access.wallet_id)
        ]

    def _public_key(self, key: AccessKey, tail: Tail) -> dict[str, Any]:
        return {
            "id": key.id,
            "name": key.name,
            "scopes": key.scopes.split(),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
            "last_used_at": key.last_used_at,
            "acked": tail.id_of(key.acked),
            "lag": max(0, tail.head - key.acked),
        }


def need_scope(access: Access, scope: str) -> None:
    if scope not in access.scopes:
        raise Refused(f"This key may not {scope}.")


def need_admin(access: Access) -> None:
    if not access.is_admin:
        raise Refused("This needs the wallet's admin key.")


async def tail_of(journal: Journal, wallet_id: str) -> Tail:
    tail = await journal.tail(wallet_id)
    if tail is None:
        raise UnknownWallet("This wallet has no feed.")
    return tail


def network_of(address: str) -> str:
    """What counts as one source of attempts: an IPv4 address, an IPv6 network (/64)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, 64), strict=False))


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
