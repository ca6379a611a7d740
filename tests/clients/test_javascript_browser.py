"""The JavaScript client in a real Chromium, imported from a real LNbits."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest_asyncio
from node_programs import ROOT
from playwright.async_api import Browser, BrowserContext, Page
from shop import Shop
from stoppable_proxy import stoppable_proxy
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

MODULE = "/payfeed/static/js/payfeed-client.js"
START = """
async ({module, ...options}) => {
  const {PayfeedClient} = await import(module)
  window.received = []
  window.states = []
  window.client = new PayfeedClient({
    ...options,
    onEvent: ({payment}) => payment && received.push(payment.amount),
    onState: state => states.push(state)
  })
  client.start()
}
"""
BLOCKED = """
async () => {
  const {PayfeedClient} = await import('/client.js')
  window.items = []
  const isUnblocked = new Promise(resolve => (window.unblock = resolve))
  window.client = new PayfeedClient({
    key: 'pfk_a',
    since: 'e-0',
    onEvent: ({id}) => items.push(id) && isUnblocked,
    onGap: ({since, reason}) => items.push(`gap ${reason} after ${since}`)
  })
  client.start()
}
"""
HANG_GUARD_SECONDS = 60
# seconds of a pause that only an event of the browser ends in the time of a test
PAUSES = {"backoffBaseSeconds": 600, "backoffCapSeconds": 600}


@pytest_asyncio.fixture
async def context(browser: Browser) -> BrowserContext:
    return await browser.new_context()


async def listening(
    context: BrowserContext,
    shop: Shop,
    until: str = "connected",
    base: str = "",
    **options: Any,
) -> Page:
    """A page of LNbits' own origin whose client is in the state `until`.

    base: where LNbits is reached, if not directly.
    """
    page = await context.new_page()
    await page.goto((base or shop.server.base) + MODULE)
    first = {"module": MODULE, "key": shop.wallet["inkey"]}
    await page.evaluate(START, first | options)
    await state(page, until)
    return page


async def state(page: Page, expected: str) -> None:
    await page.wait_for_function(f"states.at(-1)?.state === '{expected}'")


async def received(page: Page, *amounts: Any) -> None:
    await page.wait_for_function(f"received.length >= {len(amounts)}")
    assert await page.evaluate("received") == list(amounts)


async def test_a_payment_arrives_verified_and_the_key_stays_out_of_addresses(
    context: BrowserContext, shop: Shop
) -> None:
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    page = await listening(context, shop, secret=feed.json()["secret"])
    await shop.sell(21)
    await received(page, 21)
    assert '"WebSocket /payfeed/api/v1/ws"' in shop.server.log
    assert shop.wallet["inkey"] not in shop.server.log
    options = {"secret": "whsec_d3Jvbmc=", "since": "start"}
    wrong = await listening(context, shop, until="disconnected", **options)
    assert "signature" in await wrong.evaluate("states.at(-1).reason")
    assert await wrong.evaluate("received") == []


async def test_a_lost_connection_loses_and_repeats_nothing(
    context: BrowserContext, shop: Shop
) -> None:
    async with stoppable_proxy(shop.server.port) as proxy:
        page = await listening(context, shop, base=proxy.base)
        await shop.sell(1)
        await received(page, 1)
        await proxy.stop()
        await state(page, "reconnecting")
        await shop.sell(2)
        await proxy.start()
        await received(page, 1, 2)


async def test_offline_and_back_reconnects_immediately_and_catches_up(
    context: BrowserContext, shop: Shop
) -> None:
    async with stoppable_proxy(shop.server.port) as proxy:
        page = await listening(context, shop, base=proxy.base, **PAUSES)
        await shop.sell(1)
        await received(page, 1)
        await context.set_offline(True)
        await proxy.stop()
        await state(page, "reconnecting")
        await shop.sell(2)
        await proxy.start()
        await context.set_offline(False)
        await received(page, 1, 2)


async def test_a_page_that_is_looked_at_again_does_not_wait(
    context: BrowserContext, shop: Shop
) -> None:
    async with stoppable_proxy(shop.server.port) as proxy:
        page = await listening(context, shop, base=proxy.base, **PAUSES)
        for event in (
            "window.dispatchEvent(new PageTransitionEvent('pageshow'))",
            "document.dispatchEvent(new Event('visibilitychange'))",
            "client.retryNow()",
        ):
            await proxy.stop()
            await state(page, "reconnecting")
            await proxy.start()
            await page.evaluate(event)
            await state(page, "connected")


async def test_a_page_that_comes_again_resumes_from_its_cursor(
    context: BrowserContext, shop: Shop
) -> None:
    page = await listening(context, shop)
    await shop.sell(1)
    await received(page, 1)
    cursor = await page.evaluate("client.cursor")
    await page.close()
    await shop.sell(2)
    await shop.sell(3)
    again = await listening(context, shop, since=cursor)
    await received(again, 2, 3)


async def test_a_refusal_is_final_and_says_why(
    context: BrowserContext, shop: Shop
) -> None:
    page = await listening(context, shop, until="disconnected", key="pfk_unknown")
    connecting, off = await page.evaluate("states")
    assert connecting["state"] == "connecting"
    assert off["code"] == 4401
    assert off["reason"]


class FastFeed:
    """A server that sends every event after `since` without a pause."""

    def __init__(self, memos: list[str]) -> None:
        self.memos = memos
        self.since: list[str] = []
        self.was_closed = asyncio.Event()

    def answer(self, _: ServerConnection, request: Request) -> Response | None:
        """The client's file at its address, a socket at any other."""
        if request.path != "/client.js":
            return None
        body = (ROOT / "static" / "js" / "payfeed-client.js").read_bytes()
        headers = Headers({"Content-Type": "text/javascript", "Connection": "close"})
        headers["Content-Length"] = str(len(body))
        return Response(200, "OK", headers, body)

    async def send(self, connection: ServerConnection) -> None:
        assert connection.request
        (since,) = parse_qs(urlsplit(connection.request.path).query)["since"]
        self.since.append(since)
        with contextlib.suppress(ConnectionClosed):
            place = {"wallet_id": "w", "head": since, "cursor": since}
            await connection.send(
                json.dumps({"type": "hello", "heartbeat": 20} | place)
            )
            for offset in range(int(since[2:]), len(self.memos)):
                await connection.send(self.event(offset))
            await connection.wait_closed()
        self.was_closed.set()

    def event(self, offset: int) -> str:
        frame = {"type": "test", "id": f"e-{offset + 1}", "timestamp": 1}
        message = {"data": {"message": self.memos[offset]}}
        return json.dumps(frame | message, separators=(",", ":"))


@asynccontextmanager
async def fast_feed(context: BrowserContext, memos: list[str]) -> AsyncIterator[Any]:
    """A page whose client reads from a FastFeed; its first event takes long."""
    feed = FastFeed(memos)
    options: dict[str, Any] = {
        "process_request": feed.answer,
        "select_subprotocol": lambda _, offered: offered[0],
        "compression": None,
        "close_timeout": 1,
    }
    async with serve(feed.send, "127.0.0.1", 0, **options) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/client.js")
        await page.evaluate(BLOCKED)
        yield page, feed
        await page.close()


async def test_a_page_that_is_slower_than_its_feed_resumes_when_it_has_caught_up(
    context: BrowserContext,
) -> None:
    count = 8000
    async with fast_feed(context, [""] * count) as (page, feed):
        await asyncio.wait_for(feed.was_closed.wait(), HANG_GUARD_SECONDS)
        assert await page.evaluate("items") == ["e-1"]
        await page.evaluate("unblock()")
        await page.wait_for_function(f"items.length >= {count}")
        assert await page.evaluate("items") == [f"e-{n + 1}" for n in range(count)]
        assert feed.since == ["e-0", "e-5001"]


async def test_a_page_passes_a_frame_that_is_too_large(context: BrowserContext) -> None:
    memos = ["", "x" * 5 * 2**20, ""]
    async with fast_feed(context, memos) as (page, feed):
        await page.evaluate("unblock()")
        await page.wait_for_function("items.length >= 3")
        items = ["e-1", "gap too_large after e-1", "e-3"]
        assert await page.evaluate("items") == items
        assert feed.since == ["e-0"]
