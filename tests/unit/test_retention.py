"""What is deleted, by clocks that can be set wrong, on a real database."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from loguru import logger
from parts import expire, new_journal, payment
from payfeed import crud, models
from payfeed.crud import expiry
from payfeed.feed import journal, protocol, retention
from payfeed.feed.feeds import new_feed
from payfeed.host import settings

# LNbits' database belongs to the first event loop that uses it

DAY = 86400
NOW = 1_800_000_000
RUN_SECONDS = 300


class Computer:
    """A wall clock that can be set, and a process that may be started again."""

    def __init__(self) -> None:
        self.wall = float(NOW)
        self.ticks = 0.0
        self.numbers = 0
        self.start()

    def start(self) -> None:
        self.log = journal.Journal(
            lambda tail, events: None, lambda wallet_id: None, lambda: self.wall
        )
        chosen = settings.load().copy(update={"retention_days": 30})
        self.retention = retention.Retention(self.log, chosen, lambda: self.ticks)

    async def open(self) -> None:
        await crud.insert_feeds([new_feed("w", int(self.wall))])

    async def record(self, count: int) -> None:
        for _ in range(count):
            self.numbers += 1
            await self.log.append("w", [payment(self.numbers)])

    async def run(self, days: float) -> None:
        """So much time passes, with retention now and then, at its end too."""
        while days > 0:
            step = min(days, 5)
            self.wall += step * DAY
            self.ticks += step * DAY
            await self.retention.expire()
            days -= step

    async def run_once(self) -> None:
        await self.run(RUN_SECONDS / DAY)


async def kept() -> list[int]:
    feed = await crud.get_feed("w")
    assert feed
    return [event.offset for event in await crud.get_events("w", feed.epoch, 0, 1000)]


def upto(last: int, first: int = 1) -> list[int]:
    return list(range(first, last + 1))


@pytest_asyncio.fixture
async def computer(log_tables: None) -> Computer:
    made = Computer()
    await made.open()
    return made


@pytest.fixture
def warnings() -> Any:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    yield lines
    logger.remove(sink)


async def test_events_are_deleted_when_they_are_thirty_days_old(
    computer: Computer, warnings: list[str]
) -> None:
    await computer.run_once()
    await computer.record(3)
    await computer.run(10)
    await computer.record(3)
    await computer.run(19)
    assert await kept() == upto(6)
    await computer.run(1.5)
    assert await kept() == [4, 5, 6]
    assert warnings == []


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_clock_forty_days_behind_that_is_set_right_deletes_nothing(
    computer: Computer, warnings: list[str], is_restarted: bool
) -> None:
    computer.wall -= 40 * DAY
    computer.start()
    await computer.run_once()
    await computer.record(26)
    await computer.run_once()
    computer.wall += 40 * DAY
    if is_restarted:
        computer.start()
    await computer.run_once()
    assert await kept() == upto(26)
    await computer.run(29)
    assert await kept() == upto(26)
    await computer.run(2)
    assert await kept() == [26]
    assert len(warnings) == 1


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_clock_thirty_one_days_ahead_deletes_nothing(
    computer: Computer, warnings: list[str], is_restarted: bool
) -> None:
    await computer.run_once()
    await computer.record(26)
    computer.wall += 31 * DAY
    if is_restarted:
        computer.start()
    await computer.run_once()
    await computer.run(2)
    assert await kept() == upto(26)
    assert len(warnings) == 1
    computer.wall -= 31 * DAY
    await computer.record(1)
    await computer.run(2)
    assert await kept() == upto(27)
    assert len(warnings) == 2


async def test_after_a_jump_nothing_is_deleted_by_age_for_a_day(
    computer: Computer,
) -> None:
    await computer.run_once()
    await computer.record(3)
    await computer.run(29.9)
    computer.wall += 2 * DAY
    await computer.run_once()
    await computer.run(0.9)
    assert await kept() == upto(3)
    await computer.run(0.2)
    assert await kept() == [3]


async def test_a_clock_that_stays_ahead_deletes_at_the_true_age(
    computer: Computer,
) -> None:
    await computer.run_once()
    await computer.record(3)
    computer.wall += 31 * DAY
    await computer.run(1)
    await computer.record(3)
    await computer.run(28)
    assert await kept() == upto(6)
    await computer.run(1.5)
    assert await kept() == [4, 5, 6]


async def test_a_server_that_was_off_for_long_gives_readers_their_time(
    computer: Computer,
) -> None:
    await computer.run_once()
    await computer.record(3)
    await computer.run_once()
    computer.wall += 400 * DAY
    computer.ticks = 0
    computer.start()
    await computer.run(2)
    assert await kept() == upto(3)
    await computer.run(28)
    assert await kept() == [3]


async def test_the_first_run_after_an_upgrade_compares_with_the_newest_event(
    computer: Computer, warnings: list[str]
) -> None:
    await computer.record(3)
    computer.wall += 31 * DAY
    computer.start()
    await computer.run_once()
    assert await kept() == upto(3)
    assert len(warnings) == 1


async def test_an_event_waits_for_all_that_were_recorded_before_it(
    computer: Computer,
) -> None:
    await computer.run_once()
    await computer.record(2)
    computer.wall -= 40 * DAY
    await computer.record(2)
    computer.wall += 40 * DAY
    await computer.run(29)
    await computer.record(1)
    assert await kept() == upto(5)
    await computer.run(2)
    assert await kept() == [5]


async def test_an_event_of_the_future_holds_up_no_other(computer: Computer) -> None:
    await computer.run_once()
    await computer.record(1)
    computer.wall += 3650 * DAY
    await computer.record(1)
    computer.wall -= 3650 * DAY
    await computer.run(1)
    await computer.record(2)
    await computer.run(29.5)
    assert await kept() == [2, 3, 4]
    await computer.run(1)
    assert await kept() == [4]


async def test_the_count_of_events_is_limited_whatever_the_clock_says(
    computer: Computer,
) -> None:
    computer.retention.events = 3
    await computer.record(9)
    computer.wall += 40 * DAY
    await computer.run_once()
    assert await kept() == [7, 8, 9]


async def test_what_is_too_much_is_deleted_in_slices_between_which_others_append(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "SLICE_EVENTS", 2)
    computer.retention.events = 1
    await computer.record(200)
    deleting = asyncio.create_task(computer.retention.expire_feeds(0, 0))
    while len(await kept()) == 200:
        assert not deleting.done()
    await computer.record(1)
    assert not deleting.done()
    assert len(await kept()) > 1
    # the bound is that of the beginning
    assert await deleting == 199
    assert await kept() == [200, 201]
    assert await computer.retention.expire_feeds(0, 0) == 1


async def test_a_feed_that_was_not_appended_to_is_not_counted_again(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    count_kept = crud.count_kept

    async def count(feed: crud.Oldest) -> Any:
        counted.append(feed.wallet_id)
        return await count_kept(feed)

    monkeypatch.setattr(crud, "count_kept", count)
    await computer.record(1)
    await computer.run_once()
    await computer.run_once()
    assert counted == ["w"]
    await computer.record(1)
    await computer.run_once()
    assert counted == ["w", "w"]


async def test_a_slice_of_an_ended_epoch_deletes_nothing_of_the_new_one(
    computer: Computer,
) -> None:
    await computer.record(2)
    feed = await crud.get_feed("w")
    assert feed
    await crud.rotate_epoch("w", "new")
    await new_journal().append("w", [payment(8), payment(9)])
    bound = await crud.age_bound("w", NOW + 1, NOW + 1)
    assert bound == crud.Bound(expiry.ALL, 2)
    assert await crud.expire_slice("w", feed.epoch, bound) == 0
    assert await kept() == [1, 2]


async def test_every_feed_is_looked_at(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE_FEEDS", 2)
    names = [f"feed{number}" for number in range(5)]
    for name in names:
        await crud.insert_feeds([new_feed(name, 1)])
        await computer.log.append(name, [payment(1), payment(2)])
    assert await computer.retention.expire_feeds(NOW + 1, NOW + 2) == len(names)


async def test_two_processes_together_delete_what_one_would(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "SLICE_EVENTS", 2)
    for number in range(20):
        await computer.log.append("w", [protocol.custom_draft(number)])
        await computer.record(1)
    await asyncio.gather(expire(0, 0, 25, 10**9), expire(0, 0, 25, 10**9))
    assert await kept() == [*range(2, 30, 2), *range(30, 41)]


@pytest.mark.parametrize("keep", [15, 5])
async def test_a_bound_by_count_stays_right_while_another_process_deletes(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    monkeypatch.setattr(expiry, "SLICE_EVENTS", 2)
    for number in range(10):
        await computer.log.append("w", [protocol.custom_draft(number)])
        await computer.record(1)
    (feed,) = await crud.get_oldest_events("", 1)
    counted = await crud.count_kept(feed)
    bounds = await crud.count_bounds(feed, counted, keep)
    for bound in bounds:
        assert await crud.expire_slice("w", feed.epoch, bound) == 2
    assert await crud.count_bounds(feed, counted, keep) == bounds


async def test_a_deleted_payment_is_found_by_no_identifier(computer: Computer) -> None:
    computer.retention.events = 1
    await computer.record(3)
    await computer.run_once()
    rows = await crud.fetch_all("SELECT event_offset FROM payfeed.payments")
    assert [row["event_offset"] for row in rows] == [3]


LARGE = "<é🙂" * 100_000


async def store_as_version_0_1_0(number: int, **changes: Any) -> None:
    """A payment whose body has no bound."""
    draft = payment(number)
    draft.members["payment"] |= changes
    assert draft.payment
    settled = replace(draft.payment, tag=changes.get("tag"))
    large = models.Draft("payment", draft.members, payment=settled)
    await new_journal().append("w", [large])


async def test_large_payments_of_an_earlier_version_are_cut_once(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE_OFFSETS", 2)
    monkeypatch.setattr(retention, "SLICE_PAUSE_SECONDS", 0)
    await computer.record(2)
    await store_as_version_0_1_0(7, comment=LARGE)
    await store_as_version_0_1_0(8, memo=LARGE, tag=LARGE)
    await computer.log.append("w", [protocol.custom_draft(LARGE)])
    await computer.record(1)
    feed = await crud.get_feed("w")
    assert feed
    before = await crud.get_events("w", feed.epoch, 0, 10)
    await computer.retention.bound_bodies()
    after = await crud.get_events("w", feed.epoch, 0, 10)
    are_changed = [new.body != old.body for new, old in zip(after, before, strict=True)]
    assert are_changed == [False, False, True, True, False, False]
    for event, cut in ((after[2], ["comment"]), (after[3], ["tag", "memo"])):
        assert len(event.body) <= protocol.MAX_PAYMENT_BODY_BYTES
        result = protocol.loads(event.body)
        assert (result["id"], result["payment"]["truncated"]) == (event.id, cut)
        assert result["payment"]["tag"] == event.tag
    sizes = await crud.fetch_all(
        "SELECT size FROM payfeed.events ORDER BY event_offset"
    )
    assert [row["size"] for row in sizes] == [len(event.body) for event in after]
    # done once: what is stored without a bound later is no older version's
    await store_as_version_0_1_0(9, comment=LARGE)
    await computer.retention.bound_bodies()
    assert len((await crud.get_events("w", feed.epoch, 6, 1))[-1].body) > len(LARGE)


async def test_a_page_holds_so_many_bytes_but_always_one_event(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await computer.log.append("w", [protocol.custom_draft("x" * 300)] * 6)
    feed = await crud.get_feed("w")
    assert feed
    one = len((await crud.get_events("w", feed.epoch, 0, 1))[0].body)

    async def pages(most_bytes: int) -> tuple[list[int], list[int]]:
        monkeypatch.setattr(journal, "PAGE_BYTES", most_bytes)
        log = new_journal()
        tail = await log.tail("w")
        assert tail
        page, back = await log.page(tail, 1), await log.page_before(tail, 6)
        assert back
        return [e.offset for e in page.events], [e.offset for e in back.events]

    assert await pages(2 * one) == ([2, 3], [4, 5])
    assert await pages(3 * one - 1) == ([2, 3], [4, 5])
    assert await pages(10**6) == ([2, 3, 4, 5, 6], [1, 2, 3, 4, 5])
    assert await pages(1) == ([2], [5])


async def sizes_of(epoch: str) -> list[int]:
    return [len(event.body) for event in await crud.get_events("w", epoch, 0, 1000)]


async def expire_bytes(most_bytes: int) -> None:
    chosen = settings.load().copy(update={"retention_bytes": most_bytes})
    await retention.Retention(new_journal(), chosen).expire_feeds(0, NOW + DAY)


async def test_beyond_the_limit_of_bytes_messages_are_deleted_before_payments(
    computer: Computer,
) -> None:
    await computer.record(2)
    await computer.log.append("w", [protocol.custom_draft("x" * 300)] * 3)
    await computer.record(2)
    feed = await crud.get_feed("w")
    assert feed
    sizes = await sizes_of(feed.epoch)
    await expire_bytes(sum(sizes))
    assert await kept() == upto(7)
    await expire_bytes(sum(sizes) - 1)
    assert await kept() == [1, 2, 4, 5, 6, 7]
    await expire_bytes(sizes[0] + sizes[1] + sizes[5] + sizes[6])
    assert await kept() == [1, 2, 6, 7]
    await expire_bytes(sizes[1] + sizes[5] + sizes[6])
    assert await kept() == [2, 6, 7]
    await expire_bytes(1)
    assert await kept() == [7]


async def test_a_feed_is_described_by_what_it_keeps(computer: Computer) -> None:
    assert await crud.describe_kept("w") == (0, 0, None, None)
    await computer.record(2)
    feed = await crud.get_feed("w")
    assert feed
    size = sum(await sizes_of(feed.epoch))
    assert await crud.describe_kept("w") == (2, size, 1, NOW)


async def test_what_a_feed_keeps_is_counted_again_after_every_change(
    computer: Computer,
) -> None:
    await computer.record(3)
    await computer.run_once()
    assert computer.retention.kept["w"].events == 3
    assert computer.retention.measured_at == int(computer.wall)
    await computer.run(20)
    await computer.record(2)
    await computer.run(15)
    await computer.run_once()
    assert await kept() == [4, 5]
    assert computer.retention.kept["w"].events == 2
    feed = await crud.get_feed("w")
    assert feed
    await crud.expire_slice("w", feed.epoch, crud.Bound(crud.ALL, 5), False)
    await computer.run_once()
    assert "w" not in computer.retention.kept
