"""What a RabbitMQ cluster keeps for a device that is offline while a node dies."""

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "clients"))

import aiomqtt
from harness import Row
from mosquitto import Subscriber
from rabbitmq import RabbitCluster, RabbitNode

MESSAGES = 100
WAIT_SECONDS = 20


async def dead_nodes() -> list[Row]:
    rows = []
    for queue_type in ("classic", "quorum"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            cluster = RabbitCluster(Path(folder) / "cluster", queue_type=queue_type)
            try:
                await cluster.start()
                rows += await _kept(cluster, queue_type)
            finally:
                cluster.kill()
    return rows


async def _kept(cluster: RabbitCluster, queue_type: str) -> list[Row]:
    first, second, third = cluster.nodes
    ports = [second.port, third.port]
    device = Subscriber(first.port, "payfeed/#", identifier="device")
    await device.subscribed.wait()
    await device.close()
    await _publish(second, "before", MESSAGES)
    await _publish(first, "retained", 1, retain=True)
    first.kill()
    await _publish(second, "during", MESSAGES)
    kind = f"RabbitMQ 3.10, {queue_type} queues, the device's node is dead"
    device = Subscriber(ports, "payfeed/#", identifier="device")
    away = await _received(device)
    other = Subscriber(second.port, "payfeed/#", identifier="other", clean_session=True)
    retained = (await _received(other))["retained"]
    await other.close()
    await first.start()
    back = await _received(device)
    await device.close()
    rows = [
        Row(f"{kind}: messages kept from {when} it, of {MESSAGES}", "", str(away[name]),
            f"{back[name]} when the node is back")
        for name, when in (("before", "before"), ("during", "after"))
    ]  # fmt: skip
    shown = "yes" if retained else "no"
    return [*rows, Row(f"{kind}: a message retained there is found", "", shown)]


async def _publish(
    node: RabbitNode, name: str, count: int, retain: bool = False
) -> None:
    done = 0
    while done < count:
        with contextlib.suppress(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", node.port) as client:
                while done < count:
                    await client.publish(f"payfeed/{name}", str(done), 1, retain)
                    done += 1


async def _received(subscriber: Subscriber) -> dict[str, int]:
    """How many different messages of each kind arrive within a while."""
    with contextlib.suppress(asyncio.TimeoutError):
        await subscriber.until(
            lambda: len(set(subscriber.received)) > 2 * MESSAGES, WAIT_SECONDS
        )
    topics = [topic.split("/")[1] for topic, _ in set(subscriber.received)]
    return {name: topics.count(name) for name in ("before", "during", "retained")}
