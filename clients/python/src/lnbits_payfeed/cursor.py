"""Where a listener is in its feed, kept beyond the end of the program."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from .errors import BadAddress


class Cursor(Protocol):
    """Keeps one event id. `save` is called after an event has been processed."""

    def load(self) -> str | None: ...

    def save(self, event_id: str) -> None: ...


class FileCursor:
    """An id in a file, replaced as a whole: a crash leaves the old or the new one."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def load(self) -> str | None:
        try:
            return self.path.read_text().strip() or None
        except FileNotFoundError:
            return None
        except UnicodeError as exc:
            raise BadAddress(f"{self.path} holds no event id") from exc

    def save(self, event_id: str) -> None:
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
