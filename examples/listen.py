"""Deliver goods once for every payment, also after crashes.

In a checkout of Payfeed: pip install ./clients/python
PAYFEED_URL=https://lnbits.example.org PAYFEED_KEY=pfk_… python listen.py
"""

import asyncio
import os

from lnbits_payfeed import Feed, FileCursor, Gap, PaymentEvent


async def hand_out(event: PaymentEvent) -> None:
    """After a crash an event may arrive again, with the same id."""
    print(f"{event.payment.amount} sat for {event.payment.memo!r} ({event.id})")


async def main() -> None:
    url, key = os.environ["PAYFEED_URL"], os.environ["PAYFEED_KEY"]
    cursor = FileCursor(os.environ.get("PAYFEED_STATE", "listen.state"))
    async with Feed(url, key, types=["payment"], cursor=cursor) as feed:
        async for event in feed:
            if isinstance(event, Gap):
                print(f"Check the wallet: events after {event.since} are lost")
            elif isinstance(event, PaymentEvent):
                if event.payment.is_received:
                    await hand_out(event)
                await feed.ack(event)


asyncio.run(main())
