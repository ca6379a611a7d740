"""Two LNbits processes on one PostgreSQL are one Payfeed.

Access is checked again every ten minutes here, so that what ends a connection at once
is a notification.
"""

import asyncio
import contextlib
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest_asyncio
from lnbits_payfeed import Event, Feed
from lnbits_payfeed.frames import Verifier
from lnbits_server import Server
from postgres import Postgres
from reader import Reader, reading
from receiver import Received, Receiver, reply
from shop import HERE, Shop, opened

HANG_GUARD = 40
POOLED = 5  # connections that SQLAlchemy keeps
POLL_SECONDS = 5
SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "600",
    "PAYFEED_NOTIFY_PER_MINUTE": "99999",
    "AUTH_SECRET_KEY": "the same for all processes",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
LISTENING = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'payfeed listens'"
)
PAID = (
    "SELECT payment_hash FROM apipayments"
    " WHERE wallet_id = $1 AND status = 'success' AND amount > 0"
)
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass
class Pair:
    """`shop` is a shop on the first process; `other` is the second process."""

    shop: Shop
    other: Server
    url: str
    database: asyncpg.Connection

    @property
    def key(self) -> str:
        return self.shop.wallet["inkey"]

    def feed(self, server: Server, query: str = "", key: str | None = None) -> str:
        return f"{server.ws}/payfeed/api/v1/ws/{key or self.key}{query}"

    async def manage(self, method: str, path: str, **options: Any) -> Any:
        """With the wallet's admin key, on the first process."""
        key = self.shop.wallet["adminkey"]
        answer = await self.shop.server.payfeed(method, path, key, **options)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def say(self, server: Server, value: Any) -> str:
        """Send a message, again after 503: the other process held the feed; its id."""
        while True:
            answer = await server.payfeed("POST", "notify", self.key, json=value)
            if answer.status_code != 503:
                assert answer.status_code == 200, answer.text
                return str(answer.json()["id"])

    async def listeners(self, count: int) -> set[int]:
        """Process ids of the database's connections that listen, once so many do."""
        deadline = time.monotonic() + HANG_GUARD
        while len(rows := await self.database.fetch(LISTENING)) != count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        return {row["pid"] for row in rows}

    async def settle(self, invoice: dict[str, Any]) -> None:
        """The node reports the paid invoice to both processes."""
        body = {"payment_hash": invoice["payment_hash"]}
        for server in (self.shop.server, self.other):
            await server.call("POST", "/paylab/settle", json=body)

    async def has_recovered(self) -> None:
        """A connection that was in use when it was lost fails once more."""
        deadline, answers = time.monotonic() + HANG_GUARD, 0
        while answers < POOLED:
            assert time.monotonic() < deadline
            try:
                await self.shop.server.invoice(self.shop.wallet, 1)
                answers += 1
            except (RuntimeError, httpx.HTTPError):
                answers = 0
                await asyncio.sleep(0.1)  # LNbits closes the connection

    async def is_settled(self, invoice: dict[str, Any]) -> bool:
        """LNbits may lose what its node reports while it has no database."""
        path = f"/api/v1/payments/{invoice['payment_hash']}"
        await asyncio.sleep(0.5)
        result = await self.other.call("GET", path, headers={"X-Api-Key": self.key})
        return bool(result["paid"])

    async def cut(self) -> None:
        """End every connection to the database, and wait until both have new ones.

        The first statement on a lost connection fails, as its pool does not know yet.
        A pool hands out its connections in turns: as many answers show that all work.
        """
        await self.database.execute(OTHERS)
        headers = {"X-Api-Key": self.key}
        for server in (self.shop.server, self.other):
            for path in ("/api/v1/wallet", "/payfeed/api/v1/feed"):
                deadline, answers = time.monotonic() + HANG_GUARD, 0
                while answers < POOLED:
                    assert time.monotonic() < deadline
                    answer = await server.http.get(path, headers=headers)
                    answers += 1
                    if answer.status_code != 200:
                        answers = 0
                        await asyncio.sleep(0.1)  # LNbits closes the connection
        await self.listeners(2)

    async def delay(self, reader: Reader, server: Server) -> float:
        """Median seconds from a message's POST to its arrival at a reader."""
        took = []
        for n in range(9):
            began = time.monotonic()
            event_id = await self.say(server, n)
            assert (await reader.events(1))[0]["id"] == event_id
            took.append(time.monotonic() - began)
        return statistics.median(took)


@pytest_asyncio.fixture(scope="module")
async def both(postgres: Postgres) -> AsyncIterator[Pair]:
    url = postgres.database()
    async with opened(**SETTINGS, LNBITS_DATABASE_URL=url) as shop:
        # an option as LNbits' driver understands it
        other = Server(**SETTINGS, LNBITS_DATABASE_URL=f"{url}?ssl=disable")
        other.add_extension("paylab", HERE / "paylab")
        pair = Pair(shop, other, url, await asyncpg.connect(url))
        try:
            await other.start()
            yield pair
        finally:
            await other.close()
            await pair.database.close()


@pytest_asyncio.fixture
async def pair(both: Pair) -> Pair:
    """The same two processes for each test, with a wallet of its own."""
    await both.listeners(2)
    server = both.shop.server
    both.shop.wallet = await server.new_wallet(server.admin, "shop")
    return both


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


def offsets(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["id"].split("-")[1]) for event in events]


async def moment(arriving: Awaitable[str], expected: str) -> float:
    """When a reader had the event that it waits for."""
    assert await arriving == expected
    return time.monotonic()


async def next_id(reader: Reader) -> str:
    return str((await reader.events(1))[0]["id"])


async def next_sse_id(lines: AsyncIterator[str]) -> str:
    """Of the next event; state frames carry the cursor as their `id:`."""
    while True:
        line = await asyncio.wait_for(anext(lines), HANG_GUARD)
        frame = json.loads(line[5:]) if line.startswith("data:") else {}
        if "id" in frame:
            return str(frame["id"])


async def poll_id(server: Server, key: str, since: str) -> str:
    page = await server.payfeed("GET", f"events?since={since}&wait=20", key)
    return str(page.json()["events"][0]["id"])


async def test_events_of_one_reach_every_reader_of_the_other_within_a_second(
    pair: Pair,
) -> None:
    one, other, key = pair.shop.server, pair.other, pair.key
    since = await pair.say(one, "the first")
    channel = (await pair.manage("GET", "feed"))["channel"]
    epoch = since.partition("-")[0]
    sse = other.http.stream(
        "GET", f"/payfeed/api/v1/sse?since={since}", headers={"X-Api-Key": key}
    )
    async with (
        reading(pair.feed(one)) as here,
        reading(pair.feed(other)) as there,
        reading(f"{other.ws}/api/v1/ws/{channel}") as own,
        sse as stream,
    ):
        await here.until("balance_update")
        await there.until("balance_update")
        lines = stream.aiter_lines()
        acts = [pair.shop.sell, *(partial(pair.say, one, n) for n in range(9))]
        for number, act in enumerate(acts, 2):
            expected = f"{epoch}-{number}"
            arriving = asyncio.gather(
                *(
                    moment(one_of_them, expected)
                    for one_of_them in (
                        next_id(here),
                        next_id(there),
                        next_id(own),
                        next_sse_id(lines),
                        poll_id(other, key, since),
                    )
                )
            )
            await act()
            recorded, *result = await arriving
            assert max(result) - recorded < 1
            since = expected
        assert await pair.delay(here, other) < 1


async def test_the_balance_follows_a_payment_in_the_other(pair: Pair) -> None:
    async with reading(pair.feed(pair.other)) as live:
        await live.until("balance_update")
        await pair.shop.sell(1000)
        assert (await live.until("balance_update"))["balance"] == 1000


async def test_a_login_is_good_in_both(pair: Pair) -> None:
    login = pair.shop.server.admin
    for server in (pair.shop.server, pair.other):
        path = "/payfeed/api/v1/metrics"
        assert (await server.http.get(path, headers=login)).status_code == 200


@pytest_asyncio.fixture
async def unheard(pair: Pair) -> AsyncIterator[Pair]:
    """A function of the name pg_notify, that does nothing, is found first."""
    await pair.database.execute(
        "CREATE FUNCTION public.pg_notify(text, text) RETURNS void"
        " LANGUAGE sql AS 'SELECT'"
    )
    name = await pair.database.fetchval("SELECT current_database()")
    await pair.database.execute(
        f'ALTER DATABASE {name} SET search_path = "$user", public, pg_catalog'
    )
    await pair.cut()
    yield pair
    await pair.database.execute(f"ALTER DATABASE {name} RESET search_path")
    await pair.database.execute("DROP FUNCTION public.pg_notify(text, text)")
    await pair.cut()


async def test_a_dropped_notification_only_delays(unheard: Pair) -> None:
    async with (
        reading(unheard.feed(unheard.shop.server)) as here,
        reading(unheard.feed(unheard.other)) as live,
    ):
        await here.until("hello")
        await live.until("balance_update")
        payment_hash = await unheard.shop.sell(1000)
        await here.until("payment")
        began = time.monotonic()
        assert (await live.until("payment"))["payment"]["payment_hash"] == payment_hash
        assert time.monotonic() - began < 2 * POLL_SECONDS
        assert (await live.until("balance_update"))["balance"] == 1000


async def test_a_client_resumes_on_the_process_that_missed_the_notification(
    unheard: Pair,
) -> None:
    """The other has the feed in memory, at an older head."""
    async with (
        reading(unheard.feed(unheard.shop.server)) as here,
        reading(unheard.feed(unheard.other)) as stays,
    ):
        await here.until("hello")
        await stays.until("hello")
        for n in range(5):
            event_id = await unheard.say(unheard.shop.server, n)
            assert (await here.events(1))[0]["id"] == event_id
            async with reading(
                unheard.feed(unheard.other, f"?since={event_id}")
            ) as back:
                hello = await back.until("hello")
            assert hello["recovered"]
            assert hello["head"] == event_id


async def test_both_recover_when_the_database_was_unavailable(
    pair: Pair, postgres: Postgres
) -> None:
    """Both deliver what LNbits has as paid, whatever its answers were."""
    selling = True

    async def sell() -> None:
        while selling:
            with contextlib.suppress(RuntimeError, httpx.HTTPError):
                await pair.shop.sell(1)

    async def listen(server: Server, received: dict[str, str]) -> None:
        options: dict[str, Any] = {"since": "start", "backoff_cap_seconds": 0.5}
        async with Feed(server.base, pair.key, **options) as feed:
            async for item in feed:
                assert isinstance(item, Event)
                received[item.frame["payment"]["payment_hash"]] = item.id

    servers, received = (pair.shop.server, pair.other), ({}, {})
    sales = asyncio.create_task(sell())
    listening = [
        asyncio.create_task(listen(*pair))
        for pair in zip(servers, received, strict=True)
    ]
    try:
        await until(lambda: all(received))
        await asyncio.to_thread(postgres.stop)
        await asyncio.sleep(1)  # sales fail meanwhile
        before = len(received[0])
        await asyncio.to_thread(postgres.start)
        pair.database = await asyncpg.connect(pair.url)
        await until(lambda: all(len(events) > before + 3 for events in received))
        selling = False
        await sales
        await pair.listeners(2)
        rows = await pair.database.fetch(PAID, pair.shop.wallet["id"])
        paid = {row["payment_hash"] for row in rows}
        await until(lambda: received[0] == received[1] and received[0].keys() == paid)
    finally:
        selling = False
        for task in listening:
            task.cancel()
        ended = await asyncio.gather(sales, *listening, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in ended[1:])


async def test_lost_database_connections_are_restored_and_nothing_is_lost(
    pair: Pair,
) -> None:
    hashes: list[str] = []
    options: dict[str, Any] = {"since": "start", "backoff_cap_seconds": 0.5}

    async def listen(server: Server) -> list[str]:
        result: list[str] = []
        async with Feed(server.base, pair.key, **options) as feed:
            async for item in feed:
                assert isinstance(item, Event)
                result.append(item.frame["payment"]["payment_hash"])
                if len(result) == 4:
                    return result
        raise AssertionError("the feed ended")

    servers = (pair.shop.server, pair.other)
    listening = asyncio.gather(*(listen(server) for server in servers))
    before = await pair.listeners(2)
    for amount in (1, 2):
        hashes.append(await pair.shop.sell(amount))
        invoice = await pair.shop.server.invoice(pair.shop.wallet, amount)
        hashes.append(invoice["payment_hash"])
        await pair.settle(invoice)
        await pair.cut()
        while not await pair.is_settled(invoice):
            await pair.settle(invoice)
        await pair.has_recovered()
    first, second = await asyncio.wait_for(listening, HANG_GUARD)
    assert first == second
    assert sorted(first) == sorted(hashes)
    assert not before & await pair.listeners(2)
    async with reading(pair.feed(pair.other)) as live:
        await live.until("hello")
        assert await pair.delay(live, pair.shop.server) < 1
    for server in servers:
        assert "no notifications, polling" in server.log


async def test_both_recording_the_same_payments_at_once_make_one_event_each(
    pair: Pair,
) -> None:
    servers = (pair.shop.server, pair.other)
    invoices = [await pair.shop.server.invoice(pair.shop.wallet, 5) for _ in range(20)]
    hashes = [invoice["payment_hash"] for invoice in invoices]
    async with (
        reading(pair.feed(servers[0])) as one,
        reading(pair.feed(servers[1])) as two,
    ):
        await one.until("hello")
        await two.until("hello")
        settling = [pair.settle(invoice) for invoice in invoices * 2]
        saying = [pair.say(server, n) for n in range(10) for server in servers]
        await asyncio.gather(*settling, *saying)
        seen, same = await one.events(40), await two.events(40)
    assert offsets(seen) == list(range(1, 41))
    assert one.texts[-1] == two.texts[-1]
    assert [e["id"] for e in seen] == [e["id"] for e in same]
    result = [e["payment"]["payment_hash"] for e in seen if e["type"] == "payment"]
    assert sorted(result) == sorted(hashes)
    await pair.other.swept()
    page = await pair.other.payfeed("GET", "events?since=start", pair.key)
    assert offsets(page.json()["events"]) == list(range(1, 41))


async def test_either_may_die_and_come_back(pair: Pair) -> None:
    servers = [pair.shop.server, pair.other]
    cursor, said = "start", []
    for dying, living in (servers, servers[::-1]):
        async with reading(pair.feed(dying, f"?since={cursor}")) as reader:
            said.append(await pair.say(living, "before"))
            cursor = (await reader.events(1))[0]["id"]
            dying.kill()
            assert await reader.close_code() == 1006
        said.append(await pair.say(living, "meanwhile"))
        async with reading(pair.feed(living, f"?since={cursor}")) as elsewhere:
            assert (await elsewhere.events(1))[0]["id"] == said[-1]
        await dying.start()
        await pair.listeners(2)
        said.append(await pair.say(living, "after"))
        async with reading(pair.feed(dying, f"?since={cursor}")) as reader:
            resumed = await reader.events(2)
            assert [e["id"] for e in resumed] == said[-2:]
            assert await pair.delay(reader, living) < 1
            cursor = json.loads(reader.texts[-1])["id"]
            said += [cursor]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as ready:
        yield ready


async def attempts(pair: Pair, webhook: dict[str, Any]) -> dict[str, int]:
    """Of every event whose request has a result, by its id."""
    path = f"webhooks/{webhook['id']}/deliveries"
    listed = (await pair.manage("GET", path))["deliveries"]
    return {delivery["event"]: delivery["attempts"] for delivery in listed}


async def test_while_both_live_each_event_is_sent_to_a_webhook_once(
    pair: Pair, receiver: Receiver
) -> None:
    webhook = await pair.manage("POST", "webhooks", json={"url": receiver.url()})
    servers = (pair.shop.server, pair.other)
    said = [await pair.say(servers[n % 2], n) for n in range(20)]
    deadline = time.monotonic() + HANG_GUARD
    while set(found := await attempts(pair, webhook)) != set(said):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)
    assert set(found.values()) == {1}
    assert sorted(request.id for request in receiver.received) == sorted(said)


async def test_a_webhook_goes_on_from_the_other_when_its_sender_is_killed(
    pair: Pair, receiver: Receiver
) -> None:
    servers = [pair.shop.server, pair.other]
    webhook = await pair.manage("POST", "webhooks", json={"url": receiver.url()})
    said = [await pair.say(servers[n % 2], n) for n in range(4)]
    await receiver.until(4)
    is_dead = asyncio.Event()

    async def answer(request: Received) -> bytes:
        await is_dead.wait()
        return reply(200)

    receiver.answer = answer
    said += [await pair.say(servers[0], n) for n in range(4, 12)]
    await receiver.until(5)
    holder = await pair.database.fetchval(
        "SELECT lease_holder FROM payfeed.webhooks WHERE id = $1", webhook["id"]
    )
    names = [await server.call("GET", "/paylab/lease-holder") for server in servers]
    dying = servers[names.index(holder)]
    living = servers[names.index(holder) - 1]
    dying.kill()
    is_dead.set()
    try:
        await until(lambda: {one.id for one in receiver.received} == set(said))
        said.append(await pair.say(living, "after"))
        await until(lambda: {one.id for one in receiver.received} == set(said))
        bodies = {(one.id, one.body) for one in receiver.received}
        assert len(bodies) == len(said)
    finally:
        await dying.start()


async def test_a_key_revoked_in_one_closes_connections_of_the_other(pair: Pair) -> None:
    body = {"name": "till", "scopes": ["read"]}
    made, kept = [await pair.manage("POST", "keys", json=body) for _ in range(2)]
    async with (
        reading(pair.feed(pair.other, key=made["key"])) as revoked,
        reading(pair.feed(pair.other, key=kept["key"])) as stays,
        reading(pair.feed(pair.other)) as wallet,
    ):
        for reader in (revoked, stays, wallet):
            await reader.until("hello")
        await pair.manage("DELETE", f"keys/{made['id']}")
        assert await revoked.close_code() == 4403
        await pair.manage("PATCH", "feed", json={"allow_inkey": False})
        assert await wallet.close_code() == 4403
        await pair.shop.sell(1)
        await stays.until("payment")


async def test_a_feed_changed_in_one_is_changed_in_the_other(pair: Pair) -> None:
    old = await pair.manage("GET", "feed")
    async with (
        reading(pair.feed(pair.other)) as live,
        reading(f"{pair.other.ws}/api/v1/ws/{pair.key}") as mirror,
    ):
        await live.until("hello")
        for what in ("secret", "channel"):
            new = await pair.manage("POST", "feed/rotate", json={"what": what})
        assert new["secret"] != old["secret"]
        await pair.manage("PATCH", "feed", json={"mirror_to_inkey": True})
        async with reading(f"{pair.other.ws}/api/v1/ws/{new['channel']}") as own:
            await pair.shop.sell(3)
            event = await live.until("payment")
            verifier = Verifier(new["secret"])
            assert verifier.is_signed(live.texts[-1], event["id"], event["timestamp"])
            assert (await own.until("payment"))["id"] == event["id"]
            while "wallet_balance" not in (frame := await mirror.until("payment")):
                pass
            assert frame["payment"]["amount"] == 3
        new = await pair.manage("POST", "feed/rotate", json={"what": "epoch"})
        assert await live.close_code() == 1012
    async with reading(pair.feed(pair.other, f"?since={event['id']}")) as again:
        hello = await again.until("hello")
        assert hello["head"] == f"{new['epoch']}-0"
        assert (await again.until("gap"))["reason"] == "unknown"
        assert await pair.delay(again, pair.shop.server) < 1
