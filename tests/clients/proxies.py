"""Forward proxies: HTTP CONNECT and SOCKS5, with a password."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

USER, PASSWORD = "till", "s3cret"
LOGIN = base64.b64encode(f"{USER}:{PASSWORD}".encode())


class ForwardProxy:
    """`targets`: host and port of every requested connection."""

    def __init__(self, kind: str, has_password: bool) -> None:
        self.kind = kind
        self.has_password = has_password
        self.port = 0
        self.targets: list[tuple[str, int]] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            negotiate = self._connect if self.kind == "http" else self._socks
            if await negotiate(reader, writer):
                await self._forward(reader, writer)
        writer.close()

    async def _connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        assert method == b"CONNECT", "all requests use a tunnel"
        if self.has_password and b"Basic " + LOGIN not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            await writer.drain()
            return False
        host, _, port = target.decode().rpartition(":")
        self.targets.append((host, int(port)))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return True

    async def _socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        method = 2 if self.has_password else 0
        if method not in offered:
            writer.write(b"\x05\xff")
            await writer.drain()
            return False
        writer.write(bytes([5, method]))
        if self.has_password:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            (length,) = await reader.readexactly(1)
            assert (user, await reader.readexactly(length)) == (
                USER.encode(),
                PASSWORD.encode(),
            )
            writer.write(b"\x01\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            (length,) = await reader.readexactly(1)
            host = (await reader.readexactly(length)).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.targets.append((host, port))
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        return True

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Every name is this machine, so that only the proxy resolves it."""
        inner, outer = await asyncio.open_connection("127.0.0.1", self.targets[-1][1])

        async def pump(
            source: asyncio.StreamReader, sink: asyncio.StreamWriter
        ) -> None:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, outer), pump(inner, writer))


@asynccontextmanager
async def forward_proxy(
    kind: str, has_password: bool = False
) -> AsyncIterator[ForwardProxy]:
    """`kind`: http or socks."""
    proxy = ForwardProxy(kind, has_password)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.port = int(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        for task in proxy.tasks:
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
