"""LNbits' own WebSockets, `/api/v1/ws/{channel}`."""

import asyncio
import contextlib
from typing import Any

from lnbits.core.services import websocket_manager
from starlette.websockets import WebSocketState

PUSH_SECONDS = 5


def has_listeners() -> bool:
    """Is any client connected to LNbits' own sockets in this process?"""
    return bool(websocket_manager.active_connections)


async def push(channel: str, frame: str) -> None:
    """Send a frame through `websocket_manager`; drop closed and stalled connections.

    `websocket_manager.send` stops at the first connection that fails. The connections
    record that they were served, and the others are then served one by one.
    """
    served: set[int] = set()
    for connection in websocket_manager.get_connections(channel):
        if _is_closed(connection.websocket):
            _drop(connection)
        else:
            _record_sends(connection.websocket, served)
    try:
        await asyncio.wait_for(websocket_manager.send(channel, frame), PUSH_SECONDS)
    except Exception:
        rest = [
            connection
            for connection in websocket_manager.get_connections(channel)
            if id(connection.websocket) not in served
        ]
        await asyncio.gather(*(_send(connection, frame) for connection in rest))


def _is_closed(websocket: Any) -> bool:
    states = (websocket.client_state, websocket.application_state)
    return WebSocketState.DISCONNECTED in states


def _record_sends(websocket: Any, served: set[int]) -> None:
    """`websocket_manager` calls `send_text` of each connection and reports nothing."""

    async def send_text(text: str) -> None:
        await type(websocket).send_text(websocket, text)
        served.add(id(websocket))

    websocket.send_text = send_text


async def _send(connection: Any, frame: str) -> None:
    websocket = connection.websocket
    try:
        sending = type(websocket).send_text(websocket, frame)
        await asyncio.wait_for(sending, PUSH_SECONDS)
    except Exception:
        _drop(connection)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(websocket.close(), 1)


def _drop(connection: Any) -> None:
    with contextlib.suppress(ValueError):
        websocket_manager.active_connections.remove(connection)
