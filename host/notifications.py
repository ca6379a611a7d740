"""LNbits' notifications to its users: Nostr, Telegram, e-mail, as each user chose."""

import lnbits.core.crud as lnbits_crud
from lnbits.core.models.notifications import NotificationType
from lnbits.core.services.notifications import enqueue_user_notification

from ..shielded import shielded
from . import wallets


@shielded
async def notify_owner(wallet_id: str, message: str) -> None:
    """Send one message to a wallet's owner, if the owner set a channel."""
    owner = await wallets.owner_of(wallet_id)
    account = await lnbits_crud.get_account(owner) if owner else None
    if account:
        # with None in place of the user's settings, LNbits notifies the administrator
        enqueue_user_notification(
            NotificationType.text_message,
            {"message": message},
            account.extra.notifications,
        )
