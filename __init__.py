"""Payfeed, an LNbits extension: wiring only."""

from fastapi import APIRouter

from . import tasks, views_api, views_stream, views_webhooks
from .access import redaction
from .crud import db
from .host import log_hooks
from .views import pages

payfeed_ext = APIRouter(prefix="/payfeed", tags=["Payfeed"])
payfeed_ext.include_router(pages)
payfeed_ext.include_router(views_api.api)
payfeed_ext.include_router(views_stream.stream)
payfeed_ext.include_router(views_webhooks.webhooks)
payfeed_ext.include_router(views_api.unknown_paths)

payfeed_static_files = [{"path": "/payfeed/static", "name": "payfeed_static"}]

# not in start: LNbits imports a deactivated extension, but does not start it
log_hooks.install(redaction)


def payfeed_start() -> None:
    """Called by LNbits in its event loop. Another running copy ends first."""
    tasks.start()


def payfeed_stop() -> None:
    """End everything of the running copy."""
    tasks.stop()


__all__ = ["db", "payfeed_ext", "payfeed_start", "payfeed_static_files", "payfeed_stop"]
