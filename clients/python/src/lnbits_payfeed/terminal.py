"""Print text from servers and payers in a form that is safe on a terminal."""

import os
import sys
import time
from typing import Literal, TextIO

Color = Literal["auto", "always", "never"]
COLORS = ("auto", "always", "never")
CODES = {"green": 32, "red": 31, "yellow": 33, "cyan": 36, "dim": 2}
SPACES = str.maketrans("\t\n\r", "   ")


def printable(text: str) -> str:
    """Replace control characters: memos are written by payers."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def colored(text: str, name: str, file: TextIO, color: Color) -> str:
    """The text in a color, if `file` shows colors; see https://no-color.org."""
    if color == "never" or (color == "auto" and not _shows_colors(file)):
        return text
    return f"\033[{CODES[name]}m{text}\033[0m"


def _shows_colors(file: TextIO) -> bool:
    is_off = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return file.isatty() and not is_off


def print_line(line: str) -> None:
    print(printable(line), flush=True)


def print_error(line: str) -> None:
    """Print a whole line in one write: other threads print their warnings too."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def printable_json(text: str) -> str:
    """The same JSON on one line, with control characters escaped.

    Payfeed's frames are ASCII, so they stay unchanged and can be verified.
    """
    line = text.translate(SPACES)  # in JSON they occur between values only
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def local_time(timestamp: float) -> str:
    """A time in Unix seconds, in the local time zone."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(timestamp))
    except (OSError, OverflowError, ValueError):  # not every system has all years
        return f"@{timestamp}"
