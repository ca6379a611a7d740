"""LNbits and the server it runs in: every difference between versions is here."""
