"""Keeps keys out of what LNbits and uvicorn write about the extension's paths.

This is never undone: clients keep sending requests while the extension is deactivated
or removed. LNbits' functions are wrapped once per process; the wrappers use the newest
copy's `redaction`.
"""

import logging
from types import ModuleType
from typing import Any

import lnbits.exceptions
from lnbits.middleware import AuditMiddleware

NAME = "payfeed"


def install(redaction: ModuleType) -> None:
    """Redact with the functions of this module from now on."""
    place: Any = logging.getLogger(NAME)  # the same for all copies in a process
    is_wrapped = hasattr(place, "redaction")
    place.redaction = redaction
    for name in redaction.LOGGERS:
        _replace_filter(logging.getLogger(name), redaction)
    if not is_wrapped:
        _redact_audit(place)
        _redact_exceptions(place)


def _replace_filter(target: logging.Logger, redaction: ModuleType) -> None:
    """Older filters are found by a mark: each copy of the package has its own class."""
    for found in [known for known in target.filters if hasattr(known, "is_payfeed")]:
        target.removeFilter(found)
    redacting: Any = redaction.RedactingFilter()
    redacting.is_payfeed = True
    target.addFilter(redacting)


def _redact_audit(place: Any) -> None:
    """LNbits' audit reads the query before the request reaches a route."""
    middleware: Any = AuditMiddleware
    original = middleware._request_details

    async def request_details(self: Any, request: Any) -> Any:
        details = await original(self, request)
        is_own = details and place.redaction.is_own_path(request.scope["path"])
        return place.redaction.redact_details(details) if is_own else details

    middleware._request_details = request_details


def _redact_exceptions(place: Any) -> None:
    """LNbits logs the path of every request that it answers with 404."""

    def patch(record: Any) -> None:
        record["message"] = place.redaction.redact(record["message"])

    module: Any = lnbits.exceptions
    log = module.logger
    module.logger = log.patch(patch)
