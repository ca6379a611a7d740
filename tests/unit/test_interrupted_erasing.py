"""What is left when erasing was cut off."""

from parts import new_journal, payment
from payfeed import crud
from payfeed.feed.erasing import Erasing
from payfeed.feed.journal import Journal


async def nothing(wallet_id: str) -> None:
    """No webhook has to be read again."""


async def test_events_that_a_crash_left_of_an_erasing_are_deleted_later(
    log: Journal,
) -> None:
    await log.append("w", [payment(number) for number in range(3)])
    tail = await log.need_tail("w")
    await crud.begin_erasing("w", tail.feed.epoch, 2)
    started = Erasing(new_journal(), nothing)
    assert await started.complete() == 2
    left = await crud.get_events("w", tail.feed.epoch, 0, 10)
    assert [event.offset for event in left] == [3]
    assert await started.complete() == 0


async def test_an_erasing_of_an_ended_epoch_deletes_nothing_of_the_new_one(
    log: Journal,
) -> None:
    await log.append("w", [payment(1)])
    tail = await log.need_tail("w")
    await crud.begin_erasing("w", tail.feed.epoch, 1)
    await crud.rotate_epoch("w", "newepoch")
    await new_journal().append("w", [payment(2)])
    assert await Erasing(new_journal(), nothing).complete() == 0
    left = await crud.get_events("w", "newepoch", 0, 10)
    assert [event.offset for event in left] == [1]
