"""SIGINT and SIGTERM end a command gracefully; a second one interrupts it."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def on_end(stop: Callable[[], None]) -> None:
    """Call `stop` in the running loop on the first signal.

    On Windows, signals interrupt the program instead.
    """
    loop = asyncio.get_running_loop()

    def first() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        stop()

    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, first)
