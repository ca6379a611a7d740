"""How many requests may be open: slow ones must not delay the others."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OPEN_REQUESTS = 32
SLOW_REQUESTS = 256
SLOW_SECONDS = 2

Turn = asyncio.Future[None]


class Budget:
    """Two budgets of a process; a request open for two seconds leaves the first.

    Requests to a receiver that failed last time begin in the second budget.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[object, float] = {}  # since when, the oldest first
        self._slow: dict[object, float] = {}
        self._waiting: deque[Turn] = deque()
        self._waiting_slow: deque[Turn] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def request(self, is_suspect: bool) -> AsyncIterator[None]:
        """Wait for a place, and hold it during the block."""
        turn: Turn = asyncio.get_running_loop().create_future()
        (self._waiting_slow if is_suspect else self._waiting).append(turn)
        self._admit()
        try:
            await turn
            yield
        finally:
            self._open.pop(turn, None)
            self._slow.pop(turn, None)
            self._admit()

    def _admit(self) -> None:
        now = self._clock()
        for turn, since in list(self._open.items()):
            if now - since < SLOW_SECONDS or len(self._slow) >= SLOW_REQUESTS:
                break
            self._slow[turn] = self._open.pop(turn)
        _let_in(self._waiting, self._open, OPEN_REQUESTS, now)
        _let_in(self._waiting_slow, self._slow, SLOW_REQUESTS, now)
        self._look_again(now)

    def _look_again(self, now: float) -> None:
        """Only while a request waits: its place may come from one that becomes slow."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._waiting and len(self._slow) < SLOW_REQUESTS:
            oldest = next(iter(self._open.values()))
            delay = max(0, oldest + SLOW_SECONDS - now)
            self._timer = asyncio.get_running_loop().call_later(delay, self._admit)


def _let_in(
    queue: deque[Turn], places: dict[object, float], most: int, now: float
) -> None:
    while queue and len(places) < most:
        turn = queue.popleft()
        if not turn.done():  # else its task was cancelled
            places[turn] = now
            turn.set_result(None)
