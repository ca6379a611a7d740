"""How many events per second the clients hand out, beside bare loops that parse JSON.

Usage: clients.py [EVENTS]. A process sends the same frames to each reader; the readers
run one after the other, in turns, and the median of the turns counts.
"""

import asyncio
import base64
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [
    str(ROOT / folder) for folder in ("clients/python/src", "tests", "tools")
]

from lnbits_payfeed import Event, Feed, FileCursor, SyncFeed  # noqa: E402
from node_programs import node  # noqa: E402
from scripted_server import BEGIN, KEY, payment_body, sign  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

EVENTS = 60_000
TURNS = 5
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# the goal of each reader, and the bare loop that it is compared with
GOALS = {
    "Feed": (0.5, "websockets and json"),
    "Feed, FileCursor, ack": (None, "websockets and json"),
    "SyncFeed": (0.3, "websockets and json"),
    "PayfeedClient": (0.7, "ws and JSON.parse"),
}


def frame(text: str) -> bytes:
    """A WebSocket frame of a server, of up to 64 KiB."""
    content = text.encode()
    return b"\x81\x7e" + len(content).to_bytes(2, "big") + content


def stream(count: int) -> bytes:
    """A hello and `count` signed payments."""
    hello = {"type": "hello", "wallet_id": "w", "head": "abc-0", "cursor": "abc-0"}
    texts = [
        json.dumps(hello | {"recovered": True, "heartbeat": 20, "timestamp": BEGIN})
    ]
    texts += [sign(payment_body(n, "abc", BEGIN + n)) for n in range(1, count + 1)]
    return b"".join(frame(text.ljust(126)) for text in texts)


async def serve(count: int) -> None:
    """Print a port, and send the stream to every client."""
    content = stream(count)

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = [line.partition(b": ") for line in head.split(b"\r\n")]
        headers = {name.lower(): value for name, _, value in lines}
        accept = hashlib.sha1(headers[b"sec-websocket-key"] + GUID).digest()
        chosen = b""
        if b"sec-websocket-protocol" in headers:
            chosen = b"Sec-WebSocket-Protocol: payfeed.v1\r\n"
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
            + base64.b64encode(accept)
            + b"\r\n"
            + chosen
            + b"\r\n"
        )
        for start in range(0, len(content), 65_536):
            writer.write(content[start : start + 65_536])
            await writer.drain()
        while await reader.read(65_536):
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def bare(url: str, count: int) -> float:
    address = url.replace("http", "ws")
    async with connect(address, max_size=None, ping_interval=None) as socket:
        await socket.recv()
        started = time.perf_counter()
        for _ in range(count):
            json.loads(await socket.recv())
        return time.perf_counter() - started


async def feed(url: str, count: int) -> float:
    started = 0.0
    async with Feed(url, KEY) as items:
        seen = 0
        async for _ in items:
            started = started or time.perf_counter()
            seen += 1
            if seen == count:
                break
        return time.perf_counter() - started


async def feed_with_cursor(url: str, count: int) -> float:
    started = 0.0
    with tempfile.TemporaryDirectory() as folder:
        async with Feed(url, KEY, cursor=FileCursor(Path(folder) / "cursor")) as items:
            seen = 0
            async for item in items:
                started = started or time.perf_counter()
                assert isinstance(item, Event)
                await items.ack(item)
                seen += 1
                if seen == count:
                    break
        return time.perf_counter() - started


def blocking(url: str, count: int) -> float:
    started = 0.0
    with SyncFeed(url, KEY) as items:
        for seen, _ in enumerate(items, 1):
            started = started or time.perf_counter()
            if seen == count:
                break
        return time.perf_counter() - started


async def javascript(kind: str, url: str, count: int) -> float:
    words = ("speed.mjs", kind, url, KEY, str(count))
    return float(await asyncio.to_thread(node, *words))


Reader = Callable[[str, int], Awaitable[float]]
READERS: dict[str, Reader] = {
    "websockets and json": bare,
    "Feed": feed,
    "Feed, FileCursor, ack": feed_with_cursor,
    "SyncFeed": lambda url, count: asyncio.to_thread(blocking, url, count),
    "ws and JSON.parse": lambda url, count: javascript("bare", url, count),
    "PayfeedClient": lambda url, count: javascript("client", url, count),
}


@asynccontextmanager
async def server(count: int) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--serve", str(count)), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()


async def main(count: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in READERS}
    async with server(count) as url:
        for _ in range(TURNS):
            for name, read in READERS.items():
                rates[name].append(count / await read(url, count))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in medians.items():
        goal, base = GOALS.get(name, (None, name))
        line = f"{name:22} {rate:10,.0f} events/s  {rate / medians[base]:.2f}"
        print(line + (f"  goal {goal}" if goal else ""))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else EVENTS))
