"""WebSocket, Server-Sent Events and export: answers that are sent as they are read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from loguru import logger
from starlette.websockets import WebSocketDisconnect

from .delivery.export import (
    Write,
    csv_head,
    csv_rows,
    file_name,
    json_lines,
    payments_only,
)
from .delivery.subscription import Subscription
from .errors import PayfeedError, Restarting
from .extension import Extension, current
from .feed.protocol import dumps, parse_filter
from .host import server
from .models import ExportQuery, ReadQuery
from .openapi import documented
from .views_common import (
    address_of,
    authenticate,
    count_refusal,
    credentials_of,
    new_router,
    refusal,
)

CLOSE_TIMEOUT_SECONDS = 4
SUBPROTOCOL = "payfeed.v1"
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

stream = new_router()


@stream.get("/sse", **documented(query=ReadQuery))
async def sse(request: Request) -> Response:
    """Server-Sent Events of a feed; the key is in a header."""
    return EventStream(request, None)


@stream.get("/sse/{key}", **documented(query=ReadQuery))
async def sse_key(request: Request, key: str) -> Response:
    """Server-Sent Events of a feed."""
    return EventStream(request, key)


class EventStream(Response):
    """A subscription as an event stream; a refusal at its start is an HTTP status."""

    def __init__(self, request: Request, key: str | None) -> None:
        super().__init__()
        self._request = request
        self._key = key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            extension = current()
            credentials = credentials_of(self._request, self._key)
            query = self._request.query_params
            since = self._request.headers.get("last-event-id") or query.get("since")
            subscribing = extension.subscribers.subscribe(credentials, query, since)
            async with subscribing as subscription:
                await self._stream(extension, subscription, scope, receive, send)
        except PayfeedError as exc:
            await refusal(exc)(scope, receive, send)

    async def _stream(
        self,
        extension: Extension,
        subscription: Subscription,
        scope: Any,
        receive: Any,
        send: Any,
    ) -> None:
        answer = StreamingResponse(
            _messages(extension, subscription),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )
        await _supervised(answer, extension, subscription, scope, receive, send)


async def _supervised(
    answer: Response,
    extension: Extension,
    subscription: Subscription,
    scope: Any,
    receive: Any,
    send: Any,
) -> None:
    """Send an answer; a peer that does not read is aborted."""
    server.limit_silence(scope, extension.subscribers.heartbeat_seconds)
    try:
        await answer(scope, receive, send)
    except asyncio.CancelledError:
        if subscription.closing is None:
            raise
        count_refusal(subscription.closing)
        server.abort(scope)


async def _messages(
    extension: Extension, subscription: Subscription
) -> AsyncIterator[bytes]:
    try:
        async for event_id, text in subscription.frames():
            with subscription.sending:
                yield _message(event_id or subscription.cursor, text)
            extension.metrics.delivered += event_id is not None
    except PayfeedError as exc:
        count_refusal(exc)
        yield _message(subscription.cursor, _error_frame(exc))


def _message(resume_id: str, text: str) -> bytes:
    """Every message has an id: `EventSource` resumes after the last one it received."""
    return f"id: {resume_id}\ndata: {text}\n\n".encode("ascii")


@stream.get("/export.csv", **documented(query=ExportQuery))
async def export_csv(request: Request) -> Response:
    """Payments as CSV, oldest first."""
    return ExportedFile(request, "csv")


@stream.get("/export.jsonl", **documented(query=ExportQuery))
async def export_jsonl(request: Request) -> Response:
    """All events as signed frames, one a line, oldest first."""
    return ExportedFile(request, "jsonl")


class ExportedFile(Response):
    """A part of the log as a file; a refusal at its start is an HTTP status.

    If it ends early, the connection is aborted, so that no client takes the part that
    it received for the whole.
    """

    def __init__(self, request: Request, kind: str) -> None:
        super().__init__()
        self._request = request
        self._kind = kind

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            extension = current()
            access = await authenticate(self._request)
            extension.reads.take(access.key_hash, "requests")
            query = self._request.query_params
            event_filter = parse_filter(query)
            if self._kind == "csv":
                event_filter = payments_only(event_filter)
            since, until = query.get("since"), query.get("until")
            address = address_of(self._request)
            opening = extension.export.open(access, event_filter, since, until, address)
            async with opening as (subscription, last):
                answer = StreamingResponse(
                    self._content(extension, subscription, last, scope),
                    headers={
                        "Cache-Control": "no-store",
                        "Content-Disposition": "attachment;"
                        f' filename="{file_name(self._kind)}"',
                    },
                    media_type=MEDIA_TYPES[self._kind],
                )
                await _supervised(answer, extension, subscription, scope, receive, send)
        except PayfeedError as exc:
            await refusal(exc)(scope, receive, send)

    async def _content(
        self, extension: Extension, subscription: Subscription, last: int, scope: Any
    ) -> AsyncIterator[bytes]:
        write: Write = csv_rows if self._kind == "csv" else json_lines
        if self._kind == "csv":
            yield csv_head().encode()
        try:
            async for part in extension.export.parts(subscription, last, write):
                yield part.encode()
        except PayfeedError as exc:
            count_refusal(exc)
            server.abort(scope)


@stream.websocket("/ws/{key}")
async def websocket_key(websocket: WebSocket, key: str) -> None:
    await _serve(websocket, key)


@stream.websocket("/ws")
async def websocket_header(websocket: WebSocket) -> None:
    await _serve(websocket, None)


async def _serve(websocket: WebSocket, key: str | None) -> None:
    """Accept first: browsers see a refusal before that as 1006 only."""
    try:
        offered, subprotocol = _subprotocols(websocket)
        await websocket.accept(subprotocol=subprotocol)
        extension = current()
        credentials = credentials_of(websocket, key, offered)
        query = websocket.query_params
        subscribing = extension.subscribers.subscribe(
            credentials, query, query.get("since")
        )
        async with subscribing as subscription:
            await _exchange(websocket, extension, subscription)
    except Exception as exc:
        await _end(websocket, exc)


async def _exchange(
    websocket: WebSocket, extension: Extension, subscription: Subscription
) -> None:
    """Send and receive until the connection ends.

    The sender is a task of its own: waking a task costs as much as it is deep, and
    below a route are LNbits' middlewares.
    """
    sender = asyncio.create_task(_send(websocket, extension, subscription))
    subscription.task = sender
    stop_pings = server.ping(websocket.scope, extension.subscribers.heartbeat_seconds)
    try:
        await _receive(websocket, subscription)
    finally:
        stop_pings()
        if subscription.closing is None:
            sender.cancel()


async def _send(
    websocket: WebSocket, extension: Extension, subscription: Subscription
) -> None:
    """All frames, then the close; after that the receiving ends too."""
    metrics, send, sending = extension.metrics, websocket.send, subscription.sending
    try:
        async for event_id, text in subscription.frames():
            with sending:
                await send({"type": "websocket.send", "text": text})
            metrics.delivered += event_id is not None
    except asyncio.CancelledError:
        if subscription.closing is None:
            raise
        if subscription.closing.code == Restarting.code:
            server.abort(websocket.scope)  # it had its time to read
        else:
            await _end(websocket, subscription.closing)
    except Exception as exc:
        await _end(websocket, exc)


async def _receive(websocket: WebSocket, subscription: Subscription) -> None:
    """Handle client frames until the connection ends; none once it is closing."""
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        if subscription.closing:
            continue
        try:
            await subscription.receive(dict(message))
        except Exception as exc:
            subscription.close(_reported(exc))


def _reported(exc: Exception) -> PayfeedError:
    """The error as the subscriber sees it."""
    if isinstance(exc, PayfeedError):
        return exc
    logger.warning(f"payfeed: a subscriber ended with {type(exc).__name__}")
    return Restarting("Something failed, please reconnect.")


async def _end(websocket: WebSocket, exc: Exception) -> None:
    """The error frame, then the close code; a peer that does not read is aborted.

    Not `wait_for`: the server's `close` goes on waiting when it is cancelled.
    """
    if isinstance(exc, WebSocketDisconnect | RuntimeError):
        server.abort(websocket.scope)
        return
    error = _reported(exc)
    count_refusal(error)
    closing = asyncio.create_task(_close(websocket, error))
    try:
        await asyncio.wait({closing}, timeout=CLOSE_TIMEOUT_SECONDS)
    finally:
        if not closing.done():
            server.abort(websocket.scope)


async def _close(websocket: WebSocket, exc: PayfeedError) -> None:
    with contextlib.suppress(Exception):
        if exc.code != Restarting.code:
            await websocket.send_text(_error_frame(exc))
        await websocket.close(code=exc.code, reason=exc.message[:100])


def _error_frame(exc: PayfeedError) -> str:
    return dumps(
        {
            "type": "error",
            "code": exc.code,
            "message": exc.message,
            "retry_after": exc.retry_after,
        }
    )


def _subprotocols(websocket: WebSocket) -> tuple[str | None, str | None]:
    """(key of a `bearer.<key>` item, subprotocol to select)."""
    offered = websocket.scope.get("subprotocols") or []
    selected = SUBPROTOCOL if SUBPROTOCOL in offered else None
    for item in offered:
        if item.startswith("bearer."):
            return item.removeprefix("bearer."), selected
    return None, selected
