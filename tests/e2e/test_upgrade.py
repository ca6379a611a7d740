"""The upgrade from version 0.1.0 through LNbits' extension manager, with readers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import build_release
from lnbits_server import Server
from publisher import install, manage, publish_commit, publishing
from reader import reading
from test_install import amounts, stored, stores

PAYLAB = Path(__file__).resolve().parent.parent / "paylab"
HANG_GUARD = 40
OLD = "0.1.0"
OLD_COMMIT = "fea27cd"  # as it was released


@asynccontextmanager
async def old_copy(
    folder: Path, database: dict[str, str]
) -> AsyncIterator[tuple[Server, str]]:
    """An LNbits with version 0.1.0, installed and enabled; the publisher's address."""
    with publishing(folder) as base:
        server = Server(
            with_extension=False,
            LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
            PAYFEED_HEARTBEAT_SECONDS="2",
            **database,
        )
        server.add_extension("paylab", PAYLAB)
        build_release.build(folder, base)
        publish_commit(folder, base, OLD_COMMIT, OLD)
        try:
            await server.start()
            await server.install(enable=False)
            await install(server, OLD)
            await manage(server, "PUT", "/activate")
            await server.enable(server.admin)
            yield server, base
        finally:
            await server.close()


async def test_an_upgrade_from_0_1_0_loses_nothing_and_ends_the_old_copy(
    tmp_path: Path, database: dict[str, str]
) -> None:
    async with old_copy(tmp_path, database) as (server, base):
        await _upgrade(server, tmp_path, base)


async def test_0_1_0_on_the_new_tables_loses_nothing_and_opens_nothing(
    tmp_path: Path, database: dict[str, str]
) -> None:
    """An upgrade, back to 0.1.0 as docs/operating.md says, and the upgrade again."""
    async with old_copy(tmp_path, database) as (server, base):
        payer = (await server.wallets(server.admin))[0]
        shop = await server.new_wallet(server.admin, "shop")
        await server.credit(payer["id"], 10_000)
        key = shop["inkey"]

        async def pay(amount: int) -> str:
            invoice = await server.invoice(shop, amount)
            await server.pay(payer, invoice)
            return str(invoice["payment_hash"])

        async def make_key(name: str, **more: Any) -> dict[str, str]:
            body = {"name": name, "scopes": ["read"], **more}
            answer = await server.payfeed("POST", "keys", shop["adminkey"], json=body)
            made: dict[str, str] = answer.json()
            return made

        await pay(10)
        build_release.build(tmp_path, base, "0.2.0")
        await install(server, "0.2.0")
        await pay(20)
        await stores(server, key, 10, 20)
        reading_key, revoked = await make_key("reads"), await make_key("revoked")
        await server.payfeed("DELETE", f"keys/{revoked['id']}", shop["adminkey"])
        narrowed = await make_key("narrowed", filter={"direction": "out"})
        feed = (await server.payfeed("GET", "feed", key)).json()

        publish_commit(tmp_path, base, OLD_COMMIT, OLD)
        await install(server, OLD)
        old_hash = await pay(30)
        await stores(server, key, 10, 20, 30)
        events = await stored(server, reading_key["key"])
        assert [e["id"] for e in events] == [f"{feed['epoch']}-{n}" for n in (1, 2, 3)]
        sent = await server.payfeed("POST", "notify", reading_key["key"], json="no")
        assert sent.status_code == 403
        # 0.1.0 knows the one as revoked, and the other not at all
        for refused, status in ((revoked, 403), (narrowed, 401)):
            answer = await server.payfeed("GET", "events", refused["key"])
            assert answer.status_code == status

        build_release.build(tmp_path, base, "0.2.0")
        await install(server, "0.2.0")
        await pay(40)
        await stores(server, key, 10, 20, 30, 40)
        deadline = time.monotonic() + HANG_GUARD
        found: list[Any] = []
        while amounts(found) != [30]:
            assert time.monotonic() < deadline
            path = f"events?payment_hash={old_hash}"
            found = (await server.payfeed("GET", path, key)).json()["events"]
        answer = await server.payfeed("GET", "events", revoked["key"])
        assert answer.status_code == 403
        assert await stored(server, narrowed["key"]) == []


async def _upgrade(server: Server, folder: Path, base: str) -> None:
    payer = (await server.wallets(server.admin))[0]
    shop = await server.new_wallet(server.admin, "shop")
    await server.credit(payer["id"], 10_000)
    body = {"name": "till", "scopes": ["read"]}
    key = (await server.payfeed("POST", "keys", shop["adminkey"], json=body)).json()
    socket = f"{server.ws}/payfeed/api/v1/ws"
    paying = asyncio.Event()

    async def pay_on() -> list[int]:
        """A payment is under way in every moment of the upgrade."""
        paid: list[int] = []
        while not paying.is_set():
            paid.append(10 + len(paid))
            await server.pay(payer, await server.invoice(shop, paid[-1]))
        return paid

    async with reading(f"{socket}/{shop['inkey']}") as before:
        await before.next()
        payments = asyncio.create_task(pay_on())
        last = await before.until("payment")
        build_release.build(folder, base, "0.2.0")
        await install(server, "0.2.0")
        # 0.1.0 aborts a connection that does not take its last frame in time
        assert await before.close_code() in (1012, 1006)
    async with reading(f"{socket}/{key['key']}?since={last['id']}") as after:
        assert (await after.next())["recovered"] is True
        await after.until("payment")
        paying.set()
        paid = await payments
        # one that settled while no copy listened is found by a look, after others
        deadline = time.monotonic() + HANG_GUARD
        while sorted(amounts(await stored(server, shop["inkey"]))) != paid:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
    assert await _copies(server) == 1


async def _copies(server: Server) -> int:
    """How many copies look for payments."""
    tasks: list[list[Any]] = await server.call("GET", "/paylab/tasks")
    names = [name for awaited in tasks for name in awaited]
    return sum(name in ("watch", "sweep", "Sweep.run") for name in names)
