"""Programs are tested with a fake feed, which behaves like a server; no network."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from lnbits_payfeed import (
    CustomEvent,
    Feed,
    Gap,
    InvalidFrame,
    NotAllowed,
    PaymentEvent,
    PaymentTimeout,
    SyncFeed,
    UnknownKey,
)
from lnbits_payfeed.testing import FakeFeed


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def fake() -> FakeFeed:
    return FakeFeed()


@pytest.fixture
async def feed(fake: FakeFeed) -> AsyncIterator[Feed]:
    """Follows the fake feed from its first event."""
    async with opened(fake) as feed:
        yield feed


def opened(fake: FakeFeed, **options: Any) -> Feed:
    defaults = {"since": "start", "secret": fake.secret, "backoff_base_seconds": 0}
    return Feed(fake.url, fake.key, connect=fake.connect, **defaults | options)


async def test_a_payment_arrives_signed(fake: FakeFeed, feed: Feed) -> None:
    paid = fake.pay(21.5, "coffee", tag="lnurlp")
    assert await anext(feed) == paid
    assert paid.payment.is_received
    assert (paid.payment.amount_msat, paid.payment.tag) == (21_500, "lnurlp")


async def test_a_failed_payment_arrives(fake: FakeFeed, feed: Feed) -> None:
    fake.fail(5)
    event = await anext(feed)
    assert isinstance(event, PaymentEvent)
    assert (event.payment.status, event.payment.direction) == ("failed", "out")


async def test_after_a_drop_the_feed_resumes(fake: FakeFeed, feed: Feed) -> None:
    first = fake.pay(1)
    assert await anext(feed) == first
    fake.drop()
    second = fake.pay(2)
    assert await anext(feed) == second
    assert fake.connections == ["start", first.id]


async def test_a_restart_loses_nothing(fake: FakeFeed, feed: Feed) -> None:
    first = fake.pay(1)
    assert await anext(feed) == first
    fake.restart()
    second = fake.pay(2)
    assert await anext(feed) == second


async def test_lost_events_are_a_gap(fake: FakeFeed, feed: Feed) -> None:
    first = fake.pay(1)
    await anext(feed)
    fake.gap()
    second = fake.pay(2)
    assert await anext(feed) == Gap(first.id, second.id, "expired")
    assert await anext(feed) == second


async def test_a_restored_backup_is_a_gap(fake: FakeFeed, feed: Feed) -> None:
    first = fake.pay(1)
    await anext(feed)
    fake.restart(is_restored=True)
    assert await anext(feed) == Gap(first.id, None, "unknown")


async def test_a_refusal_ends_the_feed(fake: FakeFeed, feed: Feed) -> None:
    fake.pay(1)
    await anext(feed)
    fake.refuse()
    with pytest.raises(NotAllowed, match="The key is revoked"):
        await anext(feed)


async def test_a_temporary_refusal_is_retried(fake: FakeFeed, feed: Feed) -> None:
    fake.pay(1)
    await anext(feed)
    fake.refuse(4429, "Too many connections.")
    fake.accept()
    second = fake.pay(2)
    assert await anext(feed) == second


async def test_another_key_is_unknown(fake: FakeFeed) -> None:
    feed = Feed(fake.url, "pfk_other", connect=fake.connect)
    with pytest.raises(UnknownKey):
        await anext(feed)


async def test_an_acknowledged_event_is_known_to_the_feed(fake: FakeFeed) -> None:
    first, second = fake.pay(1), fake.pay(2)
    async with opened(fake) as feed:
        await feed.ack(await anext(feed))  # type: ignore[arg-type]
    assert fake.acked == first.id
    async with opened(fake, since="acked") as feed:
        assert await anext(feed) == second


async def test_filters_leave_out_events(fake: FakeFeed) -> None:
    fake.notify("hello")
    fake.pay(1)
    fake.fail(9)
    paid = fake.pay(5)
    async with opened(fake, direction="in", min_amount=2) as feed:
        assert await anext(feed) == paid


async def test_a_message_with_a_type_is_a_custom_event(
    fake: FakeFeed, feed: Feed
) -> None:
    fake.notify({"type": "door.open", "door": 4})
    event = await anext(feed)
    assert isinstance(event, CustomEvent)
    assert (event.type, event.members) == ("door.open", {"door": 4})


async def test_one_payment_is_waited_for(fake: FakeFeed, feed: Feed) -> None:
    fake.pay(1)
    paid = fake.pay(2, payment_hash="ab" * 32)
    assert await feed.wait_for_payment("ab" * 32) == paid
    with pytest.raises(PaymentTimeout):
        await feed.wait_for_payment("cd" * 32, 0.01)


def test_a_program_without_asyncio_reads_it(fake: FakeFeed) -> None:
    options: dict[str, Any] = {"since": "start", "backoff_base_seconds": 0}
    with SyncFeed(fake.url, fake.key, connect=fake.connect, **options) as feed:
        first = fake.pay(1)
        assert next(feed) == first
        fake.drop()
        second = fake.pay(2)
        assert next(feed) == second


def test_members_that_payments_do_not_have_are_errors(fake: FakeFeed) -> None:
    with pytest.raises(TypeError, match="a payment has no member label"):
        fake.pay(1, label="bar")
    with pytest.raises(InvalidFrame, match="direction"):
        fake.pay(1, direction="up")
