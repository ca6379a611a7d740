"""Make text from servers and payers safe to print on a terminal."""

SPACES = str.maketrans("\t\n\r", "   ")


def printable(text: str) -> str:
    """Replace control characters: memos are written by payers."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def printable_json(text: str) -> str:
    """The same JSON on one line, with control characters escaped.

    Payfeed's frames are ASCII, so they stay unchanged and can be verified.
    """
    line = text.translate(SPACES)  # in JSON they occur between values only
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
