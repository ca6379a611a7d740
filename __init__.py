"""Payfeed, an LNbits extension: wiring only."""

from collections.abc import Callable

from fastapi import APIRouter

from . import host, tasks, views_api
from .crud import close_databases, db, open_databases
from .services import Payfeed
from .views import pages

payfeed_ext = APIRouter(prefix="/payfeed", tags=["Payfeed"])
payfeed_ext.include_router(pages)
payfeed_ext.include_router(views_api.api)
payfeed_ext.include_router(views_api.unknown_paths)

payfeed_static_files = [{"path": "/payfeed/static", "name": "payfeed_static"}]

# not in start: LNbits imports a deactivated extension, but does not start it
host.redact_logs()

_stops: list[Callable[[], None]] = []


def payfeed_start() -> None:
    """Called by LNbits in its event loop; a second call starts afresh."""
    host.take_over(payfeed_stop)
    open_databases()
    views_api.Running.payfeed = Payfeed()
    _stops.extend(tasks.start(views_api.Running.payfeed))


def payfeed_stop() -> None:
    """End every task, connection and hook of this copy."""
    while _stops:
        _stops.pop()()
    running, views_api.Running.payfeed = views_api.Running.payfeed, None
    if running:
        running.stop()
    close_databases()


__all__ = ["db", "payfeed_ext", "payfeed_start", "payfeed_static_files", "payfeed_stop"]
