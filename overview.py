"""The server as a whole, for its administrators: no payments, names or amounts.

What is counted is in memory already: retention counts what feeds keep, every few
minutes and only feeds that changed. Nothing here reads the log.
"""

from heapq import nlargest
from typing import Any

from . import crud
from .extension import Extension
from .feed.retention import Retention
from .host.version import read_version
from .metrics import STATES

LARGEST_FEEDS = 10


async def overview(extension: Extension) -> dict[str, Any]:
    """`GET server`. Raises Unavailable while the database does not answer."""
    active, inactive = await crud.count_feeds()
    looks, audit, metrics = extension.looks, extension.audit, extension.metrics
    subscribers = extension.subscribers
    return {
        "version": read_version(),
        "database": "sqlite" if crud.is_sqlite() else "postgresql",
        "started_at": extension.started_at,
        "healthy": extension.is_healthy,
        "feeds": {"active": active, "inactive": inactive},
        "storage": await _storage(extension.retention),
        "subscribers": {
            "connected": sum(1 for _ in subscribers),
            "wallets": len({reader.wallet_id for reader in subscribers}),
            "lag": subscribers.largest_lag,
        },
        "webhooks": await _webhooks(extension),
        "sweep": {
            "looked_at": int(looks.looked_at),
            "scan_ms": round(looks.scan_seconds * 1000),
            "under_way": len(extension.reconciler.under_way),
            "reconciled": metrics.reconciled,
        },
        "audit": {
            "rounds": audit.rounds,
            "ended_at": int(audit.ended_at) if audit.ended_at else None,
            "urgent": audit.is_urgent,
        },
        "recorded": metrics.recorded.total(),
        "delivered": metrics.delivered,
        "refused": metrics.refusals.total(),
    }


async def _storage(retention: Retention) -> dict[str, Any]:
    kept = retention.kept
    largest = nlargest(LARGEST_FEEDS, kept, key=lambda wallet_id: kept[wallet_id].bytes)
    return {
        "measured_at": retention.measured_at,
        "events": sum(feed.events for feed in kept.values()),
        "bytes": sum(feed.bytes for feed in kept.values()),
        "database_bytes": await crud.database_bytes(),
        "retention": retention.describe(),
        "largest": [
            {
                "wallet_id": wallet_id,
                "events": kept[wallet_id].events,
                "bytes": kept[wallet_id].bytes,
            }
            for wallet_id in largest
        ],
    }


async def _webhooks(extension: Extension) -> dict[str, Any]:
    measured = await extension.endpoints.measure()
    return {
        "enabled": extension.settings.webhooks,
        **{state: measured.endpoints[state] for state in STATES},
        "waiting": measured.waiting,
        "oldest_waiting_seconds": measured.oldest_seconds,
    }
