"""From LNbits to the log."""
