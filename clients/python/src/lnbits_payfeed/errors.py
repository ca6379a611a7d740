"""The exceptions of this package.

PayfeedError
├── BadAddress       address, key, secret, option, proxy or cursor file cannot be used
├── InvalidFrame     a malformed frame; passed to `on_invalid`, raised only by
│                    `wait_for_payment`
├── WrongSignature   an event was not signed with the secret; the feed stops before
│                    it. Or a request of a webhook must be refused
├── Refused          the server closed the connection for good; `code` is the reason
│   ├── Malformed    4400  an invalid option or frame
│   ├── UnknownKey   4401  the key is missing or unknown
│   └── NotAllowed   4403  revoked, expired, not enabled, not allowed
├── PaymentTimeout   `wait_for_payment`: the payment is not in the log in time
├── GaveUp           `max_attempts` connections failed in a row
└── RequestFailed    an HTTP request of `PayfeedApi` failed, or `GET events` for an
                     event that is too large for a frame
"""


class PayfeedError(Exception):
    """The base class of everything that this package raises."""


class BadAddress(PayfeedError, ValueError):
    """An address, key, secret, option, proxy or cursor file cannot be used."""


class InvalidFrame(PayfeedError):
    """A frame is malformed; the message says which member and why."""


class WrongSignature(PayfeedError):
    """The event `event_id` was not signed with the secret, or too long ago."""

    def __init__(self, event_id: str, reason: str | None = None) -> None:
        wrong = f"the signature of event {event_id} is wrong or missing"
        super().__init__(reason or wrong)
        self.event_id = event_id


class Refused(PayfeedError):
    """The server closed the connection for good.

    `code` is the WebSocket close code, `message` the server's reason.
    """

    code = 0

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} ({self.code})")
        self.message = message


class Malformed(Refused):
    """An option or a frame is invalid."""

    code = 4400


class UnknownKey(Refused):
    """The key is missing or unknown."""

    code = 4401


class NotAllowed(Refused):
    """The key is revoked or expired, lacks the scope, or Payfeed is not enabled."""

    code = 4403


REFUSALS: dict[int, type[Refused]] = {
    refusal.code: refusal for refusal in (Malformed, UnknownKey, NotAllowed)
}


class PaymentTimeout(PayfeedError, TimeoutError):
    """The payment `payment_hash` was not in the log within `timeout_seconds`."""

    def __init__(self, payment_hash: str, timeout_seconds: float) -> None:
        super().__init__(
            f"payment {payment_hash} did not arrive within {timeout_seconds:g} s"
        )
        self.payment_hash = payment_hash
        self.timeout_seconds = timeout_seconds


class GaveUp(PayfeedError):
    """`attempts` connections failed in a row; `reason` is that of the last one."""

    def __init__(self, attempts: int, reason: str) -> None:
        super().__init__(f"gave up after {attempts} attempts: {reason}")
        self.attempts = attempts
        self.reason = reason


class RequestFailed(PayfeedError):
    """An HTTP request failed.

    `status` is the HTTP status, 0 without an answer; `detail` is the server's reason.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}" if status else detail)
        self.status = status
        self.detail = detail
