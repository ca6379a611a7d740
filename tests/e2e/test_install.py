"""Through LNbits' extension manager: install, enable, upgrade, deactivate, remove."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import build_release
import pytest
from lnbits_server import Server
from postgres import Postgres
from publisher import install, manage, publish_commit, publishing
from reader import reading

HANG_GUARD = 40
PAYLAB = Path(__file__).resolve().parent.parent / "paylab"


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    with publishing(tmp_path) as base:
        yield tmp_path, base


async def stored(server: Server, key: str) -> list[dict[str, Any]]:
    page = (await server.payfeed("GET", "events", key)).json()
    return list(page["events"])


async def stores(server: Server, key: str, *expected: int) -> None:
    """Wait until the payments of the feed have these amounts.

    What settled while no copy listened is found by a look, seconds later.
    """
    deadline = time.monotonic() + HANG_GUARD
    while (found := amounts(await stored(server, key))) != list(expected):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


def amounts(events: list[dict[str, Any]]) -> list[int]:
    return [event["payment"]["amount"] for event in events]


@asynccontextmanager
async def other_readers(server: Server, key: str) -> AsyncIterator[None]:
    """SSE and a long poll, which LNbits' server waits for; both must end by leaving.

    The caller has a WebSocket.
    """
    headers = {"X-Api-Key": key}

    async def stream() -> str:
        path = "/payfeed/api/v1/sse"
        async with server.http.stream("GET", path, headers=headers) as answer:
            return "".join([text async for text in answer.aiter_text()])

    sse = asyncio.create_task(stream())
    poll = asyncio.create_task(server.payfeed("GET", "events?wait=30", key))
    subscribers: list[Any] = []
    deadline = time.monotonic() + HANG_GUARD
    while len(subscribers) < 3:  # with the caller's WebSocket
        assert time.monotonic() < deadline, subscribers
        subscribers = (await server.payfeed("GET", "subscribers", key)).json()
    began = time.monotonic()
    yield
    result = await asyncio.wait_for(sse, HANG_GUARD)
    assert '"type":"hello"' in result
    assert '"code":1012' in result
    assert (await asyncio.wait_for(poll, HANG_GUARD)).json()["events"] == []
    # half of what a long poll may take: it did not end by itself
    assert time.monotonic() - began < 15


LOOPS = {"repeat", "watch"}
LISTENERS = {
    "wait_for_paid_invoices.<locals>.wrapper",
    "TaskManager._invoice_listener_worker.<locals>.wrapper",
}


async def running(server: Server) -> tuple[list[str], int]:
    """Payfeed's loops, each as often as it runs; how many invoice listeners."""
    tasks = await server.call("GET", "/paylab/tasks")
    names = sorted(name for awaited in tasks for name in awaited)
    loops = [name for name in names if name in LOOPS]
    return loops, sum(name in LISTENERS for name in names)


BACKENDS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
)
# of each kind; a copy that kept its connections would leave at least as many
REPLACEMENTS = 4


async def test_upgrades_and_activations_keep_no_database_connections(
    publisher: tuple[Path, str], postgres: Postgres
) -> None:
    """Counted without a running copy, whose own connections vary with the load.

    LNbits' own may have grown a little meanwhile, but not with every replacement.
    """
    folder, base = publisher
    url = postgres.database()
    build_release.build(folder, base)
    server = Server(
        with_extension=False,
        LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
        LNBITS_DATABASE_URL=url,
    )
    database = await asyncpg.connect(url)

    async def used() -> None:
        """The running copy has opened connections."""
        assert (await server.payfeed("GET", "events", key)).status_code == 200

    try:
        await server.start()
        await server.install(enable=False)
        key = (await server.wallets(server.admin))[0]["inkey"]
        before = await database.fetchval(BACKENDS)
        await install(server, build_release.version())
        await manage(server, "PUT", "/activate")
        await server.enable(server.admin)
        await used()
        for number in range(1, 1 + REPLACEMENTS):
            build_release.build(folder, base, f"9.0.{number}")
            await install(server, f"9.0.{number}")
            await used()
        for _ in range(REPLACEMENTS):
            await manage(server, "PUT", "/activate")
            await used()
        assert await database.fetchval(BACKENDS) > before
        await manage(server, "PUT", "/deactivate")
        deadline = time.monotonic() + HANG_GUARD
        while (count := await database.fetchval(BACKENDS)) >= before + REPLACEMENTS:
            assert time.monotonic() < deadline, (before, count)
            await asyncio.sleep(0.1)
    finally:
        await server.close()
        await database.close()


async def test_an_operator_installs_upgrades_deactivates_and_removes(
    publisher: tuple[Path, str], database: dict[str, str]
) -> None:
    folder, base = publisher
    build_release.build(folder, base)
    server = Server(
        with_extension=False,
        LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
        **database,
    )
    server.add_extension("paylab", PAYLAB)
    try:
        await server.start()
        await server.install(enable=False)
        await install(server, build_release.version())
        await manage(server, "PUT", "/activate")
        await server.enable(server.admin)
        payer = (await server.wallets(server.admin))[0]
        shop = await server.new_wallet(server.admin, "shop")
        other = (await server.wallets(await server.new_user("other", enable=False)))[0]
        await server.credit(payer["id"], 10_000)
        socket = f"{server.ws}/payfeed/api/v1/ws"
        async with reading(f"{socket}/{other['inkey']}") as refused:
            assert await refused.close_code() == 4403
        loops, listeners = await running(server)
        assert set(loops) == LOOPS
        async with reading(f"{socket}/{shop['inkey']}") as before:
            await before.next()
            await server.pay(payer, await server.invoice(shop, 10))
            first = await before.until("payment")
            build_release.build(folder, base, "9.0.1")
            async with other_readers(server, shop["inkey"]):
                await install(server, "9.0.1")
                assert await before.close_code() == 1012
        assert await running(server) == (loops, listeners)
        assert await server.call("GET", "/paylab/masks") == 1
        # what is active is activated: LNbits 1.6 imports it again and forgets the old
        async with reading(f"{socket}/{shop['inkey']}") as again:
            await again.next()
            await manage(server, "PUT", "/activate")
            assert await again.close_code() == 1012
        assert await running(server) == (loops, listeners)
        assert await server.call("GET", "/paylab/masks") == 1
        async with reading(f"{socket}/{shop['inkey']}?since={first['id']}") as after:
            assert (await after.next())["recovered"] is True
            await server.pay(payer, await server.invoice(shop, 20))
            assert (await after.until("payment"))["payment"]["amount"] == 20
            await server.swept()
            assert len(await stored(server, shop["inkey"])) == 2
            async with other_readers(server, shop["inkey"]):
                await manage(server, "PUT", "/deactivate")
                assert await after.close_code() == 1012
        assert await running(server) == ([], listeners - 1)
        assert await server.call("GET", "/paylab/masks") == 1
        gone = await server.payfeed("GET", "events", shop["inkey"])
        assert gone.status_code == 404
        await server.pay(payer, await server.invoice(shop, 30))
        await manage(server, "PUT", "/activate")
        await stores(server, shop["inkey"], 10, 20, 30)
        assert await server.call("GET", "/paylab/masks") == 1
        await manage(server, "DELETE")
        gone = await server.payfeed("GET", "events", shop["inkey"])
        assert gone.status_code == 404
        await server.pay(payer, await server.invoice(shop, 40))
        publish_commit(folder, base, "HEAD", "9.0.2")
        await install(server, "9.0.2")
        await manage(server, "PUT", "/activate")
        await stores(server, shop["inkey"], 10, 20, 30, 40)
        if not database:
            # removing the data is the way out of a damaged file
            file = server.folder / "data" / "ext_payfeed.sqlite3"
            file.write_bytes(b"damaged" * 10000)
            broken = await server.payfeed("GET", "events", shop["inkey"])
            assert broken.status_code == 503
        await manage(server, "DELETE")
        await manage(server, "DELETE", "/db")
        await install(server, "9.0.2")
        await manage(server, "PUT", "/activate")
        async with reading(f"{socket}/{shop['inkey']}?since={first['id']}") as fresh:
            assert (await fresh.next())["recovered"] is False
            await server.pay(payer, await server.invoice(shop, 50))
            only = await fresh.until("payment")
        assert await stored(server, shop["inkey"]) == [only]
        assert only["payment"]["amount"] == 50
        assert "Task exception was never retrieved" not in server.log
    finally:
        await server.close()
