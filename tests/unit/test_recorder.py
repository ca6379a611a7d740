"""Reconcile and retention on the real tables; only LNbits' rows are made by hand."""

import asyncio
import time
from typing import Any

import pytest
from lnbits_rows import at, lnbits_sql, row, store
from parts import expire, new_extension, new_journal, sweep
from payfeed import crud, models
from payfeed.delivery.position import resolve_position
from payfeed.delivery.subscription import Subscription
from payfeed.extension import Extension
from payfeed.feed import feeds, journal, protocol
from payfeed.feed import tail as tail_module
from payfeed.host import payments
from payfeed.payments.drafts import Reports, draft_of

# LNbits' database belongs to the first event loop that uses it

HANG_GUARD = 10


async def a_copy() -> Extension:
    """A fresh process, after its first sweep."""
    made = new_extension()
    await sweep(made)
    return made


async def result(wallet_id: str = "w") -> list[tuple[str, int]]:
    """(status, number of the payment) in the order of the log."""
    feed = await crud.get_feed(wallet_id)
    assert feed
    events = await crud.get_events(wallet_id, feed.epoch, 0, 1000)
    found = []
    for event in events:
        payment = protocol.loads(event.body)["payment"]
        found.append((payment["status"], int(payment["payment_hash"], 16)))
    return found


async def test_a_payment_that_ends_while_others_are_recorded_is_found_by_the_next_sweep(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy()
    append = copy.journal.append

    async def append_late(wallet_id: str, drafts: list[models.Draft]) -> Any:
        monkeypatch.setattr(copy.journal, "append", append)
        await store(row(2, -1000))
        return await append(wallet_id, drafts)

    monkeypatch.setattr(copy.journal, "append", append_late)
    await store(row(1, -1000))
    assert await sweep(copy) == 1
    assert await sweep(copy) == 1
    assert await sweep(copy) == 0
    assert await result() == [("confirmed", 1), ("confirmed", 2)]


async def test_what_the_listener_stores_during_a_sweep_hides_no_later_payment(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy()
    append, sold = copy.journal.append, row(1, 1000)

    async def append_after_the_listener(wallet_id: str, drafts: list[Any]) -> Any:
        monkeypatch.setattr(copy.journal, "append", append)
        await copy.recorder.record(sold, 1)
        return await append(wallet_id, drafts)

    monkeypatch.setattr(copy.journal, "append", append_after_the_listener)
    await store(sold)
    assert await sweep(copy) == 0
    await store(row(2, -1000))
    assert await sweep(copy) == 1
    assert await result() == [("confirmed", 1), ("confirmed", 2)]


async def test_a_payment_that_is_renamed_between_two_queries_is_recorded(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy()
    get_unseen = crud.get_unseen

    async def renamed(keys: Any) -> Any:
        monkeypatch.setattr(crud, "get_unseen", get_unseen)
        await lnbits_sql("UPDATE apipayments SET checking_id = 'new'")
        return await get_unseen(keys)

    await store(row(1, -1000))
    monkeypatch.setattr(crud, "get_unseen", renamed)
    assert await sweep(copy) == 0
    assert await sweep(copy) == 1


async def test_counts_that_cancel_hide_nothing_from_a_fresh_process(
    tables: None,
) -> None:
    copy = await a_copy()
    await store(row(1, -1000, "failed"))
    await sweep(copy)
    await lnbits_sql("UPDATE apipayments SET status = 'success'")
    await sweep(copy)
    await store(row(2, -1000, "failed"))
    await a_copy()
    assert await result() == [("failed", 1), ("confirmed", 1), ("failed", 2)]


async def test_a_row_that_lnbits_cannot_read_stops_no_other(tables: None) -> None:
    copy = await a_copy()
    await store(row(1, -1000, wallet_id="x"))
    await lnbits_sql("UPDATE apipayments SET bolt11 = NULL")
    await store(row(2, -1000, wallet_id="x"))
    await store(row(3, -1000))
    assert await sweep(copy) == 2
    assert await result() == [("confirmed", 3)]
    assert await result("x") == [("confirmed", 2)]


async def test_what_the_listener_could_not_store_is_left_to_the_next_sweep(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy()
    append = copy.journal.append

    async def broken(wallet_id: str, drafts: list[models.Draft]) -> Any:
        monkeypatch.setattr(copy.journal, "append", append)
        raise OSError("disk full")

    monkeypatch.setattr(copy.journal, "append", broken)
    for number in (1, 2):
        payment = row(number, 1000)
        await store(payment)
        await copy.recorder.on_invoice_paid(payment)
        await asyncio.gather(*copy.tasks._tasks)
    assert await result() == [("confirmed", 2)]
    assert await sweep(copy) == 1
    assert await result() == [("confirmed", 2), ("confirmed", 1)]


async def test_a_wallet_that_fails_is_left_to_the_next_sweep(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await a_copy()
    append = copy.journal.append

    async def broken(wallet_id: str, drafts: list[models.Draft]) -> Any:
        monkeypatch.setattr(copy.journal, "append", append)
        raise OSError("disk full")

    monkeypatch.setattr(copy.journal, "append", broken)
    await store(row(1, -1000))
    await store(row(2, -1000, wallet_id="x"))
    assert await sweep(copy) == 1
    assert await sweep(copy) == 1
    assert (len(await result()), len(await result("x"))) == (1, 1)


async def test_missed_payments_are_recorded_in_the_order_of_settlement(
    tables: None,
) -> None:
    copy = await a_copy()
    for number, microseconds in ((1, 900_000), (2, 100_000), (3, 500_000)):
        settled_at = int(time.time()) - 9 + microseconds / 1e6
        await store(row(number, 1000, **at(settled_at)))
    await sweep(copy)
    assert [number for _, number in await result()] == [2, 3, 1]


async def test_a_feed_begins_at_the_last_completed_sweep(tables: None) -> None:
    made, last_sweep = new_extension(), int(time.time()) - 1000
    await crud.set_state("last_sweep", last_sweep)
    for number, settled_at in ((1, last_sweep - 1), (2, last_sweep)):
        await store(row(number, 1000, **at(settled_at)))
    await sweep(made)
    assert await result() == [("confirmed", 2)]


async def test_the_payment_that_opens_a_feed_is_recorded_whatever_its_time(
    tables: None,
) -> None:
    made = new_extension()
    payment = row(1, 1000)
    await store(payment)
    await store(row(2, 1000))
    await made.recorder.record(payment, 5)
    await sweep(made)
    assert await result() == [("confirmed", 1)]


@pytest.mark.parametrize("amount", ["-inf", "nan", 10**400, "1e300", None, [1]])
async def test_an_invalid_fiat_amount_is_left_out_of_the_payment(amount: Any) -> None:
    payment = row(1, 1000)
    payment.extra = {"fiat_currency": "EUR", "fiat_amount": amount}
    assert payments.settled_payment(payment, 1).fiat is None


async def fill(kinds: str) -> tuple[journal.Journal, str]:
    """A log of payments (p) and messages (m); the journal and the epoch."""
    log = new_journal()
    feed = feeds.new_feed("w", 1)
    await crud.insert_feeds([feed])
    for number, kind in enumerate(kinds):
        draft = protocol.custom_draft("x" * 100)
        if kind == "p":
            draft = protocol.payment_draft(payments.settled_payment(row(number, 1), 1))
        await log.append("w", [draft])
    return log, feed.epoch


async def kept(epoch: str) -> list[int]:
    return [event.offset for event in await crud.get_events("w", epoch, 0, 1000)]


async def test_a_payment_without_a_tag_carries_the_name_of_its_extension(
    tables: None,
) -> None:
    copy = await a_copy()
    await store(row(1, 1000, extension="lnurlp"))
    await store(row(2, 1000, extension="lnurlp", tag="tip"))
    await sweep(copy)
    feed = await crud.get_feed("w")
    assert feed
    events = await crud.get_events("w", feed.epoch, 0, 10)
    tags = [protocol.loads(event.body)["payment"]["tag"] for event in events]
    assert tags == [event.tag for event in events] == ["lnurlp", "tip"]


class Listener:
    """A subscriber who may see the balance; the types of the frames it was sent."""

    def __init__(self, copy: Extension, tail: tail_module.Tail) -> None:
        access = models.Access("w", "till", frozenset(["read", "balance"]), "hash")
        balance = copy.balances.of("w")
        subscription = Subscription(
            copy.journal, tail, access, models.Filter(), "", 1000, balance
        )
        copy.balances.request("w", has_changed=False)
        self.types: list[str] = []
        self.task = asyncio.create_task(self._read(subscription))

    async def _read(self, subscription: Subscription) -> None:
        subscription.start(
            await resolve_position(subscription.tail, "start", None), None
        )
        async for _, text in subscription.frames():
            self.types.append(protocol.loads(text)["type"])

    async def until(self, *types: str) -> None:
        deadline = time.monotonic() + HANG_GUARD
        while self.types != list(types):
            assert time.monotonic() < deadline, self.types
            await asyncio.sleep(0.01)


async def test_the_balance_is_read_once_for_a_burst_and_all_readers(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0

    async def balances(_: Any) -> dict[str, tuple[int, str]]:
        nonlocal reads
        reads += 1
        return {"w": (1000 * reads, "inkey")}

    monkeypatch.setattr(crud, "get_balances", balances)
    copy = await a_copy()
    await store(row(1, 1000))
    await sweep(copy)
    await asyncio.gather(*copy.tasks._tasks)
    reads = 0
    tail = await copy.journal.tail("w")
    assert tail
    three = [Listener(copy, tail) for _ in range(3)]
    replayed = ("hello", "payment", "balance_update")
    for listener in three:
        await listener.until(*replayed)
    assert reads == 1
    reports = Reports()
    drafts = [draft_of(row(number, 1000), 1, (), reports) for number in range(2, 12)]
    await asyncio.gather(
        *(copy.journal.append("w", [draft]) for draft in drafts if draft)
    )
    for listener in three:
        await listener.until(*replayed, *["payment"] * 10, "balance_update")
    assert reads == 2
    late = Listener(copy, tail)
    await late.until("hello", *["payment"] * 11, "balance_update")
    # a payment under way lowers the balance, though it has no event
    await store(row(12, -1000, "pending"))
    await sweep(copy)
    await late.until("hello", *["payment"] * 11, "balance_update", "balance_update")
    for listener in three:
        await listener.until(
            *(*replayed, *["payment"] * 10, "balance_update", "balance_update")
        )
        listener.task.cancel()
    late.task.cancel()


FOREVER = 10**9


async def test_retention_by_count_drops_messages_before_payments(tables: None) -> None:
    _, epoch = await fill("pmpmpm")
    assert await expire(0, 0, 4, FOREVER) == 2
    assert await kept(epoch) == [1, 3, 5, 6]
    assert await expire(0, 0, 2, FOREVER) == 2
    assert await kept(epoch) == [5, 6]
    assert await expire(0, 0, 1, FOREVER) == 1
    assert await kept(epoch) == [6]


async def test_retention_by_bytes_drops_the_oldest_messages_only(tables: None) -> None:
    _, epoch = await fill("pmmpmm")
    one = len((await crud.get_events("w", epoch, 1, 1))[0].body)
    assert await expire(0, 0, FOREVER, 2 * one) == 2
    assert await kept(epoch) == [1, 4, 5, 6]
    assert await expire(0, 0, FOREVER, 1) == 1
    assert await kept(epoch) == [1, 4, 6]


async def test_retention_by_age_keeps_the_newest_and_offsets_go_on(
    tables: None,
) -> None:
    log, epoch = await fill("ppp")
    assert await expire(FOREVER * 10, FOREVER * 10, FOREVER, FOREVER) == 2
    assert await kept(epoch) == [3]
    (event,) = await log.append("w", [protocol.test_draft("more")])
    assert event.offset == 4


async def test_rows_of_another_epoch_are_not_given_out_under_this_one(
    tables: None,
) -> None:
    _, epoch = await fill("pp")
    await crud.rotate_epoch("w", "new")
    await new_journal().append("w", [protocol.test_draft("of the new epoch")])
    assert await kept(epoch) == []
    assert await crud.get_events_before("w", epoch, 9, 9) == []
    assert await kept("new") == [1]


async def test_an_ack_of_an_ended_epoch_changes_nothing(tables: None) -> None:
    _, epoch = await fill("pp")
    await crud.insert_key(models.AccessKey("k", "w", "hash", "till", "read", 1))
    await crud.ack("k", "w", epoch, 1)
    await crud.rotate_epoch("w", "new")
    await crud.ack("k", "w", epoch, 2)
    assert [key.acked for key in await crud.get_keys("w")] == [0]
    await crud.ack("k", "w", "new", 2)
    assert [key.acked for key in await crud.get_keys("w")] == [2]


async def test_a_cancelled_waiter_is_removed(tables: None) -> None:
    log, _ = await fill("p")
    tail = await log.tail("w")
    assert tail
    for _ in range(1000):
        tail.wait().cancel()
    assert len(tail.waiters) <= tail_module.PRUNE_WAITERS + 1
    assert tail.is_quiet


async def test_a_statement_runs_to_its_end_when_its_caller_is_cancelled(
    tables: None,
) -> None:
    asking = asyncio.create_task(crud.set_state("last_sweep", 7))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    deadline = time.monotonic() + HANG_GUARD
    while await crud.get_state("last_sweep") != 7:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
