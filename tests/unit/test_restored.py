"""What `PAYFEED_RESTORED` promises, on a real database."""

import asyncio
from typing import Any

import pytest
from loguru import logger
from parts import new_journal, payment
from payfeed import crud
from payfeed.errors import Unavailable
from payfeed.feed import restored
from payfeed.feed.feeds import new_feed
from payfeed.feed.journal import Journal


async def epochs() -> dict[str, str]:
    return {feed.wallet_id: feed.epoch for feed in await crud.get_feeds()}


async def test_every_feed_begins_a_new_epoch_and_keeps_what_it_has_seen(
    log: Journal,
) -> None:
    await crud.insert_feeds([new_feed("x", 1)])
    await log.append("w", [payment(1), payment(2)])
    before = await epochs()
    await restored.renew_epochs("the first time")
    after = await epochs()
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert len(set(after.values())) == 2
    process = new_journal()
    events = await process.append("w", [payment(1), payment(2), payment(3)])
    assert [event.id for event in events] == [f"{after['w']}-1"]
    rows = await crud.fetch_all("SELECT event_offset FROM payfeed.payments")
    assert [row["event_offset"] for row in rows] == [1]


async def test_acknowledged_offsets_begin_again(log: Journal) -> None:
    await crud.execute(
        "INSERT INTO payfeed.access_keys VALUES ('k', 'w', 'hash', 'till', 'read', 1,"
        " NULL, NULL, NULL, 9)"
    )
    await restored.renew_epochs("a new text")
    (row,) = await crud.fetch_all("SELECT acked FROM payfeed.access_keys")
    assert row["acked"] == 0


async def test_a_later_start_with_the_same_text_changes_nothing(log: Journal) -> None:
    await restored.renew_epochs("a new text")
    before = await epochs()
    await new_journal().append("w", [payment(1)])
    await restored.renew_epochs("a new text")
    assert await epochs() == before
    assert (await crud.describe_kept("w"))[0] == 1
    await restored.renew_epochs("another text")
    assert (await epochs())["w"] != before["w"]


async def test_without_the_setting_nothing_changes(log: Journal) -> None:
    before = await epochs()
    await restored.renew_epochs("")
    assert await epochs() == before
    assert await crud.get_state(restored.NAME) is None


async def test_of_several_processes_one_gives_the_new_epochs(
    log: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has read the state before any of them wrote it."""
    given: list[int | None] = []
    renew = crud.renew_epochs

    async def count(*arguments: Any) -> int | None:
        given.append(await renew(*arguments))
        return given[-1]

    async def unset(name: str) -> None:
        return None

    monkeypatch.setattr(crud, "renew_epochs", count)
    monkeypatch.setattr(crud, "get_state", unset)
    starts = (restored.renew_epochs("a new text") for _ in range(3))
    await asyncio.gather(*starts)
    assert sorted(given, key=str) == [1, None, None]


async def test_a_crash_before_the_end_leaves_all_to_the_next_start(
    log: Journal,
) -> None:
    await log.append("w", [payment(1)])
    before = await epochs()

    def crash() -> str:
        raise ValueError("crash")

    with pytest.raises(ValueError, match="crash"):
        await crud.renew_epochs(restored.NAME, 1, crash)
    assert await epochs() == before
    assert (await crud.describe_kept("w"))[0] == 1
    assert await crud.get_state(restored.NAME) is None


async def test_a_database_that_is_away_is_waited_for_and_reported_once(
    log: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 3
    renew = crud.renew_epochs

    async def fail(*arguments: Any) -> int | None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise Unavailable()
        return await renew(*arguments)

    monkeypatch.setattr(crud, "renew_epochs", fail)
    monkeypatch.setattr(restored, "RETRY_SECONDS", 0)
    before = await epochs()
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    await restored.renew_epochs("a new text")
    logger.remove(sink)
    assert (await epochs())["w"] != before["w"]
    assert [line.strip() for line in lines] == [
        "payfeed: restored, new epochs are retried: Unavailable",
        "payfeed: restored: 1 feeds begin a new epoch",
    ]
