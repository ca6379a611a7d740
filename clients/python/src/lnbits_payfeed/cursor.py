"""Cursors: the id of the last processed event, stored between runs."""

import contextlib
import os
import sys
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from .errors import BadAddress
from .frames import is_event_id

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Cursor(Protocol):
    """Stores one event id.

    `load` returns it, or None if nothing is stored. `save` replaces it, and is called
    after an event has been processed.
    """

    def load(self) -> str | None: ...

    def save(self, event_id: str) -> None: ...


class AsyncCursor(Protocol):
    """A Cursor whose methods are coroutines, for example of a database."""

    async def load(self) -> str | None: ...

    async def save(self, event_id: str) -> None: ...


class FileCursor:
    """Stores the id in a file, atomically: a crash leaves the old or the new id.

    The file is locked through `<path>.lock` from the first `load` or `save` until
    `close` or until the object is deleted, as two programs with the same file would
    both process every event. Symbolic links are followed and kept.

    every_event: `ack` saves the id before it returns, so that a crash repeats at most
        one event; otherwise a feed saves at most every 50 ms.

    Raises BadAddress if another program has locked the file, or if it contains no event
    id: an empty file would skip the events that wait. Raises OSError if the file cannot
    be read or written.
    """

    def __init__(self, path: str | Path, *, every_event: bool = False) -> None:
        self.path = Path(os.path.realpath(path))
        self.every_event = every_event
        self._unlock: Callable[[], object] | None = None

    def load(self) -> str | None:
        self._take_lock()
        try:
            text = self.path.read_bytes().decode("ascii").strip()
        except FileNotFoundError:
            return None
        except UnicodeError as exc:
            raise self._unusable("contains no event id") from exc
        if not text:
            raise self._unusable("is empty")
        if not is_event_id(text):
            raise self._unusable("contains no event id")
        return text

    def _unusable(self, problem: str) -> BadAddress:
        return BadAddress(
            f"{self.path} {problem}: write the id of the last processed event into it,"
            " or delete it to begin without one"
        )

    def save(self, event_id: str) -> None:
        self._take_lock()
        handle, name = tempfile.mkstemp(prefix=".payfeed-", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(event_id + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise

    def close(self) -> None:
        """Unlock the file. The lock file stays, as removing it would be a race."""
        if self._unlock:
            self._unlock()
        self._unlock = None

    def _take_lock(self) -> None:
        """In a separate file, as `save` replaces the file that contains the id."""
        if self._unlock:
            return
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as exc:
            os.close(handle)
            if isinstance(exc, BlockingIOError | PermissionError):
                text = f"{self.path} is in use by another program"
                raise BadAddress(text) from exc
            raise
        self._unlock = weakref.finalize(self, os.close, handle)
