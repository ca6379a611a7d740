"""Checking the keys of the connected readers again."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from lnbits_rows import lnbits_sql
from parts import new_extension
from payfeed import crud, errors, models
from payfeed.access.records import hash_of
from payfeed.delivery import subscribers
from payfeed.delivery.subscription import Subscription
from payfeed.extension import Extension
from payfeed.feed.feeds import new_feed
from payfeed.feed.tail import Tail
from payfeed.host import wallets
from sqlalchemy import event

SHARED = (
    '{"shared_with": [{"shared_with_wallet_id": "s", "status": "approved",'
    ' "permissions": ["view-payments"]}]}'
)


@pytest_asyncio.fixture(autouse=True)
async def users(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The users `u` and `v`, who have enabled the extension, without wallets.

    The tables have the columns of a new LNbits.
    """
    monkeypatch.setattr(wallets, "HAS_SHARES", True)
    monkeypatch.setattr(wallets, "HAS_ACTIVATION", True)
    await lnbits_sql("DELETE FROM wallets")
    await lnbits_sql("INSERT INTO accounts VALUES ('v', true)")
    await lnbits_sql("INSERT INTO extensions VALUES ('v', 'payfeed', true)")


async def add_wallet(wallet_id: str, owner: str = "u", **members: str) -> None:
    """A wallet with the keys `in-<id>` and `admin-<id>`, and its feed."""
    shared, extra = members.get("shared", "NULL"), members.get("extra", "NULL")
    await lnbits_sql(
        f"INSERT INTO wallets VALUES ('{wallet_id}', '{owner}', 'in-{wallet_id}',"
        f" 'admin-{wallet_id}', {shared}, {extra}, false)"
    )
    await crud.insert_feeds([new_feed(wallet_id, 1)])


def join(
    extension: Extension, wallet_id: str, key: str, presented_id: str | None
) -> Subscription:
    """A reader that is connected; no `presented_id`: by an access key."""
    access = models.Access(
        wallet_id,
        "till",
        frozenset(["read"]),
        hash_of(key),
        presented_id=presented_id,
        access_key_id=None if presented_id else key,
    )
    tail = Tail(new_feed(wallet_id, 1))
    made = Subscription(extension.journal, tail, access, models.Filter(), "", 20)
    extension.subscribers._by_wallet.setdefault(wallet_id, set()).add(made)
    return made


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The SELECTs on both databases while the test runs."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if " FROM " in statement:
            found.append(statement)

    engines = [database._kept.sync_engine for database in (crud.db, crud.core_db)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_recheck_asks_as_often_for_many_keys_as_for_one_of_each_kind(
    queries: list[str],
) -> None:
    counts = []
    for number in range(1, 4):
        await add_wallet(f"w{number}", extra=f"'{SHARED}'")
        await add_wallet(f"s{number}", "v", shared=f"'w{number}'")
        key = models.AccessKey(
            f"k{number}", f"w{number}", hash_of(f"k{number}"), "till", "read", 1
        )
        await crud.insert_key(key)
        extension = new_extension()
        for n in range(1, number + 1):
            join(extension, f"w{n}", f"in-w{n}", f"w{n}")
            join(extension, f"w{n}", f"in-s{n}", f"s{n}")
            join(extension, f"w{n}", f"k{n}", None)
        queries.clear()
        await extension.subscribers.recheck()
        counts.append(len(queries))
    assert counts == [4, 4, 4]


async def test_a_reader_has_the_new_name_of_its_key_after_a_recheck() -> None:
    await add_wallet("w")
    await crud.insert_key(models.AccessKey("k", "w", hash_of("k"), "till", "read", 1))
    extension = new_extension()
    reader = join(extension, "w", "k", None)
    await crud.rename_key("w", "k", "counter")
    await extension.subscribers.recheck()
    (described,) = extension.subscribers.describe("w")
    assert described["name"] == "counter"
    assert reader.closing is None


async def test_a_recheck_closes_only_the_readers_whose_key_has_ended() -> None:
    extension = new_extension()
    for name in ("kept", "gone", "reset", "off"):
        await add_wallet(name, "off" if name == "off" else "u")
    await add_wallet("w", extra=f"'{SHARED}'")
    await add_wallet("s", "v", shared="'w'")
    readers = {
        name: join(extension, name, f"in-{name}", name)
        for name in ("kept", "gone", "reset", "off")
    }
    readers["share"] = join(extension, "w", "in-s", "s")
    readers["access key"] = join(extension, "kept", "k", None)
    await lnbits_sql("UPDATE wallets SET deleted = true WHERE id = 'gone'")
    await lnbits_sql("UPDATE wallets SET inkey = 'new' WHERE id = 'reset'")
    await extension.subscribers.recheck()
    closed = {
        name: reader.closing.message
        for name, reader in readers.items()
        if reader.closing
    }
    assert closed == {
        "gone": errors.WALLET_GONE,
        "reset": "This key no longer opens the feed.",
        "off": "The extension is not enabled.",
        "access key": "This access key is not known.",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET activated = false WHERE id = 'u'",
        "DELETE FROM accounts WHERE id = 'u'",
        "UPDATE extensions SET active = false WHERE \"user\" = 'u'",
        "UPDATE extensions SET extension = 'another' WHERE \"user\" = 'u'",
    ],
)
async def test_a_wallet_is_enabled_by_its_owners_account_and_its_owners_extension(
    statement: str,
) -> None:
    await add_wallet("w")
    await add_wallet("x", "v")
    await lnbits_sql(statement)
    found = await crud.get_wallets(["w", "x"], True, True)
    assert {row.id: row.is_enabled for row in found} == {"w": False, "x": True}


async def test_a_wallet_is_found_by_each_of_its_keys_until_it_is_deleted() -> None:
    await add_wallet("w")
    for key in ("in-w", "admin-w"):
        (found,) = await crud.get_wallets_by_key(key, True, True)
        assert found.id == "w"
    await lnbits_sql("UPDATE wallets SET deleted = true")
    assert await crud.get_wallets_by_key("in-w", True, True) == []
    assert await crud.get_wallets(["w"], True, True) == []


async def test_while_the_database_is_away_a_recheck_closes_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: Any) -> Any:
        raise errors.Unavailable()

    extension = new_extension()
    await add_wallet("w")
    reader = join(extension, "w", "in-w", "w")
    for name in ("get_wallets", "get_feeds_of"):
        with monkeypatch.context() as patch:
            patch.setattr(crud, name, fail)
            with pytest.raises(errors.Unavailable):
                await extension.subscribers.recheck()
    assert reader.closing is None


async def test_more_keys_than_a_slice_holds_are_all_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscribers, "RECHECKED_KEYS", 2)
    extension = new_extension()
    readers = [join(extension, f"w{n}", f"in-{n}", f"w{n}") for n in range(5)]
    await extension.subscribers.recheck()
    assert [reader.closing is not None for reader in readers] == [True] * 5


async def test_a_due_heartbeat_and_a_ping_wake_no_other_reader_of_the_feed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscribers, "WAKING_SECONDS", 0)
    extension = new_extension()
    due, pinging, other = (join(extension, "w", str(n), "w") for n in range(3))
    tail = Tail(new_feed("w", 1))
    for reader in (due, pinging, other):
        reader.tail = tail
    waits = {reader: reader.wait() for reader in (due, pinging, other)}
    due.heartbeat_seconds = 0
    extension.subscribers.tick()
    await pinging.receive({"text": '{"type":"ping"}'})
    await asyncio.wait_for(waits[due], 10)
    assert waits[pinging].done()
    assert not waits[other].done()
