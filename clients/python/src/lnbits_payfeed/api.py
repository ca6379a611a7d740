"""Requests beside the feed: send, read pages and files, manage keys and webhooks."""

import json
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict
from urllib.parse import quote, urlencode

from .address import check_key, parse_address
from .checks import (
    check_choice,
    check_since,
    check_until,
    filter_query,
    is_number,
    wrong,
)
from .connection import Trace
from .errors import InvalidFrame, RequestFailed, WrongSignature
from .events import (
    Direction,
    Event,
    FeedEvent,
    InvalidEvent,
    PaymentEvent,
    SettledStatus,
)
from .feed import Feed
from .frames import Verifier, parse_frame
from .http import TIMEOUT_SECONDS, download, request, request_text

if TYPE_CHECKING:
    from typing_extensions import Unpack  # in typing since Python 3.11

ExportKind = Literal["jsonl", "csv"]
EXPORT_KINDS = ("jsonl", "csv")
LONGEST_WAIT_SECONDS = 30
MOST_PAGE_BYTES = 8 * 2**20  # the server begins a page's last event below 4 MiB
BEGIN = re.compile(r'\s*\{\s*"events"\s*:\s*\[\s*')
COMMA = re.compile(r"\s*,?\s*")


class EventFilter(TypedDict, total=False):
    """The filters of all reading requests; those of Feed."""

    types: Sequence[str] | str
    direction: Direction | None
    min_amount: int | float | None
    tag: str | None
    status: SettledStatus | None
    payment_hash: str | None
    external_id: str | None


@dataclass(frozen=True)
class Sent:
    """A recorded event: its id, and how many subscribers were connected."""

    id: str
    delivered: int


@dataclass(frozen=True)
class EventsPage:
    """A part of the log, oldest event first.

    head: id of the feed's newest event. cursor: the next page begins after this id.
    oldest: id of the oldest event that is kept, or None. has_more: there are more
    events in the direction of the page. recovered: False if events after `since` are
    lost.
    """

    events: list[FeedEvent | InvalidEvent]
    head: str
    cursor: str
    oldest: str | None
    has_more: bool
    recovered: bool


class PayfeedApi:
    """Requests to one wallet's feed. Each opens a connection and closes it.

        api = PayfeedApi("https://lnbits.example.org", key)
        await api.notify("table 3 is free")
        page = await api.events(since="start", direction="in")

    url, key, secret, tls, trace: as for Feed; `secret` verifies events. `notify` and
    `test` need the scope `notify`, keys and webhooks the wallet's admin key.

    Raises BadAddress for what cannot be used, and RequestFailed if a request fails.
    Nothing is repeated: what may have been done must not be done twice.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        secret: str | None = None,
        tls: ssl.SSLContext | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._url, self._address = url, parse_address(url)
        self._key = check_key(key)
        self._secret = secret
        self._verifier = None if secret is None else Verifier(secret)
        self._tls, self._trace = tls, trace

    async def notify(self, message: Any, *, idempotency_key: str | None = None) -> Sent:
        """Record a message: any JSON value; an object with a `type` is a custom event.

        idempotency_key: the same key with the same message is recorded once, and
        returns the same id; it makes the request safe to repeat.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return _sent(await self._send("POST", "notify", message, headers))

    async def test(self) -> Sent:
        """Record a test event."""
        return _sent(await self._send("POST", "test"))

    async def events(
        self,
        *,
        since: str | None = None,
        before: str | None = None,
        limit: int = 100,
        wait_seconds: float = 0,
        **event_filter: "Unpack[EventFilter]",
    ) -> EventsPage:
        """A page: events after `since`, or before `before`, or the newest.

        before: an event id or "@<unix seconds>". limit: 1 to 1000. wait_seconds: up to
        30, to wait for an event after `since` or after the newest one. Also raises
        WrongSignature.
        """
        check_since(since)
        check_until(before, "before")
        if (
            isinstance(limit, bool)
            or not isinstance(limit, int)
            or not 1 <= limit <= 1000
        ):
            raise wrong("limit", limit, "an integer from 1 to 1000")
        if not is_number(wait_seconds) or not 0 <= wait_seconds <= LONGEST_WAIT_SECONDS:
            raise wrong("wait_seconds", wait_seconds, "0 to 30")
        given = {"since": since, "before": before, "limit": limit, "wait": wait_seconds}
        query = _query(given) | filter_query(**event_filter)
        text = await request_text(
            "GET",
            self._address,
            f"{self._address.http}/events?{urlencode(query)}",
            self._key,
            tls=self._tls,
            trace=self._trace,
            timeout_seconds=TIMEOUT_SECONDS + wait_seconds,
            most_bytes=MOST_PAGE_BYTES,
        )
        page = parse_page(text)
        for event in page.events:
            self._verify(event)
        return page

    def _verify(self, event: FeedEvent | InvalidEvent) -> None:
        if self._verifier is None:
            return
        text = event.text if isinstance(event, Event) else event.raw
        stamp = json.loads(text).get("timestamp")
        if not self._verifier.is_signed(text, str(event.id), stamp):
            raise WrongSignature(str(event.id))

    async def wait_for_payment(
        self,
        payment_hash: str,
        timeout_seconds: float | None = None,
        *,
        direction: Direction = "in",
        status: SettledStatus = "confirmed",
    ) -> PaymentEvent:
        """The event of a payment, once it is there; see `Feed.wait_for_payment`."""
        feed = Feed(
            self._url, self._key, secret=self._secret, tls=self._tls, trace=self._trace
        )
        return await feed.wait_for_payment(
            payment_hash, timeout_seconds, direction=direction, status=status
        )

    async def export(
        self,
        write: Callable[[bytes], object],
        *,
        kind: ExportKind = "jsonl",
        since: str | None = None,
        until: str | None = None,
        **event_filter: "Unpack[EventFilter]",
    ) -> None:
        """Write the kept events, oldest first; for example to `file.write`.

        write: called in a thread with each part of the file, in order. kind: "jsonl":
        signed frames, one a line; "csv": payments for a spreadsheet. since: an event
        id, "start" or "@<unix seconds>". until: the last event id, or "@<unix
        seconds>".

        If it raises, what was written is not complete. Also raises what `write` raises.
        """
        check_choice("kind", kind, EXPORT_KINDS)
        check_since(since)
        check_until(until)
        query = _query({"since": since, "until": until}) | filter_query(**event_filter)
        url = f"{self._address.http}/export.{kind}?{urlencode(query)}"
        await download(self._address, url, self._key, write, self._tls, self._trace)

    async def list_keys(self) -> list[dict[str, Any]]:
        """All access keys, as `GET keys` returns them."""
        return _list(await self._send("GET", "keys"))

    async def create_key(
        self,
        name: str,
        *,
        scopes: Sequence[str] = ("read",),
        expires_at: int | None = None,
        filter: dict[str, Any] | None = None,  # noqa: A002 – the name in the protocol
        public: bool = False,
    ) -> dict[str, Any]:
        """The new access key: its member `key` is returned only now.

        expires_at: Unix seconds. filter: types, direction, status, min_amount, tag,
        payment_hash, external_id, fixed for the key. public: texts are left out.
        """
        body = {"name": name, "scopes": list(scopes), "expires_at": expires_at}
        more = {"filter": filter or {}, "public": public}
        return _object(await self._send("POST", "keys", body | more))

    async def rename_key(self, key_id: str, name: str) -> dict[str, Any]:
        return _object(
            await self._send("PATCH", f"keys/{_part(key_id)}", {"name": name})
        )

    async def revoke_key(self, key_id: str) -> dict[str, Any]:
        """Its connections are closed."""
        return _object(await self._send("DELETE", f"keys/{_part(key_id)}"))

    async def list_webhooks(self) -> list[dict[str, Any]]:
        """All webhooks, as `GET webhooks` returns them."""
        return _list(await self._send("GET", "webhooks"))

    async def create_webhook(
        self,
        url: str,
        *,
        description: str = "",
        since: str | None = None,
        ordered: bool = False,
        filter: dict[str, Any] | None = None,  # noqa: A002 – the name in the protocol
    ) -> dict[str, Any]:
        """The new webhook, with its `id` and its signing `secret`."""
        check_since(since)
        body = {"url": url, "description": description, "since": since}
        more = {"ordered": ordered, "filter": filter or {}}
        return _object(await self._send("POST", "webhooks", body | more))

    async def get_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Everything about it, its secret included."""
        return _object(await self._send("GET", f"webhooks/{_part(webhook_id)}"))

    async def update_webhook(
        self, webhook_id: str, changes: dict[str, Any]
    ) -> dict[str, Any]:
        """changes: url, description, filter, ordered, enabled."""
        return _object(
            await self._send("PATCH", f"webhooks/{_part(webhook_id)}", changes)
        )

    async def delete_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Its deliveries are deleted too."""
        return _object(await self._send("DELETE", f"webhooks/{_part(webhook_id)}"))

    async def test_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Send one signed test request now; the receiver's answer."""
        path = f"webhooks/{_part(webhook_id)}/test"
        return _object(await self._send("POST", path, {}))

    async def list_deliveries(
        self,
        webhook_id: str,
        *,
        state: str | None = None,
        before: str | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """A page of deliveries, newest first, in the member `deliveries`."""
        query = urlencode(_query({"state": state, "before": before, "limit": limit}))
        path = f"webhooks/{_part(webhook_id)}/deliveries?{query}"
        return _object(await self._send("GET", path))

    async def get_delivery(self, webhook_id: str, event_id: str) -> dict[str, Any]:
        """A delivery; its attempts are in the member `tries`."""
        path = f"webhooks/{_part(webhook_id)}/deliveries/{_part(event_id)}"
        return _object(await self._send("GET", path))

    async def resend(self, webhook_id: str, event_id: str) -> dict[str, Any]:
        """Send an event to the webhook again."""
        path = f"webhooks/{_part(webhook_id)}/resend"
        return _object(await self._send("POST", path, {"event": event_id}))

    async def resend_since(
        self,
        webhook_id: str,
        since: str,
        *,
        only: Literal["failed", "all"] = "failed",
    ) -> dict[str, Any]:
        """Send what failed after `since` again, or all; the `count` of events."""
        path, body = f"webhooks/{_part(webhook_id)}/resend", {"since": since}
        return _object(await self._send("POST", path, body | {"only": only}))

    async def _send(
        self,
        method: str,
        path: str,
        value: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        return await request(
            method,
            self._address,
            f"{self._address.http}/{path}",
            self._key,
            value,
            self._tls,
            self._trace,
            headers,
        )


def parse_page(text: str) -> EventsPage:
    """The answer of `GET events`; every event keeps its text, which is signed.

    Raises RequestFailed if it is not one.
    """
    match = BEGIN.match(text)
    if match is None:
        raise RequestFailed(200, "the answer is not a page of events")
    decoder, end, events = json.JSONDecoder(), match.end(), []
    try:
        while text[end] != "]":
            start, (_, end) = end, decoder.raw_decode(text, end)
            events.append(_event(text[start:end]))
            end = COMMA.match(text, end).end()  # type: ignore[union-attr]
        rest = json.loads('{"events":[' + text[end:])
        page = {name: rest[name] for name in ("head", "cursor", "oldest")}
        flags = {name: rest[name] for name in ("has_more", "recovered")}
    except (ValueError, LookupError, TypeError, RecursionError) as exc:
        raise RequestFailed(200, "the answer is not a page of events") from exc
    return EventsPage(events, **page, **flags)


def _event(text: str) -> FeedEvent | InvalidEvent:
    """An event of a later protocol is an InvalidEvent too: a page has only events."""
    try:
        frame = parse_frame(text)
    except InvalidFrame as exc:
        return InvalidEvent(None, str(exc), text)
    if isinstance(frame, FeedEvent | InvalidEvent):
        return frame
    return InvalidEvent(None, "not an event", text)


def _sent(answer: Any) -> Sent:
    try:
        return Sent(answer["id"], answer["delivered"])
    except (LookupError, TypeError) as exc:
        raise RequestFailed(200, "the answer is not Payfeed's") from exc


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise RequestFailed(200, "the answer is not Payfeed's")
    return answer


def _list(answer: Any) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise RequestFailed(200, "the answer is not Payfeed's")
    return answer


def _query(given: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}


def _part(value: str) -> str:
    """One part of a path."""
    return quote(value, "")
