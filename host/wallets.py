"""LNbits' wallets, owners and accounts: which wallet a key opens, for which users."""

import contextlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from lnbits.core.models import Account, Wallet
from lnbits.decorators import check_user_exists
from lnbits.settings import settings
from starlette.requests import Request

from .. import crud
from ..models import HostWallet, WalletRow
from ..shielded import shielded

EXTENSION_ID = "payfeed"
HAS_SHARES = "shared_wallet_id" in Wallet.__fields__  # LNbits 1.4 and later
HAS_ACTIVATION = "activated" in Account.__fields__  # LNbits 1.5 and later


async def find_wallet(key: str) -> HostWallet | None:
    """The wallet of an invoice or admin key; None if unknown or deleted."""
    rows = await crud.get_wallets_by_key(key, HAS_SHARES, HAS_ACTIVATION)
    for wallet in await _with_sources(rows):
        if wallet.feed_wallet_id:
            return wallet
    return None


async def find_wallets(ids: Collection[str]) -> list[HostWallet]:
    """The wallets with these ids, without unknown and deleted ones."""
    return await _with_sources(await crud.get_wallets(ids, HAS_SHARES, HAS_ACTIVATION))


def _may_use(user: str) -> bool:
    """Do LNbits' settings let this user use the extension?"""
    if EXTENSION_ID in settings.lnbits_deactivated_extensions:
        return False
    is_for_all = not settings.is_admin_extension(EXTENSION_ID)
    return is_for_all or settings.is_admin_user(user)


@shielded
async def is_administrator(request: Any, access_token: str | None) -> bool:
    """Does LNbits accept this token, or the browser's cookie, as an administrator's?"""
    token = access_token or request.cookies.get("cookie_access_token")
    # LNbits refuses an extension's paths to users that have not enabled it
    for scope in (request.scope, request.scope | {"path": "/"}):
        with contextlib.suppress(Exception):
            user = await check_user_exists(Request(scope), token, None)
            return bool(user.admin and user.has_password)
    return False


async def _with_sources(rows: Collection[WalletRow]) -> list[HostWallet]:
    source_ids = {row.shared_wallet_id for row in rows if row.shared_wallet_id}
    found = await crud.get_wallets(source_ids, HAS_SHARES, HAS_ACTIVATION)
    sources = {row.id: row for row in found if not row.shared_wallet_id}
    return [host_wallet(row, sources) for row in rows]


def host_wallet(row: WalletRow, sources: Mapping[str, WalletRow]) -> HostWallet:
    """The wallet of a row; `sources` holds the wallet that a share shares, by id."""
    source = sources.get(row.shared_wallet_id) if row.shared_wallet_id else row
    is_enabled = row.is_enabled and _may_use(row.owner)
    if source:
        is_enabled = is_enabled and source.is_enabled and _may_use(source.owner)
    return HostWallet(
        id=row.id,
        inkey=row.inkey,
        adminkey=row.adminkey,
        feed_wallet_id=source.id if source else None,
        is_share=source is not row,
        may_view=source is row or _may_view(source, row.id),
        is_enabled=is_enabled,
    )


def _may_view(source: WalletRow | None, share_id: str) -> bool:
    """May this share view its source's payments? LNbits 1.4 and later."""
    share_settings = (source and source.share_settings) or "{}"
    shares = json.loads(share_settings).get("shared_with") or []
    return any(
        share.get("shared_with_wallet_id") == share_id
        and share.get("status") == "approved"
        and "view-payments" in (share.get("permissions") or [])
        for share in shares
    )
