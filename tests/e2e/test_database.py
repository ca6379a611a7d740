"""The database is locked, full, away, damaged or replaced."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from database_proxy import DatabaseProxy
from postgres import Postgres
from reader import reading
from shop import Shop, opened

HANG_GUARD = 40
SETTINGS = {"PAYFEED_NOTIFY_PER_MINUTE": "99999"}


class Lab:
    """A shop and its database; each test has a wallet of its own."""

    def __init__(self, shop: Shop, proxy: DatabaseProxy | None, url: str) -> None:
        self.shop = shop
        self.server = shop.server
        self.proxy = proxy
        self.url = url

    @property
    def file(self) -> Path:
        return self.server.folder / "data" / "ext_payfeed.sqlite3"

    @property
    def key(self) -> str:
        return self.shop.wallet["inkey"]

    async def new_wallet(self) -> dict[str, str]:
        made = await self.server.new_wallet(self.server.admin, "shop")
        # the feed is there, and in memory
        await self.server.payfeed("GET", "events", made["inkey"])
        return made

    async def say(self, value: Any, key: str = "", **headers: str) -> httpx.Response:
        return await self.server.payfeed(
            "POST", "notify", key or self.key, json=value, headers=headers
        )

    async def stored(self, key: str = "") -> list[dict[str, Any]]:
        path = "events?since=start&limit=1000"
        answer = await self.server.payfeed("GET", path, key or self.key)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])

    async def health(self) -> int:
        answer = await self.server.http.get("/payfeed/api/v1/health")
        return answer.status_code

    def socket(self, query: str = "", key: str = "") -> Any:
        return reading(f"{self.server.ws}/payfeed/api/v1/ws/{key or self.key}{query}")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while not await condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


@pytest_asyncio.fixture(scope="module")
async def on_postgres(postgres: Postgres) -> AsyncIterator[Lab]:
    """LNbits connects to PostgreSQL through a proxy."""
    url = postgres.database()
    proxy = DatabaseProxy(postgres.port)
    port = await proxy.start()
    through = url.replace(f":{postgres.port}/", f":{port}/")
    try:
        async with opened(**SETTINGS, LNBITS_DATABASE_URL=through) as shop:
            yield Lab(shop, proxy, url)
    finally:
        await proxy.close()


@pytest_asyncio.fixture(scope="module")
async def on_sqlite() -> AsyncIterator[Lab]:
    async with opened(**SETTINGS) as shop:
        yield Lab(shop, None, "")


@pytest_asyncio.fixture
async def postgres_lab(on_postgres: Lab) -> Lab:
    on_postgres.shop.wallet = await on_postgres.new_wallet()
    return on_postgres


@pytest_asyncio.fixture
async def sqlite_lab(on_sqlite: Lab) -> Lab:
    on_sqlite.shop.wallet = await on_sqlite.new_wallet()
    return on_sqlite


# a lock on one feed


@contextlib.asynccontextmanager
async def held(lab: Lab, statement: str, *values: str) -> AsyncIterator[None]:
    """Another connection executes a statement and leaves its transaction open."""
    connection = await asyncpg.connect(lab.url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(statement, *values)
        yield
        await transaction.rollback()
    finally:
        await connection.close()


ROW = "SELECT 1 FROM payfeed.feeds WHERE wallet_id = $1 FOR UPDATE"


async def test_a_row_that_another_connection_holds_stops_its_own_feed_only(
    postgres_lab: Lab,
) -> None:
    lab = postgres_lab
    blocked, free = lab.shop.wallet, await lab.new_wallet()
    async with lab.socket(key=free["inkey"]) as live:
        await live.until("balance_update")
        async with held(lab, ROW, blocked["id"]):
            blocked_hash = await lab.shop.sell(1)
            refused = await lab.say("to a feed that is locked", blocked["inkey"])
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) > 0
            changed = await lab.server.payfeed(
                "PATCH", "feed", blocked["adminkey"], json={"allow_inkey": True}
            )
            assert changed.status_code == 503
            assert await lab.stored(blocked["inkey"]) == []
            lab.shop.wallet = free
            for amount in (1, 2, 3):
                payment_hash = await lab.shop.sell(amount)
                event = await live.until("payment")
                assert event["payment"]["payment_hash"] == payment_hash
            assert len(await lab.stored()) == 3
            await lab.server.swept()
            assert await lab.health() == 200

    async def has_payment() -> bool:
        events = await lab.stored(blocked["inkey"])
        return [e["payment"]["payment_hash"] for e in events] == [blocked_hash]

    await until(has_payment)
    answer = await lab.say("and goes on", blocked["inkey"])
    assert answer.status_code == 200


async def test_a_key_that_another_connection_has_not_committed_stops_its_feed_only(
    postgres_lab: Lab,
) -> None:
    """An append waits for it, as it may be the same payment."""
    lab = postgres_lab
    blocked, free = lab.shop.wallet, await lab.new_wallet()
    invoice = await lab.server.invoice(blocked, 1)
    seen = "INSERT INTO payfeed.seen VALUES ($1, 'in', $2, 'confirmed')"
    async with (
        lab.socket(key=free["inkey"]) as live,
        held(lab, seen, blocked["id"], invoice["payment_hash"]),
    ):
        await live.until("balance_update")
        await lab.server.pay(lab.shop.payer, invoice)
        lab.shop.wallet = free
        for amount in (1, 2, 3):
            payment_hash = await lab.shop.sell(amount)
            event = await live.until("payment")
            assert event["payment"]["payment_hash"] == payment_hash
        await lab.server.swept()
        assert await lab.health() == 200

    async def has_payment() -> bool:
        return len(await lab.stored(blocked["inkey"])) == 1

    await until(has_payment)


# a lost answer


async def test_a_message_whose_commit_was_not_answered_is_stored_once(
    postgres_lab: Lab,
) -> None:
    lab = postgres_lab
    assert lab.proxy
    said: list[str] = []
    for number in range(5):
        before = lab.proxy.lost
        # the first message goes alone, the others together
        lab.proxy.losses = 2
        texts = [f"message {number}.{n}" for n in range(4)]
        answers = await asyncio.gather(*(lab.say(text) for text in texts))
        assert lab.proxy.lost == before + 2
        said += texts
        ids = {answer.json()["id"] for answer in answers}
        assert [answer.status_code for answer in answers] == [200] * 4
        assert len(ids) == 4
    events = await lab.stored()
    assert sorted(event["data"] for event in events) == sorted(said)


# Idempotency-Key


async def test_a_message_that_is_sent_again_with_its_key_is_stored_once(
    sqlite_lab: Lab,
) -> None:
    lab = sqlite_lab
    first = await lab.say({"type": "order", "n": 1}, **{"Idempotency-Key": "order-1"})
    again = await lab.say({"n": 1, "type": "order"}, **{"Idempotency-Key": "order-1"})
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    other = await lab.say({"type": "order", "n": 2}, **{"Idempotency-Key": "order-1"})
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    for invalid in ("", "x" * 256):
        answer = await lab.say("text", **{"Idempotency-Key": invalid})
        assert answer.status_code == 422, invalid
    elsewhere = await lab.new_wallet()
    message = {"type": "order", "n": 2}
    new = await lab.say(message, elsewhere["inkey"], **{"Idempotency-Key": "order-1"})
    assert new.status_code == 200
    assert [event["n"] for event in await lab.stored()] == [1]


async def test_the_same_key_at_the_same_time_makes_one_event(
    postgres_lab: Lab,
) -> None:
    lab = postgres_lab
    answers = await asyncio.gather(
        *(lab.say("once", **{"Idempotency-Key": "same"}) for _ in range(10))
    )
    (event,) = await lab.stored()
    assert {answer.json()["id"] for answer in answers} == {event["id"]}


# SQLite: locked, full


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Another process holds the whole file."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


async def test_a_locked_database_answers_503_within_seconds(sqlite_lab: Lab) -> None:
    lab = sqlite_lab
    with exclusive(lab.file):
        began = time.monotonic()
        answers = await asyncio.gather(
            *(lab.say("locked") for _ in range(10)),
            *(lab.server.payfeed("GET", "events", lab.key) for _ in range(10)),
            lab.server.payfeed("GET", "sse", lab.key),
        )
        took = time.monotonic() - began
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert took < 15
        async with lab.socket() as live:
            assert await live.close_code() == 1012
        hash_meanwhile = await lab.shop.sell(1)
    async with lab.socket("?since=start") as live:
        event = await live.until("payment")
        assert event["payment"]["payment_hash"] == hash_meanwhile
    assert "database is locked" in lab.server.log
    assert not lab.server.faults


async def test_a_full_disk_answers_503(sqlite_lab: Lab) -> None:
    """Simulated by a limit on the size of files."""
    lab = sqlite_lab
    process = lab.server.process
    assert process
    sizes = [path.stat().st_size for path in lab.server.folder.rglob("*.*")]
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    full = max(sizes) + 131072
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (full, hard))
    said: list[str] = []
    try:
        while (answer := await lab.say("x" * 16000)).status_code == 200:
            said.append(answer.json()["id"])
            assert len(said) < 1000
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert (await lab.server.payfeed("GET", "feed", lab.key)).status_code == 200
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    answer = await lab.say("there is room again")
    assert answer.status_code == 200
    said.append(answer.json()["id"])
    assert [event["id"] for event in await lab.stored()] == said


async def test_before_the_first_event_there_is_nothing_and_a_cursor(
    sqlite_lab: Lab,
) -> None:
    lab = sqlite_lab
    event_id = (await lab.say("the first")).json()["id"]
    beginning = f"{event_id.partition('-')[0]}-0"
    page = await lab.server.payfeed("GET", f"events?before={beginning}", lab.key)
    assert page.json()["events"] == []
    assert page.json()["cursor"] == beginning
    after = await lab.server.payfeed("GET", f"events?since={beginning}", lab.key)
    assert [event["id"] for event in after.json()["events"]] == [event_id]


async def test_after_a_restore_a_locked_database_holds_up_payfeed_and_not_lnbits(
    sqlite_lab: Lab,
) -> None:
    lab, server = sqlite_lab, sqlite_lab.server
    before = (await lab.say("before the backup")).json()["id"]
    await server.terminate()
    server.env["PAYFEED_RESTORED"] = "once"
    server.begin_log()
    with exclusive(lab.file):
        await server.start(until_recording=False)
        payment_hash = await lab.shop.sell(1)
        assert (await lab.say("refused")).status_code == 503
        assert await lab.health() == 503

        async def is_logged() -> bool:
            return "restored, new epochs are retried" in server.log

        await until(is_logged)
    await server.swept()
    (event,) = await lab.stored()
    assert event["payment"]["payment_hash"] == payment_hash
    assert event["id"].partition("-")[0] != before.partition("-")[0]
    assert server.log.count("restored, new epochs are retried") == 1
    assert not server.faults


# an older copy put in place


@pytest.mark.parametrize("noticed_by", ["append", "sweep"])
async def test_an_older_database_put_in_place_ends_the_epoch(
    sqlite_lab: Lab, noticed_by: str, tmp_path: Path
) -> None:
    lab = sqlite_lab
    older = lab.file.parent / "older"
    hashes = [await lab.shop.sell(1), await lab.shop.sell(2)]

    async def has(count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + HANG_GUARD
        while len(events := await lab.stored()) < count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        return events

    await has(2)
    with (
        contextlib.closing(sqlite3.connect(lab.file)) as source,
        contextlib.closing(sqlite3.connect(older)) as target,
    ):
        source.backup(target)
    hashes.append(await lab.shop.sell(3))
    seen = {event["id"]: event for event in await has(3)}
    last = list(seen)[-1]
    async with lab.socket() as live:
        await live.until("hello")
        os.replace(older, lab.file)
        if noticed_by == "append":
            assert (await lab.say("at once")).status_code == 200
        assert await live.close_code() == 1012
    async with lab.socket(f"?since={last}") as again:
        assert not (await again.until("hello"))["recovered"]
        assert (await again.until("gap"))["reason"] == "unknown"
        while (event := (await again.events(1))[0])["type"] != "payment":
            assert event["id"] not in seen
        # the payment that the older copy lacks
        assert event["payment"]["payment_hash"] == hashes[-1]
        assert event["id"] not in seen
    await lab.server.swept()
    payments = [event for event in await lab.stored() if event["type"] == "payment"]
    assert [event["payment"]["payment_hash"] for event in payments] == hashes[-1:]
    assert await lab.health() == 200
    assert "its log went back" in lab.server.log


# damaged or missing


@pytest.mark.parametrize("fault", ["damaged", "missing"])
async def test_the_way_out_of_a_damaged_or_missing_database_works(
    sqlite_lab: Lab, fault: str
) -> None:
    """The steps are those of docs/troubleshooting.md."""
    lab = sqlite_lab
    server = lab.server
    if fault == "damaged":
        lab.file.write_bytes(os.urandom(65536))
    else:
        lab.file.unlink()
    answer = await server.payfeed("GET", "events", lab.key)
    assert answer.status_code == 503

    async def is_not_healthy() -> bool:
        return await lab.health() == 503

    await until(is_not_healthy)
    path = "/api/v1/extension/payfeed"
    await server.call("DELETE", f"{path}/db", headers=server.admin)
    await server.terminate()
    await server.start()
    await server.call("PUT", f"{path}/activate", headers=server.admin)
    await server.swept()
    assert await lab.stored() == []
    async with lab.socket() as live:
        await live.until("hello")
        payment_hash = await lab.shop.sell(2)
        event = await live.until("payment")
        assert event["payment"]["payment_hash"] == payment_hash
    assert await lab.health() == 200
