"""Real nats-servers with JetStream for tests: one, or a cluster on loopback."""

import asyncio
import contextlib
import json
import subprocess
from pathlib import Path
from typing import Any

import nats
from mosquitto import HANG_GUARD
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ClusterInfo, ConsumerConfig, RawStreamMsg, StreamConfig
from nats.js.client import JetStreamContext
from needs import need
from ports import free_port

SUBJECTS = "payfeed.>"
WINDOW_SECONDS = 3600
LISTENING = "Server is ready"


class NatsNode:
    """One process; it keeps its folder and its ports when it is killed."""

    def __init__(self, folder: Path, config: str) -> None:
        self.program = need("nats-server")
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.config, self.log = folder / "nats.conf", folder / "log"
        self.config.write_text(
            f"listen: 127.0.0.1:{self.port}\nserver_name: {folder.name}\n"
            f"jetstream: {{store_dir: {json.dumps(str(folder))}}}\n{config}\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.log.write_text("")
        command = [self.program, "-c", str(self.config), "-l", str(self.log)]
        self.process = subprocess.Popen(command)
        for _ in range(20 * HANG_GUARD):
            assert self.process.poll() is None, self.log.read_text()
            if LISTENING in self.log.read_text():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("nats-server did not start")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class NatsCluster:
    """`size` nodes, each with routes to the others; `settings` are added to each."""

    def __init__(self, folder: Path, size: int = 3, settings: str = "") -> None:
        routes = [free_port() for _ in range(size)] if size > 1 else []
        urls = ", ".join(f"nats://127.0.0.1:{port}" for port in routes)
        self.nodes = [
            NatsNode(
                folder / f"nats{number + 1}",
                settings
                + (
                    f"\ncluster: {{name: payfeed, listen: 127.0.0.1:{routes[number]},"
                    f" routes: [{urls}]}}"
                    if routes
                    else ""
                ),
            )
            for number in range(size)
        ]

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    @property
    def address(self) -> str:
        """What `payfeed bridge` takes."""
        return "nats://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in self.nodes))

    async def connect(self, **options: Any) -> Client:
        """Reconnects for as long as the test runs."""

        async def ignore(_: Exception) -> None:
            """Nodes that are being killed end connections."""

        settings: dict[str, Any] = {"max_reconnect_attempts": -1, "error_cb": ignore}
        settings |= {"reconnect_time_wait": 0.1, "connect_timeout": 5}
        return await nats.connect(self.urls, **(settings | options))

    async def new_stream(self, client: Client, **settings: Any) -> JetStreamContext:
        """The stream PAYFEED, once the cluster has chosen who leads."""
        jetstream = client.jetstream(timeout=5)
        config: dict[str, Any] = {"name": "PAYFEED", "subjects": [SUBJECTS]}
        config["num_replicas"] = len(self.nodes)
        config["duplicate_window"] = WINDOW_SECONDS
        deadline = asyncio.get_running_loop().time() + HANG_GUARD
        while True:
            try:
                await jetstream.add_stream(StreamConfig(**(config | settings)))
                return jetstream
            except (NatsError, asyncio.TimeoutError):
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.2)

    async def recovered(self, client: Client) -> None:
        """Wait until every node has all of the stream and of its consumers."""
        jetstream = client.jetstream(timeout=5)
        deadline = asyncio.get_running_loop().time() + HANG_GUARD
        while True:
            with contextlib.suppress(NatsError, asyncio.TimeoutError):
                described = await jetstream.consumers_info("PAYFEED")
                parts = [await jetstream.stream_info("PAYFEED"), *described]
                clusters = [part.cluster for part in parts]
                if all(c and c.leader and _is_current(c) for c in clusters):
                    return
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.2)

    async def leader(self, client: Client) -> NatsNode:
        """The node that leads the stream."""
        info = await client.jetstream(timeout=5).stream_info("PAYFEED")
        assert info.cluster
        number = int(str(info.cluster.leader).removeprefix("nats"))
        return self.nodes[number - 1]

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()


def _is_current(cluster: ClusterInfo) -> bool:
    replicas = cluster.replicas or []
    return all(replica.current and not replica.offline for replica in replicas)


async def stored(jetstream: JetStreamContext) -> list[RawStreamMsg]:
    """All messages of the stream, in order."""
    state = (await jetstream.stream_info("PAYFEED")).state
    numbers = range(state.first_seq, state.last_seq + 1)
    return [await jetstream.get_msg("PAYFEED", number) for number in numbers]


class DurableConsumer:
    """Collects what a durable consumer receives, before it acknowledges it."""

    def __init__(self, client: Client, subject: str) -> None:
        self.received: list[tuple[str, str]] = []  # subject, payload
        self._task = asyncio.create_task(self._run(client, subject))

    async def _run(self, client: Client, subject: str) -> None:
        jetstream = client.jetstream(timeout=2)
        while True:
            with contextlib.suppress(NatsError, asyncio.TimeoutError):
                config = ConsumerConfig(durable_name="till", ack_wait=10)
                pull = await jetstream.pull_subscribe(
                    subject, "till", stream="PAYFEED", config=config
                )
                while True:
                    for message in await pull.fetch(100, timeout=2):
                        self.received.append((message.subject, message.data.decode()))
                        await message.ack_sync(timeout=2)
            await asyncio.sleep(0.1)

    async def until(self, condition: Any, seconds: float = HANG_GUARD) -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.05)

        await asyncio.wait_for(wait(), seconds)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
