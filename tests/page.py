"""A real Chromium, logged in to a real LNbits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lnbits_server import PASSWORD
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Route,
    WebSocketRoute,
    expect,
)
from shop import Shop

expect.set_options(timeout=60_000)  # a guard against hanging, nothing more
# what LNbits cannot answer here: 1.3.1 asks for the first on every page of its own; the
# second needs the internet, and is asked for once a test's rates were in its cache
LNBITS_OWN = ("/static/null", "/api/v1/rate/")

PLAIN = """for (const name of ['gradientBg', 'cardGradient'])
    localStorage.setItem(`lnbits.${name}`, '__q_bool|0');"""
LIGHT = f"{PLAIN} localStorage.setItem('lnbits.darkMode', '__q_bool|0')"

# without a GPU, Chromium takes seconds for LNbits' blurs and Quasar's transitions
STILL = """(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`*, ::before, ::after {
        transition: none !important; backdrop-filter: none !important
    }`)
    document.adoptedStyleSheets = [sheet]
})()"""

# LNbits' build of vue-i18n does not report a text that no language has
MISSING_TEXTS = """addEventListener('DOMContentLoaded', () => {
    if (!window.i18n) return
    window.i18n.global.missing = (locale, name) => {
        if (locale === 'en' && name.startsWith('payfeed.')) {
            console.error(`no text: ${name}`)
        }
    }
})"""


@asynccontextmanager
async def browser_page(
    browser: Browser,
    shop: Shop,
    width: int = 1280,
    is_still: bool = True,
    **context_options: Any,
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A logged-in page, and the errors on its console.

    If it is still, it has no transitions and no blurs.
    """
    size = {"width": width, "height": 900}
    context = await browser.new_context(viewport=size, **context_options)
    await context.add_init_script(
        "localStorage.setItem('lnbits.disclaimerShown', '__q_bool|1')"
    )
    await context.add_init_script(MISSING_TEXTS)
    if is_still:
        await context.add_init_script(STILL)
    body = {"username": shop.username, "password": PASSWORD}
    login = await context.request.post(f"{shop.server.base}/api/v1/auth", data=body)
    assert login.ok
    page = await context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} {message.location}")
            if is_complaint(message)
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    try:
        yield page, complaints
    finally:
        # a request that is held may outlive the test
        await page.unroute_all(behavior="ignoreErrors")
        await context.close()


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether an error is not of LNbits' own."""
    location = str(message.location)
    return message.type == "error" and not any(own in location for own in LNBITS_OWN)


async def open_payfeed(page: Page, shop: Shop, tab: str = "Live") -> None:
    """Open Payfeed's page with the wallet `shop` and wait until it is connected."""
    await page.goto(f"{shop.server.base}/payfeed/")
    await page.get_by_label("Wallet", exact=True).first.click()
    await page.get_by_role("option", name="shop").click()
    await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
    if tab != "Live":
        await page.get_by_role("tab", name=tab).click()


async def sell_within_answer(page: Page, shop: Shop) -> None:
    """After a sale of 5, one of 7 falls between the events of a page and its head.

    Works on a first visit only: later LNbits' service worker sends the requests.
    """
    key, sold = shop.wallet["inkey"], [await shop.sell(5, "before")]
    await shop.server.payfeed("GET", "events?since=start&wait=20", key)

    async def delayed(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        amounts = [event["payment"]["amount"] for event in body["events"]]
        if amounts != [5] or len(sold) > 1:
            return await route.fulfill(response=answer)
        sold.append(await shop.sell(7, "meanwhile"))
        path = f"events?since={body['cursor']}&wait=20"
        head = (await shop.server.payfeed("GET", path, key)).json()["head"]
        assert head != body["cursor"]
        await route.fulfill(response=answer, json=body | {"head": head})

    await page.route("**/payfeed/api/v1/events*", delayed)


class Line:
    """The connection of a page's sockets to Payfeed: `whole`, `cut` or `silent`.

    A silent line keeps its sockets and forwards nothing. Only a whole one takes more.
    """

    def __init__(self) -> None:
        self.state = "whole"
        self.sockets: list[WebSocketRoute] = []

    async def lay(self, page: Page) -> None:
        """Between a page and Payfeed; the page's pauses between attempts are short."""
        await page.add_init_script("Math.random = () => 0.1")
        await page.route_web_socket("**/payfeed/api/v1/ws*", self._connect)

    async def cut(self) -> None:
        self.state = "cut"
        for socket in self.sockets:
            await socket.close(code=1012)

    async def _connect(self, socket: WebSocketRoute) -> None:
        if self.state != "whole":
            return await socket.close(code=1012)
        self.sockets.append(socket)

        def forward(text: str | bytes) -> None:
            if self.state == "whole":
                socket.send(text)

        socket.connect_to_server().on_message(forward)


async def expect_qr(page: Page, text: str, within: str = "body") -> None:
    """Expect a visible QR code with this text."""
    code = page.locator(f"{within} .payfeed-qr svg")
    await expect(code).to_be_visible()
    drawn = await page.evaluate(
        """text => {
            const part = QrcodeVue.default ?? QrcodeVue
            const options = {value: text, size: 220, level: 'M', renderAs: 'svg'}
            const drawn = document.createElement('div')
            Vue.createApp({render: () => Vue.h(part, options)}).mount(drawn)
            return drawn.querySelector('svg').innerHTML
        }""",
        text,
    )
    assert await code.inner_html() == drawn
