"""What uses a database runs to its end, even if nobody waits for it any more.

A statement that is cancelled half way may keep SQLite's read lock on a connection that
nobody closes; whoever writes next, LNbits itself, then fails: "database is locked".
"""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Asynchronous = Callable[P, Coroutine[Any, Any, T]]


def whole(function: Asynchronous[P, T]) -> Asynchronous[P, T]:
    """A caller that is cancelled leaves at once; the function itself goes on."""

    @functools.wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.shield(asyncio.create_task(function(*args, **kwargs)))

    return run
