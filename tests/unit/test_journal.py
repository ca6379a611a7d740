"""Replay and live meet without hole or doubling, whatever the interleaving."""

import asyncio
import random

import pytest
from parts import new_journal, payment, payment_key
from payfeed import crud, models
from payfeed.delivery.position import resolve_position
from payfeed.delivery.subscription import Subscription
from payfeed.errors import Unavailable
from payfeed.feed import journal, protocol, secrets
from sqlalchemy.exc import DBAPIError

ACCESS = models.Access("w", "test", frozenset(["read"]), "hash")

# LNbits' database belongs to the first event loop that uses it


async def read(log: journal.Journal, since: str, last: int, chance: float) -> list[int]:
    tail = await log.tail("w")
    assert tail
    reader = Subscription(log, tail, ACCESS, models.Filter(), "", 1000)
    tail.readers += 1
    reader.start(await resolve_position(tail, since, None), None)
    offsets: list[int] = []
    async for event_id, _ in reader.frames():
        if event_id:
            offsets.append(int(event_id.split("-")[1]))
        if random.random() < chance:
            await asyncio.sleep(random.random() * 0.004)
        if offsets and offsets[-1] == last:
            break
    return offsets


@pytest.mark.parametrize("seed", range(12))
async def test_random_interleavings_deliver_every_event_once_in_order(
    log: journal.Journal, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random.seed(seed)
    monkeypatch.setattr(journal, "PAGE_EVENTS", random.choice([1, 3, 500]))
    monkeypatch.setattr(journal, "TAIL_EVENTS", random.choice([2, 10, 1000]))
    monkeypatch.setattr(journal, "TAIL_BYTES", random.choice([500, 10**6]))
    total = 60
    other = new_journal()

    async def write(numbers: list[int], into: journal.Journal) -> None:
        while numbers:
            count = random.randint(1, 4)
            batch, numbers = numbers[:count], numbers[count:]
            events = await into.append("w", [payment(n) for n in batch])
            if into is other and events and random.random() < 0.5:
                log.advance(await log.need_tail("w"), events[-1].offset)
            await asyncio.sleep(random.random() * 0.003)

    is_over = False

    async def poll() -> None:
        while not is_over:
            await asyncio.sleep(0.01)
            for feed in await crud.get_feeds():
                log.refresh(feed)

    polling = asyncio.create_task(poll())
    await log.append("w", [payment(0)])
    tail = await log.tail("w")
    assert tail
    readers = [
        asyncio.create_task(read(log, since, total + 1, random.random()))
        for since in ("start", tail.id_of(1), tail.id_of(0))
    ]
    numbers = list(range(1, total + 1))
    # both writers record the same payments at once, as two processes would
    await asyncio.gather(
        write(numbers[:40], log), write(numbers[20:], other), write(numbers[:40], log)
    )
    results = await asyncio.wait_for(asyncio.gather(*readers), 60)
    # not cancelled: a statement that is cut off would hold the tables
    is_over = True
    await polling
    assert results[0] == results[2] == list(range(1, total + 2))
    assert results[1] == list(range(2, total + 2))
    keys = {payment_key("w", number) for number in range(total + 1)}
    assert await crud.get_unseen(keys) == set()


async def test_one_entry_that_cannot_be_stored_does_not_stop_the_others(
    log: journal.Journal,
) -> None:
    broken = protocol.custom_draft({"a": 1})
    broken.members["a"] = object()
    outcomes = await asyncio.gather(
        log.append("w", [payment(1)]),
        log.append("w", [broken]),
        log.append("w", [payment(2)]),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], TypeError)
    (feed,) = await crud.get_feeds()
    stored = await crud.get_events("w", feed.epoch, 0, 10)
    assert [event.offset for event in stored] == [1, 2]


async def test_a_secret_rotated_elsewhere_signs_what_is_sent_from_then_on(
    log: journal.Journal,
) -> None:
    (event,) = await log.append("w", [payment(1)])
    tail = await log.tail("w")
    assert tail
    before = tail.frame(event)
    assert await crud.rotate_secret("w", secrets.new_secret(), None, 1)
    (row,) = await crud.get_feeds()
    tail.feed = row
    after = tail.frame(event)
    assert after != before
    assert after == protocol.sign(event.body, event.id, event.timestamp, row.secret)


async def test_a_failed_statement_does_not_tell_its_values(
    log: journal.Journal,
) -> None:
    with pytest.raises((Unavailable, DBAPIError)) as failed:
        await crud.execute(
            "INSERT INTO payfeed.nowhere VALUES (:secret)", {"secret": "whsec_abc"}
        )
    text = f"{failed.value} {failed.value.__cause__}"
    assert "nowhere" in text
    assert "whsec_abc" not in text
