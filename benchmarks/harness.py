"""What the benchmarks share: a fresh server, groups of readers, rows of a table."""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from lnbits_server import Server
from load_generator import Crowd, websocket_opening
from shop import Shop

HERE = Path(__file__).resolve().parent
PAYMENT = b'"payment"'
HELLO, SWITCHED = b'"type":"hello"', b"\r\n\r\n"
SETTLE_SECONDS = 0.3
ROOMY = {
    "PAYFEED_MAX_SUBSCRIBERS_PER_WALLET": "20000",
    "PAYFEED_CONNECTS_PER_MINUTE": "1000000",
    "PAYFEED_NOTIFY_PER_MINUTE": "1000000",
    "PAYFEED_READS_PER_MINUTE": "1000000",
    "PAYFEED_RETENTION_EVENTS": "1000000",
    # stalled readers stay stalled
    "PAYFEED_SEND_TIMEOUT_SECONDS": "600",
}


@dataclass
class Row:
    measure: str
    lnbits: str
    payfeed: str
    note: str = ""


class Bench:
    """A shop on a fresh server, with groups of readers on both kinds of socket."""

    def __init__(self, **env: str) -> None:
        self.shop = Shop(Server(**ROOMY, **env))
        self.shop.server.add_extension("benchlab", HERE / "benchlab")
        self.crowd = Crowd()

    async def __aenter__(self) -> "Bench":
        await self.shop.open()
        await self.shop.server.payfeed("GET", "feed", self.shop.wallet["inkey"])
        await self.lab("watch")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.crowd.end()
        await self.shop.server.close()

    async def lab(self, what: str, **values: Any) -> Any:
        return await self.shop.server.call("POST", f"/benchlab/{what}", json=values)

    @property
    def port(self) -> int:
        return self.shop.server.port

    async def join_payfeed(self, name: str, count: int, wallet: Any = None) -> None:
        key = (wallet or self.shop.wallet)["inkey"]
        opening = websocket_opening(f"/payfeed/api/v1/ws/{key}")
        await asyncio.to_thread(self.crowd.open, name, count, self.port, opening, HELLO)

    async def join_lnbits(self, name: str, count: int, item: str = "") -> None:
        opening = websocket_opening(f"/api/v1/ws/{item or self.shop.wallet['inkey']}")
        await asyncio.to_thread(
            self.crowd.open, name, count, self.port, opening, SWITCHED
        )

    async def pay(self, number: int) -> float:
        """Pay an invoice of the shop; returns when the payment was requested."""
        server = self.shop.server
        invoice = await server.invoice(self.shop.wallet, 1, f"number {number}")
        began = time.monotonic()
        await server.pay(self.shop.payer, invoice)
        return began

    async def arrivals(
        self, name: str, marker: bytes, act: Callable[[], Awaitable[Any]]
    ) -> tuple[list[float], Any, dict[str, list[float]]]:
        """(when each socket received it, what `act` returned, when it was pushed)."""
        await asyncio.to_thread(self.crowd.arm, name, marker)
        await self.lab("pushed")
        note = await act()
        found = await asyncio.to_thread(self.crowd.arrivals, name)
        pushed = await self.lab("pushed")
        await asyncio.sleep(SETTLE_SECONDS)
        return found, note, pushed

    def memory_kib(self, name: str = "VmRSS") -> int:
        """Resident memory now; `VmHWM`: the peak since `forget_peak`."""
        process = self.shop.server.process
        assert process
        status = Path(f"/proc/{process.pid}/status").read_text()
        line = next(text for text in status.splitlines() if text.startswith(name))
        return int(line.split()[1])

    def forget_peak(self) -> None:
        process = self.shop.server.process
        assert process
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")

    def cpu_seconds(self) -> float:
        process = self.shop.server.process
        assert process
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]
