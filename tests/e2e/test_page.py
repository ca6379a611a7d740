"""The page as a whole: reached, left, restarted under, beside LNbits' own."""

from page import browser_page, open_payfeed
from playwright.async_api import Page, expect
from shop import Shop

PAYFEED = "/payfeed/api/v1/ws"
ROUTER = "window.app.config.globalProperties.$router"


async def subscribers(shop: Shop) -> list[str]:
    key = shop.wallet["inkey"]
    listed = await shop.server.payfeed("GET", "subscribers", key)
    return [one["name"] for one in listed.json()]


async def wallets_of_lnbits(page: Page) -> None:
    """Loaded: LNbits 1.3.1 complains if its page is left before."""
    await expect(page.get_by_role("main").get_by_text("shop")).to_be_visible()


async def test_the_page_is_reached_from_the_menu_and_its_sockets_end_when_it_is_left(
    shop: Shop,
) -> None:
    async with browser_page(shop) as (page, complaints):
        await page.goto(f"{shop.server.base}/wallets")
        await wallets_of_lnbits(page)
        await page.get_by_text("Payfeed", exact=True).first.click()
        await page.wait_for_url("**/payfeed/")
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        await open_payfeed(page, shop)
        assert await subscribers(shop) == ["wallet key"]
        await page.evaluate("window.stayed = true")
        await page.evaluate(f"{ROUTER}.push('/wallets')")
        await page.wait_for_url("**/wallets")
        await expect(page.locator("#payfeed-state")).to_have_count(0)
        assert await page.evaluate("window.stayed")
        await wallets_of_lnbits(page)
        while await subscribers(shop):
            await page.wait_for_timeout(100)
        await page.go_back()
        await expect(page.locator("#payfeed-state")).to_contain_text("Connected")
        assert complaints == []


async def test_a_restart_of_lnbits_is_told_and_nothing_is_missed(shop: Shop) -> None:
    async with browser_page(shop, 390) as (page, _):
        await open_payfeed(page, shop)
        await shop.sell(111, "before the restart")
        shop.server.kill()
        state = page.locator("#payfeed-state")
        await expect(state).to_contain_text("Trying again in")
        async with page.expect_websocket(lambda opened: PAYFEED in opened.url):
            await page.locator("#payfeed-retry").click()
        await shop.server.start()
        await shop.sell(333, "after the restart")
        await expect(state).to_contain_text("Connected")
        headlines = page.locator("#payfeed-events .q-item__label:first-child")
        await expect(headlines).to_have_text(
            ["after the restart", "before the restart"]
        )


async def test_a_feed_that_is_switched_off_says_so_and_comes_back_on_demand(
    shop: Shop,
) -> None:
    async with browser_page(shop) as (page, _):
        await open_payfeed(page, shop)
        state = page.locator("#payfeed-state")
        await shop.server.enable(shop.server.admin, False)
        await expect(state).to_contain_text("The extension is not enabled.")
        await shop.server.enable(shop.server.admin)
        await page.locator("#payfeed-retry").click()
        await expect(state).to_contain_text("Connected")
        await shop.sell(42, "after the pause")
        await expect(page.locator("#payfeed-events")).to_contain_text("after the pause")


async def width_of(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def test_every_tab_fits_on_a_phone(shop: Shop) -> None:
    await shop.sell(1000, "a long memo without end " * 20)
    async with browser_page(shop, 390) as (page, complaints):
        await open_payfeed(page, shop)
        names = await page.get_by_role("tab").all_inner_texts()
        for name in names:
            await page.get_by_role("tab", name=name.split("\n")[-1]).click()
            await page.wait_for_timeout(300)
            assert await width_of(page) <= 390, name
        assert complaints == []


async def test_another_language_has_its_numbers_and_english_where_texts_are_missing(
    shop: Shop,
) -> None:
    await shop.sell(1000, "tea")
    async with browser_page(shop) as (page, complaints):
        language = "localStorage.setItem('lnbits.lang', '__q_strn|de')"
        await page.add_init_script(language)
        await open_payfeed(page, shop)
        await expect(page.locator("#payfeed-events")).to_contain_text("+1.000 sat")
        await expect(page.get_by_role("tab", name="Plots")).to_be_visible()
        assert complaints == []


async def test_the_mirror_leaves_lnbits_own_page_intact(shop: Shop) -> None:
    wish = {"mirror_to_inkey": True}
    admin = shop.wallet["adminkey"]
    changed = await shop.server.payfeed("PATCH", "feed", admin, json=wish)
    assert changed.json()["mirror_to_inkey"] is True
    async with browser_page(shop) as (page, complaints):
        mirrored: list[str] = []

        def note(text: str | bytes) -> None:
            if '"wallet_balance"' in str(text) and '"signature"' in str(text):
                mirrored.append(str(text))

        page.on("websocket", lambda socket: socket.on("framereceived", note))
        await page.goto(f"{shop.server.base}/wallet?wal={shop.wallet['id']}")
        await page.wait_for_timeout(3000)
        complaints.clear()
        await shop.sell(555, "mirrored")
        await expect(page.locator("body")).to_contain_text("555")
        await page.wait_for_timeout(2000)
        assert len(mirrored) >= 1
        assert [said for said in complaints if said.startswith("exception")] == []
