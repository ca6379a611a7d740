"""How fluid the page is with a long list while payments arrive.

20,000 events are loaded. In each place of the page, frames are measured for some
seconds without payments and then with 50 a second.
"""

import asyncio
import statistics
from collections import Counter
from itertools import pairwise
from typing import Any

from browser import chromium
from harness import Bench, Row, p99
from page import browser_page, open_payfeed
from playwright.async_api import Page, expect

RECORDED = 1000  # in one request
RATE = 50
SECONDS = 8
WIDTHS = (1280, 390)
PATIENCE_MS = 300_000
# the moments of frames, and how long the main thread was held by long tasks
WATCH = """seconds => new Promise(done => {
    const times = []
    let heldMs = 0
    const observer = new PerformanceObserver(list =>
        list.getEntries().forEach(({duration}) => (heldMs += duration)))
    observer.observe({entryTypes: ['longtask']})
    const end = performance.now() + seconds * 1000
    const step = now => {
        times.push(now)
        if (now < end) return requestAnimationFrame(step)
        observer.disconnect()
        done({times, heldMs})
    }
    requestAnimationFrame(step)
})"""


async def page_frames(count: int = 20_000) -> list[Row]:
    rows = []
    async with Bench() as bench, chromium() as browser:
        filling: dict[str, Any] = {"wallet_id": bench.shop.wallet["id"]}
        filling |= {"count": RECORDED, "together": 100}
        for _ in range(0, count, RECORDED):
            await bench.lab("record", **filling)
        for width in WIDTHS:
            async with browser_page(browser, bench.shop, width) as (page, _):
                received = _count_frames(page)
                page.set_default_timeout(PATIENCE_MS)  # the page may stand still
                await open_payfeed(page, bench.shop)
                await _load_all(page)
                rows += await _measure(bench, page, received, f"Live, {width} px")
                await page.get_by_label("Search").fill("benchmark")
                rows += await _measure(
                    bench, page, received, f"Live with a search, {width} px"
                )
                await page.get_by_role("tab", name="Plots").click()
                await expect(
                    page.locator("#payfeed-sums tbody tr").first
                ).to_be_visible()
                rows += await _measure(bench, page, received, f"Plots, {width} px")
    return rows


def _count_frames(page: Page) -> Counter[str]:
    """The frames of payments that the page's sockets receive."""
    received: Counter[str] = Counter()

    def count(frame: str | bytes) -> None:
        received["payments"] += '"payment"' in str(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    return received


async def _load_all(page: Page) -> None:
    """A search without a match reads on to the oldest event, or to the most."""
    await expect(page.locator("#payfeed-today")).to_be_visible()
    search = page.get_by_label("Search")
    await search.fill("nothing matches this")
    await expect(page.get_by_text("No matching events.")).to_be_visible()
    await search.fill("")
    await expect(page.locator("#payfeed-events .q-item").first).to_be_visible()


async def _measure(
    bench: Bench, page: Page, received: Counter[str], place: str
) -> list[Row]:
    idle = await page.evaluate(WATCH, SECONDS / 2)
    burst = {"wallet_id": bench.shop.wallet["id"], "rate": RATE}
    await bench.lab("burst", **burst, seconds=SECONDS + 2)
    await asyncio.sleep(1)
    before = received["payments"]
    busy = await page.evaluate(WATCH, SECONDS)
    count = received["payments"] - before
    await asyncio.sleep(2)
    still, frames = _frames(idle), _frames(busy)
    held = busy["heldMs"] / SECONDS / 10
    note = (
        f"p50 {statistics.median(frames):.0f} ms, {max(frames):.0f} ms at most,"
        f" {held:.0f}% of the time in long tasks, {count} payments;"
        f" without payments p99 {p99(still):.0f} ms"
    )
    measure = f"page with 20,000 events, {RATE} payments/s, {place}: frame, p99"
    return [Row(measure, "", f"{p99(frames):.0f} ms", note)]


def _frames(watched: dict[str, Any]) -> list[float]:
    times = watched["times"]
    return [after - before for before, after in pairwise(times)]
