"""Event frames on LNbits' own sockets, pushed through `websocket_manager.send`."""

import asyncio
from collections import deque

from .. import crud
from ..background import BackgroundTasks
from ..feed.tail import Tail
from ..host import sockets
from ..models import Event

QUEUED_FRAMES = 100


class LNbitsSocket:
    """Pushes every event to its feed's channel; payments also to the mirror.

    A channel that is slow drops its oldest frames: LNbits' sockets have no replay.
    """

    def __init__(self, tasks: BackgroundTasks) -> None:
        self._tasks = tasks
        self._queues: dict[str, deque[str]] = {}

    def publish(self, tail: Tail, event: Event) -> None:
        frame = tail.frame(event)
        self._push(tail.feed.channel, frame)
        # LNbits' page celebrates every frame with an amount
        is_received = (event.direction, event.status) == ("in", "confirmed")
        if tail.feed.mirror_to_inkey and event.type == "payment" and is_received:
            self._tasks.spawn(self._mirror(event.wallet_id, frame))

    async def _mirror(self, wallet_id: str, frame: str) -> None:
        """LNbits' own page reads `wallet_balance` beside every payment."""
        balances = await crud.get_balances([wallet_id])
        for msat, inkey in balances.values():
            self._push(inkey, f'{frame[:-1]},"wallet_balance":{msat // 1000}}}')

    def _push(self, channel: str, frame: str) -> None:
        queue = self._queues.get(channel)
        if queue is None:
            queue = self._queues[channel] = deque(maxlen=QUEUED_FRAMES)
            self._tasks.spawn(self._push_all(channel, queue))
        queue.append(frame)

    async def _push_all(self, channel: str, queue: deque[str]) -> None:
        try:
            await asyncio.sleep(0)
            while queue:
                await sockets.push(channel, queue.popleft())
        finally:
            self._queues.pop(channel, None)
