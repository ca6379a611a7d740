"""A real Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from needs import need
from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update"
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    program = need("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=FLAGS.split()
        )
        try:
            yield browser
        finally:
            await browser.close()
