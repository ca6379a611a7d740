"""The few HTTP requests of the command line."""

import asyncio
import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from .connection import Trace
from .errors import RequestFailed

TIMEOUT_SECONDS = 10


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key must not travel to another address."""

    def redirect_request(self, *_: Any) -> None:
        return None


async def request(
    method: str,
    url: str,
    key: str | None = None,
    value: Any = None,
    tls: ssl.SSLContext | None = None,
    trace: Trace | None = None,
) -> Any:
    """The answer's JSON, or RequestFailed. `value` is sent as JSON for POST."""
    body = json.dumps(value) if method == "POST" else None
    if trace:
        trace(f"> {method} {url}" + ("  X-Api-Key: ***" if key else ""))
        if body:
            trace(f"> {body}")
    try:
        answer = await asyncio.to_thread(_request, method, url, key, body, tls)
    except RequestFailed as exc:
        if trace:
            trace(f"< {exc}")
        raise
    if trace:
        trace(f"< 200 {json.dumps(answer)}")
    return answer


def _request(
    method: str,
    url: str,
    key: str | None,
    body: str | None,
    tls: ssl.SSLContext | None,
) -> Any:
    content = body.encode() if body else None
    wanted = urllib.request.Request(url, content, method=method)  # noqa: S310
    wanted.add_header("Content-Type", "application/json")
    if key:
        wanted.add_header("X-Api-Key", key)
    opener = urllib.request.build_opener(
        _NoRedirect, urllib.request.HTTPSHandler(context=tls)
    )
    try:
        with opener.open(wanted, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as exc:
        with exc:
            raise RequestFailed(exc.code, _detail(exc)) from exc
    except urllib.error.URLError as exc:
        raise RequestFailed(0, str(exc.reason)) from exc
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise RequestFailed(0, str(exc) or type(exc).__name__) from exc


def _detail(answer: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(answer)["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(answer.reason)
