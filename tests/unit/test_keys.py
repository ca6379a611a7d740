"""Keys for one purpose: how they are stored, and what they are decided to open."""

from typing import Any

import pytest
from parts import new_journal
from payfeed import crud, errors, models
from payfeed.access import records
from payfeed.access.keys import AccessKeys
from payfeed.access.records import hash_of
from payfeed.feed.journal import Journal
from payfeed.feed.retention import Retention
from payfeed.host import settings

# as 0.1.0 looks an access key up
SELECT_OF_0_1_0 = "SELECT * FROM payfeed.access_keys WHERE key_hash = :key_hash"


@pytest.fixture
def keys(log: Journal) -> AccessKeys:
    return AccessKeys(log, lambda key_id, reason: None)


async def new_key(keys: AccessKeys, **body: Any) -> dict[str, Any]:
    return await keys.create("w", models.CreateKey(**{"name": "till", **body}))


async def found(created: dict[str, Any]) -> models.AccessKey:
    (stored,) = await crud.get_keys_by_hash([hash_of(created["key"])])
    return stored


@pytest.mark.parametrize("body", [{"filter": {"direction": "in"}}, {"public": True}])
async def test_version_0_1_0_does_not_know_a_narrowed_key(
    keys: AccessKeys, body: dict[str, Any]
) -> None:
    created = await new_key(keys, **body)
    values = {"key_hash": hash_of(created["key"])}
    assert await crud.fetch_all(SELECT_OF_0_1_0, values) == []


async def test_version_0_1_0_knows_a_key_of_the_whole_feed(keys: AccessKeys) -> None:
    created = await new_key(keys, filter={})
    values = {"key_hash": hash_of(created["key"])}
    assert len(await crud.fetch_all(SELECT_OF_0_1_0, values)) == 1


async def test_a_narrowed_key_is_read_as_it_was_created(keys: AccessKeys) -> None:
    event_filter = {
        "types": ["payment", "door"],
        "direction": "in",
        "status": "confirmed",
        "min_amount": 1.5,
        "tag": "lnurlp",
        "payment_hash": "a" * 64,
        "external_id": "order 5",
    }
    body = {"filter": event_filter, "public": True, "expires_at": 10**11}
    created = await new_key(keys, **body)
    key = created.pop("key")
    assert await keys.list("w") == [created]
    assert created | body == created
    stored = await found({"key": key})
    assert isinstance(stored, models.NarrowedKey)
    opened = records.filter_of(stored)
    assert opened == models.Filter(
        types=frozenset(["payment", "door"]),
        direction="in",
        status="confirmed",
        min_amount_msat=1500,
        tag="lnurlp",
        payment_hash="a" * 64,
        external_id="order 5",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"public": True, "scopes": ["read", "notify"]},
        {"filter": {"direction": "in"}, "scopes": ["balance"]},
        {"filter": {"types": []}},
        {"filter": {"tag": ""}},
        {"filter": {"direction": "sideways"}},
        {"filter": {"payment_hash": "F" * 64}},
        {"filter": {"min_amount": -1}},
    ],
    ids=str,
)
async def test_a_key_that_would_read_more_than_was_meant_is_refused(
    keys: AccessKeys, body: dict[str, Any]
) -> None:
    with pytest.raises(errors.Malformed):
        await new_key(keys, **body)
    assert await keys.list("w") == []


async def test_a_public_key_without_types_reads_payments(keys: AccessKeys) -> None:
    stored = await found(await new_key(keys, public=True))
    assert records.filter_of(stored) == models.Filter(types=frozenset(["payment"]))


async def test_both_kinds_of_keys_are_listed_oldest_first(keys: AccessKeys) -> None:
    clock = 0

    def now() -> int:
        nonlocal clock
        clock += 1
        return clock

    keys._journal.now = now  # type: ignore[method-assign]
    for name, is_public in (("a", True), ("b", False), ("c", True)):
        await new_key(keys, name=name, public=is_public)
    assert [key["name"] for key in await keys.list("w")] == ["a", "b", "c"]


@pytest.mark.parametrize("is_public", [False, True])
async def test_a_key_is_renamed(keys: AccessKeys, is_public: bool) -> None:
    created = await new_key(keys, public=is_public)
    renamed = await keys.rename("w", created["id"], " bar ")
    assert renamed["name"] == "bar"
    assert (await keys.list("w"))[0] == renamed


async def test_a_key_of_another_wallet_is_not_renamed(keys: AccessKeys) -> None:
    created = await new_key(keys)
    for wallet_id, key_id in (("x", created["id"]), ("w", "0" * 16), ("w", "?")):
        with pytest.raises(errors.NotFound):
            await keys.rename(wallet_id, key_id, "bar")


async def test_a_name_that_is_not_one_is_refused(keys: AccessKeys) -> None:
    created = await new_key(keys)
    with pytest.raises(errors.Malformed):
        await keys.rename("w", created["id"], " ")


async def test_a_narrowed_key_is_revoked_once(keys: AccessKeys) -> None:
    created = await new_key(keys, public=True)
    assert await keys.revoke("w", created["id"])
    assert not await keys.revoke("w", created["id"])
    assert (await found(created)).revoked_at


async def test_the_use_of_both_kinds_of_keys_is_stored(keys: AccessKeys) -> None:
    created = [await new_key(keys, public=is_public) for is_public in (False, True)]
    await crud.touch_keys([key["id"] for key in created], 77)
    assert [key["last_used_at"] for key in await keys.list("w")] == [77, 77]


async def test_a_new_epoch_resets_the_acks_of_narrowed_keys(
    keys: AccessKeys, log: Journal
) -> None:
    created = await new_key(keys, public=True)
    epoch = (await log.need_tail("w")).feed.epoch
    await crud.ack(created["id"], "w", epoch, 5, is_narrowed=True)
    assert (await found(created)).acked == 5
    await crud.rotate_epoch("w", "new")
    assert (await found(created)).acked == 0


async def test_only_narrowed_keys_are_deleted_some_time_after_they_expired(
    keys: AccessKeys, log: Journal
) -> None:
    now = log.now()
    long_ago = new_journal()
    long_ago.now = lambda: 1  # type: ignore[method-assign]
    old_keys = AccessKeys(long_ago, lambda key_id, reason: None)
    for name, is_public, expires_at in (
        ("old", True, now - 4000),
        ("fresh", True, now - 60),
        ("endless", True, None),
        ("whole", False, now - 4000),
    ):
        await new_key(old_keys, name=name, public=is_public, expires_at=expires_at)
    await Retention(log, settings.load()).expire()
    names = {key["name"] for key in await keys.list("w")}
    assert names == {"fresh", "endless", "whole"}


def test_an_access_narrows_what_is_requested() -> None:
    key = models.NarrowedKey(
        *("k", "w", "hash", "till", "read", 1), event_filter='{"direction":"in"}'
    )
    access = models.Access(
        *("w", "till", frozenset(["read"]), "hash"), key_filter=records.filter_of(key)
    )
    requested = models.Filter(tag="lnurlp")
    assert access.narrow(requested) == models.Filter(tag="lnurlp", direction="in")
    assert access.narrow(models.Filter(direction="out")) == models.NOTHING
    with pytest.raises(errors.Forbidden):
        access.require_whole_feed()


def test_a_key_without_the_scope_read_narrows_nothing() -> None:
    access = models.Access("w", "till", frozenset(["notify"]), "hash")
    with pytest.raises(errors.Forbidden):
        access.narrow(models.EVERYTHING)
