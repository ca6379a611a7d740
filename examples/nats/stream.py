"""Create the stream that `payfeed bridge` publishes into.

pip install nats-py
NATS_URL=nats://n1.example.org,nats://n2.example.org python stream.py 3
"""

import asyncio
import os
import sys

import nats


async def main(replicas: int) -> None:
    client = await nats.connect(os.environ["NATS_URL"].split(","))
    stream = await client.jetstream().add_stream(
        name="PAYFEED",
        subjects=["payfeed.>"],
        num_replicas=replicas,  # 3 in a cluster, 1 on a single server
        duplicate_window=3600,  # seconds
    )
    print(f"{stream.config.name} stores {stream.config.subjects}")
    await client.close()


asyncio.run(main(int(sys.argv[1])))
