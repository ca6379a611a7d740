"""Within which time a payment is found, whatever LNbits' stamps say."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lnbits_rows import at, lnbits_sql, payfeed_sql, row, store
from parts import audit, new_extension, payment, sweep
from payfeed import crud
from payfeed.extension import Extension
from payfeed.host import payments
from payfeed.models import Stretch

DAY = 86400
stamps_only = pytest.mark.skipif(
    not payments.MOVES_UPDATED_AT, reason="this LNbits does not stamp settlements"
)


async def running_copy() -> Extension:
    """A copy whose feeds are open, a while after its start."""
    copy = new_extension()
    await sweep(copy)
    return copy


async def settle(number: int, seconds_ago: float) -> None:
    """The payment settles; LNbits stamps it so long ago."""
    stamp = time.time() - seconds_ago
    if crud.is_sqlite():
        set_stamp = f"updated_at = {stamp}"
    else:
        set_stamp = f"updated_at = to_timestamp({stamp}) AT TIME ZONE 'UTC'"
    await lnbits_sql(
        f"UPDATE apipayments SET status = 'success', {set_stamp}"
        f" WHERE checking_id = 'c{number}'"
    )


def created(seconds_ago: float) -> dict[str, Any]:
    return at(time.time() - seconds_ago)


@stamps_only
@pytest.mark.parametrize("amount", [1000, -1000])
async def test_a_payment_that_settles_40_days_after_its_creation_is_found_by_a_look(
    tables: None, amount: int
) -> None:
    await store(row(1, amount, "pending", **created(40 * DAY)))
    copy = await running_copy()
    await settle(1, 3)
    assert await sweep(copy) == 1


@pytest.mark.parametrize("seconds_ago", [5, 40 * DAY])
async def test_a_sent_payment_that_is_under_way_is_found_by_a_look_without_a_stamp(
    tables: None, seconds_ago: float
) -> None:
    """Also one that was under way when the feed opened."""
    await store(row(1, -1000, "pending", **created(seconds_ago)))
    copy = await running_copy()
    await settle(1, 5 * 3600)
    assert await sweep(copy) == 1


async def test_a_sent_payment_that_begins_and_settles_between_two_looks_is_found(
    tables: None,
) -> None:
    copy = await running_copy()
    await store(row(1, -1000, **created(1)))
    await settle(1, -3600)
    assert await sweep(copy) == 1


@stamps_only
@pytest.mark.parametrize("seconds_ago", [-3600, 600])
async def test_a_wrong_stamp_is_found_by_the_look_back_of_every_minute(
    tables: None, seconds_ago: float
) -> None:
    copy = await running_copy()
    await copy.looks.look_back()
    await store(row(1, 1000, "pending", **created(DAY)))
    await settle(1, seconds_ago)
    assert await sweep(copy) == 0
    await copy.looks.look_back()
    assert copy.metrics.reconciled == 1


async def test_a_received_payment_that_settles_in_silence_is_found_by_the_audit(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payfeed.payments.looks.ROWID_OVERLAP", 0)
    await store(row(1, 1000, "pending", **created(40 * DAY)))
    copy = await running_copy()
    await settle(1, 30 * DAY)
    assert await sweep(copy) == 0
    assert await audit(copy) == 1


@stamps_only
async def test_what_settled_while_payfeed_was_off_is_found_by_the_first_look_back(
    tables: None,
) -> None:
    await running_copy()
    await crud.set_state("last_sweep", int(time.time()) - 3 * 3600)
    for number, hours in ((1, 2.9), (2, 0.5)):
        await store(row(number, 1000, **created(hours * 3600)))
    copy = await running_copy()
    await copy.looks.look_back()
    assert copy.metrics.reconciled == 2


async def test_a_clock_that_is_set_makes_the_audit_begin_again_and_hurry(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await running_copy()
    await audit(copy)
    now = copy.journal.now
    for number, jump in ((1, -DAY), (2, DAY)):
        monkeypatch.setattr(copy.journal, "now", lambda jump=jump: now() + jump)
        await store(row(number, -1000, **at(time.time() + jump)))
        assert await sweep(copy) == 1
        assert copy.audit.is_urgent
        await audit(copy)


async def test_yesterdays_lnbits_database_repeats_nothing_and_hides_nothing(
    tables: None,
) -> None:
    copy = await running_copy()
    await store(row(1, -1000))
    await store(row(2, -1000))
    assert await sweep(copy) == 2
    await lnbits_sql("DELETE FROM apipayments WHERE checking_id = 'c2'")
    await store(row(3, -1000))
    copy = await running_copy()
    await audit(copy)
    assert copy.metrics.reconciled == 1


async def test_the_listener_has_two_seconds_before_a_look_takes_its_payment(
    tables: None,
) -> None:
    copy = await running_copy()
    await store(row(1, 1000, **created(0)))
    assert await sweep(copy) == 0
    await settle(1, 3)
    assert await sweep(copy) == 1


async def test_a_long_history_is_marked_in_slices_before_its_feed_is_active(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payfeed.feed.opening.SLICE_PAYMENTS", 3)
    for number in range(10):
        await store(row(number, 1000, **created(2 * DAY)))
    marked = []
    mark_history = crud.mark_history

    async def mark(stretches: list[Stretch], *more: Any) -> None:
        await mark_history(stretches, *more)
        feed = await crud.get_feed("w")
        assert feed
        marked.append((sum(each.count for each in stretches), feed.active))

    monkeypatch.setattr(crud, "mark_history", mark)
    copy = await running_copy()
    assert [(n, active) for n, active in marked if n] == [(3, False)] * 3 + [(1, False)]
    feed = await crud.get_feed("w")
    assert feed
    assert feed.active
    assert await audit(copy) == 0


async def test_a_crash_while_a_feed_opens_makes_no_history_into_news(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payfeed.feed.opening.SLICE_PAYMENTS", 3)
    for number in range(10):
        await store(row(number, 1000, **created(2 * DAY)))
    mark_history, calls = crud.mark_history, 0

    async def fail_at_third(*values: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError("killed")
        await mark_history(*values)

    monkeypatch.setattr(crud, "mark_history", fail_at_third)
    first = new_extension()
    with pytest.raises(OSError, match="killed"):
        await first.opening.open_all(["w"])
    monkeypatch.setattr(crud, "mark_history", mark_history)
    copy = await running_copy()
    await audit(copy)
    assert copy.metrics.reconciled == 0


async def test_a_payment_that_settles_while_its_feed_opens_is_recorded(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(row(1, -1000, **created(2 * DAY)))
    mark_history = crud.mark_history

    async def mark_then_pay(*values: Any) -> None:
        monkeypatch.setattr(crud, "mark_history", mark_history)
        await mark_history(*values)
        await store(row(2, -1000, **created(0)))

    monkeypatch.setattr(crud, "mark_history", mark_then_pay)
    copy = await running_copy()
    assert copy.metrics.reconciled + await sweep(copy) == 1


async def test_a_big_wallet_answers_requests_before_its_history_is_marked(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payfeed.feed.opening.SLICE_PAYMENTS", 3)
    for number in range(10):
        await store(row(number, 1000, **created(DAY)))
    copy = new_extension()
    feed = await copy.opening.open("w")
    assert not feed.active
    assert await copy.journal.tail("w")
    await sweep(copy)
    assert (await copy.opening.open("w")).active
    assert await audit(copy) == 0


async def test_nothing_is_written_while_nothing_happens(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await running_copy()
    copy.beginnings._saved_at -= timedelta(hours=1).total_seconds()
    await sweep(copy)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a transaction")

    monkeypatch.setattr("payfeed.crud.statements.transaction", refuse)
    copy.beginnings._saved_at -= timedelta(hours=1).total_seconds()
    assert await sweep(copy) == 0
    assert await audit(copy) == 0


async def test_feeds_are_read_again_only_after_something_changed(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await running_copy()
    await sweep(copy)
    reads, get_feeds = [], crud.get_feeds

    async def count() -> list[Any]:
        reads.append("read")
        return await get_feeds()

    monkeypatch.setattr(crud, "get_feeds", count)
    await copy.enablement.follow()
    if crud.is_sqlite():  # PostgreSQL does not tell who moved the head
        await copy.journal.append("w", [payment(1)])
    await copy.enablement.follow()
    assert reads == []
    await lnbits_sql("UPDATE extensions SET active = false")
    await copy.enablement.follow()
    assert reads == ["read"]
    feed = await crud.get_feed("w")
    assert feed
    assert not feed.active


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO payfeed.feed_settings (wallet_id, extra_members)"
        " VALUES ('w', '[\"a\"]')",
        "UPDATE payfeed.feeds SET channel = 'another'",
        "UPDATE payfeed.feeds SET head = 7",
    ],
)
async def test_what_another_process_changed_in_a_feed_is_followed(
    tables: None, change: str
) -> None:
    copy = await running_copy()
    await sweep(copy)
    tail = await copy.journal.need_tail("w")
    await copy.enablement.follow()
    before = replace(tail.feed), tail.head
    await payfeed_sql(change)
    await copy.enablement.follow()
    assert (replace(tail.feed), tail.head) != before


@pytest.mark.parametrize(
    ("checking_id", "is_sent", "expected"),
    [
        ("renamed", True, "updated_in_zone"),
        ("hash", True, "updated_at"),
        ("internal_hash", True, "updated_at"),
        ("renamed", False, "updated_at"),
    ],
)
def test_a_renamed_sent_payment_carries_the_time_of_postgresqls_zone(
    checking_id: str, is_sent: bool, expected: str
) -> None:
    amount = -1000 if is_sent else 1000
    stamped = payments.PaymentRow(
        "w", checking_id, "hash", amount, "success", 10_000.0, 10_100.0 + 3600, 10_100.0
    )
    at_best = payments.changed_at(stamped, 20_000)
    assert at_best == getattr(stamped, expected)


def test_a_reading_before_the_creation_or_after_now_is_not_taken() -> None:
    for in_zone in (10_100.0 - 3600, 10_100.0 + 36_000):
        stamped = payments.PaymentRow(
            "w", "renamed", "hash", -1, "success", 10_000.0, 10_100.0, in_zone
        )
        assert payments.changed_at(stamped, 20_000) == 10_100.0
