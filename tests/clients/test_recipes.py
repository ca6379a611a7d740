"""The recipes run with the programs that they are for, on a real LNbits."""

import asyncio
import configparser
import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from command import ROOT, Command, running
from needs import need
from node_programs import node_folder
from npm import packages
from playwright.async_api import Browser, expect
from ports import free_port
from shop import Shop
from test_javascript_examples import access_key, served

RECIPES = ROOT / "examples" / "recipes"
UNIT = RECIPES / "systemd" / "payfeed-hand-out.service"


class OrderServer:
    """A running server of one of the recipes with `/orders/<payment hash>`."""

    def __init__(self, command: Command, port: int) -> None:
        self.command = command
        self.base = f"http://127.0.0.1:{port}"

    async def is_paid(self, payment_hash: str) -> bool:
        async with httpx.AsyncClient() as http:
            while True:
                assert self.command.process.returncode is None
                with contextlib.suppress(httpx.TransportError):
                    answer = await http.get(f"{self.base}/orders/{payment_hash}")
                    return bool(answer.json()["paid"])
                await asyncio.sleep(0.05)

    async def until_paid(self, payment_hash: str) -> None:
        while not await self.is_paid(payment_hash):
            await asyncio.sleep(0.05)


def order_program(name: str, port: int) -> list[str]:
    if name == "express.mjs":
        return [need("node"), shutil.copy(RECIPES / name, node_folder())]
    app = ["uvicorn", "--app-dir", str(RECIPES), "fastapi_background:app"]
    return [sys.executable, "-m", *app, "--port", str(port)]


@asynccontextmanager
async def order_server(
    name: str, shop: Shop, folder: Path, key: str = ""
) -> AsyncIterator[OrderServer]:
    port = free_port()
    program = await asyncio.to_thread(order_program, name, port)
    options: dict[str, Any] = {"program": program, "cwd": folder, "PORT": str(port)}
    key = key or shop.wallet["inkey"]
    async with running(key=key, url=shop.server.base, **options) as command:
        yield OrderServer(command, port)


@pytest.fixture(params=["fastapi_background.py", "express.mjs"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_an_order_is_paid_also_if_its_payment_arrived_while_the_server_was_down(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    async with order_server(name, shop, tmp_path) as server:
        assert not await server.is_paid("0" * 64)
        first = await shop.sell(1)
        await server.until_paid(first)
        server.command.process.kill()
    second = await shop.sell(2)
    async with order_server(name, shop, tmp_path) as server:
        await server.until_paid(second)
        assert await server.is_paid(first)
    paid = tmp_path / "paid"
    if paid.exists():
        stored = [line.split()[1] for line in paid.read_text().splitlines()]
        assert stored == [first, second]


async def test_a_server_whose_feed_is_refused_ends(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    unknown = "pfk_" + "x" * 43
    async with order_server(name, shop, tmp_path, unknown) as server:
        code, out, err = await server.command.end()
    assert code != 0
    assert "key" in out + err


async def test_the_composable_lists_payments_until_its_component_is_removed(
    browser: Browser, shop: Shop, tmp_path: Path
) -> None:
    await shop.sell(1, "before")
    for file in (RECIPES / "vue").iterdir():
        text = file.read_text().replace("https://lnbits.example.org", shop.server.base)
        (tmp_path / file.name).write_text(text)
    with served(tmp_path) as base:
        page = await browser.new_page()
        await page.goto(f"{base}/index.html#{await access_key(shop)}")
        await expect(page.locator("li")).to_have_text(["1 sat before"])
        await shop.sell(2, "after")
        await expect(page.locator("li")).to_have_text(["2 sat after", "1 sat before"])
        await expect(page.locator("p")).to_have_text("connected")
        await shop.has_subscribers(1)
        await page.get_by_role("button").click()
        await shop.has_subscribers(0)


def unit_values() -> dict[str, str]:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text().replace("\\\n", ""))
    return dict(unit["Service"])


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text()
    payfeed = shlex.split(unit_values()["ExecStart"])[0]
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(payfeed, sys.executable))
    command = [need("systemd-analyze"), "verify", "--man=no", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, complaints) == (0, [])


async def test_the_command_of_the_unit_runs_once_for_each_payment(
    shop: Shop, tmp_path: Path
) -> None:
    values = unit_values()
    assert values["Environment"] == "PAYFEED_URL=https://lnbits.example.org"
    (tmp_path / "key").write_text(shop.wallet["inkey"])
    copied, hand_out = tmp_path / "copied", tmp_path / "hand-out"
    hand_out.write_text(f"#!/bin/sh\ncat >> {shlex.quote(str(copied))}\n")
    hand_out.chmod(0o700)
    line = values["ExecStart"].replace("/usr/local/bin/hand-out", str(hand_out))
    for name in ("CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        line = line.replace(f"${{{name}}}", str(tmp_path))
    words = shlex.split(line)[1:]
    for count in (1, 2):  # the second payment arrives while the service is stopped
        await shop.sell(count, f"order {count}")
        async with running(*words, url=shop.server.base) as command:
            while len(memos(copied)) < count:
                assert command.process.returncode is None
                await asyncio.sleep(0.05)
            assert (await command.stop())[0] == 0
    assert memos(copied) == ["order 1", "order 2"]


def memos(file: Path) -> list[str]:
    if not file.exists():
        return []
    lines = file.read_text().split("\n")[:-1]  # the last one may not be complete
    return [json.loads(line)["payment"]["memo"] for line in lines]


@pytest.fixture(scope="session")
def node_red() -> list[str]:
    """The program, as locked."""
    need("npm")
    folder = packages(ROOT / "tests" / "node-red")
    return [need("node"), str(folder / "node_modules" / "node-red" / "red.js")]


@asynccontextmanager
async def flow(
    node_red: list[str], shop: Shop, key: str, folder: Path
) -> AsyncIterator[Command]:
    """Node-RED, which runs the flow and nothing else."""
    shutil.copy(RECIPES / "node-red" / "flow.json", folder / "flow.json")
    settings = {"flowFile": "flow.json", "httpRoot": False, "credentialSecret": False}
    (folder / "settings.js").write_text(f"module.exports = {json.dumps(settings)}")
    words = ["--userDir", str(folder), "--port", str(free_port())]
    words += ["--settings", str(folder / "settings.js")]
    environment = {
        "PAYFEED_SOCKET": f"{shop.server.ws}/payfeed/api/v1/ws?since=acked",
        "PAYFEED_PROTOCOLS": f"payfeed.v1, bearer.{key}",
    }
    async with running(*words, program=node_red, **environment) as command:
        yield command


async def received(command: Command) -> str:
    while True:
        line = await command.line()
        assert line or command.process.returncode is None
        found = re.search(r"received (.*)", line)
        if found:
            return found[1]


async def test_the_flow_processes_payments_and_resumes_after_a_crash(
    shop: Shop, node_red: list[str], tmp_path: Path
) -> None:
    key = await access_key(shop)

    async def is_acknowledged() -> bool:
        path, admin = "keys", shop.wallet["adminkey"]
        (listed,) = (await shop.server.payfeed("GET", path, admin)).json()
        return not listed["lag"]

    await shop.sell(1, "tea")
    async with flow(node_red, shop, key, tmp_path) as command:
        await shop.has_subscribers(1)
        await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
        await shop.sell(2, "cake")
        assert await received(command) == "1 sat for tea"
        assert await received(command) == "2 sat for cake"
        while not await is_acknowledged():
            await asyncio.sleep(0.05)
        command.process.kill()
    await shop.sell(3, "pie")
    async with flow(node_red, shop, key, tmp_path) as command:
        assert await received(command) == "3 sat for pie"
