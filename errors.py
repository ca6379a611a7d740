"""What can go wrong, as one tree. Each error has an HTTP status and a close code.

PayfeedError
├── Malformed      422 / 4400   the frame, query or message is not valid
├── TooLarge       413 / 4400   the body is over its limit
├── Unauthorized   401 / 4401   no key, or an unknown access key
├── UnknownWallet  404 / 4401   an unknown wallet key, as LNbits answers
├── Forbidden      403 / 4403   a known key that may not do this
├── NotFound       404 / 4400   what the request names does not exist
├── Conflict       409 / 4400   the request does not fit the present state
├── RateLimited    429 / 4429   with `retry_after`
├── TooSlow        408 / 4008   a frame could not be written within the send timeout
├── Restarting     503 / 1012   the server or the extension stops
└── Unavailable    503 / 1012   the database is locked, full or away; `retry_after`
    └── Locked                  another connection holds a lock on this feed
"""

WALLET_GONE = "The wallet of this key is gone."
RETRY_SECONDS = 5


class PayfeedError(Exception):
    """`message` is a sentence for the client, `retry_after` a number of seconds."""

    status = 400
    code = 4400

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class Malformed(PayfeedError):
    """The query, body or frame is not valid."""

    status, code = 422, 4400


class TooLarge(PayfeedError):
    """The body is over its limit."""

    status, code = 413, 4400


class Unauthorized(PayfeedError):
    """There is no key, or the access key is unknown."""

    status, code = 401, 4401


class UnknownWallet(PayfeedError):
    """The wallet key is unknown."""

    status, code = 404, 4401


class Forbidden(PayfeedError):
    """The key is known, but may not do this."""

    status, code = 403, 4403


class NotFound(PayfeedError):
    """What the request names does not exist, or is no longer kept."""

    status, code = 404, 4400


class Conflict(PayfeedError):
    """The request does not fit the present state."""

    status, code = 409, 4400


class RateLimited(PayfeedError):
    """Too many requests; `Retry-After` has seconds."""

    status, code = 429, 4429


class TooSlow(PayfeedError):
    """A frame could not be written within the send timeout."""

    status, code = 408, 4008


class Restarting(PayfeedError):
    """The server or the extension stops."""

    status, code = 503, 1012


class Unavailable(PayfeedError):
    """The database does not answer, or Payfeed is not running."""

    status, code = 503, 1012

    def __init__(self, message: str = "The database does not answer.") -> None:
        super().__init__(message, retry_after=RETRY_SECONDS)


class Locked(Unavailable):
    """Another connection holds a lock on this feed."""

    def __init__(self) -> None:
        super().__init__("This feed is locked in the database.")
