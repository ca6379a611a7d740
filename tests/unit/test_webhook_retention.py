"""What retention keeps for a webhook that has yet to be sent it."""

import pytest_asyncio
from parts import insert_webhook, payment
from payfeed import crud, models
from payfeed.feed.journal import Journal
from payfeed.feed.protocol import custom_draft
from payfeed.feed.retention import DAY_SECONDS, Retention
from payfeed.host import settings

NOW = 1_800_000_000
SIZES = "SELECT size FROM payfeed.events"


class Log:
    """A feed whose clock the test sets, and a webhook whose cursor it sets."""

    def __init__(self) -> None:
        self.now = NOW
        self.numbers = 0
        self.journal = Journal(
            lambda tail, events: None, lambda wallet_id: None, lambda: self.now
        )

    async def record(self, count: int, message: bool = False) -> None:
        drafts: list[models.Draft] = []
        for _ in range(count):
            self.numbers += 1
            drafts.append(custom_draft("x") if message else payment(self.numbers))
        await self.journal.append("w", drafts)

    async def kept(
        self, keep: int, days: int = 30, keep_bytes: int = 10**9
    ) -> list[int]:
        """The offsets that are left by retention with these limits."""
        bounds = settings.load().copy(
            update={
                "retention_events": keep,
                "retention_days": days,
                "retention_bytes": keep_bytes,
            }
        )
        retention = Retention(self.journal, bounds)
        before = self.now - days * DAY_SECONDS
        await retention.expire_feeds(before, self.now + DAY_SECONDS)
        tail = await self.journal.need_tail("w")
        events = await crud.get_events("w", tail.feed.epoch, 0, 1000)
        return [event.offset for event in events]


@pytest_asyncio.fixture
async def log(log: Journal) -> Log:
    return Log()


async def test_unsent_payments_stay_beyond_the_limit_of_count(log: Log) -> None:
    await log.record(10)
    await insert_webhook(log.journal, cursor_offset=4)
    assert await log.kept(6) == [5, 6, 7, 8, 9, 10]
    assert await log.kept(3) == [5, 6, 7, 8, 9, 10]


async def test_unsent_payments_stay_up_to_twice_the_limit(log: Log) -> None:
    await log.record(10)
    await insert_webhook(log.journal, cursor_offset=0)
    assert await log.kept(3) == [5, 6, 7, 8, 9, 10]


async def test_unsent_payments_stay_up_to_twice_the_limit_of_bytes(log: Log) -> None:
    await log.record(10)
    await insert_webhook(log.journal, cursor_offset=4)
    size = max(row["size"] for row in await crud.fetch_all(SIZES))
    assert await log.kept(100, keep_bytes=5 * size) == [5, 6, 7, 8, 9, 10]
    assert await log.kept(100, keep_bytes=2 * size) == [7, 8, 9, 10]


async def test_messages_are_not_kept_for_webhooks(log: Log) -> None:
    await log.record(2)
    await log.record(3, message=True)
    await log.record(2)
    await insert_webhook(log.journal, cursor_offset=0)
    assert await log.kept(4) == [1, 2, 6, 7]


async def test_unsent_payments_stay_for_seven_days(log: Log) -> None:
    await log.record(3)
    log.now += 6 * DAY_SECONDS
    await log.record(3)
    await insert_webhook(log.journal, cursor_offset=0)
    assert await log.kept(100, days=2) == [1, 2, 3, 4, 5, 6]
    log.now += 2 * DAY_SECONDS
    assert await log.kept(3) == [4, 5, 6]
    assert await log.kept(100, days=1) == [4, 5, 6]


async def test_nothing_is_kept_for_a_disabled_webhook(log: Log) -> None:
    await log.record(10)
    await insert_webhook(log.journal, cursor_offset=0, disabled="paused")
    assert await log.kept(3) == [8, 9, 10]


async def test_what_was_sent_is_deleted_at_the_next_run(log: Log) -> None:
    await log.record(10)
    await insert_webhook(log.journal, cursor_offset=6)
    assert await log.kept(3) == [7, 8, 9, 10]
    await crud.execute("UPDATE payfeed.webhooks SET cursor_offset = 10")
    assert await log.kept(3) == [8, 9, 10]
