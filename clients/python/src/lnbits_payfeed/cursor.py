"""Where a listener is in its feed, kept beyond the end of the program."""

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
    """Keeps one event id. `save` is called after an event has been processed."""

    def load(self) -> str | None: ...

    def save(self, event_id: str) -> None: ...


class FileCursor:
    """An id in a file, replaced as a whole: a crash leaves the old or the new one.

    From the first `load` or `save` until `close`, or until this object is gone, the
    file is locked by `<file>.lock` beside it: two programs with one file would both get
    everything. A symbolic link is followed, and stays. BadAddress if the file is in
    use, or holds no event id; an empty one would skip what waits.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(os.path.realpath(path))
        self._unlock: Callable[[], object] | None = None

    def load(self) -> str | None:
        self._take_lock()
        try:
            text = self.path.read_bytes().decode("ascii").strip()
        except FileNotFoundError:
            return None
        except UnicodeError as exc:
            raise self._useless("holds no event id") from exc
        if not text:
            raise self._useless("is empty")
        if not is_event_id(text):
            raise self._useless("holds no event id")
        return text

    def _useless(self, what: str) -> BadAddress:
        return BadAddress(
            f"{self.path} {what}: write the id of the last processed event into it, or"
            " delete it to begin without one"
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
        """Gives the lock back. The lock file stays: removing it would be a race."""
        if self._unlock:
            self._unlock()
        self._unlock = None

    def _take_lock(self) -> None:
        """On a file of its own, as `save` puts another file in place of the id's."""
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
