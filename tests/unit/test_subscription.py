"""What a subscriber may acknowledge, and when it is sent its cursor."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from parts import expire, payment
from payfeed import crud, errors, models
from payfeed.delivery import subscription
from payfeed.delivery.position import resolve_position
from payfeed.feed import journal, protocol

# LNbits' database belongs to the first event loop that uses it

HEARTBEAT = 20
ONLY_PAYMENTS = models.Filter(types=frozenset(["payment"]))


class Reader:
    """A subscription whose frames are read one by one, at a time that tests set."""

    @classmethod
    async def at(
        cls, log: journal.Journal, since: str, acked: int | None = 0
    ) -> "Reader":
        self = cls()
        tail = await log.need_tail("w")
        access = models.Access(
            "w", "till", frozenset(["read", "balance"]), "hash", access_key_id="k"
        )
        self.subscription = subscription.Subscription(
            log, tail, access, ONLY_PAYMENTS, "", HEARTBEAT
        )
        position = await resolve_position(tail, since, acked)
        self.subscription.start(position, acked)
        self.frames: AsyncIterator[Any] = self.subscription.frames()
        return self

    async def next(self) -> dict[str, Any]:
        _, text = await self.frames.__anext__()
        with self.subscription.sending:
            pass
        frame: dict[str, Any] = protocol.loads(text)
        return frame

    async def ack(self, event_id: str) -> None:
        frame = protocol.dumps({"type": "ack", "id": event_id})
        await self.subscription.receive({"text": frame})


@pytest_asyncio.fixture(autouse=True)
async def key(log: journal.Journal) -> None:
    await crud.insert_key(models.AccessKey("k", "w", "hash", "till", "read", 1))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=1000)
    fake = SimpleNamespace(monotonic=lambda: now.seconds)
    monkeypatch.setattr(subscription, "time", fake)
    return now


async def acked() -> int:
    (key,) = await crud.get_keys("w")
    return key.acked


async def test_an_event_can_be_acknowledged_while_its_sending_has_not_returned(
    log: journal.Journal,
) -> None:
    await log.append("w", [payment(1), payment(2)])
    tail = await log.tail("w")
    assert tail
    reader = await Reader.at(log, "start")
    await reader.next()
    event = await reader.next()
    await reader.ack(event["id"])
    assert await acked() == 1
    with pytest.raises(errors.Malformed):
        await reader.ack(tail.id_of(2))


async def test_what_the_filter_left_out_can_be_acknowledged_up_to_the_cursor(
    log: journal.Journal, clock: SimpleNamespace
) -> None:
    await log.append("w", [payment(1), *[protocol.test_draft("x")] * 5])
    tail = await log.tail("w")
    assert tail
    reader = await Reader.at(log, tail.id_of(1))
    hello = await reader.next()
    await reader.ack(hello["cursor"])
    assert await acked() == 1
    clock.seconds += HEARTBEAT
    heartbeat = await reader.next()
    assert heartbeat["cursor"] == tail.id_of(6)
    await reader.ack(heartbeat["cursor"])
    assert await acked() == 6
    await log.append("w", [protocol.test_draft("x")])
    with pytest.raises(errors.Malformed):
        await reader.ack(tail.id_of(7))


async def test_frames_without_a_cursor_do_not_put_off_the_heartbeat_that_has_it(
    log: journal.Journal, clock: SimpleNamespace
) -> None:
    """A reader that pings, or sees the balance, has to learn what it may ack."""
    tail = await log.tail("w")
    assert tail
    reader = await Reader.at(log, "start")
    await reader.next()
    await log.append("w", [protocol.test_draft("left out")])
    types = []
    for _ in range(4):
        await reader.subscription.receive({"text": '{"type":"ping"}'})
        types.append((await reader.next())["type"])
        clock.seconds += HEARTBEAT / 2
        if reader.subscription.is_idle(clock.seconds):
            frame = await reader.next()
            types.append(frame["type"])
    assert types == ["pong", "pong", "heartbeat", "pong", "pong"]
    await reader.ack(frame["cursor"])
    assert await acked() == 1


async def test_a_filtered_reader_that_acknowledges_heartbeats_is_sent_no_gap(
    log: journal.Journal, clock: SimpleNamespace
) -> None:
    await log.append("w", [payment(1)])
    tail = await log.tail("w")
    assert tail
    reader = await Reader.at(log, "start")
    await reader.next()
    await reader.ack((await reader.next())["id"])
    await log.append("w", [protocol.test_draft("left out")] * 50)
    clock.seconds += HEARTBEAT
    await reader.ack((await reader.next())["cursor"])
    await log.append("w", [payment(2)])
    assert await expire(0, 0, 2, 10**9) == 50
    again = await Reader.at(log, "acked", await acked())
    hello = await again.next()
    assert (hello["cursor"], hello["recovered"]) == (tail.id_of(51), True)
    assert (await again.next())["id"] == tail.id_of(52)
