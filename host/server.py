"""uvicorn, the server that runs LNbits: its shutdown and its connections.

LNbits does not notify extensions of a shutdown. The handler of SIGTERM is a method of
uvicorn's `Server`: its `should_exit` announces the shutdown, and its
`server_state.connections` hold the transports.
"""

import asyncio
import contextlib
import functools
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from loguru import logger

LOOK_SECONDS = 0.1  # as often as uvicorn itself looks
PATIENCE = 0.25  # of the seconds between two pings, in addition


def _server() -> Any:
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if hasattr(server, "should_exit") and hasattr(server, "server_state"):
        return server
    _warn_once()
    return None


@functools.cache
def _warn_once() -> None:
    logger.warning(
        "payfeed: LNbits does not run on a known uvicorn: a shutdown may wait for"
        " readers, and dead connections stay longer"
    )


async def wait_for_shutdown() -> None:
    """Return when the server has begun to shut down."""
    server = _server()
    if server is None:
        await asyncio.Event().wait()
    # uvicorn has no event for it
    while not server.should_exit:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


def _connection(scope: Any) -> Any:
    """uvicorn's protocol object that serves this ASGI scope, or None."""
    server = _server()
    for connection in list(server.server_state.connections) if server else ():
        if getattr(connection, "scope", None) is scope:
            return connection
    return None


def abort(scope: Any) -> None:
    """Close a connection whose peer does not read.

    ASGI cannot abort a connection: the server would first flush to the peer.
    """
    transport = getattr(_connection(scope), "transport", None)
    if transport:
        transport.abort()


def ping(scope: Any, seconds: float) -> Callable[[], None]:
    """Ping a WebSocket every `seconds` until the returned function is called.

    A peer that does not answer is aborted within two and a quarter times `seconds`.
    uvicorn's own pings follow LNbits' settings, by default 80 seconds.
    """
    connection = _connection(scope)
    if not hasattr(connection, "ping"):
        _warn_once()
        return lambda: None
    pinging = asyncio.create_task(_ping(connection, seconds))

    def stop() -> None:
        pinging.cancel()

    return stop


async def _ping(connection: Any, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        own = getattr(connection, "keepalive_ping_task", None)
        if own:
            own.cancel()
        pong = asyncio.create_task(_pong(connection))
        await asyncio.wait({pong}, timeout=seconds)
        # once more: after a standstill of this loop the pong may still be unread
        await asyncio.wait({pong}, timeout=seconds * PATIENCE)
        if not pong.done():
            connection.transport.abort()
            return


async def _pong(connection: Any) -> None:
    with contextlib.suppress(Exception):  # the connection has ended
        await (await connection.ping())


def limit_silence(scope: Any, seconds: float) -> None:
    """Abort a response's connection when its peer's system acknowledges nothing.

    Event streams have no pings. By default the system would wait a quarter of an hour
    for the acknowledgement of a heartbeat.
    """
    connection = _connection(scope)
    if connection is None:
        return
    used = connection.transport.get_extra_info("socket")
    if used and hasattr(socket, "TCP_USER_TIMEOUT"):
        # a duplicate, as event loops do not expose the whole socket
        same = socket.socket(fileno=os.dup(used.fileno()))
        limit_ms = int(seconds * (1 + PATIENCE) * 1000)
        with same, contextlib.suppress(OSError):  # not TCP
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit_ms)
