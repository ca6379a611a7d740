"""Events through each bridge to many consumers; what a node's death costs."""

import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "clients"))

import psutil
from bridge_torture import NatsTarget, RabbitTarget
from command import running
from fanout_paths import CONNECTED, mqtt_connect, mqtt_subscribe
from harness import Bench, Row, ms
from mosquitto import Mosquitto, Subscriber

COUNTS = (1, 100, 5000)
EVENTS = {1: 1000, 100: 500, 5000: 30}
LAST = b"the-end"
NATS_OPENING = b'CONNECT {"verbose":false}\r\nSUB payfeed.> 1\r\nPING\r\n'
SUBSCRIBED = b"\x90\x03\x00\x01"
JOIN_SECONDS = 120
DEATHS = 3
ATTEMPTS = 60


class MosquittoTarget:
    """One broker, with one durable session like the clusters have."""

    def __init__(self, broker: Mosquitto) -> None:
        self.address = f"mqtt://127.0.0.1:{broker.port}"
        self.nodes = [broker]
        self._consumer = Subscriber(broker.port, "payfeed/till/#")

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path) -> AsyncIterator["MosquittoTarget"]:
        folder.mkdir()
        broker = Mosquitto(folder)
        await broker.start()
        try:
            self = cls(broker)
            await self._consumer.subscribed.wait()
            yield self
            await self._consumer.close()
        finally:
            broker.kill()


TARGETS: dict[str, Any] = {
    "mosquitto": MosquittoTarget.opened,
    "RabbitMQ, three nodes": RabbitTarget.opened,
    "JetStream, three nodes": NatsTarget.opened,
}


async def bridges() -> list[Row]:
    rows: list[Row] = []
    for name, opened in TARGETS.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            async with opened(Path(folder) / "cluster") as target, Bench() as bench:
                alone = await _cpu_of_recording(bench, EVENTS[1])
                key = await _new_key(bench)
                file = Path(folder) / "key"
                file.write_text(key)
                words = ["bridge", target.address, "--feed", f"till={file}"]
                url = bench.shop.server.base
                async with running(*words, url=url) as bridge:
                    await bridge.wait_for("broker: connected")
                    pid = bridge.process.pid
                    reading = asyncio.create_task(bridge.end_without_guard())
                    for count in COUNTS:
                        rows += await _throughput(
                            bench, target, name, count, pid, alone
                        )
                    if len(target.nodes) > 1:
                        rows.append(await _deaths(bench, target, name))
                    reading.cancel()
    return rows


async def _new_key(bench: Bench) -> str:
    answer = await bench.shop.server.payfeed(
        "POST",
        "keys",
        bench.shop.wallet["adminkey"],
        json={"name": "bridge", "scopes": ["read"]},
    )
    return str(answer.json()["key"])


async def _cpu_of_recording(bench: Bench, count: int) -> float:
    """LNbits' CPU seconds for an event that nobody reads."""
    began = bench.cpu_seconds()
    await _record(bench, count)
    return (bench.cpu_seconds() - began) / count


async def _record(bench: Bench, count: int) -> None:
    wallet_id = bench.shop.wallet["id"]
    await bench.lab("record", wallet_id=wallet_id, count=count, together=min(count, 10))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def _throughput(
    bench: Bench, target: Any, name: str, count: int, pid: int, alone: float
) -> list[Row]:
    """Record events faster than the bridge can publish them; a message is the last."""
    empty = _memory_mib(target)
    await asyncio.to_thread(_join, bench, target, count)
    each = (_memory_mib(target) - empty) * 1024 / count
    events = EVENTS[count]
    await asyncio.to_thread(bench.crowd.arm, "all", LAST)
    cpu, own, began = bench.cpu_seconds(), _cpu_seconds(pid), time.monotonic()
    broker = _broker_seconds(target)
    await _record(bench, events)
    await bench.shop.server.payfeed(
        "POST", "notify", bench.shop.wallet["inkey"], json=LAST.decode()
    )
    found = await asyncio.to_thread(bench.crowd.arrivals, "all", 120)
    broker = (_broker_seconds(target) - broker) / (events * count)
    cpu = (bench.cpu_seconds() - cpu) / events - alone
    own = (_cpu_seconds(pid) - own) / events
    await asyncio.to_thread(bench.crowd.close, "all")
    measure = f"{name}: {events:,} events to {count:,} consumers"
    if len(found) < count:
        return [Row(measure, "", f"{len(found)} were reached")]
    seconds = found[-1] - began
    note = f"{seconds:.1f} s to the last"
    if count == COUNTS[0]:  # with more consumers, the broker takes the time
        note += f"; CPU per event: LNbits {ms(max(cpu, 0))} for its reader,"
        note += f" bridge {ms(own)}"
    rows = [Row(measure, "", f"{events / seconds:,.1f} events/s", note)]
    if count == COUNTS[-1]:
        measure = f"{name}: a connected consumer, a message to it"
        cost = f"{each:.0f} KiB, CPU {broker * 1e6:.0f} µs"
        rows.append(Row(measure, "", cost, "of the broker, all nodes together"))
    return rows


def _processes(target: Any) -> list[psutil.Process]:
    """Of the broker; a shell starts RabbitMQ's."""
    mains = [psutil.Process(node.process.pid) for node in target.nodes]
    return [each for main in mains for each in (main, *main.children(recursive=True))]


def _memory_mib(target: Any) -> float:
    return float(sum(p.memory_info().rss for p in _processes(target)) / 2**20)


def _broker_seconds(target: Any) -> float:
    times = [process.cpu_times() for process in _processes(target)]
    return float(sum(taken.user + taken.system for taken in times))


def _join(bench: Bench, target: Any, count: int) -> None:
    """Live consumers without a position, spread over the nodes."""
    nodes = target.nodes[:count]
    is_nats = target.address.startswith("nats")
    wanted = (NATS_OPENING, b"PONG\r\n") if is_nats else (mqtt_connect(), CONNECTED)
    for number, node in enumerate(nodes, 1):
        for attempt in itertools.count(1):
            try:
                until = count * number // len(nodes)
                bench.crowd.open("all", until, node.port, *wanted)
                break
            except ConnectionError:  # RabbitMQ refuses some while many connect
                if attempt == ATTEMPTS:
                    raise
                time.sleep(1)
    if not is_nats:
        bench.crowd.arm("all", SUBSCRIBED)
        bench.crowd.release("all", mqtt_subscribe("payfeed/#"))
        assert len(bench.crowd.arrivals("all", JOIN_SECONDS)) == count


async def _deaths(bench: Bench, target: Any, name: str) -> Row:
    """From the death of a node to the first event that was recorded after it."""
    took = []
    for node in target.nodes[:DEATHS]:
        node.kill()
        began = time.monotonic()
        answer = await bench.shop.server.payfeed(
            "POST", "notify", bench.shop.wallet["inkey"], json="after a death"
        )
        event_id = answer.json()["id"]
        while not any(_has(text, event_id) for _, text in target.received[-20:]):
            await asyncio.sleep(0.01)
        took.append(time.monotonic() - began)
        await node.start()
        await target.recovered()
    note = "; ".join(f"{seconds:.1f} s" for seconds in took)
    measure = f"{name}: death of a node → next event at a durable consumer, p50"
    half = statistics.median(took)
    return Row(measure, "", f"{half:.1f} s", f"each node in turn: {note}")


def _has(text: str, event_id: str) -> bool:
    return text[:1] == "{" and json.loads(text).get("id") == event_id
