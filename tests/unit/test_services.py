"""What one process takes up of what another has appended."""

import asyncio

import pytest
from payfeed import crud, host, journal, migrations, models, protocol, services

# LNbits' database belongs to the first event loop that uses it
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_burst_of_another_process_that_is_larger_than_a_page_is_published_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("feeds", "events", "seen", "access_keys", "state"):
        await crud._run(f"DROP TABLE IF EXISTS payfeed.{name}")
    await migrations.m001_initial(crud.db)
    monkeypatch.setattr(journal, "PAGE_EVENTS", 2)
    monkeypatch.setattr(host, "has_sockets", lambda: True)
    here = services.Payfeed()
    published: list[int] = []

    def after(event: models.Event) -> None:
        published.append(event.offset)

    monkeypatch.setattr(here.recorder, "after", after)
    other = journal.Journal()
    await crud.insert_feed(other.new_feed("w"), [])
    tail = await here.journal.tail("w")
    assert tail
    await other.append("w", [protocol.test_draft("x")] * 5)
    here.heard(f"other events w {tail.feed.epoch} 5 5")
    await asyncio.gather(*here.recorder._tasks)
    assert published == [1, 2, 3, 4, 5]
    assert tail.head == 5
    assert [event.offset for event in tail.recent(0) or []] == published
