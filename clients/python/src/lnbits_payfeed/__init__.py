"""Live, durable, verifiable payments of an LNbits wallet.

async with Feed("https://lnbits.example.org", key, since="start") as feed:
    async for event in feed:
        if isinstance(event, PaymentEvent) and event.payment.is_received:
            print(event.payment.amount, "sat", event.payment.memo)
            await feed.ack(event)
"""

from .api import EventsPage, PayfeedApi, Sent
from .cursor import AsyncCursor, Cursor, FileCursor
from .errors import (
    BadAddress,
    GaveUp,
    InvalidFrame,
    Malformed,
    NotAllowed,
    PayfeedError,
    PaymentTimeout,
    Refused,
    RequestFailed,
    UnknownKey,
    WrongSignature,
)
from .events import (
    Balance,
    Connected,
    CustomEvent,
    Direction,
    Disconnected,
    Event,
    FeedEvent,
    Gap,
    InvalidEvent,
    Item,
    MessageEvent,
    Payment,
    PaymentEvent,
    SettledStatus,
    TestEvent,
)
from .feed import Feed
from .feed_options import FeedOptions
from .frames import ErrorFrame, Frame, Heartbeat, Unknown, parse_frame
from .sync import SyncFeed
from .verify import verify_signature, verify_webhook
from .version import __version__

__all__ = [
    "AsyncCursor",
    "BadAddress",
    "Balance",
    "Connected",
    "Cursor",
    "CustomEvent",
    "Direction",
    "Disconnected",
    "ErrorFrame",
    "Event",
    "EventsPage",
    "Feed",
    "FeedEvent",
    "FeedOptions",
    "FileCursor",
    "Frame",
    "Gap",
    "GaveUp",
    "Heartbeat",
    "InvalidEvent",
    "InvalidFrame",
    "Item",
    "Malformed",
    "MessageEvent",
    "NotAllowed",
    "PayfeedApi",
    "PayfeedError",
    "Payment",
    "PaymentEvent",
    "PaymentTimeout",
    "Refused",
    "RequestFailed",
    "Sent",
    "SettledStatus",
    "SyncFeed",
    "TestEvent",
    "Unknown",
    "UnknownKey",
    "WrongSignature",
    "__version__",
    "parse_frame",
    "verify_signature",
    "verify_webhook",
]
