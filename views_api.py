"""REST, notify, SSE and WebSocket routes. The only place that raises HTTPException."""

import asyncio
import contextlib
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from loguru import logger
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.websockets import WebSocketDisconnect

from . import host
from .errors import Malformed, PayfeedError, Refused, Restarting, TooLarge
from .models import Access, CreateKey, PatchFeed, Rotate
from .protocol import dumps, loads, parse_filter, parse_number
from .services import Payfeed
from .session import Session


class PayfeedRoute(APIRoute):
    """Turns errors into answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except PayfeedError as exc:
                return _refusal(exc)
            except HTTPException:
                raise
            except ClientDisconnect:
                return _refusal(Restarting("The client has gone."))
            except Exception as exc:
                return _failure(exc, f"{request.method} {self.path}")

        return answer


def _failure(exc: Exception, route: str) -> Response:
    """Logs the place, not the message: a database error quotes values, a key too."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
    logger.error(f"payfeed: unexpected {type(exc).__name__} in {route}: {where}")
    return ascii_json({"detail": "Something failed."}, 500)


def _refusal(exc: PayfeedError) -> Response:
    """Answered, not raised: LNbits' own handler would drop `Retry-After`."""
    _count(exc)
    answer = ascii_json({"detail": exc.message}, exc.status)
    if exc.retry_after:
        answer.headers["Retry-After"] = str(exc.retry_after)
    return answer


def _count(exc: PayfeedError) -> None:
    if Running.payfeed and exc.code != Restarting.code:
        Running.payfeed.metrics.refusals[exc.code] += 1


api = APIRouter(prefix="/api/v1", route_class=PayfeedRoute, tags=["Payfeed"])


T = TypeVar("T")
Frames = AsyncIterator[tuple[str | None, str]]

GOODBYE_SECONDS = 4
SETTINGS_BYTES = 16384
READ_QUERY = ("since", "types", "direction", "status", "min_amount", "tag")


def _query(*names: str) -> dict[str, Any]:
    """The query in LNbits' OpenAPI; it is read as text and checked by `protocol`."""
    return {
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": "string"}}
            for name in names
        ]
    }


ANY_JSON: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": {}}}}
}


class Running:
    """The running copy, set by start and cleared by stop."""

    payfeed: Payfeed | None = None


def current() -> Payfeed:
    if Running.payfeed is None:
        raise Restarting("Payfeed is not running.")
    return Running.payfeed


def ascii_json(value: Any, status: int = 200) -> Response:
    """ASCII JSON, so that whatever a message held can be answered."""
    return Response(dumps(value), status, media_type="application/json")


def _address(connection: Request | WebSocket) -> str:
    return connection.client.host if connection.client else "unknown"


def _bearer(connection: Request | WebSocket) -> str | None:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _header_key(connection: Request | WebSocket) -> str | None:
    return connection.headers.get("x-api-key") or _bearer(connection)


def _url_key(connection: Request | WebSocket, key: str | None) -> str | None:
    """The key in the address, where an admin key may not be; it goes before others."""
    query = connection.query_params.multi_items()
    keys = [value for name, value in query if name.lower() == "api-key"]
    keys = [value for value in (key, *keys) if value]
    if len(keys) > 1:
        raise Malformed("There is more than one key in this address.")
    return keys[0] if keys else None


async def _access(request: Request, key: str | None = None) -> Access:
    in_url = _url_key(request, key)
    key = in_url or _header_key(request)
    return await current().doors.authenticate(key, _address(request), bool(in_url))


async def _read_access(request: Request) -> Access:
    """The access of a request that reads; such requests have a rate per key."""
    access = await _access(request)
    current().reads.take(access.key_hash, "requests")
    return access


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client has gone."""

    async def disconnect() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, gone = asyncio.create_task(work), asyncio.create_task(disconnect())
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Restarting("The client has gone.")
        return working.result()
    finally:
        working.cancel()
        gone.cancel()


async def _body(request: Request, limit: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"This is limited to {limit} bytes.")
    return body


async def _parse(request: Request, model: Any) -> Any:
    value = loads(await _body(request, SETTINGS_BYTES))
    # pydantic would make a dict of a list of pairs
    if not isinstance(value, dict):
        raise Malformed("Send a JSON object.")
    try:
        return model.parse_obj(value)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"{where}: {first['msg']}") from None


@api.get("/health")
async def health() -> Response:
    running = Running.payfeed
    ok = running is not None and running.is_healthy
    return ascii_json({"status": "ok" if ok else "not ok"}, 200 if ok else 503)


@api.get("/metrics")
async def metrics(request: Request) -> Response:
    payfeed, token = current(), _bearer(request)
    if not (token and payfeed.is_metrics_token(token)):
        if not await host.is_administrator(request, token):
            raise Refused("This is for administrators of LNbits.")
    media_type = "text/plain; version=0.0.4; charset=utf-8"
    return Response(payfeed.metrics_text(), media_type=media_type)


@api.get("/feed")
async def get_feed(request: Request) -> Response:
    return ascii_json(await current().describe(await _read_access(request)))


@api.patch("/feed", openapi_extra=ANY_JSON)
async def patch_feed(request: Request) -> Response:
    access = await _access(request)
    changes = (await _parse(request, PatchFeed)).dict(exclude_none=True)
    return ascii_json(await current().change(access, changes))


@api.post("/feed/rotate", openapi_extra=ANY_JSON)
async def rotate_feed(request: Request) -> Response:
    access = await _access(request)
    return ascii_json(
        await current().rotate(access, (await _parse(request, Rotate)).what)
    )


@api.get("/keys")
async def get_keys(request: Request) -> Response:
    return ascii_json(await current().doors.list_keys(await _read_access(request)))


@api.post("/keys", status_code=201, openapi_extra=ANY_JSON)
async def create_key(request: Request) -> Response:
    access = await _access(request)
    wish = await _parse(request, CreateKey)
    return ascii_json(await current().doors.create_key(access, wish), 201)


@api.delete("/keys/{key_id}")
async def revoke_key(request: Request, key_id: str) -> Response:
    if not await current().revoke(await _access(request), key_id):
        raise HTTPException(404, "There is no such key.")
    return ascii_json({"id": key_id, "revoked": True})


@api.get("/subscribers")
async def get_subscribers(request: Request) -> Response:
    return ascii_json(await current().who(await _read_access(request)))


@api.get("/events", openapi_extra=_query(*READ_QUERY, "before", "limit", "wait"))
async def get_events(request: Request) -> Response:
    access = await _read_access(request)
    query = request.query_params
    reading = current().read_events(
        access,
        query.get("since"),
        query.get("before"),
        parse_number(query.get("limit", "100"), "limit", 1, 1000),
        parse_number(query.get("wait", "0"), "wait", 0, 30),
        parse_filter(query),
        _address(request),
    )
    answer = await _while_connected(request, reading)
    frames = ",".join(answer.pop("events"))
    text = f'{{"events":[{frames}],{dumps(answer)[1:]}'
    return Response(text, media_type="application/json")


@api.post("/test")
async def send_test(request: Request) -> Response:
    event_id, delivered = await current().test(await _access(request))
    return ascii_json({"sent": True, "id": event_id, "delivered": delivered})


@api.get("/notify/{key}/{message:path}")
@api.get("/ws/{key}/{message:path}")
async def notify_get(request: Request, key: str, message: str) -> Response:
    access = await _access(request, key)
    payfeed = current()
    if len(message.encode("utf-8", "surrogatepass")) > payfeed.message_bytes:
        raise TooLarge(f"Messages are limited to {payfeed.message_bytes} bytes.")
    event_id, delivered = await payfeed.notify(access, message)
    return ascii_json(
        {"sent": True, "message": message, "id": event_id, "delivered": delivered}
    )


async def _notify_post(request: Request, key: str | None) -> Response:
    access = await _access(request, key)
    payfeed = current()
    data = payfeed.parse_message(
        await _body(request, payfeed.message_bytes),
        request.headers.get("content-type", ""),
        request.query_params.get("data"),
    )
    once = request.headers.get("idempotency-key")
    event_id, delivered = await payfeed.notify(access, data, once)
    return ascii_json(
        {"sent": True, "data": data, "id": event_id, "delivered": delivered}
    )


@api.post("/notify", openapi_extra=ANY_JSON)
async def notify_post(request: Request) -> Response:
    return await _notify_post(request, None)


@api.post("/notify/{key}", openapi_extra=ANY_JSON)
@api.post("/ws/{key}", openapi_extra=ANY_JSON)
async def notify_post_key(request: Request, key: str) -> Response:
    return await _notify_post(request, key)


async def _sse(request: Request, key: str | None) -> Response:
    payfeed = current()
    address = _address(request)
    access = await _access(request, key)
    wanted = parse_filter(request.query_params)
    since = request.headers.get("last-event-id") or request.query_params.get("since")
    acked = await payfeed.doors.acked(access)
    session = await payfeed.open_stream(access, wanted, address, since)
    frames = session.frames(since, acked)
    try:
        _, first = await frames.__anext__()
    except BaseException:
        payfeed.end_session(session)
        raise

    async def stream() -> AsyncIterator[bytes]:
        try:
            yield _sse_message(session.cursor, first)
            async for event_id, text in frames:
                session.last_sent = session.sending_since = time.monotonic()
                yield _sse_message(event_id or session.cursor, text)
                session.sending_since = None
                payfeed.metrics.delivered += event_id is not None
        except PayfeedError as exc:
            _count(exc)
            yield _sse_message(session.cursor, _error_frame(exc))

    return EventStream(payfeed, session, stream())


class EventStream(StreamingResponse):
    """The answer of a session; a peer that does not read it is cut off."""

    def __init__(
        self, payfeed: Payfeed, session: Session, messages: AsyncIterator[bytes]
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(messages, headers=headers, media_type="text/event-stream")
        self.payfeed = payfeed
        self.session = session

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        task = asyncio.current_task()
        if task:
            self.payfeed.sessions[self.session] = task
        host.limit_silence(scope, self.payfeed.heartbeat_seconds)
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if self.session.closing is None:
                raise
            _count(self.session.closing)
            host.abort_answer(scope)
        finally:
            self.payfeed.end_session(self.session)


def _sse_message(resume_id: str, text: str) -> bytes:
    """Every message has an id: `EventSource` resumes after the last one it has seen."""
    return f"id: {resume_id}\ndata: {text}\n\n".encode("ascii")


@api.get("/sse", openapi_extra=_query(*READ_QUERY))
async def sse(request: Request) -> Response:
    return await _sse(request, None)


@api.get("/sse/{key}", openapi_extra=_query(*READ_QUERY))
async def sse_key(request: Request, key: str) -> Response:
    return await _sse(request, key)


def _error_frame(exc: PayfeedError) -> str:
    return dumps(
        {
            "type": "error",
            "code": exc.code,
            "message": exc.message,
            "retry_after": exc.retry_after,
        }
    )


def _socket_key(websocket: WebSocket) -> tuple[str | None, str | None]:
    """(key, subprotocol to select): header, bearer, or the subprotocol list."""
    offered = websocket.scope.get("subprotocols") or []
    chosen = "payfeed.v1" if "payfeed.v1" in offered else None
    for item in offered:
        if item.startswith("bearer."):
            return item.removeprefix("bearer."), chosen
    return _header_key(websocket), chosen


@api.websocket("/ws/{key}")
async def websocket_key(websocket: WebSocket, key: str) -> None:
    await _serve(websocket, key)


@api.websocket("/ws")
async def websocket_header(websocket: WebSocket) -> None:
    await _serve(websocket, None)


async def _serve(websocket: WebSocket, key: str | None) -> None:
    """Accept first: a refusal before that reaches browsers as 1006 only."""
    route = asyncio.current_task()
    try:
        offered, chosen = _socket_key(websocket)
        await websocket.accept(subprotocol=chosen)
        payfeed = current()
        in_url = _url_key(websocket, key)
        session, frames = await _admit(websocket, payfeed, in_url or offered, in_url)
    except Exception as exc:
        await _end(websocket, route, exc)
        return
    # a task of its own: waking one costs what its depth costs, and here that is LNbits'
    sender = asyncio.create_task(_send(websocket, route, payfeed, session, frames))
    payfeed.sessions[session] = sender
    stop_pings = host.ping_socket(route, payfeed.heartbeat_seconds)
    try:
        await _read(websocket, session)
    finally:
        stop_pings()
        payfeed.end_session(session)
        if session.closing is None:
            sender.cancel()


async def _admit(
    websocket: WebSocket, payfeed: Payfeed, key: str | None, in_url: str | None
) -> tuple[Session, Frames]:
    address, query = _address(websocket), websocket.query_params
    access = await payfeed.doors.authenticate(key, address, bool(in_url))
    wanted = parse_filter(query)
    acked = await payfeed.doors.acked(access)
    since = query.get("since")
    session = await payfeed.open_stream(access, wanted, address, since)
    return session, session.frames(since, acked)


async def _send(
    websocket: WebSocket,
    route: asyncio.Task[Any] | None,
    payfeed: Payfeed,
    session: Session,
    frames: Frames,
) -> None:
    """All frames and the goodbye, after which the reading ends too."""
    metrics, send = payfeed.metrics, websocket.send
    try:
        async for event_id, text in frames:
            session.last_sent = session.sending_since = time.monotonic()
            await send({"type": "websocket.send", "text": text})
            session.sending_since = None
            metrics.delivered += event_id is not None
    except asyncio.CancelledError:
        if session.closing is None:
            raise
        if session.closing.code == Restarting.code:
            host.abort_socket(route)  # it had its time to read
        else:
            await _end(websocket, route, session.closing)
    except Exception as exc:
        await _end(websocket, route, exc)


async def _read(websocket: WebSocket, session: Session) -> None:
    """Client frames until the connection ends; none is taken once it is closing."""
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        if session.closing:
            continue
        try:
            await session.receive(dict(message))
        except Exception as exc:
            session.close(_told(exc))


def _told(exc: Exception) -> PayfeedError:
    """What a subscriber hears of an error."""
    if isinstance(exc, PayfeedError):
        return exc
    logger.warning(f"payfeed: a subscriber ended with {type(exc).__name__}")
    return Restarting("Something failed, please reconnect.")


async def _end(
    websocket: WebSocket, route: asyncio.Task[Any] | None, exc: Exception
) -> None:
    """The error frame, then the close code; who does not take them is cut off.

    Not `wait_for`: the server's `close` goes on waiting when it is cancelled.
    """
    if isinstance(exc, WebSocketDisconnect | RuntimeError):
        host.abort_socket(route)
        return
    told = _told(exc)
    _count(told)
    goodbye = asyncio.create_task(_say_goodbye(websocket, told))
    try:
        await asyncio.wait({goodbye}, timeout=GOODBYE_SECONDS)
    finally:
        if not goodbye.done():
            host.abort_socket(route)


async def _say_goodbye(websocket: WebSocket, exc: PayfeedError) -> None:
    with contextlib.suppress(Exception):
        if exc.code != Restarting.code:
            await websocket.send_text(_error_frame(exc))
        await websocket.close(code=exc.code, reason=exc.message[:100])


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


unknown_paths = APIRouter(route_class=PayfeedRoute)


@unknown_paths.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
async def unknown(request: Request) -> Response:
    """A known path with a wrong method gets 405, any other path 404."""
    allowed = _methods_of(request)
    if not allowed:
        return ascii_json({"detail": "Not Found"}, 404)
    answer = ascii_json({"detail": "Method Not Allowed"}, 405)
    answer.headers["Allow"] = ", ".join(allowed)
    return answer


def _methods_of(request: Request) -> list[str]:
    """The methods of this path's routes. LNbits may have given them a prefix."""
    prefix = request.scope["route"].path.removesuffix("{path:path}")
    return sorted(
        {
            method
            for route in request.app.routes
            if isinstance(route, APIRoute) and route.path.startswith(prefix)
            for method in route.methods
            if route.matches(request.scope)[0] is Match.PARTIAL
        }
    )
