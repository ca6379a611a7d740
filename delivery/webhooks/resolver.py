"""DNS that cannot hold up anything else."""

import asyncio
import socket
import threading
from collections.abc import Callable

RESOLVE_SECONDS = 5


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order; [] if it has none in time.

    Each look-up has a thread of its own that nobody waits for: the threads of a pool
    would be taken by names whose servers do not answer, and hold up the end of LNbits.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def answer(addresses: list[str]) -> None:
        if not found.done():
            found.set_result(addresses)

    def look_up() -> None:
        addresses = _look_up(host, port)
        # the loop may have ended meanwhile
        _ignore_closed_loop(lambda: loop.call_soon_threadsafe(answer, addresses))

    threading.Thread(target=look_up, daemon=True, name="payfeed resolves").start()
    try:
        return await asyncio.wait_for(found, RESOLVE_SECONDS)
    except asyncio.TimeoutError:
        return []


def _look_up(host: str, port: int) -> list[str]:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


def _ignore_closed_loop(call: Callable[[], object]) -> None:
    try:
        call()
    except RuntimeError:
        return
