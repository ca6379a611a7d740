"""How often the background works."""

from types import SimpleNamespace

import pytest
from payfeed import tasks


@pytest.mark.parametrize(
    ("took", "pause", "fails"),
    [
        *((0.01, 1, False), (0.1, 1, False), (2, 20, False), (3, 30, False)),
        (60, 30, False),
        # the database may be back soon
        *((0.01, 1, True), (0.3, 3, True), (3, 5, True), (60, 5, True)),
    ],
)
async def test_a_sweep_takes_a_tenth_of_the_time_at_most_and_comes_within_half_a_minute(
    took: float, pause: float, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    pauses = []
    recorder = SimpleNamespace()

    async def sweep() -> int:
        nonlocal now
        now += took
        if fails:
            raise OSError("no database")
        now += 1000  # recording what was found is no overhead
        recorder.look_seconds = took
        return 0

    async def sleep(seconds: float) -> None:
        pauses.append(round(seconds, 6))
        payfeed.stopping = len(pauses) == 3

    recorder.sweep = sweep
    payfeed = SimpleNamespace(stopping=False, recorder=recorder)
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(tasks, "asyncio", SimpleNamespace(sleep=sleep))
    await tasks.sweep(payfeed)
    assert pauses == [pause] * 3
