"""New epochs after a backup was restored, as the setting `PAYFEED_RESTORED` asks."""

import asyncio
import hashlib

from loguru import logger

from .. import crud
from .epochs import new_epoch

NAME = "restored"
RETRY_SECONDS = 1


async def renew_epochs(restored: str) -> None:
    """Give every feed a new epoch, once for each new value of the setting.

    Must end before this process appends. Waits for the database, however long it takes:
    with the epochs of the backup, ids would be used again.
    """
    if not restored:
        return
    number = _number_of(restored)
    reported = False
    while True:
        try:
            # no transaction that writes, once it is done
            if await crud.get_state(NAME) != number:
                count = await crud.renew_epochs(NAME, number, new_epoch)
                if count is not None:
                    logger.info(f"payfeed: restored: {count} feeds begin a new epoch")
            return
        except Exception as exc:
            if not reported:
                reason = type(exc).__name__
                logger.warning(f"payfeed: restored, new epochs are retried: {reason}")
            reported = True
        await asyncio.sleep(RETRY_SECONDS)


def _number_of(restored: str) -> int:
    """Fits into `state`, whose values are numbers of eight bytes."""
    return int.from_bytes(hashlib.sha256(restored.encode()).digest()[:7], "big")
