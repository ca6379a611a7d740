"""The pages."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from lnbits.core.models import User
from lnbits.decorators import check_user_exists
from lnbits.helpers import template_renderer

from .feed import protocol
from .host import settings

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
    context = {"user": user.json(), "rules": rules}
    return _render(request, "payfeed/index.html", context)


@pages.get("/display", response_class=HTMLResponse)
async def display(request: Request) -> HTMLResponse:
    """The public display; its key stays in the fragment and never comes here."""
    return _render(request, "payfeed/display.html", {})


def _render(request: Request, name: str, context: dict[str, object]) -> HTMLResponse:
    renderer = template_renderer(["payfeed/templates"])
    page: HTMLResponse = renderer.TemplateResponse(request, name, context)
    return page
