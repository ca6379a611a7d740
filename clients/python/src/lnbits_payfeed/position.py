"""Where a feed resumes: dropping duplicates, acknowledging. No I/O."""

from collections import OrderedDict

REMEMBERED_IDS = 10_000


class ResumePosition:
    """Two ids of one feed: where the next connection resumes, and what is processed.

    `since` moves with what was handed to the caller. The cursor, and what is
    acknowledged to the server, move only with what the caller has finished.
    """

    def __init__(
        self, since: str | None, has_cursor: bool = False, saved_id: str | None = None
    ) -> None:
        self._has_cursor = has_cursor
        self._initial_since = since
        self._is_acking = since == "acked" or has_cursor
        self._handed_out_id: str | None = None
        self._saved_id = saved_id
        self.unsaved_id: str | None = None  # to save in the cursor, as it has moved
        # events are numbered in the order in which they are handed out
        self._count = 0
        self._finished_number = 0
        self._gap_number = 0
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._ack: str | None = None
        self._is_ack_due = False
        self._hello_cursor = ""

    @property
    def since(self) -> str | None:
        """The `since` of the next connection; None for new events only."""
        return self._handed_out_id or self._saved_id or self._initial_since

    def on_hello(self, cursor: str, is_recovered: bool) -> None:
        """A connection begins at `cursor`; unless `is_recovered`, a gap follows.

        The position moves only with that gap: if the connection breaks before it, the
        next one must report it again.
        The newest ack is sent again, as it may have been lost with the previous
        connection. After a gap the epoch may be another one: the server would close
        for good on an ack from before it.
        """
        self._hello_cursor = cursor
        if is_recovered:
            self._is_ack_due = self._ack is not None
            self.pass_over(cursor)
        else:
            self._gap_number = self._count
            self._ack = None

    def on_gap(self) -> None:
        self._handed_out_id = self._hello_cursor

    def pass_over(self, cursor: str) -> None:
        """Everything up to the server's `cursor` is handed out or filtered out."""
        self._handed_out_id = cursor
        if self._has_finished_all:
            self._save(cursor)

    def on_heartbeat(self, cursor: str) -> None:
        """Acknowledge what the filter left out, unless an event is unfinished.

        Only for feeds that acknowledge: any other one with the same key would move the
        position that the server stores for them.
        """
        self.pass_over(cursor)
        is_new = cursor not in (self._ack, self._hello_cursor)
        if self._is_acking and self._has_finished_all and is_new:
            self._ack, self._is_ack_due = cursor, True

    def skip(self, event_id: str) -> None:
        """Resume after an event that cannot be read.

        The cursor moves only with the next event, as the gap has yet to be handled.
        """
        self._handed_out_id = event_id

    def on_event(self, event_id: str) -> bool:
        """Whether the event is new; False if it was handed out before."""
        if event_id in self._numbers:
            return False
        self._count += 1
        self._numbers[event_id] = self._count
        self._handed_out_id = event_id
        if len(self._numbers) > REMEMBERED_IDS:
            self._numbers.popitem(last=False)
        return True

    def finish(self, event_id: str) -> None:
        """The caller has processed this event and all before it."""
        self._is_acking = True
        number = self._numbers.get(event_id, 0)
        if number <= self._finished_number:
            return
        self._finished_number = number
        if number > self._gap_number:
            self._ack, self._is_ack_due = event_id, True
        self._save(event_id)

    def take_ack(self) -> str | None:
        """The id to acknowledge, if it was not sent on this connection yet."""
        is_due, self._is_ack_due = self._is_ack_due, False
        return self._ack if is_due else None

    def on_loaded(self, event_id: str) -> None:
        """What an asynchronous cursor has stored."""
        self._saved_id = event_id

    def take_unsaved(self) -> str | None:
        """The `unsaved_id`, which is then saved."""
        event_id, self.unsaved_id = self.unsaved_id, None
        return event_id

    @property
    def _has_finished_all(self) -> bool:
        return self._finished_number == self._count

    def _save(self, event_id: str) -> None:
        if self._has_cursor and event_id != self._saved_id:
            self.unsaved_id = event_id
        self._saved_id = event_id
