"""Payfeed beside LNbits' own socket: the same server, the same payments, light readers.

Prints a table and writes RESULTS.md. `bench.py fanout replay` runs only these.
"""

import asyncio
import platform
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bridges import bridges
from bursts import bursts
from dead_nodes import dead_nodes
from fanout_paths import paths
from harness import PAYMENT, Bench, Row, ms, p99
from history import histories
from idle_subscribers import idle_subscribers
from kept_events import kept_events
from load_generator import websocket_opening
from page_frames import page_frames
from upgrades import upgrades
from webhooks import webhooks


async def one_subscriber(rounds: int = 60) -> list[Row]:
    async with Bench() as bench:
        await bench.join_lnbits("lnbits", 1)
        await bench.join_payfeed("payfeed", 1)
        took: dict[str, list[float]] = {"lnbits": [], "payfeed": []}
        for number in range(rounds):
            name = ("lnbits", "payfeed")[number % 2]
            found, began, _ = await bench.arrivals(
                name, PAYMENT, lambda number=number: bench.pay(number)
            )
            took[name].append(found[0] - began)
        own, ours = (statistics.median(took[name]) for name in ("lnbits", "payfeed"))
        note = f"{ms(ours - own)} after LNbits' own; goal: at most 4 ms"
        return [Row("payment → frame, 1 subscriber, p50", ms(own), ms(ours), note)]


async def outgoing(rounds: int = 30) -> list[Row]:
    """LNbits does not notify extensions of outgoing payments; the sweep finds them."""
    async with Bench() as bench:
        await bench.join_payfeed("payer", 1, bench.shop.payer)
        took = []
        for number in range(rounds):

            async def pay(number: int = number) -> float:
                await bench.pay(number)
                return time.monotonic()

            found, answered, _ = await bench.arrivals(
                "payer", b'"direction":"out"', pay
            )
            took.append(found[0] - answered)
        note = f"p50, and {ms(max(took))} at most; goal: at most 2 s"
        half = ms(statistics.median(took))
        return [Row("sent payment: LNbits' answer → frame", "", half, note)]


async def fanout(count: int = 1000, rounds: int = 30) -> list[Row]:
    async with Bench() as bench:
        spread: dict[str, list[float]] = {}
        since_push: dict[str, list[float]] = {}
        channels = {
            "lnbits": bench.shop.wallet["inkey"],
            "payfeed": bench.shop.wallet["id"],
        }
        joins = {"lnbits": bench.join_lnbits, "payfeed": bench.join_payfeed}
        for half in range(4):
            name, other = ("lnbits", "payfeed")[:: 1 if half % 2 else -1]
            await joins[name](name, count)
            await joins[other]("other", 1)
            for number in range(rounds // 2):
                found, _, pushed = await bench.arrivals(
                    name, PAYMENT, lambda number=number: bench.pay(number)
                )
                assert len(found) == count, f"{name}: {len(found)} of {count}"
                spread.setdefault(name, []).append(found[-1] - found[0])
                push = pushed[channels[name]][0]
                since_push.setdefault(name, []).append(found[-1] - push)
            bench.crowd.close(name)
            bench.crowd.close("other")
            await asyncio.sleep(1)
        return [
            _compared(f"fan-out to {count}: first to last frame", spread, 1.1),
            _compared(f"fan-out to {count}: push to last frame", since_push, 1.3),
        ]


def _compared(measure: str, took: dict[str, list[float]], goal: float) -> Row:
    own, ours = (statistics.median(took[name]) for name in ("lnbits", "payfeed"))
    note = f"{ours / own:.2f} times; goal: at most {goal}"
    return Row(f"{measure}, p50", ms(own), ms(ours), note)


IDLE_SECONDS = 20
STALL_TEXT = "x" * 16000 + ".the-end"
BEHIND_EVENTS = 10
FILLING = 1000
F64 = "f" * 64


async def stalled(count: int = 100, stalls: int = 10, rounds: int = 300) -> list[Row]:
    """Long messages, so that the buffers of stalled readers fill up."""
    async with Bench() as bench:
        server, key = bench.shop.server, bench.shop.wallet["inkey"]

        async def notify() -> None:
            await server.payfeed("POST", "notify", key, json=STALL_TEXT)

        async def send() -> None:
            sending = server.http.get(f"/api/v1/ws/benchmark/{STALL_TEXT}", timeout=2)
            await asyncio.gather(sending, return_exceptions=True)

        async def join_lnbits(name: str, size: int) -> None:
            await bench.join_lnbits(name, size, "benchmark")

        note: dict[str, tuple[list[float], list[float]]] = {}
        for name, join, act in (
            ("payfeed", bench.join_payfeed, notify),
            ("lnbits", join_lnbits, send),
        ):
            await join("others", count)
            if name == "payfeed":
                # a log as full as the one that the stalled readers lag behind in
                for _ in range(FILLING):
                    await act()
            alone = await _others(bench, act, count, rounds)
            bench.crowd.close("others")
            await asyncio.sleep(1)
            # connected first, and in the way if anything is
            await join("stalled", stalls)
            bench.crowd.stall("stalled")
            await join("others", count)
            if name == "payfeed":
                await _until_behind(bench, act, stalls)
            note[name] = (alone, await _others(bench, act, count, rounds))
            bench.crowd.close("others")
            bench.crowd.close("stalled")
        measure = f"p99 of {count} others, without → beside {stalls} stalled readers"
        own, ours = (_beside(*note[name], count) for name in ("lnbits", "payfeed"))
        alone, beside = note["payfeed"]
        ratio = p99(beside) / p99(alone)
        return [Row(measure, own, ours, f"{ratio:.2f} times; goal: at most 1.1")]


async def _until_behind(
    bench: Bench, act: Callable[[], Awaitable[None]], stalls: int
) -> None:
    """Send messages until the buffers of all stalled readers are full."""
    for _ in range(1000):
        await act()
        answer = await bench.shop.server.payfeed(
            "GET", "subscribers", bench.shop.wallet["inkey"]
        )
        behind = [
            subscriber
            for subscriber in answer.json()
            if subscriber["lag"] > BEHIND_EVENTS
        ]
        if len(behind) == stalls:
            return
    raise AssertionError(f"{len(behind)} of {stalls} are behind")


async def _others(
    bench: Bench, act: Callable[[], Awaitable[None]], count: int, rounds: int
) -> list[float]:
    """Seconds to each of the others, until a message does not reach them all."""
    took: list[float] = []
    for _ in range(rounds):
        await asyncio.to_thread(bench.crowd.arm, "others", b".the-end")
        began = time.monotonic()
        await act()
        found = await asyncio.to_thread(bench.crowd.arrivals, "others", 10)
        if len(found) < count:
            break
        took += [moment - began for moment in found]
    return took


def _beside(alone: list[float], beside: list[float], count: int) -> str:
    note = f"{ms(p99(alone))} → {ms(p99(beside))}"
    if len(beside) < len(alone):
        note += f", silent after {len(beside) // count} messages"
    return note


async def replay(count: int = 100_000) -> list[Row]:
    """Of a tenth, and of all: the memory of a replay must not grow with its length."""
    rows: list[Row] = []
    peaks: list[str] = []
    filled = 0
    async with Bench() as bench:
        wallet_id = bench.shop.wallet["id"]
        for size in (count // 10, count):
            await bench.shop.lab("fill", wallet_id=wallet_id, count=size - filled)
            filled = size
            before = bench.memory_kib()
            bench.forget_peak()
            opening = websocket_opening(
                "/payfeed/api/v1/ws?since=start", bench.shop.wallet["inkey"]
            )
            seconds = await asyncio.to_thread(
                bench.crowd.count, bench.port, opening, b'"signature"', size, 60
            )
            peaks.append(f"{(bench.memory_kib('VmHWM') - before) / 1024:.1f} MiB")
            note = f"{size / seconds:,.0f} events/s; goal: at least 20,000"
            rows.append(
                Row(f"replay of {size:,} events", "has none", f"{seconds:.1f} s", note)
            )
    note = "most at any time; goal: no growth"
    return [*rows, Row("memory added by these replays", "", " → ".join(peaks), note)]


async def memory(count: int = 4000) -> list[Row]:
    each: dict[str, float] = {}
    for name in ("lnbits", "payfeed"):
        async with Bench() as bench:
            join = bench.join_lnbits if name == "lnbits" else bench.join_payfeed
            await join("first", 50)
            before = bench.memory_kib()
            await join("crowd", count)
            await asyncio.sleep(2)
            each[name] = (bench.memory_kib() - before) / count
    note = f"{each['payfeed'] / each['lnbits']:.2f} times; goal: at most 1.0"
    own, ours = (f"{each[name]:.1f} KiB" for name in ("lnbits", "payfeed"))
    return [Row(f"memory per idle subscriber, {count} connections", own, ours, note)]


async def bystanders(count: int = 10_000, wallets: int = 50) -> list[Row]:
    async with Bench() as bench:
        server = bench.shop.server
        others = [
            await server.new_wallet(server.admin, f"other {number}")
            for number in range(wallets)
        ]
        await bench.join_payfeed("payfeed", 1)
        alone = await _cost_of_a_payment(bench)
        for number, wallet in enumerate(others):
            await bench.join_payfeed(f"other {number}", count // wallets, wallet)
        beside = await _cost_of_a_payment(bench)
        return [
            Row(
                f"payment → frame, without → with {count:,} connections elsewhere, p50",
                "",
                f"{ms(alone[0])} → {ms(beside[0])}",
                f"CPU a payment {ms(alone[1])} → {ms(beside[1])}; goal: flat",
            )
        ]


async def _cost_of_a_payment(bench: Bench, rounds: int = 40) -> tuple[float, float]:
    """(seconds to the frame, CPU seconds in addition to those of idle readers)."""
    began, cpu = time.monotonic(), bench.cpu_seconds()
    await asyncio.sleep(IDLE_SECONDS)
    idle = (bench.cpu_seconds() - cpu) / (time.monotonic() - began)
    began, cpu = time.monotonic(), bench.cpu_seconds()
    took = []
    for number in range(rounds):
        found, asked, _ = await bench.arrivals(
            "payfeed", PAYMENT, lambda number=number: bench.pay(number)
        )
        took.append(found[0] - asked)
    busy = bench.cpu_seconds() - cpu - idle * (time.monotonic() - began)
    return statistics.median(took), busy / rounds


async def recording(count: int = 4000) -> list[Row]:
    async with Bench() as bench:
        rows = []
        for together in (1, 10, 100):
            number = count if together > 1 else count // 8
            seconds = await bench.lab(
                "record",
                wallet_id=bench.shop.wallet["id"],
                count=number,
                together=together,
            )
            note = f"{number / seconds:,.0f} events/s; goal: at least 800"
            rows.append(
                Row(
                    f"recording on SQLite, {together} at once",
                    "",
                    ms(seconds / number) + " each",
                    note,
                )
            )
        return rows


async def filters(count: int = 100_000, rounds: int = 20) -> list[Row]:
    """Requests that match nothing: LNbits' payments have no such route."""
    async with Bench() as bench:
        server, wallet = bench.shop.server, bench.shop.wallet
        filling = {"wallet_id": wallet["id"], "count": 1000, "together": 1000}
        for _ in range(0, count, 1000):
            await bench.lab("record", **filling)
        rows = []
        for query in ("tag=none", "direction=out", "types=none", "payment_hash=" + F64):
            took, cpu = [], bench.cpu_seconds()
            for _ in range(rounds):
                began = time.monotonic()
                answer = await server.payfeed(
                    "GET", f"events?since=start&{query}", wallet["inkey"]
                )
                took.append(time.monotonic() - began)
                assert answer.json()["events"] == []
            busy = (bench.cpu_seconds() - cpu) / rounds
            measure = f"GET events?{query[:16]} without a match in {count:,} events"
            note = f"CPU {ms(busy)}; goal: at most 20 ms"
            rows.append(Row(measure, "", ms(statistics.median(took)), note))
        return rows


MEASURES: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "one": one_subscriber,
    "outgoing": outgoing,
    "fanout": fanout,
    "stalled": stalled,
    "replay": replay,
    "memory": memory,
    "bystanders": bystanders,
    "recording": recording,
    "bursts": bursts,
    "filter": filters,
    "paths": paths,
    "bridges": bridges,
    "dead_nodes": dead_nodes,
    "histories": histories,
    "upgrades": upgrades,
    "idle": idle_subscribers,
    "webhooks": webhooks,
    "kept": kept_events,
    "page": page_frames,
}


def table(rows: list[Row]) -> str:
    lines = [
        "| measure | LNbits' own socket | Payfeed | |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {r.measure} | {r.lnbits} | {r.payfeed} | {r.note} |" for r in rows]
    return "\n".join(lines)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


async def main(names: list[str]) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rows: list[Row] = []
    for name in names or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found = await MEASURES[name]()
        print("\n".join(table(found).splitlines()[2:]), file=sys.stderr, flush=True)
        rows += found
        if not names:
            write(rows)
    print(table(rows))


def write(rows: list[Row]) -> None:
    about = (
        f"`make bench`, {date.today()}, LNbits {version('lnbits')}, SQLite,"
        f" Python {platform.python_version()}, {processor()}."
    )
    text = f"# Results\n\n{about}\n\n{table(rows)}\n"
    Path(__file__).with_name("RESULTS.md").write_text(text)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
