"""How one process follows what another has recorded."""

import asyncio

import pytest
from parts import new_extension, new_journal
from payfeed import crud, models
from payfeed.feed import feeds, journal, protocol, tail
from payfeed.host import sockets

# LNbits' database belongs to the first event loop that uses it


async def test_a_burst_of_another_process_that_is_larger_than_a_page_is_published_whole(
    log_tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAGE_EVENTS", 2)
    monkeypatch.setattr(sockets, "has_listeners", lambda: True)
    here = new_extension()
    published: list[int] = []

    def publish(_: tail.Tail, event: models.Event) -> None:
        published.append(event.offset)

    monkeypatch.setattr(here.peers, "_publish", publish)
    await crud.insert_feeds([feeds.new_feed("w", 1)])
    here_tail = await here.journal.need_tail("w")
    await new_journal().append("w", [protocol.test_draft("x")] * 5)
    here.peers.on_notification(f"other events w {here_tail.feed.epoch} 5 5")
    await asyncio.gather(*here.tasks._tasks)
    assert published == [1, 2, 3, 4, 5]
    assert here_tail.head == 5
    assert [event.offset for event in here_tail.recent(0) or []] == published
