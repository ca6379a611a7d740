"""The server with low limits, and clients with addresses of their own."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from shop import Shop

METRICS_TOKEN = "a long random token of the operator"
# Heartbeats are rare: a client that does not read is not taken for dead.
LIMITED_SETTINGS = {
    "PAYFEED_CONNECTS_PER_MINUTE": "8",
    "PAYFEED_FAILED_AUTH_PER_MINUTE": "4",
    "PAYFEED_HEARTBEAT_SECONDS": "20",
    "PAYFEED_MAX_SUBSCRIBERS_PER_WALLET": "4",
    "PAYFEED_MESSAGE_BYTES": "100",
    "PAYFEED_METRICS_TOKEN": METRICS_TOKEN,
    "PAYFEED_NOTIFY_PER_MINUTE": "3",
    "PAYFEED_READS_PER_MINUTE": "100",
    "PAYFEED_RETENTION_DAYS": "many",
    "PAYFEED_SEND_TIMEOUT_SECONDS": "8",
}

_numbers = itertools.count(2)


def new_address() -> str:
    """Of loopback, for a client that no limit knows yet."""
    return f"127.0.1.{next(_numbers)}"


@asynccontextmanager
async def client_at(shop: Shop, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client with this address; URLs begin after `/payfeed/api/v1/`."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    base = f"{shop.server.base}/payfeed/api/v1/"
    async with httpx.AsyncClient(
        transport=transport, base_url=base, timeout=30
    ) as client:
        yield client
