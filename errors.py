"""What can go wrong, as one tree. Each error knows its HTTP status and close code.

PayfeedError
├── Malformed      422 / 4400   the frame, query or message is not understood
├── TooLarge       413 / 4400
├── NoKey          401 / 4401   no key, or an access key that is not known
├── UnknownWallet  404 / 4401   a wallet key that is not known, as LNbits answers
├── Refused        403 / 4403   known, but not allowed
├── TooMany        429 / 4429   carries `retry_after` in seconds
├── TooSlow        408 / 4008   a frame could not be written for the send timeout
├── Restarting     503 / 1012   the server or the extension stops
└── Unavailable    503 / 1012   the database is locked, full or away; `retry_after`
    └── Locked                  another connection holds a lock on this feed
"""

WALLET_GONE = "The wallet of this key is gone."
RETRY_SECONDS = 5


class PayfeedError(Exception):
    """`status` is the HTTP answer, `code` the WebSocket close code."""

    status = 400
    code = 4400

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class Malformed(PayfeedError):
    status, code = 422, 4400


class TooLarge(PayfeedError):
    status, code = 413, 4400


class NoKey(PayfeedError):
    status, code = 401, 4401


class UnknownWallet(PayfeedError):
    status, code = 404, 4401


class Refused(PayfeedError):
    status, code = 403, 4403


class TooMany(PayfeedError):
    status, code = 429, 4429


class TooSlow(PayfeedError):
    status, code = 408, 4008


class Restarting(PayfeedError):
    status, code = 503, 1012


class Unavailable(PayfeedError):
    status, code = 503, 1012

    def __init__(self, message: str = "The database does not answer.") -> None:
        super().__init__(message, retry_after=RETRY_SECONDS)


class Locked(Unavailable):
    def __init__(self) -> None:
        super().__init__("This feed is locked in the database.")
