"""Short tasks beside the requests; they end with the copy of the extension."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from loguru import logger

MAX_TASKS = 10_000

T = TypeVar("T")


class BackgroundTasks:
    """Runs coroutines to their end, whoever waits for them. A failure is logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def is_full(self) -> bool:
        return len(self._tasks) >= MAX_TASKS

    def spawn(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def _on_done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure:
            logger.warning(f"payfeed: a task failed: {type(failure).__name__}")

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
