"""What a key opens: wallet keys, shares, access keys."""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .. import crud
from ..errors import (
    WALLET_GONE,
    Forbidden,
    RateLimited,
    Unauthorized,
    UnknownWallet,
)
from ..feed.protocol import SCOPES
from ..host import wallets
from ..models import Access, AccessKey, Feed, HostWallet
from .limits import TokenBuckets, network_of

KEY = re.compile(r"[0-9a-f]{32}\Z|pfk_[A-Za-z0-9_-]{43}\Z")
LAST_USED_SECONDS = 60


@dataclass(frozen=True)
class Credentials:
    """The key of a request. `is_in_url`: it stands in the path or the query."""

    key: str | None
    is_in_url: bool
    address: str


class Authenticator:
    """`open_feed` creates or resumes the feed of a wallet."""

    def __init__(
        self,
        open_feed: Callable[[str], Awaitable[Feed]],
        now: Callable[[], int],
        failed_per_minute: int,
    ) -> None:
        self._open_feed = open_feed
        self._now = now
        self._failures = TokenBuckets(failed_per_minute)
        self._all_failures = TokenBuckets(failed_per_minute * 10)
        self._used_key_ids: set[str] = set()

    async def authenticate(self, credentials: Credentials) -> Access:
        """What the key opens.

        A key is looked up before any limit applies, so a known key always enters. The
        limits decide how an unknown key is answered: RateLimited instead of
        Unauthorized or UnknownWallet. Raises Forbidden for a known key that may not.
        """
        if not credentials.key:
            raise Unauthorized("A key is needed.")
        try:
            return await self._find_access(credentials.key, credentials.is_in_url)
        except (Unauthorized, UnknownWallet):
            self._count_failure(network_of(credentials.address))
            raise

    def _count_failure(self, network: str) -> None:
        wait = max(
            self._failures.retry_after(network), self._all_failures.retry_after("all")
        )
        if wait:
            raise RateLimited("Too many failed attempts.", retry_after=wait)
        self._failures.spend(network)
        self._all_failures.spend("all")

    async def _find_access(self, key: str, is_in_url: bool) -> Access:
        is_access_key = key.startswith("pfk_")
        if not KEY.match(key):
            if is_access_key:
                raise Unauthorized("This access key is not known.")
            raise UnknownWallet("Wallet not found.")
        key_hash = hash_of(key)
        if is_access_key:
            found = await self._find_key(key_hash)
            if abs(self._now() - (found.last_used_at or 0)) > LAST_USED_SECONDS:
                self._used_key_ids.add(found.id)
            return await self._key_access(found)
        wallet = await wallets.find_wallet(key)
        if wallet is None:
            raise UnknownWallet("Wallet not found.")
        if is_in_url and wallet.is_admin_key:
            raise Forbidden("An admin key must not be in a URL; send it in a header.")
        return await self._wallet_access(wallet, key_hash)

    async def save_last_used(self) -> None:
        """Store which access keys were used, with one commit for all of them."""
        used, self._used_key_ids = self._used_key_ids, set()
        if used:
            await crud.touch_keys(used, self._now())

    async def check_again(self, access: Access) -> None:
        """Raises Forbidden, Unauthorized or UnknownWallet if the key's access ended."""
        if access.presented_id is None:
            await self._key_access(await self._find_key(access.key_hash))
            return
        wallet = await wallets.find_wallet_again(
            access.presented_id, lambda key: hash_of(key) == access.key_hash
        )
        if wallet is None or wallet.wallet_id != access.wallet_id:
            if await wallets.owner_of(access.presented_id) is None:
                raise Forbidden(WALLET_GONE)
            raise Forbidden("This key no longer opens the feed.")
        await self._wallet_access(wallet, access.key_hash)

    async def acked(self, access: Access) -> int | None:
        """The offset that an access key has acknowledged; None for wallet keys."""
        if access.access_key_id is None:
            return None
        found = await crud.get_key_by_hash(access.key_hash)
        return found.acked if found else None

    async def _wallet_access(self, wallet: HostWallet, key_hash: str) -> Access:
        if not wallet.may_view:
            raise Forbidden("This share may not view payments.")
        await self._check_enabled({wallet.owner, wallet.visitor})
        feed = await self._open_feed(wallet.wallet_id)
        if not feed.allow_inkey and not wallet.is_admin:
            raise Forbidden("The invoice key may not open this feed.")
        scopes = ("read", "balance") if wallet.is_share else SCOPES
        return Access(
            wallet_id=wallet.wallet_id,
            name="share" if wallet.is_share else "wallet key",
            scopes=frozenset(scopes),
            key_hash=key_hash,
            presented_id=wallet.presented_id,
            is_admin=wallet.is_admin,
            is_owner=not wallet.is_share,
        )

    async def _find_key(self, key_hash: str) -> AccessKey:
        found = await crud.get_key_by_hash(key_hash)
        if found is None or not hmac.compare_digest(found.key_hash, key_hash):
            raise Unauthorized("This access key is not known.")
        if found.revoked_at is not None:
            raise Forbidden("This access key is revoked.")
        if found.expires_at is not None and found.expires_at <= self._now():
            raise Forbidden("This access key has expired.")
        return found

    async def _key_access(self, key: AccessKey) -> Access:
        owner = await wallets.owner_of(key.wallet_id)
        if owner is None:
            raise Forbidden(WALLET_GONE)
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
            if not await wallets.is_enabled(user):
                raise Forbidden("The extension is not enabled.")


def hash_of(key: str) -> str:
    """SHA-256 in hex. Access keys are stored as this."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
