"""What the tables of webhooks promise, on a real database."""

from dataclasses import replace
from typing import Any

from parts import insert_webhook, payment
from payfeed import crud
from payfeed.feed.journal import Journal
from payfeed.models_webhooks import Attempt, Change, Delivery, Webhook

HOLDER, OTHER = "holder", "another process"
NOW = 1000


def delivery(webhook: Webhook, offset: int, **members: Any) -> Delivery:
    made = Delivery(
        webhook.id, f"{webhook.epoch}-{offset}", "payment", offset, NOW, next_at=NOW
    )
    return replace(made, **members)


def attempt(webhook: Webhook, offset: int, number: int, delivered: bool) -> Attempt:
    return Attempt(
        webhook_id=webhook.id,
        id=number,
        event_id=f"{webhook.epoch}-{offset}",
        type="payment",
        event_offset=offset,
        event_at=NOW,
        is_probe=False,
        delivered=delivered,
        duration_ms=7,
        status=200 if delivered else 500,
        reply="ok",
        error=None,
    )


def change(webhook: Webhook, cursor: int, **members: Any) -> Change:
    made = Change(webhook.id, webhook.epoch, cursor, 0, None, 0, False, at=NOW)
    return replace(made, **members)


async def stored(webhook: Webhook) -> Webhook:
    found = await crud.get_webhook(webhook.id)
    assert found
    return found


async def states(webhook: Webhook, state: str | None = None) -> list[tuple[str, str]]:
    listed = await crud.get_deliveries(webhook.id, state, None, 100)
    return [(one.event_id.partition("-")[2], one.state) for one in listed]


async def test_a_wallet_has_no_more_endpoints_than_allowed(log: Journal) -> None:
    first = await insert_webhook(log)
    assert not await crud.insert_webhook(replace(first, id="h2"), None, 1)
    assert await crud.get_webhooks("w") == [first]


async def test_a_result_and_the_cursor_that_it_allows_are_stored_together(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log)
    taken = await crud.take_webhook(webhook.id, HOLDER, 10)
    assert taken
    lost = await crud.store_changes(
        [
            change(webhook, 1, attempt=attempt(webhook, 1, 1, True)),
            change(
                webhook,
                2,
                failures=1,
                attempt=attempt(webhook, 2, 2, False),
                saved=delivery(webhook, 2, attempts=1),
            ),
        ],
        HOLDER,
    )
    assert lost == set()
    found = await stored(webhook)
    assert (found.cursor_offset, found.failures) == (2, 1)
    assert await states(webhook) == [("2", "retrying"), ("1", "delivered")]


async def test_of_two_results_of_an_event_in_one_transaction_the_last_counts(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    failed = delivery(webhook, 1, attempts=1)
    changes = [
        change(webhook, 1, attempt=attempt(webhook, 1, 1, False), saved=failed),
        change(webhook, 1, attempt=attempt(webhook, 1, 2, True), done=failed.event_id),
    ]
    await crud.store_changes(changes, HOLDER)
    assert await crud.get_waiting(webhook.id, 10) == []
    (listed,) = await crud.get_deliveries(webhook.id, None, None, 10)
    assert (listed.state, listed.attempts) == ("delivered", 2)


async def test_a_cursor_never_moves_back_nor_within_another_epoch(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    for epoch, offset in ((webhook.epoch, 5), (webhook.epoch, 3), ("before", 9)):
        await crud.store_changes([change(webhook, offset, epoch=epoch)], HOLDER)
    assert (await stored(webhook)).cursor_offset == 5


async def test_results_of_an_endpoint_that_is_gone_leave_no_rows(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    await crud.delete_webhook(webhook)
    made = change(webhook, 1, attempt=attempt(webhook, 1, 1, True))
    assert await crud.store_changes([made], HOLDER) == {webhook.id}
    assert await crud.get_attempts(webhook.id, f"{webhook.epoch}-1") == []


async def test_only_the_holder_of_the_lease_stores_results(log: Journal) -> None:
    """On SQLite there is one process, and no lease."""
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    taken = await crud.take_webhook(webhook.id, OTHER, 10)
    lost = await crud.store_changes([change(webhook, 1)], OTHER)
    assert (taken is None, lost == {webhook.id}) == (crud.has_leases(),) * 2


async def test_a_lease_that_ran_out_or_was_ended_is_taken_by_another_process(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 0)
    assert await crud.take_webhook(webhook.id, OTHER, 600)
    if crud.has_leases():
        assert await crud.extend_leases([webhook.id], OTHER, 600) == {webhook.id}
        assert await crud.extend_leases([webhook.id], HOLDER, 600) == set()
    await crud.end_leases(OTHER)
    assert await crud.take_webhook(webhook.id, HOLDER, 10)


async def test_a_disabled_endpoint_is_not_taken_and_has_no_work(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    await crud.activate_feeds(["w"])
    await log.append("w", [payment(1)])
    (work,) = await crud.get_work()
    assert (work.is_behind, work.next_at) == (True, None)
    await crud.store_changes([change(webhook, 0, disabled="gone")], HOLDER)
    found = await stored(webhook)
    assert (found.disabled, found.disabled_at) == ("gone", NOW)
    assert await crud.get_work() == []
    assert await crud.take_webhook(webhook.id, HOLDER, 10) is None


async def test_enabling_goes_on_where_it_stopped_or_from_a_position(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    waiting = delivery(webhook, 1, attempts=3, next_at=NOW + 99)
    stop = change(webhook, 1, failures=12, first_failure_at=5, disabled="failed")
    await crud.store_changes([replace(stop, saved=waiting)], HOLDER)
    await crud.enable_webhook(webhook, None, NOW)
    found = await stored(webhook)
    assert (found.disabled, found.failures, found.first_failure_at) == (None, 0, None)
    assert await crud.get_waiting(webhook.id, 10) == [waiting]
    await crud.enable_webhook(webhook, (webhook.epoch, 7), NOW)
    assert (await stored(webhook)).cursor_offset == 7
    assert await states(webhook) == [("1", "failed")]


async def test_an_ordered_endpoint_that_is_enabled_tries_its_event_again(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log, ordered=True)
    blocked = delivery(webhook, 1, attempts=10, next_at=NOW + 99)
    await crud.save_deliveries(webhook, [blocked])
    await crud.enable_webhook(webhook, None, NOW)
    (waiting,) = await crud.get_waiting(webhook.id, 10)
    assert (waiting.attempts, waiting.next_at) == (0, NOW)


async def test_a_second_rotation_needs_the_end_of_the_overlap(log: Journal) -> None:
    webhook = await insert_webhook(log)
    assert await crud.rotate_webhook(webhook, "second", NOW + 60, NOW)
    found = await stored(webhook)
    assert (found.secret, found.previous_secret) == ("second", webhook.secret)
    assert not await crud.rotate_webhook(webhook, "third", NOW + 120, NOW + 59)
    assert await crud.rotate_webhook(webhook, "third", NOW + 120, NOW + 60)
    assert (await stored(webhook)).previous_secret == "second"
    assert await crud.rotate_webhook(webhook, "fourth", None, NOW)
    found = await stored(webhook)
    assert (found.secret, found.previous_secret) == ("fourth", None)


async def test_deliveries_are_listed_by_event_newest_first_in_pages(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    done = [attempt(webhook, offset, offset, True) for offset in (1, 4, 5)]
    await crud.store_changes([change(webhook, 5, attempt=one) for one in done], HOLDER)
    rows = [
        delivery(webhook, 2, next_at=None, attempts=10),
        delivery(webhook, 3, attempts=0),
        delivery(webhook, 6, attempts=2),
    ]
    await crud.save_deliveries(webhook, rows)
    everything = [
        ("6", "retrying"),
        ("5", "delivered"),
        ("4", "delivered"),
        ("3", "waiting"),
        ("2", "failed"),
        ("1", "delivered"),
    ]
    assert await states(webhook) == everything
    for state in ("retrying", "delivered", "waiting", "failed"):
        expected = [one for one in everything if one[1] == state]
        assert await states(webhook, state) == expected
    pages, before = [], None
    while page := await crud.get_deliveries(webhook.id, None, before, 4):
        pages.append([one.event_offset for one in page])
        before = await crud.get_delivery(webhook.id, page[-1].event_id)
    assert pages == [[6, 5, 4, 3], [2, 1]]
    assert await crud.count_deliveries("w") == {webhook.id: (2, 1, NOW)}


async def test_after_a_restart_events_with_a_result_are_known(log: Journal) -> None:
    """Results may be stored while an earlier request is still open."""
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    await crud.store_changes(
        [
            change(webhook, 0, attempt=attempt(webhook, 2, 1, True)),
            change(webhook, 0, attempt=attempt(webhook, 4, 2, False)),
            change(webhook, 0, saved=delivery(webhook, 5)),
        ],
        HOLDER,
    )
    assert await crud.get_results_after(webhook.id, webhook.epoch, 0) == {2, 5}
    assert await crud.get_results_after(webhook.id, webhook.epoch, 2) == {5}
    assert await crud.get_results_after(webhook.id, "another", 0) == set()


async def test_a_new_epoch_fails_what_waited_and_leaves_a_gap(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await crud.save_deliveries(webhook, [delivery(webhook, 1)])
    gap = Delivery(webhook.id, "gap-old-5", "gap", 0, NOW, next_at=NOW, body="{}")
    await crud.move_webhook(webhook, "newepoch", 0, gap, is_new_epoch=True)
    found = await stored(webhook)
    assert (found.epoch, found.cursor_offset) == ("newepoch", 0)
    assert await crud.get_waiting(webhook.id, 10) == [gap]
    (failed,) = await crud.get_deliveries(webhook.id, "failed", None, 10)
    assert failed.error == "epoch ended"


async def test_what_is_unsent_begins_at_the_cursor_or_at_a_waiting_delivery(
    log: Journal,
) -> None:
    webhook = await insert_webhook(log, cursor_offset=7)
    await insert_webhook(log, id="h2", cursor_offset=3, disabled="paused")
    assert await crud.get_unsent() == {"w": 8}
    rows = [delivery(webhook, 5, attempts=1), delivery(webhook, 2, next_at=None)]
    await crud.save_deliveries(webhook, rows)
    assert await crud.get_unsent() == {"w": 5}


async def test_attempts_are_bounded_by_age_and_count(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await crud.take_webhook(webhook.id, HOLDER, 10)
    made = [attempt(webhook, 1, number, False) for number in range(1, 21)]
    await crud.store_changes([change(webhook, 0, attempt=one) for one in made], HOLDER)
    assert await crud.expire_attempts(webhook.id, 6, 100) == 5
    assert await crud.expire_attempts(webhook.id, 0, 10) == 5
    assert await crud.expire_attempts(webhook.id, 0, 10) == 0
    kept = await crud.get_attempts(webhook.id, f"{webhook.epoch}-1")
    assert [one.id for one in kept] == list(range(11, 21))


async def test_a_failed_delivery_is_kept_while_its_event_is_kept(log: Journal) -> None:
    webhook = await insert_webhook(log)
    await log.append("w", [payment(1)])
    rows = [delivery(webhook, offset, next_at=None) for offset in (1, 99)]
    await crud.save_deliveries(webhook, [*rows, delivery(webhook, 98)])
    assert await crud.expire_failed(webhook, NOW) == 0
    assert await crud.expire_failed(webhook, NOW + 1) == 1
    assert await states(webhook) == [("98", "waiting"), ("1", "failed")]
