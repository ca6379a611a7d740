"""Export: the log between two positions as CSV or JSON lines, oldest first."""

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ..errors import Malformed, Restarting
from ..feed.journal import Journal
from ..feed.protocol import loads, parse_id
from ..feed.tail import Tail
from ..models import Access, Filter
from .position import first_at, resolve_position
from .subscribers import Subscribers
from .subscription import Subscription

NO_HEARTBEAT_SECONDS = 2**31
PART_BYTES = 65_536  # what a peer that does not read holds in memory
COLUMNS = (
    *("settled_at", "direction", "status", "amount_sat", "amount_msat", "fee_sat"),
    *("fee_msat", "fiat_currency", "fiat_amount", "memo", "comment", "tag"),
    *("external_id", "payment_hash", "event_id"),
)
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel does not read UTF-8
# spreadsheets run a text that begins so; the last four are full-width forms
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

Write = Callable[[Iterable[str]], str]


class Export:
    """Reads the log for one answer, a page at a time."""

    def __init__(self, journal: Journal, subscribers: Subscribers) -> None:
        self._journal = journal
        self._subscribers = subscribers

    @asynccontextmanager
    async def open(
        self,
        access: Access,
        event_filter: Filter,
        since: str | None,
        until: str | None,
        address: str,
    ) -> AsyncIterator[tuple[Subscription, int]]:
        """A subscription that begins at `since`, and the last offset to read.

        It counts as a subscriber while the block runs, and ends as one. `until` is the
        id of the last event, or `@<unix seconds>`: what was recorded before. Raises
        Malformed, Forbidden, RateLimited, Restarting.
        """
        access.require_scope("read")
        since = since or "start"
        subscription = await self._subscribers.prepare(
            access, event_filter, address, since, NO_HEARTBEAT_SECONDS
        )
        last = await _last_offset(subscription.tail, until)
        with self._subscribers.registered(subscription):
            position = await resolve_position(
                subscription.tail, subscription.since, None
            )
            subscription.start(position, None)
            yield subscription, last

    async def parts(
        self, subscription: Subscription, last: int, write: Write
    ) -> AsyncIterator[str]:
        """What `write` makes of the signed frames, about PART_BYTES at a time.

        Raises the reason if the subscription ends before it is through.
        """
        while subscription.position < last:
            self._check(subscription)
            page = await subscription.next_page()
            frames = (
                subscription.frame(event)
                for event in page.events
                if event.offset <= last and subscription.filter.accepts(event)
            )
            for part in _parts(frames):
                self._check(subscription)
                with subscription.sending:
                    yield write(part)
            subscription.position = page.end
            await asyncio.sleep(0)  # a long search lets others read

    def _check(self, subscription: Subscription) -> None:
        """Raises the reason if the subscription has ended."""
        if not self._journal.is_current(subscription.tail):
            raise Restarting("The feed begins a new epoch.")
        if subscription.closing:
            raise subscription.closing


def _parts(frames: Iterable[str]) -> Iterator[list[str]]:
    part, size = [], 0
    for frame in frames:
        part.append(frame)
        size += len(frame)
        if size >= PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


async def _last_offset(tail: Tail, until: str | None) -> int:
    if until is None:
        return tail.head
    if until.startswith("@"):
        return await first_at(tail, until, "until") - 1
    epoch, offset = parse_id(until)
    if epoch != tail.feed.epoch:
        raise Malformed(f"The id {until} is of another epoch.")
    return min(offset, tail.head)


def json_lines(frames: Iterable[str]) -> str:
    """One frame a line."""
    return "".join(f"{frame}\n" for frame in frames)


def payments_only(event_filter: Filter) -> Filter:
    """The filter without other events. Raises Malformed if nothing is left."""
    if event_filter.types and "payment" not in event_filter.types:
        raise Malformed("A CSV has payments only; types leaves them out.")
    return replace(event_filter, types=frozenset(["payment"]))


def csv_head() -> str:
    return BYTE_ORDER_MARK + _table([COLUMNS])


def csv_rows(frames: Iterable[str]) -> str:
    """The rows of payments, without the head."""
    return _table(_row(frame) for frame in map(loads, frames))


def _table(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _row(frame: dict[str, Any]) -> Iterator[Any]:
    payment = frame["payment"]
    fiat = payment["fiat"] or {}
    values = {
        "settled_at": _iso(payment["timestamp"]),
        "amount_sat": payment["amount"],
        "fee_sat": payment["fee"],
        "fiat_currency": fiat.get("currency"),
        "fiat_amount": fiat.get("amount"),
        "event_id": frame["id"],
    }
    for column in COLUMNS:
        value = values.get(column, payment.get(column))
        yield _harmless(value) if isinstance(value, str) else value


def _iso(timestamp: int) -> str:
    """ISO 8601 in UTC; the number itself if no calendar has it."""
    try:
        moment = datetime.fromtimestamp(timestamp, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return str(timestamp)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _harmless(text: str) -> str:
    """A spreadsheet shows it as text. Characters that no file can hold are replaced."""
    text = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def file_name(kind: str) -> str:
    """For example `payfeed-2026-11-26.csv`, of today in UTC."""
    return f"payfeed-{time.strftime('%Y-%m-%d', time.gmtime())}.{kind}"
