"""What a key opens, decided from what was read. Pure."""

import hashlib
from dataclasses import dataclass, field, replace

from ..errors import WALLET_GONE, Forbidden, Unauthorized
from ..feed.filters import read_filter
from ..feed.protocol import SCOPES
from ..models import Access, AccessKey, Feed, Filter, HostWallet, NarrowedKey

PAYMENTS = frozenset(["payment"])
NO_LONGER = "This key no longer opens the feed."


@dataclass(frozen=True)
class Records:
    """What LNbits and Payfeed store about some keys; what is missing does not exist.

    `wallets` by id, `feeds` by wallet id, `access_keys` by hash.
    """

    wallets: dict[str, HostWallet]
    feeds: dict[str, Feed]
    access_keys: dict[str, AccessKey] = field(default_factory=dict)

    def access_again(self, access: Access, now: int) -> Access:
        """What the key of an access opens now. `now`: Unix seconds.

        Raises Forbidden or Unauthorized if it does not open the same feed any more.
        """
        if access.presented_id is None:
            return self.key_access(access.key_hash, now)
        wallet = self.wallets.get(access.presented_id)
        if wallet is None:
            raise Forbidden(WALLET_GONE)
        if wallet.feed_wallet_id != access.wallet_id:
            raise Forbidden(NO_LONGER)
        return self.wallet_access(wallet, access.key_hash)

    def wallet_access(self, wallet: HostWallet, key_hash: str) -> Access:
        """What a wallet's invoice or admin key opens. Raises Forbidden."""
        is_admin_key = key_hash == hash_of(wallet.adminkey)
        is_known = is_admin_key or key_hash == hash_of(wallet.inkey)
        if not is_known or wallet.feed_wallet_id is None:
            raise Forbidden(NO_LONGER)
        if not wallet.may_view:
            raise Forbidden("This share may not view payments.")
        _require_enabled(wallet)
        # a share's admin key manages the share, not the feed of its source
        is_admin = is_admin_key and not wallet.is_share
        feed = self.feeds.get(wallet.feed_wallet_id)
        if feed and not feed.allow_inkey and not is_admin:
            raise Forbidden("The invoice key may not open this feed.")
        return Access(
            wallet_id=wallet.feed_wallet_id,
            name="share" if wallet.is_share else "wallet key",
            scopes=frozenset(("read", "balance") if wallet.is_share else SCOPES),
            key_hash=key_hash,
            presented_id=wallet.id,
            is_admin=is_admin,
            is_owner=not wallet.is_share,
        )

    def key_access(self, key_hash: str, now: int) -> Access:
        """What an access key opens. Raises Unauthorized if unknown, else Forbidden."""
        key = self.access_keys.get(key_hash)
        if key is None:
            raise Unauthorized("This access key is not known.")
        if key.revoked_at is not None:
            raise Forbidden("This access key is revoked.")
        if key.expires_at is not None and key.expires_at <= now:
            raise Forbidden("This access key has expired.")
        wallet = self.wallets.get(key.wallet_id)
        if wallet is None:
            raise Forbidden(WALLET_GONE)
        _require_enabled(wallet)
        return Access(
            wallet_id=key.wallet_id,
            name=key.name,
            scopes=frozenset(key.scopes.split()),
            key_hash=key_hash,
            access_key_id=key.id,
            expires_at=key.expires_at,
            key_filter=filter_of(key),
            is_public=isinstance(key, NarrowedKey) and key.is_public,
        )


def filter_of(key: AccessKey) -> Filter | None:
    """What the key reads; None: the whole feed.

    A public key reads payments, unless its filter names other types.
    """
    if not isinstance(key, NarrowedKey):
        return None
    key_filter = read_filter(key.event_filter)
    if key.is_public and not key_filter.types:
        return replace(key_filter, types=PAYMENTS)
    return key_filter


def _require_enabled(wallet: HostWallet) -> None:
    if not wallet.is_enabled:
        raise Forbidden("The extension is not enabled.")


def hash_of(key: str) -> str:
    """SHA-256 in hex. Access keys are stored as this."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
