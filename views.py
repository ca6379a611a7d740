"""The pages."""

from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from lnbits.core.models import User
from lnbits.decorators import check_user_exists
from lnbits.helpers import template_renderer

from .feed import protocol
from .host import settings
from .host.version import documents_address

NEW_NAMES = {"theme": "background"}

pages = APIRouter()


@pages.get("/", response_class=HTMLResponse)
async def index(
    request: Request, user: User = Depends(check_user_exists)
) -> HTMLResponse:
    """The user's page in the LNbits UI."""
    rules = {
        "types": sorted(protocol.RESERVED_TYPES),
        "members": sorted(protocol.RESERVED_MEMBERS),
        "nesting": protocol.MAX_NESTING,
        "bytes": settings.load().message_bytes,
    }
    context = {"user": user.json(), "rules": rules, "documents": documents_address()}
    return _render(request, "payfeed/index.html", context)


@pages.get("/display", response_class=HTMLResponse)
async def display(request: Request) -> Response:
    """The public display; its key stays in the fragment and never comes here.

    Addresses from 0.1.0 say `theme`, which LNbits would take for itself. Browsers keep
    the fragment when they follow a redirect.
    """
    query = request.query_params.multi_items()
    if "theme" in request.query_params:
        renamed = [(NEW_NAMES.get(name, name), value) for name, value in query]
        return RedirectResponse(f"{request.url.path}?{urlencode(renamed)}")
    return _render(request, "payfeed/display.html", {})


def _render(request: Request, name: str, context: dict[str, object]) -> HTMLResponse:
    renderer = template_renderer(["payfeed/templates"])
    page: HTMLResponse = renderer.TemplateResponse(request, name, context)
    return page
