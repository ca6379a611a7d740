"""Webhooks of a real LNbits to receivers in another process, ratios in one run."""

import asyncio
import sqlite3
import statistics
from dataclasses import dataclass, field
from typing import Any

from harness import PAYMENT, Bench, Row, ms, p99
from receivers import Receivers

ALLOWED = {
    "PAYFEED_WEBHOOKS_PER_WALLET": "1000",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": "[]",
}
DEAD = ("refused", "hanging", "failing")
FIRST_PAYMENTS = 10  # until an endpoint is failing, each payment is sent to it
MIB = 1024


async def webhooks() -> list[Row]:
    return [
        *await _delay(),
        *await _catching_up(),
        *await _beside_dead_endpoints(),
        *await _waiting(),
        *await _cost_per_payment(),
    ]


class Hooks(Bench):
    """A bench with receivers."""

    def __init__(self) -> None:
        super().__init__(**ALLOWED)
        self.receivers = Receivers()

    async def __aexit__(self, *_: object) -> None:
        self.receivers.end()
        await super().__aexit__()

    async def call(self, method: str, path: str, **body: Any) -> Any:
        answer = await self.shop.server.payfeed(
            method, path, self.shop.wallet["adminkey"], json=body, timeout=300
        )
        answer.raise_for_status()
        return answer.json()

    async def create(self, kind: str = "fast", **members: Any) -> str:
        body = {"url": self.receivers.url(kind), **members}
        return str((await self.call("POST", "webhooks", **body))["id"])

    async def record(self, count: int, together: int) -> float:
        """Seconds to append so many payments."""
        wallet_id = self.shop.wallet["id"]
        seconds: float = await self.lab(
            "record", wallet_id=wallet_id, count=count, together=together
        )
        return seconds


@dataclass
class Delays:
    """Seconds since the payment was requested."""

    recorded: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)
    request: list[float] = field(default_factory=list)

    async def measure(self, bench: Hooks, payments: int) -> "Delays":
        for number in range(payments):
            await bench.receivers.forget()
            found, began, pushed = await bench.arrivals(
                "payfeed", PAYMENT, lambda number=number: bench.pay(number)
            )
            (received,) = await bench.receivers.arrivals(1)
            self.recorded.append(pushed[bench.shop.wallet["id"]][0] - began)
            self.frame.append(found[0] - began)
            self.request.append(received - began)
        return self


async def _delay(rounds: int = 100) -> list[Row]:
    async with Hooks() as bench:
        await bench.join_payfeed("payfeed", 1)
        await bench.create()
        delays = await Delays().measure(bench, rounds)
    after = [
        request - frame
        for request, frame in zip(delays.request, delays.frame, strict=True)
    ]
    note = f"{ms(statistics.median(after))} after the frame of the same payment;"
    took = ms(statistics.median(delays.request))
    return [
        Row("payment → webhook received, p50", "", took, note + " goal: at most 15 ms")
    ]


async def _catching_up(count: int = 10_000) -> list[Row]:
    rows = []
    for ordered, goal in ((True, 300), (False, 1000)):
        async with Hooks() as bench:
            await bench.record(count, 1000)
            cpu = bench.cpu_seconds()
            await bench.create(since="start", ordered=ordered)
            times = await bench.receivers.arrivals(count, 120)
            cpu = bench.cpu_seconds() - cpu
        assert len(times) == count, f"{len(times)} of {count}"
        seconds = times[-1] - times[0]
        order = "in order" if ordered else "not in order"
        note = f"{count / seconds:,.0f} events/s; goal: at least {goal:,};"
        rows.append(
            Row(
                f"webhook catching up {count:,} events, {order}",
                "",
                f"{seconds:.1f} s",
                f"{note} CPU {ms(cpu / count)} an event",
            )
        )
    return rows


async def _beside_dead_endpoints(dead: int = 200, rounds: int = 200) -> list[Row]:
    """A third refused, a third hanging, a third answering 500."""
    async with Hooks() as bench:
        await bench.join_payfeed("payfeed", 1)
        await bench.create()
        alone = await Delays().measure(bench, rounds)
        for number in range(dead):
            await bench.create(DEAD[number % len(DEAD)])
        first = await Delays().measure(bench, FIRST_PAYMENTS)
        beside = await Delays().measure(bench, rounds)
    measure = f"without → beside {dead} dead webhooks"
    ratio = p99(beside.request) / p99(alone.request)
    note = f"{ratio:.2f} times; goal: at most 1.2; of the first {FIRST_PAYMENTS}"
    rows = [
        Row(
            f"payment → a healthy webhook received, p99, {measure}",
            "",
            f"{ms(p99(alone.request))} → {ms(p99(beside.request))}",
            f"{note} payments {ms(max(first.request))} at most",
        )
    ]
    for name, one, other in (
        ("recorded", alone.recorded, beside.recorded),
        ("frame", alone.frame, beside.frame),
    ):
        before, after = statistics.median(one), statistics.median(other)
        rows.append(
            Row(
                f"payment → {name}, p50, {measure}",
                "",
                f"{ms(before)} → {ms(after)}",
                f"{after / before:.2f} times; p99 {ms(p99(one))} → {ms(p99(other))};"
                " goal: unchanged",
            )
        )
    return rows


async def _waiting(count: int = 100_000) -> list[Row]:
    async with Hooks() as bench:
        await bench.shop.lab("fill", wallet_id=bench.shop.wallet["id"], count=count)
        webhook_id = await bench.create("failing")
        path = f"webhooks/{webhook_id}"
        # what sending and a page of the log need in any case
        await bench.call("POST", f"{path}/resend", event=await _newest(bench))
        await asyncio.sleep(2)
        before = bench.memory_kib()
        bench.forget_peak()
        await bench.call("POST", f"{path}/resend", since="start", only="all")
        await asyncio.sleep(20)
        after, peak = bench.memory_kib(), bench.memory_kib("VmHWM")
        waiting = (await bench.call("GET", path))["waiting"]
    assert waiting >= count - 1, waiting
    return [
        Row(
            f"memory of LNbits, before → with {waiting:,} waiting deliveries",
            "",
            f"{before / MIB:.1f} MiB → {after / MIB:.1f} MiB",
            f"{peak / MIB:.1f} MiB at most; goal: no growth",
        )
    ]


async def _newest(bench: Hooks) -> str:
    page = await bench.call("GET", "events?limit=1")
    return str(page["events"][0]["id"])


async def _cost_per_payment(count: int = 500) -> list[Row]:
    rows = []
    async with Hooks() as bench:
        for endpoints in (0, 1, 10):
            while len(await bench.call("GET", "webhooks")) < endpoints:
                await bench.create()
            await bench.receivers.forget()
            cpu, stored = bench.cpu_seconds(), _stored_rows(bench)
            await bench.record(count, 1)
            await bench.receivers.arrivals(count * endpoints, 300)
            await asyncio.sleep(1)  # the last results are stored
            cost = (bench.cpu_seconds() - cpu) / count
            added = (_stored_rows(bench) - stored) / count
            rows.append(
                Row(
                    f"a recorded payment, {endpoints} webhooks",
                    "",
                    f"CPU {ms(cost)}",
                    f"{added:.1f} rows of webhooks",
                )
            )
    return rows


def _stored_rows(bench: Bench) -> int:
    path = bench.shop.server.folder / "data" / "ext_payfeed.sqlite3"
    with sqlite3.connect(path) as database:
        return sum(
            database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            for table in ("webhooks", "webhook_deliveries", "webhook_attempts")
        )
