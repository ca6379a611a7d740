"""LNbits on a PostgreSQL with a standby that takes over, as docs/scaling.md says."""

import asyncio
import contextlib
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from lnbits_payfeed import Event, Feed, Gap
from lnbits_server import ROOT, Server
from nginx import NginxFront
from postgres import Postgres, Standby
from reader import Reader, reading
from receiver import Received, Receiver, reply
from shop import HERE, Shop, opened

HANG_GUARD = 60
SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_NOTIFY_PER_MINUTE": "99999",
    "PAYFEED_CONNECTS_PER_MINUTE": "99999",
    "AUTH_SECRET_KEY": "the same for all processes",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
PAID = (
    "SELECT payment_hash FROM apipayments"
    " WHERE wallet_id = $1 AND status = 'success' AND amount > 0"
)
LEASES = "SELECT lease_holder FROM payfeed.webhooks WHERE id = $1"


@contextmanager
def clusters(is_synchronous: bool) -> Iterator[tuple[Postgres, Standby, str]]:
    """A primary with its standby, and the name of a database in both."""
    primary = Postgres()
    primary.start()
    name = primary.database().rpartition("/")[2]
    standby = Standby(primary)
    standby.start()
    if is_synchronous:
        primary.wait_for_standby()
    try:
        yield primary, standby, name
    finally:
        standby.close()
        primary.close()


async def promote(primary: Postgres, standby: Standby) -> None:
    await asyncio.to_thread(primary.kill)
    await asyncio.to_thread(standby.promote)


@asynccontextmanager
async def following(shop: Shop) -> AsyncIterator[tuple[list[Any], Feed]]:
    """What a client with an access key receives from the start, gaps too."""
    body = {"name": "till", "scopes": ["read"]}
    admin = shop.wallet["adminkey"]
    made = (await shop.server.payfeed("POST", "keys", admin, json=body)).json()
    options: dict[str, Any] = {"since": "start", "backoff_cap_seconds": 0.5}
    received: list[Any] = []
    async with Feed(shop.server.base, made["key"], **options) as feed:

        async def follow() -> None:
            async for item in feed:
                received.append(item)
                if isinstance(item, Event):
                    await feed.ack(item)

        task = asyncio.create_task(follow())
        try:
            yield received, feed
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any, *, seconds: float = HANG_GUARD) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


def hashes(received: list[Any]) -> list[str]:
    return [
        item.frame["payment"]["payment_hash"]
        for item in received
        if isinstance(item, Event) and item.type == "payment"
    ]


async def paid(address: str, shop: Shop) -> set[str]:
    """What LNbits has as paid to the shop."""
    database = await asyncpg.connect(address)
    try:
        rows = await database.fetch(PAID, shop.wallet["id"])
        return {row["payment_hash"] for row in rows}
    finally:
        await database.close()


async def test_with_a_synchronous_standby_nothing_is_lost_or_repeated() -> None:
    confirmed: list[str] = []
    selling = True

    async def sell(shop: Shop) -> None:
        while selling:
            with contextlib.suppress(RuntimeError, httpx.HTTPError):
                confirmed.append(await shop.sell(1))

    with clusters(is_synchronous=True) as (primary, standby, name):
        settings = SETTINGS | {"LNBITS_DATABASE_URL": primary.address(name)}
        async with opened(**settings) as shop, following(shop) as (received, _):
            sales = asyncio.create_task(sell(shop))
            await until(lambda: len(hashes(received)) > 10)
            await promote(primary, standby)
            shop.server.kill()
            shop.server.env["LNBITS_DATABASE_URL"] = standby.address(name)
            await shop.server.start()
            before = len(received)
            await until(lambda: len(received) > before + 10)
            selling = False
            await sales
            expected = await paid(standby.address(name), shop)
            await until(lambda: set(hashes(received)) == expected)
            assert set(confirmed) <= expected
            assert not any(isinstance(item, Gap) for item in received)
            ids = [item.id for item in received if isinstance(item, Event)]
            epoch = ids[0].partition("-")[0]
            assert ids == [f"{epoch}-{number}" for number in range(1, len(ids) + 1)]
            assert len(hashes(received)) == len(expected)


async def test_what_an_asynchronous_standby_lacks_is_a_gap() -> None:
    with clusters(is_synchronous=False) as (primary, standby, name):
        settings = SETTINGS | {"LNBITS_DATABASE_URL": primary.address(name)}
        async with opened(**settings) as shop, following(shop) as (received, _):
            kept = [await shop.sell(1), await shop.sell(2)]
            await until(lambda: hashes(received) == kept)
            expected = await paid(primary.address(name), shop)
            while await paid(standby.address(name), shop) != expected:
                await asyncio.sleep(0.1)
            await asyncio.to_thread(standby.stop)  # it is behind from here
            lost = await shop.sell(3)
            await until(lambda: hashes(received) == [*kept, lost])
            await asyncio.to_thread(primary.kill)
            shop.server.kill()
            await asyncio.to_thread(standby.start)
            await asyncio.to_thread(standby.promote)
            shop.server.env["LNBITS_DATABASE_URL"] = standby.address(name)
            shop.server.env["PAYFEED_RESTORED"] = f"{time.time()}"
            await shop.server.start()
            new = await shop.sell(4)
            await until(lambda: hashes(received) == [*kept, lost, new])
            (gap,) = [item for item in received if isinstance(item, Gap)]
            assert gap.reason == "unknown"
            assert received.index(gap) == 3
            assert await paid(standby.address(name), shop) == {*kept, new}
            ids = [item.id for item in received if isinstance(item, Event)]
            assert len(set(ids)) == len(ids)


def upstream_of(servers: list[Server]) -> str:
    """The upstream of docs/scaling.md for these servers."""
    text = (ROOT / "docs" / "scaling.md").read_text()
    (block,) = re.findall(r"^upstream lnbits \{\n.*?^\}\n", text, re.M | re.S)
    for number, server in enumerate(servers):
        assert f"127.0.0.1:500{number}" in block
        block = block.replace(f"127.0.0.1:500{number}", f"127.0.0.1:{server.port}")
    return str(block)


@asynccontextmanager
async def nginx_before(
    folder: Path, servers: list[Server]
) -> AsyncIterator[NginxFront]:
    front = NginxFront(folder, servers[0].port)
    site = folder / "site.conf"
    text, count = re.subn(
        r"upstream lnbits \{.*?\n\}\n",
        upstream_of(servers),
        site.read_text(),
        flags=re.S,
    )
    assert count == 1
    site.write_text(text)
    await front.start(front.port)
    try:
        yield front
    finally:
        front.stop()


async def holder(address: str, webhook: str) -> str | None:
    database = await asyncpg.connect(address)
    try:
        found: str | None = await database.fetchval(LEASES, webhook)
        return found
    finally:
        await database.close()


async def moment(reader: Reader, payment_hash: str) -> float:
    event = await reader.until("payment")
    assert event["payment"]["payment_hash"] == payment_hash
    return time.monotonic()


async def test_three_processes_behind_nginx_are_one_payfeed_before_and_after(
    tmp_path: Path,
) -> None:
    with clusters(is_synchronous=True) as (primary, standby, name):
        settings = SETTINGS | {"LNBITS_DATABASE_URL": primary.address(name)}
        async with opened(**settings) as shop, Receiver() as receiver:
            servers = [shop.server, Server(**settings), Server(**settings)]
            for server in servers[1:]:
                server.add_extension("paylab", HERE / "paylab")
            try:
                await asyncio.gather(*(server.start() for server in servers[1:]))
                async with nginx_before(tmp_path, servers) as front:
                    await readers_follow(shop, servers, front)
                    await leases_move(shop, servers, receiver, primary.address(name))
                    await promote(primary, standby)
                    for server in servers:
                        server.kill()
                        server.env["LNBITS_DATABASE_URL"] = standby.address(name)
                    for server in servers:
                        await server.start()
                    await readers_follow(shop, servers, front)
                    before = len(receiver.received)
                    await shop.sell(9)
                    await receiver.until(before + 1)
            finally:
                for server in servers[1:]:
                    await server.close()


async def readers_follow(shop: Shop, servers: list[Server], front: NginxFront) -> None:
    """Each event is within a second at every reader, wherever nginx connected it."""
    trust = ssl.create_default_context(cafile=str(front.certificate))
    address = f"wss://localhost:{front.port}/payfeed/api/v1/ws/{shop.wallet['inkey']}"
    key = shop.wallet["inkey"]
    async with contextlib.AsyncExitStack() as stack:
        readers = [
            await stack.enter_async_context(reading(address, ssl=trust))
            for _ in range(9)
        ]
        for reader in readers:
            await reader.until("balance_update")
        for server in servers:
            answer = await server.payfeed("GET", "subscribers", key)
            assert len(answer.json()) == 3
        for amount in range(1, 6):
            invoice = await shop.server.invoice(shop.wallet, amount)
            waiting = [
                asyncio.create_task(moment(reader, invoice["payment_hash"]))
                for reader in readers
            ]
            await shop.server.pay(shop.payer, invoice)
            moments = await asyncio.gather(*waiting)
            assert max(moments) - min(moments) < 1


async def leases_move(
    shop: Shop, servers: list[Server], receiver: Receiver, address: str
) -> None:
    """The process that sends for a webhook is killed; another goes on."""
    admin = shop.wallet["adminkey"]
    body = {"url": receiver.url()}
    answer = await shop.server.payfeed("POST", "webhooks", admin, json=body)
    webhook = answer.json()["id"]
    is_dead = asyncio.Event()

    async def wait(request: Received) -> bytes:
        await is_dead.wait()
        return reply(200)

    receiver.answer = wait
    sold = [await shop.sell(1) for _ in range(5)]
    await receiver.until(1)
    names = [await server.call("GET", "/paylab/lease-holder") for server in servers]
    first = servers[names.index(await holder(address, webhook))]
    first.kill()
    is_dead.set()
    await until(lambda: {one.payment_hash for one in receiver.received} == set(sold))
    await first.start()
