"""A release, as `make release` builds it, in LNbits' extension manager."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import build_release
import pytest
import pytest_asyncio
from lnbits_server import Server
from publisher import install, manage, publishing
from reader import reading


def with_served_addresses(folder: Path, base: str) -> str:
    """Let a listing for GitHub name the files in `folder`; the release's version."""
    listing = folder / "extensions.json"
    release = json.loads(listing.read_text())["extensions"][0]
    shutil.copy(build_release.ROOT / "description.md", folder)
    details = json.loads((build_release.ROOT / "config.json").read_text())
    details["description_md"] = f"{base}/description.md"
    name = release["details_link"].rpartition("/")[2]
    (folder / name).write_text(json.dumps(details))
    for address in ("archive", "icon", "details_link"):
        release[address] = f"{base}/{release[address].rpartition('/')[2]}"
    listing.write_text(json.dumps({"extensions": [release]}))
    return str(release["version"])


@pytest_asyncio.fixture(scope="module")
async def released(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Server, str]]:
    """An LNbits that is offered the release: the server and the version.

    `PAYFEED_RELEASE` names the folder of one that is built.
    """
    folder = tmp_path_factory.mktemp("release")
    if built := os.environ.get("PAYFEED_RELEASE"):
        shutil.copytree(built, folder, dirs_exist_ok=True)
    else:
        build_release.build(folder)
    with publishing(folder) as base:
        version = with_served_addresses(folder, base)
        server = Server(
            with_extension=False,
            LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
        )
        try:
            await server.start()
            await server.install(enable=False)
            yield server, version
        finally:
            await server.close()


async def test_the_details_page_gets_the_description_the_pictures_and_the_contributors(
    released: tuple[Server, str],
) -> None:
    server, _ = released
    releases = await server.call(
        "GET", "/api/v1/extension/payfeed/releases", headers=server.admin
    )
    link = quote(releases[0]["details_link"], safe="")
    details = await server.call(
        "GET",
        f"/api/v1/extension/payfeed/details?details_link={link}",
        headers=server.admin,
    )
    description = (build_release.ROOT / "description.md").read_text()
    assert details["description_md"] == description
    assert all(image["uri"].endswith(".png") for image in details["images"])
    assert all(person["name"] and person["uri"] for person in details["contributors"])
    assert details["repo"].startswith("https://github.com/")
    assert details["license"] == "MIT"


async def test_the_release_installs_and_feeds_a_payment(
    released: tuple[Server, str],
) -> None:
    server, version = released
    await install(server, version)
    await manage(server, "PUT", "/activate")
    await server.enable(server.admin)
    payer = (await server.wallets(server.admin))[0]
    shop = await server.new_wallet(server.admin, "shop")
    await server.credit(payer["id"], 1000)
    async with reading(f"{server.ws}/payfeed/api/v1/ws/{shop['inkey']}") as live:
        await live.until("hello")
        await server.pay(payer, await server.invoice(shop, 10))
        assert (await live.until("payment"))["payment"]["amount"] == 10
    page = await server.http.get("/payfeed/", headers=server.admin)
    assert page.status_code == 200
    picture = await server.http.get("/payfeed/static/image/payfeed.png")
    assert picture.headers["content-type"] == "image/png"


async def test_the_documented_clone_is_loaded_by_lnbits() -> None:
    document = (build_release.ROOT / "docs" / "installation.md").read_text()
    found = re.search(r"^(git clone) \S+ (lnbits/extensions/payfeed)$", document, re.M)
    assert found
    server = Server(with_extension=False)
    try:
        target = server.folder / "ext" / found[2].removeprefix("lnbits/")
        command = [*found[1].split(), "-q", str(build_release.ROOT), str(target)]
        await asyncio.to_thread(subprocess.run, command, check=True)
        await server.start()
        await server.install()
        page = await server.http.get("/payfeed/", headers=server.admin)
        assert page.status_code == 200
    finally:
        await server.close()
