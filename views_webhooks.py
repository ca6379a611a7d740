"""Routes of webhooks. All of them need the wallet's own admin key."""

from fastapi import Request, Response

from .delivery.webhooks.endpoints import Endpoints
from .errors import Forbidden
from .extension import current
from .feed.protocol import parse_number
from .models_webhooks import (
    CreateWebhook,
    DeletedWebhook,
    DeliveriesAnswer,
    DeliveriesQuery,
    DeliveryWithAttempts,
    EnableWebhook,
    PatchWebhook,
    Resend,
    ResendAnswer,
    RotateWebhook,
    TestedWebhook,
    WebhookAnswer,
    WebhookWithSecret,
)
from .openapi import documented
from .views_common import ascii_json, authenticate, new_router, parse_body

webhooks = new_router()


async def _open(request: Request) -> tuple[Endpoints, str]:
    """The endpoints, and the wallet of the request's key."""
    access = await authenticate(request)
    access.require_admin()
    extension = current()
    if not extension.settings.webhooks:
        raise Forbidden("Webhooks are switched off on this server (PAYFEED_WEBHOOKS).")
    extension.reads.take(access.key_hash, "requests")
    return extension.endpoints, access.wallet_id


@webhooks.get("/webhooks", **documented(answer=list[WebhookAnswer]))
async def get_webhooks(request: Request) -> Response:
    """The webhooks of the wallet, oldest first."""
    endpoints, wallet_id = await _open(request)
    return ascii_json(await endpoints.list(wallet_id))


@webhooks.post(
    "/webhooks",
    status_code=201,
    **documented(body=CreateWebhook, answer=WebhookWithSecret),
)
async def create_webhook(request: Request) -> Response:
    """Create a webhook."""
    endpoints, wallet_id = await _open(request)
    body = await parse_body(request, CreateWebhook)
    return ascii_json(await endpoints.create(wallet_id, body), 201)


@webhooks.get("/webhooks/{webhook_id}", **documented(answer=WebhookWithSecret))
async def get_webhook(request: Request, webhook_id: str) -> Response:
    """One webhook, with its secret."""
    endpoints, wallet_id = await _open(request)
    return ascii_json(await endpoints.describe(wallet_id, webhook_id))


@webhooks.patch(
    "/webhooks/{webhook_id}",
    **documented(body=PatchWebhook, answer=WebhookWithSecret),
)
async def patch_webhook(request: Request, webhook_id: str) -> Response:
    """Change a webhook. A request under way is sent again."""
    endpoints, wallet_id = await _open(request)
    body = await parse_body(request, PatchWebhook)
    await endpoints.change(wallet_id, webhook_id, body)
    return ascii_json(await endpoints.describe(wallet_id, webhook_id))


@webhooks.delete("/webhooks/{webhook_id}", **documented(answer=DeletedWebhook))
async def delete_webhook(request: Request, webhook_id: str) -> Response:
    """Remove a webhook; a request under way is abandoned."""
    endpoints, wallet_id = await _open(request)
    await endpoints.delete(wallet_id, webhook_id)
    return ascii_json({"id": webhook_id, "deleted": True})


@webhooks.post("/webhooks/{webhook_id}/test", **documented(answer=TestedWebhook))
async def test_webhook(request: Request, webhook_id: str) -> Response:
    """Send one signed `test` request now, and answer with its outcome."""
    endpoints, wallet_id = await _open(request)
    current().notifies.take(wallet_id, "messages")
    return ascii_json(await endpoints.test(wallet_id, webhook_id))


@webhooks.get(
    "/webhooks/{webhook_id}/deliveries",
    **documented(query=DeliveriesQuery, answer=DeliveriesAnswer),
)
async def get_deliveries(request: Request, webhook_id: str) -> Response:
    """Deliveries, newest event first."""
    endpoints, wallet_id = await _open(request)
    query = request.query_params
    if "event" in query:
        found = await endpoints.deliveries_of(wallet_id, webhook_id, query["event"])
        return ascii_json(found)
    limit = parse_number(query.get("limit", "100"), "limit", 1, 1000)
    state, before = query.get("state"), query.get("before")
    return ascii_json(
        await endpoints.deliveries(wallet_id, webhook_id, state, before, limit)
    )


@webhooks.get(
    "/webhooks/{webhook_id}/deliveries/{event_id}",
    **documented(answer=DeliveryWithAttempts),
)
async def get_delivery(request: Request, webhook_id: str, event_id: str) -> Response:
    """One delivery with its attempts."""
    endpoints, wallet_id = await _open(request)
    return ascii_json(await endpoints.delivery(wallet_id, webhook_id, event_id))


@webhooks.post(
    "/webhooks/{webhook_id}/resend",
    status_code=202,
    **documented(body=Resend, answer=ResendAnswer),
)
async def resend(request: Request, webhook_id: str) -> Response:
    """Send one event, or what failed or all since an event, again."""
    endpoints, wallet_id = await _open(request)
    body = await parse_body(request, Resend)
    count = await endpoints.resend(wallet_id, webhook_id, body)
    return ascii_json({"count": count}, 202)


@webhooks.post(
    "/webhooks/{webhook_id}/enable",
    **documented(body=EnableWebhook, answer=WebhookWithSecret),
)
async def enable_webhook(request: Request, webhook_id: str) -> Response:
    """Go on where a disabled webhook stopped, or with new events only."""
    endpoints, wallet_id = await _open(request)
    body = await parse_body(request, EnableWebhook, default=b"{}")
    await endpoints.enable(wallet_id, webhook_id, body.start)
    return ascii_json(await endpoints.describe(wallet_id, webhook_id))


@webhooks.post(
    "/webhooks/{webhook_id}/rotate",
    **documented(body=RotateWebhook, answer=WebhookWithSecret),
)
async def rotate_webhook(request: Request, webhook_id: str) -> Response:
    """A new secret; the one before signs beside it for `overlap_seconds`."""
    endpoints, wallet_id = await _open(request)
    body = await parse_body(request, RotateWebhook, default=b"{}")
    await endpoints.rotate(wallet_id, webhook_id, body.overlap_seconds)
    return ascii_json(await endpoints.describe(wallet_id, webhook_id))


@webhooks.delete(
    "/webhooks/{webhook_id}/previous-secret",
    **documented(answer=WebhookWithSecret),
)
async def end_previous_secret(request: Request, webhook_id: str) -> Response:
    """End the overlap of a rotation now."""
    endpoints, wallet_id = await _open(request)
    await endpoints.end_previous_secret(wallet_id, webhook_id)
    return ascii_json(await endpoints.describe(wallet_id, webhook_id))
