"""A TCP proxy for PostgreSQL that can lose answers to COMMIT."""

import asyncio
import contextlib


class DatabaseProxy:
    """The next `losses` answers to a COMMIT of Payfeed's events are lost.

    PostgreSQL commits; the client's connection is closed before the answer arrives.
    """

    def __init__(self, port: int) -> None:
        self.losses = 0
        self.lost = 0
        self._target = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """The port on loopback where it listens."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        assert self._server
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        answers = asyncio.create_task(self._pass_on(server, to_client))
        try:
            # only `close` cancels
            with contextlib.suppress(asyncio.CancelledError):
                await self._ask(client, to_server, answers)
        finally:
            answers.cancel()
            for writer in (to_client, to_server):
                writer.close()
            self._connections.discard(task)

    async def _ask(
        self,
        client: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        answers: "asyncio.Task[None]",
    ) -> None:
        has_events = False
        with contextlib.suppress(ConnectionError):
            while data := await client.read(65536):
                has_events = has_events or b"INSERT INTO payfeed.events" in data
                is_lost = has_events and b"COMMIT;\0" in data and self.losses > 0
                if is_lost:
                    self.losses -= 1
                    self.lost += 1
                    answers.cancel()
                to_server.write(data)
                await to_server.drain()
                if is_lost:
                    await asyncio.sleep(0.2)  # until it is committed
                    return

    async def _pass_on(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await server.read(65536):
                to_client.write(data)
                await to_client.drain()
        to_client.close()
