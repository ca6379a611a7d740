"""What unit tests of the log build: journals, copies of the extension, drafts."""

import asyncio
from typing import Any

from payfeed import crud, models
from payfeed.extension import Extension
from payfeed.feed.journal import Journal
from payfeed.feed.protocol import payment_draft
from payfeed.feed.retention import Retention
from payfeed.host import settings
from payfeed.models_webhooks import Webhook


def new_journal() -> Journal:
    """A journal that reports to nobody, as another process would have."""
    return Journal(lambda tail, events: None, lambda wallet_id: None)


def new_extension() -> Extension:
    """A copy of the extension that is wired and not started."""
    return Extension(settings.load())


def payment(number: int) -> models.Draft:
    """A received payment of 1 sat whose hash is this number."""
    return payment_draft(
        models.SettledPayment(
            "w", f"{number:064x}", "in", "confirmed", 1000, 0, "memo", 1
        )
    )


def payment_key(wallet_id: str, number: int) -> models.PaymentKey:
    """The key of such a payment."""
    return wallet_id, "in", f"{number:064x}", "confirmed"


async def insert_webhook(log: Journal, **members: Any) -> Webhook:
    """An endpoint of the feed `w` in the table, after its newest event."""
    tail = await log.need_tail("w")
    webhook = Webhook(
        **{
            "id": "h1",
            "wallet_id": "w",
            "url": "https://shop.example/hook",
            "description": "",
            "event_filter": "{}",
            "ordered": False,
            "secret": "whsec_c2VjcmV0",
            "created_at": 1000,
            "epoch": tail.feed.epoch,
            "cursor_offset": tail.head,
            **members,
        }
    )
    assert await crud.insert_webhook(webhook, None, 10)
    return webhook


async def sweep(copy: Extension) -> int:
    """What a copy does every few seconds; how many payments it recorded."""
    before = copy.metrics.reconciled
    await copy.enablement.follow()
    await asyncio.gather(*copy.tasks._tasks)
    await copy.enablement.follow()
    await copy.looks.look()
    return copy.metrics.reconciled - before


async def audit(copy: Extension) -> int:
    """Once through all of LNbits' payments; how many were recorded."""
    before = copy.metrics.reconciled
    while not await copy.audit.step():
        pass
    return copy.metrics.reconciled - before


async def expire(before: int, future: int, keep: int, message_bytes: int) -> int:
    """One run of retention with these bounds, by a process that has just started."""
    retention = Retention(new_journal(), settings.load())
    retention.events, retention.message_bytes = keep, message_bytes
    return await retention.expire_feeds(before, future)
