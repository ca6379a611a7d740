"""The tab Connect: the snippets work unchanged; the key is hidden until shown."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
import websockets
from lnbits_server import ROOT
from needs import need
from nginx import Nginx
from npm import packages
from page import browser_page, expect_qr, open_payfeed
from playwright.async_api import Browser, Page, expect
from ports import free_port
from reader import reading
from shop import Shop

NAMES = (
    *("Python", "Node", "curl", "Browser", "Vue", "wscat", "nginx", "ESP32"),
    "Checkout page",
)


@dataclass
class Copied:
    """A shop and the code that its tab Connect offers, by name."""

    shop: Shop
    snippets: dict[str, str]


@asynccontextmanager
async def connect_tab(browser: Browser, shop: Shop, width: int) -> AsyncIterator[Page]:
    async with browser_page(browser, shop, width) as (page, complaints):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await open_payfeed(page, shop, "Connect")
        yield page
        assert complaints == []


@pytest_asyncio.fixture(scope="module")
async def copied(shared_browser: Browser, shared_shop: Shop) -> Copied:
    shop = await shared_shop.for_new_user()
    snippets = {}
    async with connect_tab(shared_browser, shop, 1280) as page:
        for name in NAMES:
            await page.get_by_role("tab", name=name, exact=True).click()
            await page.get_by_label("Copy the code").click()
            snippets[name] = await page.evaluate("navigator.clipboard.readText()")
    return Copied(shop, snippets)


async def test_the_key_is_chosen_and_hidden_until_shown(
    browser: Browser, shop: Shop
) -> None:
    async with connect_tab(browser, shop, 390) as page:
        key = shop.wallet["inkey"]
        address = page.locator("#payfeed-address")
        end = "/payfeed/api/v1/ws"
        await expect(address).to_have_text(f"{shop.server.ws}{end}/••••••••")
        assert key not in await page.inner_text("body")
        await expect(page.locator(".payfeed-qr")).to_have_count(0)
        await page.get_by_label("Copy the address").click()
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{shop.server.ws}{end}/{key}"
        await page.get_by_role("button", name="Show the key").click()
        await expect(address).to_have_text(copied)
        await expect(page.locator("#payfeed-snippet")).to_contain_text(key)
        await expect_qr(page, copied)
        await page.get_by_role("button", name="Access key").click()
        await page.get_by_label("Paste the access key").fill("pfk_mine")
        await expect(address).to_have_text(f"{shop.server.ws}{end}/pfk_mine")
        await page.get_by_role("button", name="Hide the key").click()
        await expect(page.locator("#payfeed-snippet")).not_to_contain_text("pfk_mine")
        await page.evaluate("void (navigator.clipboard.writeText = async () => copy())")
        await page.get_by_label("Copy the address").click()
        await expect(
            page.get_by_text("does not allow the page to copy")
        ).to_be_visible()


async def test_nothing_is_copied_without_a_key_that_works(
    browser: Browser, shop: Shop
) -> None:
    admin, closed = shop.wallet["adminkey"], {"allow_inkey": False}
    await shop.server.payfeed("PATCH", "feed", admin, json=closed)
    async with connect_tab(browser, shop, 390) as page:
        problem = page.locator("#payfeed-connect-problem")
        await expect(problem).to_contain_text("Paste an access key.")
        await expect(page.get_by_label("Copy the address")).to_have_count(0)
        await page.get_by_role("button", name="Invoice key").click()
        await expect(problem).to_contain_text("closed the feed to the invoice key")
        await expect(page.get_by_label("Copy the code")).to_have_count(0)


async def hears(shop: Shop, *command: str) -> None:
    """The command prints a payment that comes after it has connected."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        reading = asyncio.create_task(process.stdout.readuntil(b"31337"))
        while not reading.done():
            await shop.sell(31337, "received")
            await asyncio.wait({reading}, timeout=1)
        await reading
    finally:
        process.kill()
        await process.communicate()


async def test_the_python_node_and_curl_snippets_receive_payments(
    copied: Copied, tmp_path: Path
) -> None:
    python, node = tmp_path / "listen.py", tmp_path / "listen.mjs"
    python.write_text(copied.snippets["Python"])
    node.write_text(copied.snippets["Node"])
    curl = copied.snippets["curl"]
    await hears(copied.shop, sys.executable, str(python))
    await hears(copied.shop, need("node"), "--experimental-websocket", str(node))
    await hears(copied.shop, "sh", "-c", f"exec {curl} --silent")


async def test_the_browser_and_vue_snippets_receive_payments(
    browser: Browser, copied: Copied
) -> None:
    shop = copied.shop
    page = await browser.new_page()
    received: list[str] = []
    page.on("console", lambda message: received.append(message.text))
    await page.goto(f"{shop.server.base}/api/v1/health")
    await page.set_content(copied.snippets["Browser"])
    while "in 31337 received" not in received:
        await shop.sell(31337, "received")
        await page.wait_for_timeout(300)
    module = copied.snippets["Vue"].replace("export default", "window.part =")
    vendor = f"{shop.server.base}/static/vendor/vue.global.prod.js"
    await page.set_content(
        f'<div id="a"></div><script src="{vendor}"></script>'
        f'<script type="module">{module}\nVue.createApp(part).mount("#a")</script>'
    )
    while not await page.get_by_text("31337 sat received").count():
        await shop.sell(31337, "received")
        await page.wait_for_timeout(300)


async def test_the_checkout_snippet_says_thanks_with_a_key_for_one_payment(
    browser: Browser, copied: Copied
) -> None:
    shop, code = copied.shop, copied.snippets["Checkout page"]
    assert shop.wallet["inkey"] not in code
    invoice = await shop.server.invoice(shop.wallet, 5)
    found = re.search(r"POST (\S+)\s+//\s+(\{.*?\}\})", code, re.DOTALL)
    assert found
    text = found[2].replace("//", "").replace("<Unix seconds>", str(10**11))
    body = json.loads(text.replace("<payment hash>", invoice["payment_hash"]))
    headers = {"X-Api-Key": shop.wallet["adminkey"]}
    made = await shop.server.http.post(found[1], json=body, headers=headers)
    code = code.replace("<key for this payment>", made.json()["key"])
    page = await browser.new_page()
    await page.goto(f"{shop.server.base}/api/v1/health")
    await page.set_content(code.replace("<payment hash>", invoice["payment_hash"]))
    await shop.has_subscribers(1)
    await expect(page.locator("body")).not_to_contain_text("Thank you!")
    await shop.server.pay(shop.payer, invoice)
    await expect(page.locator("body")).to_contain_text("Thank you!")


async def test_the_wscat_snippet_receives_payments_through_the_nginx_snippet(
    copied: Copied, tmp_path: Path
) -> None:
    shop = copied.shop
    need("npm")
    program = packages(ROOT / "tests" / "wscat") / "node_modules" / ".bin" / "wscat"
    command = copied.snippets["wscat"].replace("npx wscat", str(program))
    await hears(shop, "sh", "-c", f"exec {command}")
    port = free_port()
    site = f"server {{ listen 127.0.0.1:{port}; {copied.snippets['nginx']} }}"
    upstream = {"127.0.0.1:5000": f"127.0.0.1:{shop.server.port}"}
    nginx = Nginx(tmp_path, site, upstream)
    await nginx.start(port)
    address = f"ws://127.0.0.1:{port}/payfeed/api/v1/ws/{shop.wallet['inkey']}"
    try:
        async with reading(address) as reader:
            await reader.until("hello")
            await shop.sell(31337, "through nginx")
            assert (await reader.until("payment"))["payment"]["amount"] == 31337
    finally:
        nginx.stop()
    assert shop.wallet["inkey"] not in nginx.logs


async def test_the_sketch_for_esp32_uses_its_libraries_as_the_example_does(
    copied: Copied,
) -> None:
    sketch = copied.snippets["ESP32"]
    example = (ROOT / "examples" / "esp32.ino").read_text()
    for line in sketch.splitlines():
        if any(
            word in line for word in ("#include", "void onFrame", "feed.on", "feed.e")
        ):
            assert line in example
    begin = r'feed.begin\("127.0.0.1", (\d+),\s+"(.+)",\s+"(.+)"\);'
    found = re.search(begin, sketch)
    assert found
    port, path, protocols = found.groups()
    keys = [websockets.Subprotocol(name) for name in protocols.split(", ")]
    async with reading(f"ws://127.0.0.1:{port}{path}", subprotocols=keys) as reader:
        assert (await reader.next())["type"] == "hello"
