"""NATS_URL=nats://n1.example.org,nats://n2.example.org python consume.py till"""

import asyncio
import json
import os
import sys
from contextlib import suppress

import nats


async def main(name: str) -> None:
    urls = os.environ["NATS_URL"].split(",")
    stream = (await nats.connect(urls, max_reconnect_attempts=-1)).jetstream()
    events = await stream.pull_subscribe(f"payfeed.{name}.>", durable=f"{name}-goods")
    while True:  # errors: nothing arrived in time, or a node is away
        with suppress(nats.errors.Error):
            for message in await events.fetch(10, timeout=5):
                print(message.subject, json.loads(message.data), flush=True)
                await message.ack_sync()  # after a crash an event may arrive again


asyncio.run(main(sys.argv[1]))
