"""A real mosquitto for tests, and a subscriber with a persistent session."""

import asyncio
import contextlib
import itertools
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
from needs import need
from ports import free_port

HANG_GUARD = 60


class Mosquitto:
    """Writes its store to disk after every change, so that kill -9 loses little."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.program = need("mosquitto")
        self.store = folder / "mosquitto.db"
        self.port = free_port()
        self.config = folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_on_changes true",
            "autosave_interval 1",
            "user root",
            *(settings or ["allow_anonymous true"]),
        ]
        self.config.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.process = subprocess.Popen(
            [self.program, "-c", str(self.config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            assert self.process.poll() is None, "mosquitto ended"
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError("mosquitto did not start")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def lose_store(self) -> None:
        """Kill it and delete its store, as a restart without persistence does."""
        self.kill()
        self.store.unlink(missing_ok=True)


@asynccontextmanager
async def without_mqtt5(port: int, is_answered: bool = True) -> AsyncIterator[int]:
    """A broker that supports only MQTT 3.1.1, in front of a mosquitto; yields its port.

    It refuses MQTT 5 as MQTT 3.1.1 specifies or, unless `is_answered`, closes.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        start = await reader.read(65536)
        _, name, level = start.partition(b"\x00\x04MQTT")
        if name and level[:1] == b"\x05":
            if is_answered:
                writer.write(b"\x20\x02\x00\x01")  # unacceptable protocol version
            writer.close()
            return
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        outer.write(start)
        await asyncio.gather(pump(reader, outer), pump(inner, writer))

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Subscriber:
    """Collects (topic, payload) in `received`; reconnects with the same session.

    port: of the broker, or those of a cluster's nodes, to which it connects in turn.
    """

    def __init__(self, port: int | list[int], topic: str, **options: Any) -> None:
        self.received: list[tuple[str, str]] = []
        self.subscribed = asyncio.Event()
        self._changed = asyncio.Event()
        ports = [port] if isinstance(port, int) else port
        self._task = asyncio.create_task(self._run(ports, topic, options))

    async def _run(self, ports: list[int], topic: str, options: dict[str, Any]) -> None:
        session = {"identifier": "till", "clean_session": False}
        for port in itertools.cycle(ports):
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    "127.0.0.1", port, **(session | options)
                ) as client:
                    await client.subscribe(topic, qos=1)
                    self.subscribed.set()
                    async for message in client.messages:
                        assert isinstance(message.payload, bytes)
                        text = message.payload.decode()
                        self.received.append((str(message.topic), text))
                        self._changed.set()
            await asyncio.sleep(0.1)

    async def until(self, condition: Any, seconds: float = HANG_GUARD) -> None:
        """Wait until messages make `condition()` true."""

        async def wait() -> None:
            while not condition():
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(wait(), seconds)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
