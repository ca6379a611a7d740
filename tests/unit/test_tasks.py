"""How often the background works."""

import pytest
from payfeed import tasks


@pytest.mark.parametrize(
    ("scan_seconds", "pause_seconds"),
    [(0.01, 1), (0.1, 1), (2, 20), (3, 30), (60, 30)],
)
def test_a_sweep_takes_a_tenth_of_the_time_and_runs_every_half_minute_at_least(
    scan_seconds: float, pause_seconds: float
) -> None:
    took = scan_seconds + 1000  # recording what was found does not count
    pause = tasks.sweep_pause(scan_seconds, took, None)
    assert pause == pytest.approx(pause_seconds)


@pytest.mark.parametrize(
    ("took_seconds", "pause_seconds"), [(0.01, 1), (0.3, 3), (3, 5), (60, 5)]
)
def test_a_failed_sweep_is_tried_again_within_five_seconds(
    took_seconds: float, pause_seconds: float
) -> None:
    pause = tasks.sweep_pause(60, took_seconds, OSError("no database"))
    assert pause == pytest.approx(pause_seconds)
