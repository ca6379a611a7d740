"""One payment to very many: directly, through nginx, through a broker, in one run."""

import asyncio
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "clients"))

from command import running
from harness import HELLO, PAYMENT, Bench, Row, ms
from load_generator import websocket_opening
from mosquitto import Mosquitto
from nginx import NginxFront

CONNECTED = b"\x20\x02\x00\x00"


async def paths(count: int = 5000, rounds: int = 10) -> list[Row]:
    rows = []
    for name, join in (
        ("directly", _direct),
        ("through nginx with TLS", _nginx),
        ("through the MQTT bridge and mosquitto", _mosquitto),
    ):
        with tempfile.TemporaryDirectory() as folder:
            async with Bench() as bench, AsyncExitStack() as stack:
                await join(bench, count, Path(folder), stack)
                rows.append(await _measure(bench, name, count, rounds))
    return rows


async def _measure(bench: Bench, name: str, count: int, rounds: int) -> Row:
    spread, since_push, cpu = [], [], bench.cpu_seconds()
    for number in range(rounds):
        found, _, pushed = await bench.arrivals(
            "all", PAYMENT, lambda number=number: bench.pay(number)
        )
        if len(found) < count:
            return Row(f"{count} subscribers {name}", "", f"{len(found)} were reached")
        spread.append(found[-1] - found[0])
        since_push.append(found[-1] - pushed[bench.shop.wallet["id"]][0])
    cost = (bench.cpu_seconds() - cpu) / rounds
    return Row(
        f"{count} subscribers {name}: push to last frame, p50",
        "",
        ms(statistics.median(since_push)),
        f"first to last {ms(statistics.median(spread))};"
        f" LNbits' CPU a payment {ms(cost)}",
    )


async def _direct(bench: Bench, count: int, _: Path, __: AsyncExitStack) -> None:
    await bench.join_payfeed("all", count)


async def _nginx(bench: Bench, count: int, folder: Path, stack: AsyncExitStack) -> None:
    nginx = NginxFront(folder, bench.port, connections=4 * count)
    stack.callback(nginx.stop)
    await nginx.start(nginx.port)
    opening = websocket_opening("/payfeed/api/v1/ws", bench.shop.wallet["inkey"])
    trusted = str(nginx.certificate)
    await asyncio.to_thread(
        bench.crowd.open, "all", count, nginx.port, opening, HELLO, trusted
    )


async def _mosquitto(
    bench: Bench, count: int, folder: Path, stack: AsyncExitStack
) -> None:
    broker = Mosquitto(folder)
    stack.callback(broker.kill)
    await broker.start()
    server, admin = bench.shop.server, bench.shop.wallet["adminkey"]
    body = {"name": "bridge", "scopes": ["read"]}
    key = (await server.payfeed("POST", "keys", admin, json=body)).json()["key"]
    address = f"mqtt://127.0.0.1:{broker.port}"
    await stack.enter_async_context(
        running("bridge", address, key=key, url=server.base)
    )
    await asyncio.to_thread(
        bench.crowd.open, "all", count, broker.port, mqtt_connect(), CONNECTED
    )
    await asyncio.to_thread(bench.crowd.release, "all", mqtt_subscribe("payfeed/#"))
    await asyncio.sleep(2)


def _mqtt_text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def mqtt_connect() -> bytes:
    """MQTT 3.1.1, a clean session, no keepalive; the broker gives the name."""
    body = _mqtt_text("MQTT") + b"\x04\x02\x00\x00" + _mqtt_text("")
    return bytes([0x10, len(body)]) + body


def mqtt_subscribe(topic: str) -> bytes:
    """With QoS 1, as the documents advise."""
    body = b"\x00\x01" + _mqtt_text(topic) + b"\x01"
    return bytes([0x82, len(body)]) + body
