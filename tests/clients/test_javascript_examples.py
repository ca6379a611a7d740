"""The examples for browsers, Vue, Node and a microcontroller work on a real LNbits."""

import asyncio
import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from command import running
from needs import need
from node_programs import ROOT, node_folder
from playwright.async_api import Browser, Page, expect
from reader import Reader
from shop import Shop

EXAMPLES = ROOT / "examples"
NAMES = ("browser.html", "vue.html", "listen.mjs", "esp32.ino")
SKETCH = (EXAMPLES / "esp32.ino").read_text()
ARDUINO_JSON_NESTING = 10


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_fewer_than_forty_lines(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) < 40


async def access_key(shop: Shop) -> str:
    body = {"name": "example", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    return str(made.json()["key"])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A web server other than LNbits; its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@asynccontextmanager
async def opened_page(
    browser: Browser, shop: Shop, folder: Path, name: str, source: Path = EXAMPLES
) -> AsyncIterator[Page]:
    """The example in Chromium, with the address of this LNbits."""
    text = (source / name).read_text()
    text = text.replace("https://lnbits.example.org", shop.server.base)
    (folder / name).write_text(text)
    with served(folder) as base:
        page = await browser.new_page()
        await page.goto(f"{base}/{name}#{await access_key(shop)}")
        yield page


async def test_the_browser_example_shows_payments_also_those_while_it_was_closed(
    browser: Browser, shop: Shop, tmp_path: Path
) -> None:
    async with opened_page(browser, shop, tmp_path, "browser.html") as page:
        await expect(page.locator("#state")).to_contain_text("connected")
        address = page.url
        await page.goto("about:blank")  # closed while the first payment arrives
        await shop.sell(7, "first")
        await page.goto(address)
        await expect(page.locator("#amount")).to_have_text("7 sat")
        await shop.sell(21, "<b>tea</b>")
        await expect(page.locator("#amount")).to_have_text("21 sat")
        await expect(page.locator("#memo")).to_have_text("<b>tea</b>")
        await page.goto("about:blank")
        await shop.sell(42, "coffee")
        await page.goto(address)
        await expect(page.locator("#amount")).to_have_text("42 sat")
        await expect(page.locator("#memo")).to_have_text("coffee")


async def test_the_vue_example_lists_payments_as_they_arrive(
    browser: Browser, shop: Shop, tmp_path: Path
) -> None:
    """Two components have a client each: one continues when the other is removed."""
    await shop.sell(1, "before")
    text = (EXAMPLES / "vue.html").read_text()
    tag = '<payment-list url="https://lnbits.example.org"></payment-list>'
    text = text.replace(tag, tag.replace(" url", ' v-if="isBoth" url') + tag)
    text = text.replace("Vue.createApp({", "window.root = Vue.createApp({ data, ")
    text = text.replace("const Pay", "const data = () => ({isBoth: true})\nconst Pay")
    (tmp_path / "two.html").write_text(text)
    async with opened_page(browser, shop, tmp_path, "two.html", tmp_path) as page:
        await expect(page.locator("li")).to_have_text(["1 sat before"] * 2)
        await expect(page.locator("p")).to_have_text(["connected"] * 2)
        await shop.sell(2, "after")
        await expect(page.locator("li")).to_have_text(
            ["2 sat after", "1 sat before"] * 2
        )
        await page.evaluate("root.isBoth = false")
        await shop.sell(3, "alone")
        alone = ["3 sat alone", "2 sat after", "1 sat before"]
        await expect(page.locator("li")).to_have_text(alone)


async def test_the_node_example_processes_each_payment_once_across_a_crash(
    shop: Shop, tmp_path: Path
) -> None:
    folder = await asyncio.to_thread(node_folder)
    shutil.copy(EXAMPLES / "listen.mjs", folder)
    options: dict[str, Any] = {
        "program": [need("node"), str(folder / "listen.mjs")],
        "key": await access_key(shop),
        "url": shop.server.base,
        "PAYFEED_STATE": str(tmp_path / "state"),
    }
    async with running(**options):
        while not (tmp_path / "state").exists():
            await asyncio.sleep(0.05)
    await shop.sell(21, "a")
    await shop.sell(42, "b")
    async with running(**options) as command:
        assert "21 sat for 'a'" in await command.line()
        assert "42 sat for 'b'" in await command.line()


def first_lines(name: str, language: str, shop: Shop) -> str:
    """The first program of a document, with this LNbits and wallet."""
    text = (ROOT / name).read_text()
    code = text.partition(f"```{language}\n")[2].partition("```")[0]
    assert len(code.splitlines()) <= 10
    code, count = re.subn(r"key = '.*'", f"key = '{shop.wallet['inkey']}'", code)
    assert count == 1
    return code.replace("https://lnbits.example.org", shop.server.base)


@pytest.mark.parametrize("name", ["docs/javascript.md", "clients/js/README.md"])
async def test_the_first_node_program_of_a_document_works(
    shop: Shop, name: str
) -> None:
    folder = await asyncio.to_thread(node_folder)
    (folder / "first.mjs").write_text(first_lines(name, "js", shop))
    await shop.sell(7, "tea")
    async with running(program=[need("node"), str(folder / "first.mjs")]) as command:
        assert await command.line() == "7 sat tea"


async def test_the_first_web_page_of_the_document_works(
    browser: Browser, shop: Shop, tmp_path: Path
) -> None:
    (tmp_path / "first.html").write_text(
        first_lines("docs/javascript.md", "html", shop)
    )
    await shop.sell(7, "tea")
    with served(tmp_path) as base:
        page = await browser.new_page()
        await page.goto(f"{base}/first.html")
        await expect(page.locator("body")).to_contain_text("7 sat tea;")
        await shop.sell(8, "cake")
        await expect(page.locator("body")).to_contain_text("8 sat cake;")


def constant(name: str) -> str:
    """The value of a constant of the sketch."""
    found = re.search(rf"{name} = (.*?);", SKETCH)
    assert found
    return found[1].strip('"')


def nesting(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(nesting, inner), default=0)


async def test_the_sketch_has_room_for_the_longest_payment_and_resumes_after_its_ack(
    shop: Shop,
) -> None:
    protocols = constant("PROTOCOLS").replace("pfk_...", await access_key(shop))
    address = shop.server.ws + constant("PATH")
    options: dict[str, Any] = {"subprotocols": protocols.split(", ")}
    memo, comment = "🙂" * 640, "🙂" * 799  # LNbits' limit, and that of lnurlp
    invoice = await shop.lab(
        "invoice",
        wallet_id=shop.wallet["id"],
        amount=500_000,
        memo=memo,
        is_memo_hashed=True,
        extra={"comment": comment, "tag": "lnurlp"},
    )
    await shop.server.pay(shop.payer, invoice)
    async with websockets.connect(address, **options) as socket:
        reader = Reader(socket)
        frame = await reader.until("payment")
        assert (frame["payment"]["memo"], frame["payment"]["comment"]) == (
            memo,
            comment,
        )
        factors = constant("LONGEST_FRAME").split(" * ")
        assert len(reader.texts[-1]) <= int(factors[0]) * int(factors[1])
        assert nesting(frame) <= ARDUINO_JSON_NESTING
        for path in re.findall(r" wanted(\S+) = true[,;]", SKETCH):
            value: Any = frame
            for member in re.findall(r'\["(\w+)"\]', path):
                value = value[member]
        start, end = ack_parts()
        await socket.send(start + frame["id"] + end)
        await shop.sell(5)
        assert (await reader.until("payment"))["payment"]["amount_msat"] == 5000
    async with websockets.connect(address, **options) as socket:
        frame = await Reader(socket).until("payment")
        assert frame["payment"]["amount_msat"] == 5000


def ack_parts() -> list[str]:
    """The text before and after the id, as written in C."""
    line = next(line for line in SKETCH.splitlines() if "String ack" in line)
    return [
        json.loads(f'"{part}"')
        for part in re.findall(r'"((?:[^"\\]|\\.)*)"', line)
        if part != "id"
    ]
