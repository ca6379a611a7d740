"""Where a listener is in its feed: resuming, dropping doubles, acknowledging. No I/O
but the cursor's."""

from collections import OrderedDict

from .cursor import Cursor

REMEMBERED = 10_000


class Place:
    """`position` is where the next connection resumes; `saved` what the cursor keeps.

    The position moves with what was handed to the caller, the cursor only with what
    the caller has finished.
    """

    def __init__(self, since: str | None, cursor: Cursor | None) -> None:
        self._cursor = cursor
        self._since = since
        self.position: str | None = None
        self.saved = cursor.load() if cursor else None
        self._connection = 0
        self._count = 0
        self._done = 0
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._ack: str | None = None
        self._hello_cursor = ""

    @property
    def since(self) -> str | None:
        return self.position or self.saved or self._since

    def hello(self, cursor: str, recovered: bool) -> None:
        """Before a gap has been told, the position must stay: it would be hidden."""
        self._connection += 1
        self._hello_cursor = cursor
        if cursor in self._seen:
            self._seen[cursor] = (self._seen[cursor][0], self._connection)
        if recovered:
            self.passed(cursor)

    def gap(self) -> None:
        self.position = self._hello_cursor

    def passed(self, cursor: str) -> None:
        """The server's cursor: what the filter left out counts as finished."""
        self.position = cursor
        if self._done == self._count:
            self._save(cursor)

    def event(self, event_id: str) -> bool:
        """False if it was handed out before."""
        known = self._seen.get(event_id)
        number = known[0] if known else self._count + 1
        self._seen[event_id] = (number, self._connection)
        if known:
            return False
        self._count = number
        self.position = event_id
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def skip(self, event_id: str) -> None:
        """An event of a later protocol, which nobody here can process."""
        self.passed(event_id)

    def finished(self, event_id: str) -> None:
        """The caller has processed this event and all before it."""
        number, _ = self._seen.get(event_id, (0, 0))
        if number > self._done:
            self._done = number
            self._ack = event_id
            self._save(event_id)

    def take_ack(self) -> str | None:
        """The id to acknowledge: only one that this connection has delivered.

        Anything else would make the server close for good.
        """
        if self._ack and self._seen.get(self._ack, (0, 0))[1] == self._connection:
            ack, self._ack = self._ack, None
            return ack
        return None

    def _save(self, event_id: str) -> None:
        if self._cursor and event_id != self.saved:
            self._cursor.save(event_id)
        self.saved = event_id
