"""A filter selects the same events by SQL as it accepts one by one."""

import random
from typing import Any

import pytest
from parts import new_journal, payment
from payfeed import crud, models
from payfeed.delivery.position import StreamPosition
from payfeed.delivery.subscription import Subscription
from payfeed.feed import journal, payment_index, protocol
from payfeed.feed.journal import Journal
from payfeed.feed.payment_index import PaymentIndex

TAGS = (None, "lnurlp", "tpos", "Käse 🧀", "'; --")
TYPES = ("payment", "message", "test", "order", "refund")
EXTERNAL_IDS = (None, "a-1", 'b "2"', "ü")
ACCESS = models.Access("w", "test", frozenset(["read"]), "hash")


def random_draft(chance: random.Random, number: int) -> models.Draft:
    kind = chance.choice(["payment", "payment", "message", "order", "test"])
    if kind == "message":
        return protocol.custom_draft('"type":"payment"')
    if kind == "order":
        return protocol.custom_draft({"type": "order", "tag": "lnurlp"})
    if kind == "test":
        return protocol.test_draft("x")
    draft = protocol.payment_draft(
        models.SettledPayment(
            wallet_id="w",
            payment_hash=f"{number:064x}",
            direction=chance.choice(["in", "out"]),
            status=chance.choice(["confirmed", "failed"]),
            amount_msat=chance.choice([1, 999, 1000, 5000]),
            fee_msat=0,
            memo="m",
            settled_at=1,
            tag=chance.choice(TAGS),
        )
    )
    draft.members["payment"]["external_id"] = chance.choice(EXTERNAL_IDS)
    return draft


def random_filter(chance: random.Random, count: int) -> models.Filter:
    def maybe(*values: Any) -> Any:
        return chance.choice(values) if chance.random() < 0.3 else None

    size = chance.choice([0, 0, 1, 2])
    return models.Filter(
        types=frozenset(chance.sample(TYPES, size)),
        direction=maybe("in", "out"),
        min_amount_msat=maybe(0, 1000, 1001, 10**18),
        tag=maybe(*TAGS[1:], "none"),
        status=maybe("confirmed", "failed"),
        payment_hash=maybe(*(f"{n:064x}" for n in range(0, count, 9)), "f" * 64),
        external_id=maybe(*EXTERNAL_IDS[1:], "none"),
    )


def offsets(events: list[models.Event]) -> list[int]:
    return [event.offset for event in events]


async def filled(log: Journal, chance: random.Random, count: int) -> list[models.Event]:
    """Random events with holes, as retention leaves them; those that are kept."""
    drafts = [random_draft(chance, number) for number in range(count)]
    events = await log.append("w", drafts)
    gone = {event.offset for event in events[:-1] if chance.random() < 0.2}
    for offset in gone:
        await crud.execute(f"DELETE FROM payfeed.events WHERE event_offset = {offset}")
        await crud.execute(
            f"DELETE FROM payfeed.payments WHERE event_offset = {offset}"
        )
    return [event for event in events if event.offset not in gone]


async def all_pages(log: Journal, event_filter: models.Filter) -> list[int]:
    tail = await log.need_tail("w")
    found: list[int] = []
    position = 0
    while position < tail.head:
        page = await log.page(tail, position, event_filter)
        assert position < page.end <= tail.head
        found += offsets(
            [event for event in page.events if event_filter.accepts(event)]
        )
        position = page.end
    return found


async def all_pages_back(log: Journal, event_filter: models.Filter) -> list[int]:
    tail = await log.need_tail("w")
    found: list[int] = []
    position = tail.head + 1
    while page := await log.page_before(tail, position, event_filter):
        assert page.end < position
        found = (
            offsets([event for event in page.events if event_filter.accepts(event)])
            + found
        )
        position = page.end
    return found


@pytest.mark.parametrize("seed", range(8))
async def test_filters_select_by_sql_what_they_accept(
    log: Journal, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(journal, "SCAN_EVENTS", chance.choice([1, 7, 20_000]))
    monkeypatch.setattr(journal, "PAGE_EVENTS", chance.choice([1, 4, 500]))
    kept = await filled(log, chance, 60)
    (feed,) = await crud.get_feeds()
    fresh = new_journal()
    for _ in range(25):
        event_filter = random_filter(chance, 60)
        accepted = offsets([event for event in kept if event_filter.accepts(event)])
        selected = await crud.get_events(
            "w", feed.epoch, 0, 1000, event_filter=event_filter
        )
        assert offsets(selected) == accepted, event_filter
        backwards = await crud.get_events_before(
            "w", feed.epoch, 10**9, 1000, event_filter=event_filter
        )
        assert offsets(backwards) == accepted, event_filter
        for is_indexed in (False, True):
            fresh.are_payments_indexed = is_indexed
            assert await all_pages(fresh, event_filter) == accepted, event_filter
            assert await all_pages_back(fresh, event_filter) == accepted, event_filter


@pytest.mark.parametrize("seed", range(8))
async def test_two_filters_together_accept_what_both_accept(
    log: Journal, seed: int
) -> None:
    chance = random.Random(seed)
    kept = await filled(log, chance, 60)
    (feed,) = await crud.get_feeds()
    for _ in range(400):
        ours, theirs = random_filter(chance, 60), random_filter(chance, 60)
        both = ours & theirs
        accepted = [one for one in kept if ours.accepts(one) and theirs.accepts(one)]
        assert [one for one in kept if both.accepts(one)] == accepted, (ours, theirs)
        third = random_filter(chance, 60)
        narrower = [one for one in accepted if third.accepts(one)]
        assert [one for one in kept if (both & third).accepts(one)] == narrower
    nothing = models.Filter(tag="a") & models.Filter(tag="b")
    assert await crud.get_events("w", feed.epoch, 0, 9, event_filter=nothing) == []


async def test_a_reader_passes_what_its_filter_leaves_out_up_to_the_head(
    log: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SCAN_EVENTS", 2)
    await log.append("w", [payment(number) for number in range(9)])
    fresh = new_journal()
    tail = await fresh.need_tail("w")
    reader = Subscription(fresh, tail, ACCESS, models.Filter(tag="none"), "", 0)
    reader.start(StreamPosition(0), None)
    frames = reader.frames()
    types = [protocol.loads((await anext(frames))[1])["type"] for _ in range(2)]
    assert (types, reader.position) == (["hello", "heartbeat"], 9)


async def test_a_cursor_does_not_pass_what_is_stored_after_the_page_was_read(
    log: Journal,
) -> None:
    """Another process appends beyond the head that this one knows."""
    await log.append("w", [payment(1)])
    tail = await new_journal().need_tail("w")
    await log.append("w", [payment(2)])
    page = await log.page(tail, 0, models.Filter(tag="none"))
    assert page.end == 1


async def test_a_filter_with_more_types_than_a_statement_takes_is_answered(
    log: Journal,
) -> None:
    await log.append("w", [payment(1), protocol.custom_draft({"type": "t7"})])
    many = models.Filter(types=frozenset(f"t{number}" for number in range(40_000)))
    assert await all_pages(new_journal(), many) == [2]


@pytest.mark.parametrize("name", ["tag", "external_id"])
async def test_a_filter_with_a_nul_character_matches_nothing(
    log: Journal, name: str
) -> None:
    await log.append("w", [payment(1)])
    log.are_payments_indexed = True
    assert await all_pages(log, models.Filter(**{name: "a\0b"})) == []


class OlderVersion:
    """Payments that a version without the table `payments` has stored."""

    @staticmethod
    async def append(log: Journal, *numbers: int) -> None:
        events = await log.append("w", [payment(number) for number in numbers])
        for event in events:
            await crud.execute(
                f"DELETE FROM payfeed.payments WHERE event_offset = {event.offset}"
            )


async def indexed() -> int:
    rows = await crud.fetch_all("SELECT COUNT(*) AS n FROM payfeed.payments")
    return int(rows[0]["n"])


async def found(log: Journal, number: int) -> list[int]:
    return await all_pages(log, models.Filter(payment_hash=f"{number:064x}"))


async def test_payments_of_an_earlier_version_are_found_before_and_after_they_are_indexed(  # noqa: E501
    log: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_index, "SLICE_OFFSETS", 2)
    monkeypatch.setattr(payment_index, "SLICE_PAUSE_SECONDS", 0)
    await OlderVersion.append(log, 1, 2, 3, 4, 5)
    await log.append("w", [protocol.test_draft("x"), payment(6)])
    fresh = new_journal()
    assert await found(fresh, 2) == [2]
    await PaymentIndex(fresh).complete()
    assert (await indexed(), fresh.are_payments_indexed) == (6, True)
    assert await found(fresh, 2) == [2]
    again = new_journal()
    await PaymentIndex(again).complete()
    assert again.are_payments_indexed
    assert await found(again, 6) == [7]


async def test_payments_that_an_earlier_version_still_appends_are_indexed_later(
    log: Journal,
) -> None:
    index = PaymentIndex(log)
    await index.complete()
    await OlderVersion.append(log, 1)
    await index.complete()
    assert await found(log, 1) == [1]


async def test_payments_that_an_earlier_version_appended_after_going_back_are_indexed(
    log: Journal,
) -> None:
    await log.append("w", [payment(1)])
    await PaymentIndex(log).complete()
    await OlderVersion.append(log, 2)
    again = new_journal()
    await again.append("w", [payment(3)])
    await PaymentIndex(again).complete()
    assert [await found(again, n) for n in (1, 2, 3)] == [[1], [2], [3]]


async def test_rows_that_an_earlier_version_left_find_no_other_event(
    log: Journal,
) -> None:
    await log.append("w", [payment(1), payment(2)])
    # as 0.1.0 begins a new epoch
    await crud.execute("DELETE FROM payfeed.events")
    await crud.execute("UPDATE payfeed.feeds SET epoch = 'new', head = 0")
    other = new_journal()
    other.are_payments_indexed = True
    await other.append("w", [protocol.test_draft("x"), payment(3)])
    assert await found(other, 1) == await found(other, 2) == []
    assert await found(other, 3) == [2]


async def test_a_new_epoch_has_no_payments_of_the_one_before(log: Journal) -> None:
    await log.append("w", [payment(1)])
    await crud.rotate_epoch("w", "new")
    assert await indexed() == 0


@pytest.mark.parametrize(
    "query",
    [
        {"payment_hash": "F" * 64},
        {"payment_hash": ""},
        {"payment_hash": "f" * 63},
    ],
)
def test_what_is_no_payment_hash_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(protocol.Malformed):
        protocol.parse_filter(query)
