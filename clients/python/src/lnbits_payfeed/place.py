"""Where a listener is in its feed: resuming, dropping doubles, acknowledging. No I/O
but the cursor's."""

from collections import OrderedDict

from .cursor import Cursor, FileCursor

REMEMBERED = 10_000


class Place:
    """`position` is where the next connection resumes; `saved` what the cursor keeps.

    The position moves with what was handed to the caller, the cursor only with what
    the caller has finished.
    """

    def __init__(self, since: str | None, cursor: Cursor | None) -> None:
        self._cursor = cursor
        self._since = since
        self._is_acking = since == "acked" or cursor is not None
        self.position: str | None = None
        self.saved = cursor.load() if cursor else None
        self._count = 0
        self._done = 0
        self._lost = 0
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._ack: str | None = None
        self._is_ack_due = False
        self._hello_cursor = ""

    @property
    def since(self) -> str | None:
        return self.position or self.saved or self._since

    def hello(self, cursor: str, recovered: bool) -> None:
        """Before a gap has been told, the position must stay: it would be hidden.

        The newest ack is due once more, as it may have been lost with the connection
        before. Behind a gap the feed may have another epoch: an ack of what was before
        would make the server close for good.
        """
        self._hello_cursor = cursor
        if recovered:
            self._is_ack_due = self._ack is not None
            self.passed(cursor)
        else:
            self._lost = self._count
            self._ack = None

    def gap(self) -> None:
        self.position = self._hello_cursor

    def passed(self, cursor: str) -> None:
        """The server's cursor: what the filter left out counts as finished."""
        self.position = cursor
        if self._done == self._count:
            self._save(cursor)

    def heartbeat(self, cursor: str) -> None:
        """Acknowledges what the filter left out, if nothing is in hand.

        Only for readers that acknowledge: another one with the same key would move the
        place of those that do.
        """
        self.passed(cursor)
        is_new = cursor not in (self._ack, self._hello_cursor)
        if self._is_acking and self._done == self._count and is_new:
            self._ack, self._is_ack_due = cursor, True

    def skip(self, event_id: str) -> None:
        """Behind an event that cannot be had; kept only with what follows, as the gap
        has yet to be handled."""
        self.position = event_id

    def event(self, event_id: str) -> bool:
        """False if it was handed out before."""
        if event_id in self._seen:
            return False
        self._count += 1
        self._seen[event_id] = self._count
        self.position = event_id
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def finished(self, event_id: str) -> None:
        """The caller has processed this event and all before it."""
        self._is_acking = True
        number = self._seen.get(event_id, 0)
        if number <= self._done:
            return
        self._done = number
        if number > self._lost:
            self._ack, self._is_ack_due = event_id, True
        self._save(event_id)

    def take_ack(self) -> str | None:
        """The id to acknowledge, if the server has not been told of it yet."""
        is_due, self._is_ack_due = self._is_ack_due, False
        return self._ack if is_due else None

    def close(self) -> None:
        """Another listener may have the cursor's file."""
        if isinstance(self._cursor, FileCursor):
            self._cursor.close()

    def _save(self, event_id: str) -> None:
        if self._cursor and event_id != self.saved:
            self._cursor.save(event_id)
        self.saved = event_id
