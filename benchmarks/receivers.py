"""Receivers of webhooks in a process of their own, so that only LNbits is measured."""

import asyncio
import sys
import time
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from ports import free_port

HEAD_END, LENGTH = b"\r\n\r\n", b"content-length:"
KINDS = ("fast", "hanging", "failing", "refused")
STATUS = {"fast": b"200 OK", "failing": b"500 Failure"}


class Receivers:
    """One receiver of each kind; times are those of the requests to the fast one.

    The hanging one reads and never answers, the failing one answers 500, and nothing
    listens at the port of the refused one. Times are CLOCK_MONOTONIC.
    """

    def __init__(self) -> None:
        self._ports = {kind: free_port() for kind in KINDS}
        self._pipe, other = Pipe()
        self._process = Process(target=_serve, args=(other, self._ports), daemon=True)
        self._process.start()
        other.close()
        self._pipe.recv()

    def url(self, kind: str = "fast") -> str:
        return f"http://127.0.0.1:{self._ports[kind]}/hook"

    async def forget(self) -> None:
        """Of the requests so far."""
        await self._ask("forget")

    async def arrivals(self, count: int, seconds: float = 60) -> list[float]:
        """When the first requests arrived; fewer than `count` when time ran out."""
        deadline = time.monotonic() + seconds
        while await self._ask("count") < count and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        times: list[float] = await self._ask("times")
        return times[:count]

    async def _ask(self, question: str) -> Any:
        self._pipe.send(question)
        return await asyncio.to_thread(self._pipe.recv)

    def end(self) -> None:
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, ports: dict[str, int]) -> None:
    asyncio.run(_listen(pipe, ports))


async def _listen(pipe: Connection, ports: dict[str, int]) -> None:
    times: list[float] = []
    loop = asyncio.get_running_loop()
    for kind in ("fast", "hanging", "failing"):
        await loop.create_server(
            lambda kind=kind: _Exchange(kind, times), "127.0.0.1", ports[kind]
        )

    def answer() -> None:
        question = pipe.recv()
        if question == "forget":
            times.clear()
        pipe.send(times if question == "times" else len(times))

    loop.add_reader(pipe.fileno(), answer)
    pipe.send("ready")
    await asyncio.Event().wait()


class _Exchange(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self, kind: str, times: list[float]) -> None:
        self._kind = kind
        self._times = times
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(HEAD_END)
        if not end or len(body) < _length(head):
            return
        self._received = b""
        if self._kind == "fast":
            self._times.append(time.monotonic())
        if status := STATUS.get(self._kind):
            self._transport.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok"
            )


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(LENGTH)
    return int(rest.partition(b"\r\n")[0])
