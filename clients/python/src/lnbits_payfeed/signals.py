"""SIGINT and SIGTERM ask for the end; a second one interrupts."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

ENDING = (signal.SIGINT, signal.SIGTERM)


def on_end(stop: Callable[[], None]) -> None:
    """`stop` is called in the running loop. Windows has only the interrupt."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        for number in ENDING:
            loop.remove_signal_handler(number)
        stop()

    for number in ENDING:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, first)
