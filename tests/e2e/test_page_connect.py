"""The tab Connect: the snippets work unchanged; the key is hidden until shown."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import jinja2
import pytest
import pytest_asyncio
import websockets
import yaml
from lnbits_server import ROOT
from needs import need
from nginx import Nginx
from npm import packages
from page import browser_page, expect_qr, open_payfeed
from playwright.async_api import Browser, Page, expect
from ports import free_port
from reader import reading
from shop import Shop

VERIFYING = ("Python", "Node", "PHP", "Go", "Browser", "Vue")
NAMES = (
    *VERIFYING,
    *("curl", "wscat", "nginx", "ESP32", "Checkout page", "Home Assistant"),
)
FILES = {
    "Python": "listen.py",
    "Node": "listen.mjs",
    "PHP": "listen.php",
    "Go": "listen.go",
}
WRONG_SECRET = f"whsec_{'A' * 32}"


@dataclass
class Copied:
    """A shop and the code that its tab Connect offers, by name.

    `verifying` is the code that verifies signatures.
    """

    shop: Shop
    snippets: dict[str, str]
    verifying: dict[str, str]


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
    copied = Copied(shop, {}, {})
    async with connect_tab(shared_browser, shop, 1280) as page:
        for name in NAMES:
            await page.get_by_role("tab", name=name, exact=True).click()
            copied.snippets[name] = await copied_code(page)
        tabs = page.locator(".q-tabs").last.get_by_role("tab")
        assert set(await tabs.all_inner_texts()) == set(NAMES)
        for name in VERIFYING:
            await page.get_by_role("tab", name=name, exact=True).click()
            await page.get_by_role("switch", name="Verify signatures").click()
            copied.verifying[name] = await copied_code(page)
            await page.get_by_role("switch", name="Verify signatures").click()
    return copied


async def copied_code(page: Page) -> str:
    await page.get_by_label("Copy the code").click()
    return str(await page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_key_is_chosen_and_hidden_until_shown(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with connect_tab(browser, shop, width) as page:
        key, end = shop.wallet["inkey"], "/payfeed/api/v1/ws"
        header = page.locator("#payfeed-header")
        await expect(header).to_have_text("X-Api-Key: ••••••••")
        assert key not in await page.inner_text("body")
        await expect(page.locator(".payfeed-qr")).to_have_count(0)
        for label, expected in (
            ("Copy the address", f"{shop.server.ws}{end}"),
            ("Copy the header", f"X-Api-Key: {key}"),
        ):
            await page.get_by_label(label, exact=True).click()
            copied = await page.evaluate("navigator.clipboard.readText()")
            assert copied == expected
        await page.get_by_role("button", name="Show the key").click()
        await expect(header).to_have_text(f"X-Api-Key: {key}")
        await expect(page.locator("#payfeed-snippet")).to_contain_text(key)
        await page.get_by_role("button", name="Access key").click()
        await page.get_by_label("Paste the access key").fill("pfk_mine")
        await expect(header).to_have_text("X-Api-Key: pfk_mine")
        await page.get_by_role("button", name="Hide the key").click()
        await expect(page.locator("#payfeed-snippet")).not_to_contain_text("pfk_mine")
        await page.evaluate("void (navigator.clipboard.writeText = async () => copy())")
        await page.get_by_label("Copy the address", exact=True).click()
        await expect(
            page.get_by_text("does not allow the page to copy")
        ).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_key_is_in_an_address_only_on_request(
    browser: Browser, shop: Shop, width: int
) -> None:
    async with connect_tab(browser, shop, width) as page:
        address = f"{shop.server.ws}/payfeed/api/v1/ws"
        shown = page.locator("#payfeed-address-with-key")
        await expect(page.locator("#payfeed-address")).to_have_text(address)
        await expect(shown).to_be_hidden()
        await page.get_by_text("Address that contains the key").click()
        await expect(page.get_by_text("Only for programs that cannot")).to_be_visible()
        await expect(shown).to_have_text(f"{address}/••••••••")
        await page.get_by_label("Copy the address with the key").click()
        expected = f"{address}/{shop.wallet['inkey']}"
        assert await page.evaluate("navigator.clipboard.readText()") == expected
        await page.get_by_role("button", name="Show the key").click()
        await expect(shown).to_have_text(expected)
        await expect_qr(page, expected)


async def test_no_code_has_a_key_in_an_address(copied: Copied) -> None:
    key = re.escape(copied.shop.wallet["inkey"])
    for name, code in (copied.snippets | copied.verifying).items():
        assert not re.search(rf"[/?&=]{key}", code), name


async def test_the_signing_secret_is_hidden_until_the_key_is_shown(
    browser: Browser, shop: Shop
) -> None:
    admin = shop.wallet["adminkey"]
    secret = (await shop.server.payfeed("GET", "feed", admin)).json()["secret"]
    async with connect_tab(browser, shop, 390) as page:
        code = page.locator("#payfeed-snippet")
        await page.get_by_role("switch", name="Verify signatures").click()
        await expect(code).to_contain_text("whsec_••••••••")
        await page.get_by_role("button", name="Show the key").click()
        await expect(code).to_contain_text(secret)


async def test_nothing_is_copied_without_a_key_that_works(
    browser: Browser, shop: Shop
) -> None:
    admin, closed = shop.wallet["adminkey"], {"allow_inkey": False}
    await shop.server.payfeed("PATCH", "feed", admin, json=closed)
    async with connect_tab(browser, shop, 390) as page:
        problem = page.locator("#payfeed-connect-problem")
        await expect(problem).to_contain_text("Paste an access key.")
        await expect(page.get_by_label("Copy the header")).to_have_count(0)
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
        reading = asyncio.create_task(process.stdout.readuntil(b"1337"))
        while not reading.done():
            await shop.sell(1337, "received")
            await asyncio.wait({reading}, timeout=1)
        await reading
    finally:
        process.kill()
        await process.communicate()


def program(name: str, folder: Path, code: str) -> list[str]:
    """The command that runs code in this language."""
    file = folder / FILES[name]
    file.write_text(code)
    if name == "Go":  # `go run` starts a process of its own, which would outlive it
        built = folder / "listen"
        subprocess.run([need("go"), "build", "-o", built, file], check=True)
        return [str(built)]
    if name == "Node":
        return [need("node"), "--experimental-websocket", str(file)]
    return [need("php") if name == "PHP" else sys.executable, str(file)]


@pytest.mark.parametrize("name", FILES)
async def test_code_for_a_language_receives_payments(
    copied: Copied, tmp_path: Path, name: str
) -> None:
    await hears(copied.shop, *program(name, tmp_path, copied.snippets[name]))


@pytest.mark.parametrize("name", FILES)
async def test_code_that_verifies_receives_payments_and_refuses_another_secret(
    copied: Copied, tmp_path: Path, name: str
) -> None:
    admin = copied.shop.wallet["adminkey"]
    answer = await copied.shop.server.payfeed("GET", "feed", admin)
    secret = answer.json()["secret"]
    await hears(copied.shop, *program(name, tmp_path, copied.verifying[name]))
    forged = copied.verifying[name].replace(secret, WRONG_SECRET)
    said = await ending(copied.shop, *program(name, tmp_path, forged))
    assert "wrong signature" in said
    assert "1337" not in said


async def ending(shop: Shop, *command: str) -> str:
    """What a command that ends by itself prints while payments come."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    said = asyncio.create_task(process.communicate())
    try:
        while not said.done():
            await shop.sell(1337, "forged")
            await asyncio.wait({said}, timeout=1)
    finally:
        if process.returncode is None:
            process.kill()
    return b"".join(await said).decode()


async def test_the_curl_snippet_receives_payments(copied: Copied) -> None:
    curl = copied.snippets["curl"]
    await hears(copied.shop, "sh", "-c", f"exec {curl} --silent")


# https://www.home-assistant.io/integrations/rest
REST = {"resource", "headers", "scan_interval", "sensor"}
REST_SENSOR = {
    *("name", "unique_id", "unit_of_measurement", "value_template"),
    *("json_attributes_path", "json_attributes"),
}


async def test_home_assistant_reads_the_last_payment(copied: Copied) -> None:
    (rest,) = yaml.safe_load(copied.snippets["Home Assistant"])["rest"]
    (sensor,) = rest["sensor"]
    assert set(rest) == REST
    assert set(sensor) == REST_SENSOR
    shop = await copied.shop.for_new_user()
    key = {copied.shop.wallet["inkey"]: shop.wallet["inkey"]}
    headers = {name: key[value] for name, value in rest["headers"].items()}
    assert sensor["json_attributes_path"] == "$.events[0].payment"
    state = jinja2.Template(sensor["value_template"])
    for paid, expected in ((0, "0"), (5, "5"), (7, "7")):
        if paid:
            await shop.sell(paid, "for home")
            path = f"events?min_amount={paid}&since=start&wait=20"
            await shop.server.payfeed("GET", path, shop.wallet["inkey"])
        answer = await shop.server.http.get(rest["resource"], headers=headers)
        assert state.render(value_json=answer.json()) == expected
    (event,) = answer.json()["events"]
    assert set(sensor["json_attributes"]) <= set(event["payment"])


async def test_the_timeouts_are_those_of_the_nginx_file(copied: Copied) -> None:
    file = (ROOT / "deploy" / "nginx.conf").read_text()
    timeouts = set(re.findall(r"proxy_\w+_timeout \d+s;", file))
    assert set(re.findall(r"proxy_\w+_timeout.*", copied.snippets["nginx"])) == timeouts
    (seconds,) = {re.sub(r"\D", "", timeout) for timeout in timeouts}
    for name, timeout in (
        ("curl", f"--speed-time {seconds}"),
        ("PHP", f"'timeout' => {seconds}"),
        ("Go", f"silence = {seconds} * time.Second"),
    ):
        assert timeout in copied.snippets[name]


@pytest.mark.parametrize("is_verifying", [False, True])
async def test_the_browser_and_vue_snippets_receive_payments(
    browser: Browser, copied: Copied, is_verifying: bool
) -> None:
    shop = copied.shop
    snippets = copied.verifying if is_verifying else copied.snippets
    assert ("secret:" in snippets["Vue"]) == is_verifying
    page = await browser.new_page()
    received: list[str] = []
    page.on("console", lambda message: received.append(message.text))
    await page.goto(f"{shop.server.base}/api/v1/health")
    await page.set_content(snippets["Browser"])
    while "in 1337 received" not in received:
        await shop.sell(1337, "received")
        await page.wait_for_timeout(300)
    module = snippets["Vue"].replace("export default", "window.part =")
    vendor = f"{shop.server.base}/static/vendor/vue.global.prod.js"
    await page.set_content(
        f'<div id="a"></div><script src="{vendor}"></script>'
        f'<script type="module">{module}\nVue.createApp(part).mount("#a")</script>'
    )
    while not await page.get_by_text("1337 sat received").count():
        await shop.sell(1337, "received")
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
            await shop.sell(1337, "through nginx")
            assert (await reader.until("payment"))["payment"]["amount"] == 1337
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
