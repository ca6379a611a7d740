"""Verify frames that arrived in another way, and requests of webhooks."""

import hmac
import json
import time
from collections.abc import Mapping

from .checks import check_seconds
from .errors import WrongSignature
from .events import FeedEvent, Gap, InvalidEvent
from .frames import Signer, Verifier, parse_frame

MAX_AGE_SECONDS = 300


def verify_signature(text: str, secret: str) -> bool:
    """Whether an event's text, as it arrived, was signed with the feed's `whsec_…`.

    Compares in constant time. Raises BadAddress if the secret cannot be one.
    """
    verifier = Verifier(secret)
    try:
        frame = json.loads(text)
        event_id, timestamp = frame["id"], frame["timestamp"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return verifier.is_signed(text, event_id, timestamp)


def verify_webhook(
    body: str | bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    max_age_seconds: float = MAX_AGE_SECONDS,
) -> FeedEvent | InvalidEvent | Gap:
    """The event or gap in a request of a webhook, verified as Standard Webhooks.

    body: as it arrived. headers: in any case; `webhook-id`, `webhook-timestamp` and
    `webhook-signature` are read. secret: the webhook's `whsec_…`. One of several
    signatures is enough. max_age_seconds: the most that the request's time may differ
    from now.

    Raises WrongSignature for a request that must be answered with 400, InvalidFrame if
    its body is not a frame, BadAddress for a secret that cannot be one.
    """
    check_seconds("max_age_seconds", max_age_seconds)
    signer = Signer(secret)
    given = {name.lower(): value for name, value in headers.items()}
    event_id, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        raise WrongSignature(event_id, "the request has no webhook-timestamp")
    if abs(time.time() - int(stamp)) > max_age_seconds:
        reason = f"the request was sent more than {max_age_seconds:g} s from now"
        raise WrongSignature(event_id, reason)
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError:
        raise WrongSignature(event_id, "the request is not text") from None
    expected = signer.signature(text, event_id, stamp).encode()
    signatures = given.get("webhook-signature", "").encode("utf-8", "surrogatepass")
    found = [hmac.compare_digest(expected, one) for one in signatures.split(b" ")]
    if not any(found):
        raise WrongSignature(event_id)
    frame = parse_frame(text)
    if not isinstance(frame, FeedEvent | InvalidEvent | Gap):
        reason = "the request contains neither an event nor a gap"
        raise WrongSignature(event_id, reason)
    return frame
