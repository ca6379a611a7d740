"""The examples for NATS work on a real cluster, and on one of its nodes."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from command import running
from nats.errors import Error as NatsError
from nats_cluster import NatsCluster
from needs import need
from node_programs import ROOT, node_folder

EXAMPLES = ROOT / "examples" / "nats"
CONSUMERS = ("consume.py", "consume.mjs")


@pytest.mark.parametrize("name", CONSUMERS)
def test_a_consumer_has_fewer_than_25_lines(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) < 25


@pytest_asyncio.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[NatsCluster]:
    started = NatsCluster(tmp_path)
    try:
        await started.start()
        yield started
    finally:
        started.kill()


async def program(name: str) -> list[str]:
    if name.endswith(".py"):
        return [sys.executable, str(EXAMPLES / name)]
    folder = await asyncio.to_thread(node_folder)
    shutil.copy(EXAMPLES / name, folder)
    return [need("node"), str(folder / name)]


@pytest.mark.parametrize("name", CONSUMERS)
async def test_a_consumer_gets_each_event_once_across_its_restart_and_a_dead_node(
    cluster: NatsCluster, name: str
) -> None:
    urls = {"NATS_URL": ",".join(cluster.urls)}
    client = await cluster.connect()
    jetstream = await cluster.new_stream(client)  # when the cluster is ready
    await jetstream.delete_stream("PAYFEED")
    creating: dict[str, Any] = {"program": await program("stream.py")} | urls
    async with running("3", **creating) as command:
        assert await command.end() == (0, "PAYFEED stores ['payfeed.>']\n", "")
    words: dict[str, Any] = {"program": await program(name)} | urls

    async def publish(number: int) -> None:
        """Again until the stream has it: after a death it chooses a new leader."""
        text, headers = b'{"number":%d}' % number, {"Nats-Msg-Id": str(number)}
        while True:
            with contextlib.suppress(NatsError):
                await jetstream.publish("payfeed.till.test", text, headers=headers)
                return

    async def acknowledged() -> None:
        while (await jetstream.consumer_info("PAYFEED", "till-goods")).num_ack_pending:
            await asyncio.sleep(0.05)

    await publish(1)
    async with running("till", **words) as command:
        assert "1}" in await command.line()
        await publish(2)
        assert "2}" in await command.line()
        await acknowledged()
    await publish(3)
    async with running("till", **words) as command:
        assert "3}" in await command.line()
        await acknowledged()
        (await cluster.leader(client)).kill()
        await publish(4)
        assert "4}" in await command.line()
    await client.close()
