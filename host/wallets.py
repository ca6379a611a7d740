"""LNbits' wallets, owners and accounts: which wallet a key opens, for which users."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import lnbits.core.crud as lnbits_crud
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
    """The wallet that an invoice or admin key opens; None if unknown or deleted."""
    for row in await crud.find_wallets("key", key, HAS_SHARES):
        if key in (row.inkey, row.adminkey):
            return await _host_wallet(row, key)
    return None


async def find_wallet_again(
    presented_id: str, is_key: Callable[[str], bool]
) -> HostWallet | None:
    """The wallet that a known key opens now, or None.

    `presented_id`: the wallet whose key it was. `is_key`: is this its invoice or admin
    key? The key itself is not stored.
    """
    for row in await crud.find_wallets("id", presented_id, HAS_SHARES):
        for key in (row.inkey, row.adminkey):
            if is_key(key):
                return await _host_wallet(row, key)
    return None


async def owner_of(wallet_id: str) -> str | None:
    """The user id of a wallet's owner; None if the wallet is unknown or deleted."""
    rows = await crud.find_wallets("id", wallet_id, HAS_SHARES)
    return rows[0].owner if rows else None


@shielded
async def balance_of(wallet_id: str) -> tuple[int, str] | None:
    """Balance in millisatoshi, and the invoice key as the mirror's channel."""
    wallet = await lnbits_crud.get_wallet(wallet_id, deleted=False)
    return (int(wallet.balance_msat), wallet.inkey) if wallet else None


async def is_enabled(user: str) -> bool:
    """May this user use the extension, and has the user enabled it?"""
    if EXTENSION_ID in settings.lnbits_deactivated_extensions:
        return False
    if settings.is_admin_extension(EXTENSION_ID) and not settings.is_admin_user(user):
        return False
    return await crud.is_enabled(user, HAS_ACTIVATION)


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


async def _host_wallet(row: WalletRow, key: str) -> HostWallet | None:
    source = row
    if row.shared_wallet_id:
        found = await crud.find_wallets("id", row.shared_wallet_id, HAS_SHARES)
        if not found or found[0].shared_wallet_id:
            return None
        source = found[0]
    return HostWallet(
        presented_id=row.id,
        wallet_id=source.id,
        owner=source.owner,
        visitor=row.owner,
        is_admin_key=key == row.adminkey,
        is_share=source is not row,
        may_view=source is row or _may_view(source, row.id),
    )


def _may_view(source: WalletRow, share_id: str) -> bool:
    """May this share view its source's payments? LNbits 1.4 and later."""
    shares = json.loads(source.share_settings or "{}").get("shared_with") or []
    return any(
        share.get("shared_with_wallet_id") == share_id
        and share.get("status") == "approved"
        and "view-payments" in (share.get("permissions") or [])
        for share in shares
    )
