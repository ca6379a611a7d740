"""Each tab says what it is for and links its document."""

import json
import re

import pytest
from lnbits_server import ROOT
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from shop import Shop

TABS = {
    "Live": "docs/page.md",
    "Plots": "docs/page.md",
    "Connect": "docs/clients.md",
    "Keys": "docs/protocol.md",
    "Webhooks": "docs/webhooks.md",
    "Subscribers": "docs/page.md",
    "Send": "docs/protocol.md",
    "Displays": "docs/page.md",
}


def headings(path: str) -> set[str]:
    """The headings of a document as GitHub names them."""
    found = re.findall(r"^#+ (.*)$", (ROOT / path).read_text(), re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("width", [1280, 390])
async def test_each_tab_says_what_it_is_for_and_links_its_document(
    browser: Browser, shop: Shop, width: int
) -> None:
    names = json.loads((ROOT / "publisher.json").read_text())
    version = json.loads((ROOT / "config.json").read_text())["version"]
    repository = f"https://github.com/{names['organisation']}/{names['repository']}"
    async with browser_page(browser, shop, width) as (page, complaints):
        await open_payfeed(page, shop)
        help_line = page.locator("#payfeed-help")
        link = help_line.get_by_role("link", name="Documentation")
        said = set()
        for tab, document in TABS.items():
            await page.get_by_role("tab", name=tab, exact=True).click()
            address = re.compile(re.escape(f"{repository}/blob/v{version}/{document}"))
            await expect(link).to_have_attribute("href", address)
            _, _, anchor = str(await link.get_attribute("href")).partition("#")
            assert not anchor or anchor in headings(document)
            said.add(await help_line.locator("span").inner_text())
        assert len(said) == len(TABS)
        assert complaints == []
