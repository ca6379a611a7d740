"""Through LNbits' extension manager: install, enable, upgrade, deactivate, remove."""

import asyncio
import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zip as packing
from lnbits_server import Server
from reader import reading


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    handler = functools.partial(Quiet, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


async def install(server: Server, version: str) -> None:
    path = "/api/v1/extension"
    releases = await server.call(
        "GET", f"{path}/payfeed/releases", headers=server.admin
    )
    release = next(one for one in releases if one["version"] == version)
    body = {
        "ext_id": "payfeed",
        "archive": release["archive"],
        "source_repo": release["source_repo"],
        "version": version,
    }
    await server.call("POST", path, json=body, headers=server.admin)


async def test_an_operator_installs_upgrades_deactivates_and_removes(
    publisher: tuple[Path, str],
) -> None:
    folder, base = publisher
    packing.build(folder, base)
    server = Server(
        with_extension=False,
        LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
    )
    try:
        await server.start()
        await server.install(enable=False)
        await install(server, "0.1.0")
        await server.call(
            "PUT", "/api/v1/extension/payfeed/activate", headers=server.admin
        )
        await server.enable(server.admin)
        payer = (await server.wallets(server.admin))[0]
        shop = await server.new_wallet(server.admin, "shop")
        other = (await server.wallets(await server.new_user("other", enable=False)))[0]
        await server.credit(payer["id"], 10_000)
        socket = f"{server.ws}/payfeed/api/v1/ws"
        async with reading(f"{socket}/{other['inkey']}") as refused:
            assert await refused.close_code() == 4403
        async with reading(f"{socket}/{shop['inkey']}") as before:
            await before.next()
            await server.pay(payer, await server.invoice(shop, 10))
            first = await before.until("payment")
            packing.build(folder, base, "0.1.1")
            await install(server, "0.1.1")
            assert await before.close_code() == 1012
        async with reading(f"{socket}/{shop['inkey']}?since={first['id']}") as after:
            assert (await after.next())["recovered"] is True
            await server.pay(payer, await server.invoice(shop, 20))
            assert (await after.until("payment"))["payment"]["amount"] == 20
            await asyncio.sleep(4)
            page = await server.payfeed("GET", "events", shop["inkey"])
            assert len(page.json()["events"]) == 2
            await server.call(
                "PUT", "/api/v1/extension/payfeed/deactivate", headers=server.admin
            )
            assert await after.close_code() == 1012
        gone = await server.payfeed("GET", "events", shop["inkey"])
        assert gone.status_code == 404
        await server.pay(payer, await server.invoice(shop, 30))
        await server.call(
            "PUT", "/api/v1/extension/payfeed/activate", headers=server.admin
        )
        await asyncio.sleep(4)
        page = await server.payfeed("GET", "events", shop["inkey"])
        amounts = [event["payment"]["amount"] for event in page.json()["events"]]
        assert amounts == [10, 20, 30]
        await server.call("DELETE", "/api/v1/extension/payfeed", headers=server.admin)
        assert "Task exception was never retrieved" not in server.log
    finally:
        await server.close()
