"""LNbits' notifications to its users: Nostr, Telegram, e-mail, as each user chose."""

import lnbits.core.crud as lnbits_crud
from lnbits.core.models.notifications import NotificationType
from lnbits.core.services.notifications import enqueue_user_notification

from .. import crud
from ..shielded import shielded
from .wallets import HAS_ACTIVATION, HAS_SHARES


@shielded
async def notify_owner(wallet_id: str, message: str) -> None:
    """Send one message to a wallet's owner, if the owner set a channel."""
    for wallet in await crud.get_wallets([wallet_id], HAS_SHARES, HAS_ACTIVATION):
        account = await lnbits_crud.get_account(wallet.owner)
        if account is None:
            return
        # with None in place of the user's settings, LNbits notifies the administrator
        enqueue_user_notification(
            NotificationType.text_message,
            {"message": message},
            account.extra.notifications,
        )
