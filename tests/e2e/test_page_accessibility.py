"""axe-core finds no fault in Payfeed's part of the page and in the display."""

from axe import violations
from page import PLAIN, browser_page, open_payfeed
from playwright.async_api import Browser, Page, expect
from receiver import Receiver
from shop import Shop

# rules of axe-core whose result depends on the theme
OF_COLORS = ("color-contrast", "link-in-text-block")


class Walk:
    """A walk through the page; `found` has the faults that axe-core reports."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    async def check(self, place: str, *rules: str) -> None:
        """`rules` in the dark; in the light those that depend on colors."""
        # Quasar removes a closed dialog a moment after its content
        await expect(self.page.locator(".q-dialog:not(:has(*))")).to_have_count(0)
        for theme, is_dark, checked in (
            ("dark", "true", rules),
            ("light", "false", OF_COLORS),
        ):
            await self.page.evaluate(f"Quasar.Dark.set({is_dark})")
            found = await violations(self.page, *checked)
            self.found += [f"{place}, {theme}: {fault}" for fault in found]

    async def open(self, tab: str) -> None:
        await self.page.get_by_role("tab", name=tab).click()
        await self.check(tab)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).last.click()


TABS = (
    *("Live", "Plots", "Connect", "Keys", "Webhooks"),
    *("Subscribers", "Send", "Display"),
)


async def walk(way: Walk) -> None:
    """Every tab and every dialog that they open."""
    page = way.page
    for tab in TABS:
        await way.open(tab)
    await page.set_viewport_size({"width": 390, "height": 844})
    for tab in ("Live", "Plots", "Connect"):
        await way.open(tab)
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.get_by_role("tab", name="Live").click()
    await way.press("Filters")
    await way.check("filters")
    await page.locator("#payfeed-events .q-item").first.click()
    await expect(page.locator(".payfeed-frame")).to_be_visible()
    await way.check("frame")
    await page.keyboard.press("Escape")
    await page.get_by_role("tab", name="Connect").click()
    await way.press("Show the key")
    await way.check("Connect with its key")
    await page.get_by_role("tab", name="Keys").click()
    await way.press("Create a key")
    await page.get_by_label("Name").fill("till")
    await way.check("create a key")
    await way.press("Create a key")
    await expect(page.locator("#payfeed-new-key")).to_be_visible()
    await way.check("the new key")
    await way.press("I have stored it")
    await expect(page.locator(".q-dialog")).to_have_count(0)
    await way.press("Revoke till")
    await expect(page.locator(".q-dialog")).to_be_visible()
    await way.check("revoke")
    await way.press("Revoke")
    await page.get_by_role("button", name="Revoked keys: 1").click()
    await expect(page.locator("#payfeed-keys")).to_contain_text("revoked")
    await way.check("Keys with a revoked key")
    await page.get_by_role("tab", name="Display").click()
    await way.press("New display")
    await page.get_by_label("Name", exact=True).fill("counter")
    await expect(page.locator("#payfeed-preview")).to_be_visible()
    await way.check("a new display with a preview")
    await way.press("Save the display")
    await expect(page.locator("#payfeed-displays .payfeed-qr")).to_be_visible()
    await way.check("a saved display with its QR code")


async def walk_webhooks(way: Walk, shop: Shop, receiver: Receiver) -> None:
    """A webhook in every state that has a color, its deliveries and its questions."""
    page, shown = way.page, way.page.locator("#payfeed-webhooks")
    receiver.always(500, b"out of order")
    await page.get_by_role("tab", name="Webhooks").click()
    await way.press("Create a webhook")
    await page.get_by_label("URL").fill(receiver.url())
    await way.check("create a webhook")
    await way.press("Save")
    await expect(page.locator("#payfeed-webhook-secret")).to_be_visible()
    await expect(page.locator(".q-dialog")).to_have_count(0)
    await way.check("a webhook")
    await way.press("Send a test")
    await expect(page.locator("#payfeed-webhook-test")).to_be_visible()
    await shop.sell(21, "tea")
    await page.locator("#payfeed-deliveries .q-item").click()
    await expect(page.locator(".payfeed-attempts")).to_be_visible()
    await way.check("a webhook that is retried, with its attempts")
    await page.set_viewport_size({"width": 390, "height": 844})
    await way.check("the same on a phone")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await way.press("Rotate: Secret")
    await expect(page.locator(".q-dialog")).to_be_visible()
    await way.check("rotate a webhook's secret")
    await way.press("Rotate")
    await expect(shown).to_contain_text("the previous secret too")
    receiver.always(410)
    await way.press("Resend")
    await expect(shown).to_contain_text("Stopped")
    await way.check("a webhook that has stopped")


THEMES = (
    *("autumn", "bitcoin", "classic", "cyber", "flamingo"),
    *("freedom", "mint", "monochrome", "salvador"),
)


async def try_on(way: Walk) -> None:
    """LNbits' themes differ in their colors."""
    page = way.page
    await page.get_by_role("tab", name="Send").click()
    for theme in THEMES:
        await page.evaluate("theme => (document.body.dataset.theme = theme)", theme)
        await page.get_by_role("button", name="Send a test event").focus()
        await way.check(theme, *OF_COLORS)


async def test_every_tab_and_dialog_passes_axe_core(
    browser: Browser, shop: Shop
) -> None:
    async with (
        browser_page(browser, shop, reduced_motion="reduce") as (page, complaints),
        Receiver() as receiver,
    ):
        await page.add_init_script(PLAIN)
        await open_payfeed(page, shop)
        way = Walk(page)
        await expect(page.get_by_text("No payments yet")).to_be_visible()
        await way.check("an empty feed")
        await shop.sell(21, "tea")
        await expect(page.locator("#payfeed-events")).to_contain_text("tea")
        await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
        await walk(way)
        await walk_webhooks(way, shop, receiver)
        await try_on(way)
        assert not way.found, "\n".join(way.found)
        assert complaints == []


async def test_the_display_passes_axe_core(browser: Browser, shop: Shop) -> None:
    await shop.sell(21, "tea")
    body = {"name": "counter", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    path = f"keys/{made.json()['id']}"
    options = "title=Bakery&total=today&goal=2100&sound=1&qr=bakery@example.org"
    address = f"{shop.server.base}/payfeed/display?{options}"
    displays = {}
    for background in ("dark", "light", "transparent"):
        displays[background] = page = await browser.new_page()
        await page.goto(f"{address}&background={background}#{made.json()['key']}")
    for state in ("connected", "disconnected"):
        for background, page in displays.items():
            await expect(page.locator(f"[data-state={state}]")).to_be_visible()
            found = await violations(page)
            assert not found, "\n".join([background, *found])
        await shop.server.payfeed("DELETE", path, shop.wallet["adminkey"])
