"""What a key opens: wallet keys, shares, access keys."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from .. import crud
from ..errors import (
    Forbidden,
    PayfeedError,
    RateLimited,
    Unauthorized,
    UnknownWallet,
)
from ..host import wallets
from ..models import Access, AccessKey, Feed, HostWallet
from .limits import TokenBuckets, network_of
from .records import Records, hash_of

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
        if is_access_key:
            records = await self._read([], [hash_of(key)])
            access = records.key_access(hash_of(key), self._now())
            self._count_use(records.access_keys[access.key_hash])
        else:
            wallet = await wallets.find_wallet(key)
            if wallet is None:
                raise UnknownWallet("Wallet not found.")
            if is_in_url and key == wallet.adminkey:
                raise Forbidden(
                    "An admin key must not be in a URL; send it in a header."
                )
            records = await self._records([wallet], [])
            access = records.wallet_access(wallet, hash_of(key))
        feed = records.feeds.get(access.wallet_id)
        if feed is None or not feed.active:
            await self._open_feed(access.wallet_id)
        return access

    def _count_use(self, key: AccessKey) -> None:
        if abs(self._now() - (key.last_used_at or 0)) > LAST_USED_SECONDS:
            self._used_key_ids.add(key.id)

    async def save_last_used(self) -> None:
        """Store which access keys were used, with one commit for all of them."""
        used, self._used_key_ids = self._used_key_ids, set()
        if used:
            await crud.touch_keys(used, self._now())

    async def check_again(self, access: Access) -> None:
        """Raises Forbidden or Unauthorized if the key's access has ended."""
        for found in (await self.open_again([access])).values():
            if isinstance(found, PayfeedError):
                raise found

    async def open_again(
        self, accesses: Iterable[Access]
    ) -> dict[str, Access | PayfeedError]:
        """What keys open now, by key hash; if not the same feed, why.

        At most four queries, for any number of keys.
        """
        by_hash = {access.key_hash: access for access in accesses}
        records = await self._read(
            [access.presented_id for access in by_hash.values() if access.presented_id],
            [key for key, access in by_hash.items() if access.presented_id is None],
        )
        found: dict[str, Access | PayfeedError] = {}
        for key_hash, access in by_hash.items():
            try:
                found[key_hash] = records.access_again(access, self._now())
            except (Forbidden, Unauthorized) as exc:
                found[key_hash] = exc
        return found

    async def acked(self, access: Access) -> int | None:
        """The offset that an access key has acknowledged; None for wallet keys."""
        if access.access_key_id is None:
            return None
        found = await crud.get_keys_by_hash([access.key_hash])
        return found[0].acked if found else None

    async def _read(
        self, presented_ids: Collection[str], key_hashes: Collection[str]
    ) -> Records:
        """The records of wallet keys, by their wallets, and of access keys."""
        keys = await crud.get_keys_by_hash(key_hashes)
        ids = {*presented_ids, *(key.wallet_id for key in keys)}
        return await self._records(await wallets.find_wallets(ids), keys)

    async def _records(
        self, found: Collection[HostWallet], keys: Collection[AccessKey]
    ) -> Records:
        feed_ids = {w.feed_wallet_id for w in found if w.feed_wallet_id}
        feeds = await crud.get_feeds_of(feed_ids)
        return Records(
            wallets={wallet.id: wallet for wallet in found},
            feeds={feed.wallet_id: feed for feed in feeds},
            access_keys={key.key_hash: key for key in keys},
        )
