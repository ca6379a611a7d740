"""What REST and streaming routes share: errors as answers, and the key of a request."""

import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from loguru import logger
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from .access.authenticator import Credentials
from .errors import Malformed, PayfeedError, Restarting, TooLarge
from .extension import current
from .feed.protocol import dumps, loads
from .models import Access

SETTINGS_BYTES = 16_384

Model = TypeVar("Model", bound=BaseModel)


class PayfeedRoute(APIRoute):
    """Turns errors into answers with a JSON body `{"detail": "…"}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except PayfeedError as exc:
                return refusal(exc)
            except (HTTPException, RequestValidationError):
                raise
            except ClientDisconnect:
                return refusal(Restarting("The client has gone."))
            except Exception as exc:
                return _failure(exc, f"{request.method} {self.path}")

        return answer


def refusal(exc: PayfeedError) -> Response:
    """Returned, not raised: LNbits' own handler would drop `Retry-After`."""
    count_refusal(exc)
    answer = ascii_json({"detail": exc.message}, exc.status)
    if exc.retry_after:
        answer.headers["Retry-After"] = str(exc.retry_after)
    return answer


def count_refusal(exc: PayfeedError) -> None:
    try:
        extension = current()
    except Restarting:
        return
    if exc.code != Restarting.code:
        extension.metrics.refusals[exc.code] += 1


def _failure(exc: Exception, route: str) -> Response:
    """The place is logged, not the message: a database's error may contain a key."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
    logger.error(f"payfeed: unexpected {type(exc).__name__} in {route}: {where}")
    return ascii_json({"detail": "Something failed."}, 500)


def ascii_json(value: Any, status: int = 200) -> Response:
    """ASCII JSON can answer with any text, lone surrogates included."""
    return Response(dumps(value), status, media_type="application/json")


def new_router() -> APIRouter:
    return APIRouter(prefix="/api/v1", route_class=PayfeedRoute, tags=["Payfeed"])


def address_of(connection: Request | WebSocket) -> str:
    return connection.client.host if connection.client else "unknown"


def bearer_of(connection: Request | WebSocket) -> str | None:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def credentials_of(
    connection: Request | WebSocket, path_key: str | None, offered: str | None = None
) -> Credentials:
    """The key of a request: from its URL, else `offered`, else from a header.

    Raises Malformed if the URL has more than one key.
    """
    query = connection.query_params.multi_items()
    in_query = [value for name, value in query if name.lower() == "api-key"]
    in_url = [key for key in (path_key, *in_query) if key]
    if len(in_url) > 1:
        raise Malformed("The URL has more than one key.")
    in_header = connection.headers.get("x-api-key") or bearer_of(connection)
    key = in_url[0] if in_url else offered or in_header
    return Credentials(key, bool(in_url), address_of(connection))


async def authenticate(request: Request, path_key: str | None = None) -> Access:
    """The access of a request's key. Raises what Authenticator.authenticate raises."""
    credentials = credentials_of(request, path_key)
    return await current().authenticator.authenticate(credentials)


async def read_body(request: Request, limit: int) -> bytes:
    """Raises TooLarge as soon as more than `limit` bytes have arrived."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"The body is limited to {limit} bytes.")
    return body


async def parse_body(
    request: Request, model: type[Model], default: bytes = b""
) -> Model:
    """The JSON object in the body; `default` if that is empty. Raises Malformed."""
    value = loads(await read_body(request, SETTINGS_BYTES) or default)
    # pydantic would make a dict of a list of pairs
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    try:
        return model.parse_obj(value)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"{field}: {first['msg']}") from None
