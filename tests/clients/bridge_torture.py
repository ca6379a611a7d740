"""Payments through `payfeed bridge` into a cluster while its nodes are killed.

One at a time, with -9: a node, the bridge, LNbits, the next node, and so on. At the end
every payment in the feed must have reached a durable consumer. Prints what it saw;
exits 1 if one is missing, or if JetStream has stored one twice.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
from command import Command, running
from mosquitto import Subscriber
from nats_cluster import DurableConsumer, NatsCluster, stored
from rabbitmq import RabbitCluster
from shop import Shop, opened

PATIENCE_SECONDS = 120
SUBJECT = {"nats": "payfeed.till.>", "rabbitmq": "payfeed/till/#"}


class Node(Protocol):
    async def start(self) -> None: ...

    def kill(self) -> None: ...


class Target(Protocol):
    """A cluster with one durable consumer of the feed `till`."""

    address: str

    @property
    def received(self) -> list[tuple[str, str]]:
        """Topics and payloads."""

    @property
    def nodes(self) -> list[Any]: ...

    async def recovered(self) -> None: ...

    async def stored_twice(self) -> int:
        """Events that the cluster itself has stored more than once."""


class NatsTarget:
    def __init__(self, cluster: NatsCluster, client: Any, stream: Any) -> None:
        self.address, self.nodes = cluster.address, cluster.nodes
        self._cluster, self._client, self._stream = cluster, client, stream
        self._consumer = DurableConsumer(client, SUBJECT["nats"])

    @property
    def received(self) -> list[tuple[str, str]]:
        return self._consumer.received

    async def recovered(self) -> None:
        await self._cluster.recovered(self._client)

    async def stored_twice(self) -> int:
        texts = Counter(message.data for message in await stored(self._stream))
        return sum(count - 1 for count in texts.values())

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder: Path) -> AsyncIterator["NatsTarget"]:
        cluster = NatsCluster(folder)
        try:
            await cluster.start()
            client = await cluster.connect()
            self = cls(cluster, client, await cluster.new_stream(client))
            yield self
            await self._consumer.close()
            await client.close()
        finally:
            cluster.kill()


class RabbitTarget:
    def __init__(self, cluster: RabbitCluster) -> None:
        self.address, self.nodes = cluster.address, cluster.nodes
        self.recovered = cluster.recovered
        ports = [node.port for node in cluster.nodes]
        self._consumer = Subscriber(ports, SUBJECT["rabbitmq"])

    @property
    def received(self) -> list[tuple[str, str]]:
        return self._consumer.received

    async def stored_twice(self) -> int:
        """MQTT promises at least once: doubles are documented."""
        return 0

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, folder: Path, queue_type: str = "quorum"
    ) -> AsyncIterator["RabbitTarget"]:
        cluster = RabbitCluster(folder, queue_type=queue_type)
        try:
            await cluster.start()
            self = cls(cluster)
            await self._consumer.subscribed.wait()
            yield self
            await self._consumer.close()
        finally:
            cluster.kill()


TARGETS: dict[str, Callable[[Path], Any]] = {
    "nats": NatsTarget.opened,
    "rabbitmq": RabbitTarget.opened,
}


class BridgeTorture:
    """kind: nats or rabbitmq. deaths: how many processes are killed, in turn."""

    def __init__(self, kind: str, payments: int, deaths: int) -> None:
        self.open_target = TARGETS[kind]
        self.payments, self.deaths = payments, deaths
        self.paid = 0
        self.killed: Counter[str] = Counter()
        self.missing = self.repeated = self.stored_twice = 0
        self._bridge: Command | None = None

    async def run(self) -> list[str]:
        """What went wrong; empty if nothing."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            async with AsyncExitStack() as stack:
                opening = self.open_target(Path(folder) / "cluster")
                self.target, self.shop = await asyncio.gather(
                    stack.enter_async_context(opening),
                    stack.enter_async_context(opened(PAYFEED_HEARTBEAT_SECONDS="2")),
                )
                await self._torture(Path(folder) / "key")
        found = []
        if self.missing:
            found.append(f"{self.missing} payments did not reach the consumer")
        if self.stored_twice:
            found.append(f"{self.stored_twice} events are stored twice")
        return found

    async def _torture(self, key_file: Path) -> None:
        answer = await self.shop.server.payfeed(
            "POST",
            "keys",
            self.shop.wallet["adminkey"],
            json={"name": "bridge", "scopes": ["read"]},
        )
        key_file.write_text(answer.json()["key"])
        bridge = asyncio.create_task(self._keep_bridge(key_file))
        killer = asyncio.create_task(self._kill_in_turn())
        try:
            while self.paid < self.payments or not killer.done():
                with contextlib.suppress(RuntimeError, httpx.HTTPError):
                    await self.shop.sell(1)
                    self.paid += 1
            await killer
            await self._compare()
        finally:
            killer.cancel()
            bridge.cancel()
            await asyncio.gather(killer, bridge, return_exceptions=True)

    async def _keep_bridge(self, key_file: Path) -> None:
        """Start the bridge again whenever it has been killed, as systemd does."""
        words = ["bridge", self.target.address, "--feed", f"till={key_file}"]
        while True:
            async with running(*words, url=self.shop.server.base) as self._bridge:
                await self._bridge.end_without_guard()

    async def _kill_in_turn(self) -> None:
        order = itertools.islice(self._victims(), self.deaths)
        for number, (name, kill) in enumerate(order, 1):
            while self.paid < self.payments * number // (self.deaths + 1):
                await asyncio.sleep(0.05)
            self.killed[name] += 1
            await kill()

    def _victims(self) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
        for node in itertools.cycle(self.target.nodes):

            async def kill(node: Node = node) -> None:
                node.kill()
                before = self.paid
                while self.paid < before + 5:  # the others carry on
                    await asyncio.sleep(0.05)
                await node.start()
                await self.target.recovered()

            yield "nodes", kill
            yield "bridge", self._kill_bridge
            yield "LNbits", self._restart

    async def _kill_bridge(self) -> None:
        assert self._bridge
        with contextlib.suppress(ProcessLookupError):
            self._bridge.process.kill()

    async def _restart(self) -> None:
        self.shop.server.kill()
        await self.shop.server.start()

    async def _compare(self) -> None:
        await self.shop.server.swept()
        recorded = set(await recorded_ids(self.shop))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while recorded - set(self._arrived()) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        arrived = self._arrived()
        self.missing = len(recorded - set(arrived))
        self.repeated = len(arrived) - len(set(arrived))
        self.stored_twice = await self.target.stored_twice()

    def _arrived(self) -> list[str]:
        """The ids of the payments that the consumer received."""
        frames = [json.loads(t) for _, t in self.target.received if t[:1] == "{"]
        return [frame["id"] for frame in frames if frame["type"] == "payment"]


async def recorded_ids(shop: Shop) -> list[str]:
    """The ids of all payments in the shop's feed."""
    ids: list[str] = []
    page: dict[str, Any] = {"cursor": "start", "has_more": True}
    while page["has_more"]:
        answer = await shop.server.payfeed(
            "GET",
            f"events?since={page['cursor']}&types=payment&limit=1000",
            shop.wallet["inkey"],
        )
        page = answer.json()
        ids += [event["id"] for event in page["events"]]
    return ids


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=sorted(TARGETS))
    parser.add_argument("--payments", type=int, default=1000)
    parser.add_argument("--deaths", type=int, default=12)
    options = parser.parse_args()
    torture = BridgeTorture(options.kind, options.payments, options.deaths)
    began = time.monotonic()
    complaints = asyncio.run(torture.run())
    killed = ", ".join(f"{count} {name}" for name, count in torture.killed.items())
    print(
        f"{options.kind}: {torture.paid} payments in {time.monotonic() - began:.0f} s;"
        f" killed: {killed}; {torture.repeated} arrived again"
    )
    print("\n".join(complaints) or "nothing lost, nothing stored twice")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
