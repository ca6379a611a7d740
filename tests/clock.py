"""A clock that a server alone has, and that a test moves while the server runs."""

import asyncio
import time
from pathlib import Path

from lnbits_server import Server
from needs import need


class Clock:
    """`settings` are for the server's environment; monotonic time stays right."""

    def __init__(self, folder: Path) -> None:
        tool = Path(need("faketime")).resolve()
        (library,) = tool.parent.parent.glob("lib/*/faketime/libfaketime.so.1")
        self._file = folder / "clock"
        self.set(0)
        self.settings = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # else waits with a timeout, which aiosqlite uses, take too long
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def set(self, ahead_seconds: int) -> None:
        """How far it is ahead of the true time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead_seconds:+}\n")
        new.replace(self._file)

    async def move(self, server: Server, ahead_seconds: int) -> None:
        """Set it, and wait until the running server has it."""
        self.set(ahead_seconds)
        while True:
            health = await server.call("GET", "/api/v1/health")
            if abs(health["server_time"] - time.time() - ahead_seconds) < 60:
                return
            await asyncio.sleep(0.1)
