"""A feed that opens marks as history, in SQL, what the rule for one payment says."""

import sqlite3
import time
from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from lnbits_rows import at, row, store
from payfeed import crud
from payfeed.errors import Unavailable
from payfeed.feed.beginnings import Beginnings
from payfeed.feed.opening import Opening
from payfeed.host import payments
from payfeed.models import PaymentRow

DAY = 86400
STATUSES = ("success", "failed", "pending")
AMOUNTS = (1000, -1000)
AGES = (10 * DAY, DAY + 600, 600, -600)  # seconds before the feed began
CHECKING_IDS = ("internal_{}", "node's own {}")
BEGAN_SECONDS_AGO = 3600


async def store_all(begins_at: int) -> dict[str, bool]:
    """Each case as a payment: hash → is it arriving?"""
    stored: dict[str, bool] = {}
    cases = product(STATUSES, AMOUNTS, AGES, AGES, CHECKING_IDS, (False, True))
    for number, case in enumerate(cases):
        status, amount, created, changed, checking_id, is_arriving = case
        payment = row(number, amount, status, **at(begins_at - created))
        payment.updated_at += timedelta(seconds=created - changed)
        payment.checking_id = checking_id.format(payment.payment_hash)
        await store(payment)
        stored[payment.payment_hash] = is_arriving
    return stored


@pytest.mark.parametrize("slice_payments", [7, 1000])
async def test_history_and_news_are_told_apart_as_for_one_payment(
    tables: None, monkeypatch: pytest.MonkeyPatch, slice_payments: int
) -> None:
    monkeypatch.setattr("payfeed.feed.opening.SLICE_PAYMENTS", slice_payments)
    now = int(time.time())
    begins_at = now - BEGAN_SECONDS_AGO
    stored = await store_all(begins_at)
    arriving = Counter(hash_ for hash_, is_arriving in stored.items() if is_arriving)
    rows = await crud.get_payments_by_hash(stored, payments.IN_LOCAL_TIME)
    assert len(rows) == len(stored)

    def is_history(one: PaymentRow) -> bool:
        is_old = payments.changed_at(one, now) < begins_at
        return payments.is_final(one) and is_old and one.payment_hash not in arriving

    history = {payments.payment_key(one) for one in rows if is_history(one)}
    news = {
        one.payment_hash
        for one in rows
        if payments.may_settle(one, now)
        or (payments.is_final(one) and not is_history(one))
    }
    found: set[str] = set()
    beginnings = Beginnings(lambda: begins_at)
    opening = Opening(beginnings, lambda: now, arriving, found.add)
    await opening.open_all(["w"])
    keys = [payments.payment_key(one) for one in rows]
    assert set(keys) - await crud.get_unseen(keys) == history
    assert found == news
    assert 20 < len(history) < len(rows) / 2
    feed = await crud.get_feed("w")
    assert feed
    assert feed.active


@pytest.mark.skipif(not crud.is_sqlite(), reason="about a locked file")
async def test_a_locked_file_makes_marking_unavailable_and_later_possible(
    tables: None,
) -> None:
    await store(row(1, 1000, **at(time.time() - 10 * DAY)))
    stretches = await crud.get_stretches([("w", "")], 10)
    which = (int(time.time()), [], payments.IN_LOCAL_TIME)
    other = sqlite3.connect(crud.db.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Unavailable):
            await crud.mark_history(stretches, *which)
    finally:
        other.close()
    await crud.mark_history(stretches, *which)
    key = ("w", "in", f"{1:064x}", "confirmed")
    assert await crud.get_unseen([key]) == set()
