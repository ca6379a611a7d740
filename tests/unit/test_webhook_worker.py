"""What endpoints are sent and when, on real tables, with a receiver in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from parts import payment
from payfeed import crud, errors
from payfeed.background import BackgroundTasks
from payfeed.delivery.webhooks import listing
from payfeed.delivery.webhooks import worker as working
from payfeed.delivery.webhooks.budget import Budget
from payfeed.delivery.webhooks.destination import Rules
from payfeed.delivery.webhooks.dispatcher import Dispatcher
from payfeed.delivery.webhooks.endpoints import Endpoints
from payfeed.delivery.webhooks.ledger import Ledger
from payfeed.delivery.webhooks.schedule import ATTEMPTS, DAY, MINUTE
from payfeed.delivery.webhooks.sender import Outcome
from payfeed.delivery.webhooks.worker import Parts
from payfeed.feed.feeds import new_feed
from payfeed.feed.journal import Journal
from payfeed.feed.protocol import custom_draft, loads
from payfeed.feed.retention import Retention
from payfeed.host import settings
from payfeed.models_webhooks import (
    CreateWebhook,
    Delivery,
    FilterBody,
    PatchWebhook,
    Resend,
)

HANG_GUARD = 30
ADDRESS = "https://shop.example/hook"
Answer = Callable[[str], Awaitable[int]]


class Process:
    """One process that sends: its journal, its dispatcher, its clock.

    `answer` gives the status for an event id; `sent` has the ids in order.
    """

    def __init__(self, clock: "Clock") -> None:
        self.clock = clock
        self.sent: list[str] = []
        self.urls: list[str] = []
        self.bodies: dict[str, Any] = {}
        self.ends: list[str | None] = []
        self.open = self.most_open = 0
        self.retry_after: str | None = None
        self.answer: Answer = self.accept
        self.tasks = BackgroundTasks()
        self.journal = Journal(
            lambda tail, events: self.dispatcher.on_append(tail, events),
            lambda wallet_id: self.dispatcher.reload_soon(wallet_id),
            lambda: self.clock.now,
        )
        self.dispatcher = Dispatcher(
            self._parts, self.tasks, now=lambda: self.clock.now
        )
        self.endpoints = Endpoints(
            self.journal,
            self.dispatcher,
            Rules,
            self._resolve,
            lambda: self,  # type: ignore[arg-type, return-value]
            10,
        )

    def _parts(self, ledger: Ledger) -> Parts:
        return Parts(
            journal=self.journal,
            ledger=ledger,
            budget=Budget(),
            new_sender=lambda: self,  # type: ignore[arg-type, return-value]
            on_outcome=lambda outcome: None,
            on_end=lambda webhook, reason: self.ends.append(reason),
            now=lambda: self.clock.now,
            random=lambda: 0.5,
        )

    async def _resolve(self, host: str, port: int) -> list[str]:
        return []

    async def accept(self, event_id: str) -> int:
        return 200

    def always(self, status: int) -> None:
        async def answer(event_id: str) -> int:
            return status

        self.answer = answer

    def failing(self, *event_ids: str, status: int = 500) -> None:
        async def answer(event_id: str) -> int:
            return status if event_id in event_ids else 200

        self.answer = answer

    async def send(self, url: str, headers: dict[str, str], body: str) -> Outcome:
        event_id = headers["webhook-id"]
        self.sent.append(event_id)
        self.urls.append(url)
        self.bodies[event_id] = loads(body)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            status = await self.answer(event_id)
        finally:
            self.open -= 1
        return Outcome(status, "", None, 1, self.retry_after)

    async def close(self) -> None:
        """As a Sender."""

    async def create(self, **members: Any) -> str:
        request = CreateWebhook(**{"url": ADDRESS, **members})
        return str((await self.endpoints.create("w", request))["id"])

    async def record(self, *numbers: int) -> list[str]:
        events = await self.journal.append("w", [payment(n) for n in numbers])
        return [event.id for event in events]

    async def deliver(self, *numbers: int) -> list[str]:
        """Record payments, and wait until their requests have results."""
        ids = await self.record(*numbers)
        await self.settle()
        return ids

    async def id_after(self, number: int) -> str:
        """Deliver one payment; returns the id of the event that will follow it."""
        (event_id,) = await self.deliver(number)
        return event_id.replace("-1", "-2")

    async def say(self, value: Any) -> str:
        (event,) = await self.journal.append("w", [custom_draft(value)])
        return event.id

    async def expire(self, keep: int) -> None:
        """Retention that keeps so many events, and forgets them in memory."""
        bounds = replace_settings(retention_events=keep)
        await Retention(self.journal, bounds).expire_feeds(0, 2**40)
        self.journal.drop("w")

    async def settle(self) -> None:
        """Wait until nothing is sent or stored any more."""
        await until(lambda: not self.tasks._tasks and not self.dispatcher._running)
        await self.dispatcher._ledger.flush()

    async def advance(self, seconds: float) -> None:
        self.clock.now += seconds
        self.dispatcher._wake_due()
        await self.settle()

    async def refused(self, *numbers: int, **members: Any) -> tuple[str, list[str]]:
        """An endpoint whose receiver answers 500, and the events that it was sent."""
        webhook_id = await self.create(**members)
        self.always(500)
        return webhook_id, await self.deliver(*numbers)

    async def states(self, webhook_id: str) -> dict[str, str]:
        listed = await crud.get_deliveries(webhook_id, None, None, 1000)
        return {one.event_id: one.state for one in listed}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0


def replace_settings(**changed: Any) -> settings.Settings:
    return settings.load().copy(update=changed)


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)


async def row(webhook_id: str) -> Any:
    found = await crud.get_webhook(webhook_id)
    assert found
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def process(log_tables: None, clock: Clock) -> AsyncIterator[Process]:
    await crud.insert_feeds([replace(new_feed("w", 1), active=True)])
    made = Process(clock)
    await made.dispatcher.poll()
    yield made
    await made.dispatcher.stop()


async def test_an_event_that_succeeds_costs_one_attempt_and_no_delivery(
    process: Process,
) -> None:
    webhook_id = await process.create()
    ids = await process.deliver(1, 2, 3)
    assert process.sent == ids
    assert await crud.get_waiting(webhook_id, 10) == []
    assert [len(await crud.get_attempts(webhook_id, one)) for one in ids] == [1, 1, 1]
    assert (await row(webhook_id)).cursor_offset == 3


async def test_nothing_is_written_for_events_that_the_filter_leaves_out(
    process: Process,
) -> None:
    webhook_id = await process.create(filter=FilterBody(types=["message"]))
    before = await row(webhook_id)
    await process.deliver(1, 2, 3)
    assert await row(webhook_id) == before
    message = await process.say("hello")
    await process.settle()
    assert process.sent == [message]
    assert (await row(webhook_id)).cursor_offset == 4


async def test_a_quiet_endpoints_cursor_is_stored_before_retention(
    process: Process,
) -> None:
    """Else it would seem to have missed what its filter left out."""
    webhook_id = await process.create(filter=FilterBody(types=["message"]))
    await process.record(1, 2, 3)
    await process.dispatcher.reload("w")
    await process.settle()
    assert (await row(webhook_id)).cursor_offset == 0
    await process.dispatcher.expire()
    await process.settle()
    assert (await row(webhook_id)).cursor_offset == 3


async def test_a_failing_event_does_not_hold_up_the_next(process: Process) -> None:
    webhook_id = await process.create()
    bad = await process.id_after(1)
    process.failing(bad)
    ids = await process.deliver(2, 3, 4)
    assert ids[0] == bad
    assert (await row(webhook_id)).cursor_offset == 4
    assert (await process.states(webhook_id))[bad] == "retrying"
    process.always(200)
    await process.advance(5)
    assert process.sent[-1] == bad
    assert set((await process.states(webhook_id)).values()) == {"delivered"}


async def test_retries_follow_the_schedule_until_the_delivery_has_failed(
    process: Process,
) -> None:
    webhook_id = await process.create()
    bad = await process.id_after(1)
    process.failing(bad)
    await process.deliver(2)
    for number in range(3, 12):
        # a success in between keeps the endpoint from failing
        await process.deliver(number)
        (waiting,) = await crud.get_waiting(webhook_id, 10)
        assert waiting.attempts == number - 2
        await process.advance((waiting.next_at or 0) - process.clock.now)
    assert process.sent.count(bad) == ATTEMPTS
    assert await crud.get_waiting(webhook_id, 10) == []
    assert (await process.states(webhook_id))[bad] == "failed"
    await process.advance(10 * DAY)
    assert process.sent.count(bad) == ATTEMPTS


async def test_at_most_four_requests_are_open(process: Process) -> None:
    await process.create()
    await process.deliver(*range(1, 41))
    assert len(process.sent) == 40
    release = asyncio.Event()

    async def hold(event_id: str) -> int:
        await release.wait()
        return 200

    process.answer = hold
    await process.record(*range(41, 61))
    await until(lambda: process.open == 4)
    release.set()
    await process.settle()
    assert process.most_open == 4
    assert len(set(process.sent)) == 60


async def test_probes_alternate_between_new_events_and_the_longest_untried(
    process: Process,
) -> None:
    webhook_id, ids = await process.refused(*range(1, 21))
    assert process.sent == ids[:5]
    for _ in range(4):
        await process.advance(5 * MINUTE)
    assert process.sent[5:] == [ids[5], ids[0], ids[6], ids[1]]
    waiting = {one.event_id: one for one in await crud.get_waiting(webhook_id, 99)}
    assert {waiting[one].attempts for one in ids[:5]} == {1}
    assert {waiting[one].attempts for one in ids[5:7]} == {0}


async def test_after_a_success_each_delivery_goes_on_at_its_own_step(
    process: Process,
) -> None:
    webhook_id, ids = await process.refused(*range(1, 11))
    await process.advance(5 * MINUTE)
    process.always(200)
    await process.advance(5 * MINUTE)
    assert set((await process.states(webhook_id)).values()) == {"delivered"}
    assert set(process.sent) == set(ids)
    assert (await row(webhook_id)).failures == 0


async def test_while_failing_new_events_cause_no_request_before_the_next_probe(
    process: Process,
) -> None:
    await process.refused(*range(1, 6))
    count = len(process.sent)
    await process.deliver(*range(6, 100))
    assert len(process.sent) == count


async def test_retry_after_moves_the_next_attempt(process: Process) -> None:
    webhook_id = await process.create()
    process.always(429)
    process.retry_after = "3600"
    await process.deliver(1)
    (waiting,) = await crud.get_waiting(webhook_id, 10)
    assert waiting.next_at == process.clock.now + 3600


async def test_an_ordered_endpoint_waits_for_the_one_before(process: Process) -> None:
    webhook_id, (first, second, third) = await process.refused(1, 2, 3, ordered=True)
    assert process.sent == [first]
    assert (await row(webhook_id)).cursor_offset == 0
    await process.advance(5)
    process.always(200)
    await process.advance(5 * MINUTE)
    assert process.sent == [first, first, first, second, third]
    assert process.most_open == 1
    assert (await row(webhook_id)).cursor_offset == 3


async def test_an_ordered_endpoint_keeps_its_order_through_a_restart(
    process: Process, clock: Clock
) -> None:
    _, (first, second) = await process.refused(1, 2, ordered=True)
    await process.dispatcher.stop()
    again = Process(clock)
    again.failing(first)
    await again.dispatcher.poll()
    await again.advance(5)
    assert again.sent == [first]
    again.always(200)
    await again.advance(5 * MINUTE)
    assert again.sent == [first, first, second]
    await again.dispatcher.stop()


async def test_an_ordered_endpoint_is_disabled_rather_than_skip_an_event(
    process: Process,
) -> None:
    webhook_id, (first, second) = await process.refused(1, 2, ordered=True)
    for _ in range(ATTEMPTS - 1):
        await process.advance(DAY)
    assert process.sent == [first] * ATTEMPTS
    assert (await row(webhook_id)).disabled == "blocked"
    assert process.ends == ["blocked"]
    process.always(200)
    await process.endpoints.enable("w", webhook_id, "stopped")
    await process.settle()
    assert process.sent[ATTEMPTS:] == [first, second]
    assert process.ends == ["blocked", None]


async def test_410_disables_the_endpoint_and_the_owner_is_notified_once(
    process: Process,
) -> None:
    webhook_id = await process.create()
    process.always(410)
    first, *_ = await process.deliver(1, 2, 3)
    assert process.sent == [first]
    assert (await row(webhook_id)).disabled == "gone"
    await process.record(4)
    await process.advance(DAY)
    assert process.sent == [first]
    assert process.ends == ["gone"]


async def test_enabling_from_now_leaves_out_what_was_missed(process: Process) -> None:
    webhook_id = await process.create()
    process.always(410)
    first, *_ = await process.deliver(1, 2, 3)
    process.always(200)
    await process.endpoints.enable("w", webhook_id, "now")
    (last,) = await process.deliver(4)
    assert process.sent == [first, last]
    assert await process.states(webhook_id) == {first: "failed", last: "delivered"}


async def test_after_five_days_of_failures_the_endpoint_is_disabled(
    process: Process,
) -> None:
    webhook_id, _ = await process.refused(1, 2, 3, 4, 5)
    first = int(process.clock.now) - 5 * DAY + 7 * MINUTE
    await crud.execute(
        "UPDATE payfeed.webhooks SET failures = 99, first_failure_at = :first,"
        " next_probe_at = :now + 300",
        {"first": first, "now": int(process.clock.now)},
    )
    (work,) = await crud.get_work()
    await crud.change_webhook(work.webhook, {"description": "read again"})
    await process.dispatcher.reload("w")
    await process.advance(5 * MINUTE)
    assert (await row(webhook_id)).disabled is None
    await process.advance(5 * MINUTE)
    assert (await row(webhook_id)).disabled == "failed"
    assert process.ends == ["failed"]


async def test_a_new_epoch_fails_what_waited_and_sends_one_gap_first(
    process: Process,
) -> None:
    webhook_id, (old,) = await process.refused(1)
    process.always(200)
    tail = await process.journal.need_tail("w")
    await crud.rotate_epoch("w", "newepoch")
    process.journal.end_epoch(tail)
    await process.settle()
    (new,) = await process.deliver(2)
    gap = f"gap-{old}"
    assert process.sent == [old, gap, new]
    assert process.bodies[gap] == {
        "type": "gap",
        "since": old,
        "oldest": None,
        "reason": "unknown",
    }
    assert (await process.states(webhook_id))[old] == "failed"
    assert (await row(webhook_id)).cursor_offset == 1


async def test_an_endpoint_that_fell_behind_the_log_is_sent_one_gap_first(
    process: Process,
) -> None:
    webhook_id = await process.create(filter=FilterBody(types=["payment"]))
    await process.endpoints.change("w", webhook_id, PatchWebhook(enabled=False))
    ids = await process.record(*range(1, 11))
    await process.expire(3)
    await process.endpoints.enable("w", webhook_id, "stopped")
    await process.settle()
    epoch = ids[0].partition("-")[0]
    gap = f"gap-{epoch}-0"
    assert process.sent == [gap, *ids[7:]]
    assert process.bodies[gap]["reason"] == "expired"
    assert process.bodies[gap]["oldest"] == ids[7]
    await process.deliver(11)
    assert len(process.sent) == 5


async def test_a_waiting_delivery_whose_event_is_gone_has_failed(
    process: Process,
) -> None:
    webhook_id, (first,) = await process.refused(1)
    process.always(200)
    await process.deliver(2, 3)
    await process.expire(1)
    await process.advance(5)
    assert process.sent.count(first) == 1
    listed = await crud.get_delivery(webhook_id, first)
    assert listed
    assert (listed.state, listed.error) == ("failed", "the event is no longer kept")


async def test_after_a_crash_only_requests_without_a_stored_result_are_repeated(
    process: Process, clock: Clock
) -> None:
    webhook_id = await process.create()
    slow = await process.id_after(1)
    never = asyncio.Event()

    async def answer(event_id: str) -> int:
        if event_id == slow:
            await never.wait()
        return 200

    process.answer = answer
    ids = await process.record(*range(2, 12))
    await until(lambda: len(process.sent) == 11 and process.open == 1)
    await process.dispatcher._ledger.flush()
    assert (await row(webhook_id)).cursor_offset == 1
    # as a process that is killed: nothing ends in order
    again = Process(clock)
    if crud.has_leases():
        await crud.end_leases(process.dispatcher._holder)
    await again.dispatcher.poll()
    await again.settle()
    assert again.sent == [slow] == [ids[0]]
    await again.dispatcher.expire()
    await again.settle()
    assert (await row(webhook_id)).cursor_offset == 11
    await again.dispatcher.stop()


async def test_a_request_that_a_stop_breaks_off_is_no_attempt(process: Process) -> None:
    webhook_id = await process.create()
    never = asyncio.Event()

    async def hang(event_id: str) -> int:
        await never.wait()
        return 200

    process.answer = hang
    (event_id,) = await process.record(1)
    await until(lambda: process.open == 1)
    await process.dispatcher.stop()
    assert process.open == 0
    assert await crud.get_attempts(webhook_id, event_id) == []
    assert (await row(webhook_id)).cursor_offset == 0


async def test_a_new_url_holds_for_what_waits_and_a_new_filter_for_what_follows(
    process: Process,
) -> None:
    webhook_id, (first,) = await process.refused(1)
    process.always(200)
    moved = "https://other.example/hook"
    change = PatchWebhook(url=moved, filter=FilterBody(types=["message"]))
    await process.endpoints.change("w", webhook_id, change)
    await process.advance(5)
    await process.record(2)
    message = await process.say("hello")
    await process.settle()
    assert process.sent == [first, first, message]
    assert process.urls == [ADDRESS, moved, moved]


async def test_resending_is_independent_of_the_cursor(process: Process) -> None:
    webhook_id = await process.create(filter=FilterBody(types=["payment"]))
    ids = await process.record(1, 2, 3)
    await process.say("left out")
    await process.settle()
    count = await process.endpoints.resend("w", webhook_id, Resend(event=ids[0]))
    await process.settle()
    assert (count, process.sent) == (1, [*ids, ids[0]])
    request = Resend(since=ids[0], only="all")
    count = await process.endpoints.resend("w", webhook_id, request)
    await process.settle()
    assert (count, process.sent[4:]) == (2, ids[1:])
    assert set((await process.states(webhook_id)).values()) == {"delivered"}
    with pytest.raises(errors.NotFound):
        await process.endpoints.resend(
            "w", webhook_id, Resend(event=ids[0].replace("-1", "-99"))
        )


async def test_only_failed_deliveries_are_resent_if_wished(process: Process) -> None:
    webhook_id = await process.create()
    ids = await process.deliver(1, 2, 3)
    tail = await process.journal.need_tail("w")
    found = await crud.get_work("w")
    event = await crud.get_event("w", tail.feed.epoch, 2)
    assert event
    failed = Delivery(
        webhook_id, event.id, event.type, event.offset, event.timestamp, attempts=10
    )
    await crud.save_deliveries(found[0].webhook, [failed])
    request = Resend(since=ids[0])
    assert await process.endpoints.resend("w", webhook_id, request) == 1
    await process.settle()
    assert process.sent == [*ids, ids[1]]


async def test_a_database_that_is_away_stops_requests_and_loses_no_result(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id = await process.create()
    await process.deliver(1)
    is_away = True
    store = crud.store_changes

    async def refuse(*arguments: Any) -> set[str]:
        if is_away:
            raise errors.Unavailable()
        return await store(*arguments)

    monkeypatch.setattr(crud, "store_changes", refuse)
    monkeypatch.setattr(working, "UNSTORED_RESULTS", 5)
    monkeypatch.setattr("payfeed.delivery.webhooks.ledger.RETRY_SECONDS", 0.01)
    await process.record(*range(2, 40))
    await until(lambda: process.dispatcher._ledger.pending(webhook_id) >= 5)
    await until(lambda: process.open == 0)
    assert len(process.sent) <= 1 + 5 + 4
    is_away = False
    await process.settle()
    assert len(process.sent) == len(set(process.sent)) == 39
    assert (await row(webhook_id)).cursor_offset == 39


async def lag_of(process: Process, webhook_id: str) -> tuple[int, bool]:
    shown = await process.endpoints.describe("w", webhook_id)
    return shown["lag"], shown["lag_has_more"]


async def test_the_lag_counts_what_the_filter_accepts(process: Process) -> None:
    webhook_id = await process.create(filter=FilterBody(types=["message"]))
    await process.endpoints.change("w", webhook_id, PatchWebhook(enabled=False))
    await process.record(*range(1, 6))
    await process.say("hello")
    assert await lag_of(process, webhook_id) == (1, False)
    process.journal.drop("w")
    assert await lag_of(process, webhook_id) == (1, False)


async def test_the_lag_says_that_there_is_more_than_was_counted(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id = await process.create(filter=FilterBody(direction="in"))
    await process.endpoints.change("w", webhook_id, PatchWebhook(enabled=False))
    await process.record(*range(1, 6))
    await process.say("left out")
    monkeypatch.setattr(listing, "MOST_LAG", 4)
    assert await lag_of(process, webhook_id) == (4, True)
    process.journal.drop("w")
    assert await lag_of(process, webhook_id) == (4, True)
    monkeypatch.setattr(listing, "MOST_LAG", 5)
    assert await lag_of(process, webhook_id) == (5, False)
    monkeypatch.setattr(listing, "SCAN_EVENTS", 3)
    assert await lag_of(process, webhook_id) == (3, True)


async def test_a_delivery_shows_what_was_paid_while_its_event_is_kept(
    process: Process,
) -> None:
    webhook_id = await process.create()
    await process.deliver(1)
    await process.say("no payment")
    await process.settle()
    page = await process.endpoints.deliveries("w", webhook_id, None, None, 10)
    message, paid = page["deliveries"]
    assert message["payment"] is None
    assert paid["payment"] == {
        "direction": "in",
        "status": "confirmed",
        "amount": 1,
        "amount_msat": 1000,
        "memo": "memo",
    }
    await process.expire(1)
    shown = await process.endpoints.delivery("w", webhook_id, paid["event"])
    assert shown["payment"] is None


async def test_the_gauges_show_what_waits_and_not_what_has_failed(
    process: Process,
) -> None:
    process.always(500)
    quiet = await process.create()
    busy = await process.create()
    await process.endpoints.change("w", quiet, PatchWebhook(enabled=False))
    await process.deliver(1)
    process.clock.now += 90
    shown = await process.endpoints.measure()
    assert (shown.waiting, shown.oldest_seconds) == (1, 90)
    assert shown.endpoints == {"retrying": 1, "disabled": 1}
    await crud.execute("UPDATE payfeed.webhook_deliveries SET next_at = NULL")
    await crud.execute(
        "UPDATE payfeed.webhooks SET failures = 9 WHERE id = :id", {"id": busy}
    )
    shown = await process.endpoints.measure()
    assert (shown.waiting, shown.oldest_seconds) == (0, 0)
    assert shown.endpoints == {"failing": 1, "disabled": 1}


async def test_nothing_waits_for_a_suspended_feed(process: Process) -> None:
    process.always(500)
    await process.create()
    await process.deliver(1)
    await crud.suspend_feed("w")
    assert (await process.endpoints.measure()).waiting == 0


async def test_a_suspended_feed_pauses_its_endpoints(process: Process) -> None:
    webhook_id, (first,) = await process.refused(1)
    await crud.suspend_feed("w")
    await process.dispatcher.reload("w")
    await process.advance(3 * DAY)
    assert process.sent == [first]
    await crud.activate_feeds(["w"])
    process.always(200)
    await process.dispatcher.poll()
    await process.advance(1)
    assert process.sent == [first, first]
    assert (await row(webhook_id)).failures == 0


async def test_of_two_processes_one_sends_and_the_other_goes_on_after_its_death(
    process: Process, clock: Clock
) -> None:
    if not crud.has_leases():
        pytest.skip("SQLite serves one process")
    webhook_id = await process.create()
    other = Process(clock)
    await other.dispatcher.poll()
    ids = await process.record(1, 2, 3)
    other.dispatcher.wake_wallet("w")
    await process.settle()
    await other.settle()
    assert sorted([*process.sent, *other.sent]) == ids
    # the holder dies within a request
    never = asyncio.Event()

    async def hang(event_id: str) -> int:
        await never.wait()
        return 200

    sender = process if process.sent else other
    rest = other if sender is process else process
    sender.answer = hang
    (last,) = await sender.record(4)
    await until(lambda: sender.open == 1)
    rest.dispatcher.wake_wallet("w")
    await rest.settle()
    assert last not in rest.sent
    await crud.execute("UPDATE payfeed.webhooks SET lease_until = 1")
    clock.now = time.time() + 3600
    rest.dispatcher.wake_wallet("w")
    await rest.settle()
    assert rest.sent[-1] == last
    # what the first process reports after that is not stored
    never.set()
    await sender.settle()
    assert (await row(webhook_id)).lease_holder == rest.dispatcher._holder
    await other.dispatcher.stop()
