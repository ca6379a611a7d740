"""What can go wrong, as one tree.

PayfeedError
├── BadAddress       address, key, secret, option, proxy or cursor file cannot be used
├── InvalidFrame     a frame of the wrong shape; told to `on_invalid`, never raised
├── WrongSignature   an event was not signed with the secret; the feed stops before it
├── Refused          the server closed for good; `code` says why
│   ├── Malformed    4400  a wrong option or frame
│   ├── UnknownKey   4401  key missing or unknown
│   └── NotAllowed   4403  revoked, expired, not enabled, not allowed
├── GaveUp           `max_attempts` connections failed in a row
└── RequestFailed    an HTTP request (notify, test, or to get past an event that is too
                     large) was answered with an error
"""


class PayfeedError(Exception):
    """Everything this package raises."""


class BadAddress(PayfeedError, ValueError):
    pass


class InvalidFrame(PayfeedError):
    pass


class WrongSignature(PayfeedError):
    def __init__(self, event_id: str) -> None:
        super().__init__(f"the signature of event {event_id} is wrong or missing")
        self.event_id = event_id


class Refused(PayfeedError):
    """`code` is the close code, `message` the server's reason."""

    code = 0

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} ({self.code})")
        self.message = message


class Malformed(Refused):
    code = 4400


class UnknownKey(Refused):
    code = 4401


class NotAllowed(Refused):
    code = 4403


REFUSALS: dict[int, type[Refused]] = {
    refusal.code: refusal for refusal in (Malformed, UnknownKey, NotAllowed)
}


class GaveUp(PayfeedError):
    """`reason` says how the last attempt ended."""

    def __init__(self, attempts: int, reason: str) -> None:
        super().__init__(f"gave up after {attempts} attempts: {reason}")
        self.attempts = attempts
        self.reason = reason


class RequestFailed(PayfeedError):
    """`status` is the HTTP status, 0 when there was no answer."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}" if status else detail)
        self.status = status
        self.detail = detail
