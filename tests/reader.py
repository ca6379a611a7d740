"""A plain subscriber for tests: collects frames, nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets

HANG_GUARD = 20


class Reader:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.texts: list[str] = []

    async def next(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.connection.recv(), HANG_GUARD)
        self.texts.append(text)
        frame: dict[str, Any] = json.loads(text)
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            frame = await self.next()
            if frame["type"] == kind:
                return frame

    async def events(self, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < count:
            frame = await self.next()
            if "id" in frame:
                found.append(frame)
        return found

    async def close_code(self) -> int:
        try:
            while True:
                await self.next()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def reading(address: str, **options: Any) -> AsyncIterator[Reader]:
    async with websockets.connect(address, **options) as connection:
        yield Reader(connection)
