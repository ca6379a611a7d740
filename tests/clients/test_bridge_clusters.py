"""`payfeed bridge` and clusters of three nodes, of which some die."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from bridge_torture import TARGETS, BridgeTorture
from command import patched, running
from test_python_bridge import lag, new_key
from test_python_bridge_broker import notify

# waits three seconds for a broker's answer, not ten
IMPATIENT = patched(
    "from lnbits_payfeed import jetstream; jetstream.TIMEOUT_SECONDS = 3"
)


@pytest.mark.parametrize("kind", TARGETS)
async def test_no_payment_is_lost_while_nodes_bridge_and_lnbits_are_killed(
    kind: str,
) -> None:
    """The short form of `make torture`."""
    torture = BridgeTorture(kind, payments=100, deaths=3)
    assert await torture.run() == []
    assert torture.killed == {"nodes": 1, "bridge": 1, "LNbits": 1}
    assert torture.paid >= 100


async def test_nothing_is_acknowledged_while_most_nodes_are_dead(
    shop: Any, tmp_path: Path
) -> None:
    """On RabbitMQ too, but its nodes then take minutes to come back."""
    key_file = tmp_path / "key"
    key_file.write_text(await new_key(shop, "read"))
    async with TARGETS["nats"](tmp_path / "cluster") as target:
        words = ["bridge", target.address, "--feed", f"till={key_file}"]
        options: dict[str, Any] = {"url": shop.server.base, "program": IMPATIENT}
        async with running(*words, **options) as bridge:
            await bridge.wait_for("broker: connected")
            dead = target.nodes[:2]
            for node in dead:
                node.kill()
            event_id = await notify(shop, "door.open", "1")
            for _ in range(2):
                await bridge.wait_for("next attempt")
            assert await lag(shop) == 1
            await asyncio.gather(*(node.start() for node in dead))
            while not any(event_id in text for _, text in target.received):
                await asyncio.sleep(0.1)
            while await lag(shop):
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", TARGETS)
async def test_events_arrive_while_the_node_of_the_bridge_is_dead(
    shop: Any, tmp_path: Path, kind: str
) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(await new_key(shop, "read"))
    async with TARGETS[kind](tmp_path / "cluster") as target:
        words = ["bridge", target.address, "--feed", f"till={key_file}"]
        async with running(*words, url=shop.server.base) as bridge:
            await bridge.wait_for("broker: connected")
            first = await notify(shop, "door.open", "1")
            while not any(first in text for _, text in target.received):
                await asyncio.sleep(0.05)
            target.nodes[0].kill()
            second = await notify(shop, "door.open", "2")
            while not any(second in text for _, text in target.received):
                await asyncio.sleep(0.05)
