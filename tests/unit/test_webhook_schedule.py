"""When a webhook is attempted again, and when its endpoint is failing."""

import itertools
from email.utils import formatdate

import pytest
from payfeed.delivery.webhooks import schedule
from payfeed.delivery.webhooks.schedule import DAY, HOUR, MINUTE, Health

NOW = 1_800_000_000.0
MIDDLE = 0.5  # of the jitter: none


def failed(
    health: Health, now: float, due: float | None = None, wait: float | None = None
) -> Health:
    return health.after_failure(now, due, wait, MIDDLE)


def failed_times(count: int, now: float = NOW) -> Health:
    health = Health()
    for _ in range(count):
        health = failed(health, now)
    return health


def test_a_delivery_is_attempted_ten_times_within_75_6_hours() -> None:
    times = [NOW]
    while due := schedule.next_attempt(len(times), times[-1], None, MIDDLE):
        times.append(due)
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert waits == [
        *(5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
        *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    ]
    assert (times[-1] - NOW) / HOUR == pytest.approx(75.6, abs=0.05)


def test_each_wait_varies_by_twenty_percent() -> None:
    assert schedule.next_attempt(2, NOW, None, 0) == NOW + 0.8 * 5 * MINUTE
    assert schedule.next_attempt(2, NOW, None, 1) == pytest.approx(NOW + 1.2 * 300)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 120 ", 120),
        ("0", 1),
        ("9999999", DAY),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW - 90, usegmt=True), 1),
        (formatdate(NOW + 10 * DAY, usegmt=True), DAY),
        ("Fri, 15 Jan 2027 08:01:30 -0000", 90),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("Fri, 99 Jan 2027 08:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_clamped(
    value: str | None, seconds: float | None
) -> None:
    assert schedule.retry_after(value, NOW) == seconds


def test_retry_after_takes_the_place_of_the_wait_but_adds_no_attempt() -> None:
    assert schedule.next_attempt(1, NOW, 3600, MIDDLE) == NOW + 3600
    assert schedule.next_attempt(schedule.ATTEMPTS, NOW, 3600, MIDDLE) is None


def test_five_failures_in_a_row_make_an_endpoint_failing() -> None:
    assert not failed_times(4).is_failing
    assert failed_times(5).is_failing


def test_probes_are_one_second_apart_at_first_and_five_minutes_at_most() -> None:
    health, waits = failed_times(4), []
    for _ in range(12):
        health = failed(health, NOW)
        waits.append(health.next_probe_at - NOW)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_a_probe_waits_for_what_the_receiver_asked() -> None:
    assert failed(failed_times(5), NOW, wait=3600).next_probe_at == NOW + 3600


def test_an_endpoint_is_over_after_ten_failures_in_five_days() -> None:
    health = failed_times(9)
    late = NOW + 5 * DAY
    assert not health.is_over(late)
    health = failed(health, late - 1)
    assert not health.is_over(late - 1)
    assert health.is_over(late)


def test_time_in_which_nothing_was_attempted_does_not_count() -> None:
    """A suspended feed, a server that was off, a clock that jumped."""
    health = failed_times(10)
    away = NOW + 30 * DAY
    health = failed(health, away, due=NOW + HOUR)
    assert not health.is_over(away)
    assert health.first_failure_at == away - HOUR
    assert failed(health, away + 5 * DAY, due=away + 5 * DAY).is_over(away + 5 * DAY)


def test_the_first_failure_never_lies_in_the_future() -> None:
    health = failed_times(3)
    for _ in range(5):
        health = failed(health, NOW + 30 * DAY, due=NOW)
    assert health.first_failure_at == NOW + 30 * DAY
