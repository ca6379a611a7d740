"""REST routes. With the other views, the only place that raises HTTPException."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match

from .delivery.history import EventsRequest
from .errors import Forbidden, Restarting
from .extension import Extension, current
from .feed.protocol import dumps, parse_filter, parse_number
from .host import wallets
from .models import (
    Access,
    CreateDisplay,
    CreatedKey,
    CreateKey,
    DeletedDisplay,
    DisplayAnswer,
    ErasedAnswer,
    EraseEvents,
    EventsAnswer,
    EventsQuery,
    FeedAnswer,
    HealthAnswer,
    KeyAnswer,
    PatchDisplay,
    PatchFeed,
    RenameKey,
    RevokedKey,
    Rotate,
    SentAnswer,
    ServerAnswer,
    SubscriberAnswer,
)
from .openapi import documented
from .overview import overview
from .views_common import (
    PayfeedRoute,
    address_of,
    ascii_json,
    authenticate,
    bearer_of,
    new_router,
    parse_body,
    read_body,
)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

T = TypeVar("T")

api = new_router()
unknown_paths = APIRouter(route_class=PayfeedRoute)


@api.get("/health", response_model=HealthAnswer)
async def get_health() -> Response:
    """200 while the extension runs and its sweeps reach the database, else 503."""
    try:
        is_ok = current().is_healthy
    except Restarting:
        is_ok = False
    return ascii_json({"status": "ok" if is_ok else "not ok"}, 200 if is_ok else 503)


@api.get("/metrics")
async def get_metrics(request: Request) -> Response:
    """Counters of this process, and what waits, in Prometheus' text format."""
    extension, token = current(), bearer_of(request)
    if not (token and extension.is_metrics_token(token)):
        await _require_administrator(request)
    media_type = "text/plain; version=0.0.4; charset=utf-8"
    return Response(await extension.metrics_text(), media_type=media_type)


@api.get("/server", **documented(answer=ServerAnswer))
async def get_server(request: Request) -> Response:
    """The server as a whole; for administrators of LNbits."""
    await _require_administrator(request)
    return ascii_json(await overview(current()))


@api.get("/feed", **documented(answer=FeedAnswer))
async def get_feed(request: Request) -> Response:
    """The feed of the key's wallet."""
    access = await _authenticate_reading(request)
    return await _described(current(), access)


@api.patch("/feed", **documented(body=PatchFeed, answer=FeedAnswer))
async def patch_feed(request: Request) -> Response:
    """Change the settings of a feed; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    changes = (await parse_body(request, PatchFeed)).dict(exclude_none=True)
    extension = current()
    await extension.feeds.change(access.wallet_id, changes)
    if changes.get("allow_inkey") is False:
        reason = Forbidden("The invoice key may not open this feed.")
        extension.subscribers.close_inkey(access.wallet_id, reason)
    return await _described(extension, access)


@api.post("/feed/rotate", **documented(body=Rotate, answer=FeedAnswer))
async def rotate_feed(request: Request) -> Response:
    """A new channel, signing secret or epoch; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    body = await parse_body(request, Rotate)
    feeds = current().feeds
    await feeds.rotate(access.wallet_id, body.what, body.overlap_seconds)
    return await _described(current(), access)


@api.delete("/feed/previous-secret", **documented(answer=FeedAnswer))
async def end_previous_secret(request: Request) -> Response:
    """End the overlap of a rotation now; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    await current().feeds.end_previous_secret(access.wallet_id)
    return await _described(current(), access)


async def _described(extension: Extension, access: Access) -> Response:
    access.require_scope("read")
    access.require_whole_feed()
    wallet_id = access.wallet_id
    feed = await extension.feeds.describe(wallet_id, with_secrets=access.is_admin)
    feed["subscribers"] = extension.subscribers.count(wallet_id)
    feed["retention"] = extension.retention.describe()
    return ascii_json(feed)


@api.get("/keys", **documented(answer=list[KeyAnswer]))
async def get_keys(request: Request) -> Response:
    """The access keys of a wallet; needs the admin key."""
    access = await _authenticate_reading(request)
    access.require_admin()
    return ascii_json(await current().keys.list(access.wallet_id))


@api.post("/keys", status_code=201, **documented(body=CreateKey, answer=CreatedKey))
async def create_key(request: Request) -> Response:
    """Create an access key; needs the admin key. The answer shows the key once."""
    access = await authenticate(request)
    access.require_admin()
    new_key = await parse_body(request, CreateKey)
    return ascii_json(await current().keys.create(access.wallet_id, new_key), 201)


@api.patch("/keys/{key_id}", **documented(body=RenameKey, answer=KeyAnswer))
async def rename_key(request: Request, key_id: str) -> Response:
    """Rename an access key; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    name = (await parse_body(request, RenameKey)).name
    return ascii_json(await current().keys.rename(access.wallet_id, key_id, name))


@api.delete("/keys/{key_id}", **documented(answer=RevokedKey))
async def revoke_key(request: Request, key_id: str) -> Response:
    """Revoke an access key and close what it opened; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    if not await current().keys.revoke(access.wallet_id, key_id):
        raise HTTPException(404, "There is no such key.")
    return ascii_json({"id": key_id, "revoked": True})


@api.get("/displays", **documented(answer=list[DisplayAnswer]))
async def get_displays(request: Request) -> Response:
    """The saved displays of a wallet with their keys; needs the admin key."""
    access = await _authenticate_reading(request)
    access.require_admin()
    return ascii_json(await current().displays.list(access.wallet_id))


@api.post(
    "/displays", status_code=201, **documented(body=CreateDisplay, answer=DisplayAnswer)
)
async def create_display(request: Request) -> Response:
    """Save a display, with a new public key; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    body = await parse_body(request, CreateDisplay)
    return ascii_json(await current().displays.create(access.wallet_id, body), 201)


@api.patch(
    "/displays/{display_id}", **documented(body=PatchDisplay, answer=DisplayAnswer)
)
async def patch_display(request: Request, display_id: str) -> Response:
    """Change the name or the options; needs the admin key. The key stays."""
    access = await authenticate(request)
    access.require_admin()
    body = await parse_body(request, PatchDisplay)
    changed = await current().displays.change(access.wallet_id, display_id, body)
    return ascii_json(changed)


@api.delete("/displays/{display_id}", **documented(answer=DeletedDisplay))
async def delete_display(request: Request, display_id: str) -> Response:
    """Remove a display and revoke its key; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    await current().displays.delete(access.wallet_id, display_id)
    return ascii_json({"id": display_id, "deleted": True})


@api.get("/subscribers", **documented(answer=list[SubscriberAnswer]))
async def get_subscribers(request: Request) -> Response:
    """The subscribers of a feed in this process; for keys of the wallet's owner."""
    access = await _authenticate_reading(request)
    if not access.is_owner:
        raise Forbidden("This needs a key of the wallet's owner.")
    return ascii_json(current().subscribers.describe(access.wallet_id))


@api.get("/events", **documented(query=EventsQuery, answer=EventsAnswer))
async def get_events(request: Request) -> Response:
    """A page of events; with `wait`, a long poll."""
    access = await _authenticate_reading(request)
    query = request.query_params
    events_request = EventsRequest(
        since=query.get("since"),
        before=query.get("before"),
        limit=parse_number(query.get("limit", "100"), "limit", 1, 1000),
        wait_seconds=parse_number(query.get("wait", "0"), "wait", 0, 30),
        event_filter=parse_filter(query),
    )
    reading = current().history.read(access, events_request, address_of(request))
    answer = await _while_connected(request, reading)
    frames = ",".join(answer.pop("events"))
    text = f'{{"events":[{frames}],{dumps(answer)[1:]}'
    return Response(text, media_type="application/json")


@api.delete("/events", **documented(body=EraseEvents, answer=ErasedAnswer))
async def erase_events(request: Request) -> Response:
    """Erase events for good; needs the admin key."""
    access = await authenticate(request)
    access.require_admin()
    body = await parse_body(request, EraseEvents)
    extension, wallet_id = current(), access.wallet_id
    if body.dry_run:
        count = await extension.erasing.count(wallet_id, body.before)
    else:
        # goes on if the client leaves
        erasing = extension.erasing.erase(wallet_id, body.before)
        count = await asyncio.shield(extension.tasks.spawn(erasing))
    return ascii_json({"events": count, "dry_run": body.dry_run})


@api.post("/test", **documented(answer=SentAnswer))
async def send_test(request: Request) -> Response:
    """Record a test event."""
    access = await authenticate(request)
    extension = current()
    _take_message(extension, access)
    event_id = await extension.messages.send_test(access.wallet_id)
    return _sent(extension, access, event_id)


@api.get("/notify/{key}/{message:path}", **documented(answer=SentAnswer))
@api.get("/ws/{key}/{message:path}", **documented(answer=SentAnswer))
async def notify_get(request: Request, key: str, message: str) -> Response:
    """Record a message: the text as it is in the path."""
    access = await authenticate(request, key)
    extension = current()
    extension.messages.check_size(len(message.encode("utf-8", "surrogatepass")))
    _take_message(extension, access)
    event_id = await extension.messages.send(access.wallet_id, message)
    return _sent(extension, access, event_id, message=message)


@api.post("/notify", **documented(answer=SentAnswer, is_any_json=True))
async def notify_post(request: Request) -> Response:
    """Record a message: JSON, text, or `?data=` with an empty body."""
    return await _notify_post(request, None)


@api.post("/notify/{key}", **documented(answer=SentAnswer, is_any_json=True))
@api.post("/ws/{key}", **documented(answer=SentAnswer, is_any_json=True))
async def notify_post_key(request: Request, key: str) -> Response:
    """Record a message; the key is in the path."""
    return await _notify_post(request, key)


async def _notify_post(request: Request, key: str | None) -> Response:
    access = await authenticate(request, key)
    extension = current()
    messages, wallet_id = extension.messages, access.wallet_id
    value = messages.parse(
        await read_body(request, messages.max_bytes),
        request.headers.get("content-type", ""),
        request.query_params.get("data"),
    )
    access.require_scope("notify")
    idempotency_key = request.headers.get("idempotency-key")
    event_id = None
    if idempotency_key is not None:
        event_id = await messages.known_id(wallet_id, value, idempotency_key)
    if event_id is None:
        _take_message(extension, access)
        event_id = await messages.send(wallet_id, value, idempotency_key)
    return _sent(extension, access, event_id, data=value)


def _take_message(extension: Extension, access: Access) -> None:
    access.require_scope("notify")
    extension.notifies.take(access.wallet_id, "messages")


def _sent(extension: Extension, access: Access, event_id: str, **echo: Any) -> Response:
    delivered = extension.subscribers.count(access.wallet_id)
    return ascii_json({"sent": True} | echo | {"id": event_id, "delivered": delivered})


async def _require_administrator(request: Request) -> None:
    if not await wallets.is_administrator(request, bearer_of(request)):
        raise Forbidden("This is for administrators of LNbits.")


async def _authenticate_reading(request: Request) -> Access:
    """Requests that read have a rate per key."""
    access = await authenticate(request)
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


@unknown_paths.api_route("/{path:path}", methods=METHODS, include_in_schema=False)
async def answer_unknown(request: Request) -> Response:
    """405 for a wrong method, else 404. LNbits' own 404 would log a key in the path."""
    allowed = _methods_of(request)
    if not allowed:
        return ascii_json({"detail": "Not Found"}, 404)
    answer = ascii_json({"detail": "Method Not Allowed"}, 405)
    answer.headers["Allow"] = ", ".join(allowed)
    return answer


def _methods_of(request: Request) -> list[str]:
    """The methods that this path takes, under whatever prefix LNbits mounts it."""
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
