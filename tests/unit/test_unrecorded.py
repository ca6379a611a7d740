"""What the audit reads of LNbits' payments: only what the log may lack."""

import time
from itertools import product

import pytest
from lnbits_rows import at, row, store
from payfeed import crud
from payfeed.crud.unrecorded import Place
from payfeed.host import payments

DAY = 86400


@pytest.mark.parametrize("limit", [1, 7, 500])
async def test_slices_have_what_is_unseen_and_what_is_watched(
    tables: None, limit: int
) -> None:
    now = int(time.time())
    cases = product("wv", ("success", "failed", "pending"), (1, -1), (2 * DAY, 60))
    for number, (wallet_id, status, amount, age) in enumerate(cases):
        await store(row(number, amount, status, wallet_id=wallet_id, **at(now - age)))
    stored = await crud.get_payments_by_hash(
        [f"{number:064x}" for number in range(24)], payments.IN_LOCAL_TIME
    )
    assert len(stored) == 24
    final = [one for one in stored if payments.is_final(one)]
    seen = final[::2]
    await crud.mark_seen([payments.payment_key(one) for one in seen])
    place: Place | None = ("", "")
    found: set[str] = set()
    slices = 0
    while place:
        rows, place = await crud.get_unrecorded(
            place, limit, payments.IN_LOCAL_TIME, now - DAY
        )
        found.update(one.payment_hash for one in rows)
        slices += 1
    assert slices == 24 // limit + 1
    watched = {
        one.payment_hash
        for one in stored
        if not payments.is_final(one)
        and (one.amount_msat < 0 or one.created_at >= now - DAY)
    }
    unseen = {one.payment_hash for one in final if one not in seen}
    assert found == unseen | watched
    assert len(unseen) == len(seen) == 6


async def test_a_wallet_is_left_out_without_a_checking_id(tables: None) -> None:
    await store(row(1, 1000, wallet_id="v"))
    await store(row(2, 1000, wallet_id="w"))
    local, now = payments.IN_LOCAL_TIME, int(time.time())
    rows, place = await crud.get_unrecorded(("v", None), 1, local, now)
    assert [one.wallet_id for one in rows] == ["w"]
    assert place == ("w", "c2")
