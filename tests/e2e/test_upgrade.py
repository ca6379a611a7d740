"""The upgrade from version 0.1.0 through LNbits' extension manager, with readers."""

import asyncio
import time
from pathlib import Path
from typing import Any

import build_release
from lnbits_server import Server
from publisher import install, manage, publish_commit, publishing
from reader import reading
from test_install import amounts, stored

PAYLAB = Path(__file__).resolve().parent.parent / "paylab"
HANG_GUARD = 40
OLD = "0.1.0"
OLD_COMMIT = "fea27cd"  # as it was released


async def test_an_upgrade_from_0_1_0_loses_nothing_and_ends_the_old_copy(
    tmp_path: Path, database: dict[str, str]
) -> None:
    with publishing(tmp_path) as base:
        server = Server(
            with_extension=False,
            LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
            PAYFEED_HEARTBEAT_SECONDS="2",
            **database,
        )
        server.add_extension("paylab", PAYLAB)
        build_release.build(tmp_path, base)
        publish_commit(tmp_path, base, OLD_COMMIT, OLD)
        try:
            await server.start()
            await _upgrade(server, tmp_path, base)
        finally:
            await server.close()


async def _upgrade(server: Server, folder: Path, base: str) -> None:
    await server.install(enable=False)
    await install(server, OLD)
    await manage(server, "PUT", "/activate")
    await server.enable(server.admin)
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
        assert await before.close_code() == 1012
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
