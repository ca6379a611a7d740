"""What servers and payers wrote, made fit for a terminal."""

SPACES = str.maketrans("\t\n\r", "   ")


def printable(text: str) -> str:
    """Whoever pays writes the memo: it must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def printable_json(text: str) -> str:
    """The same JSON on one line, with escapes for what steers terminals.

    Payfeed sends ASCII, so its frames stay as they are and can be verified.
    """
    line = text.translate(SPACES)  # JSON has them between values only
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
