"""The short form of `make torture`."""

from torture import Torture


async def test_random_kills_lose_nothing_and_repeat_nothing(
    database: dict[str, str],
) -> None:
    torture = Torture(kills=2, payments=40, **database)
    assert await torture.run() == []
    assert torture.killed == 2
    assert len(torture.delivered) >= 40
