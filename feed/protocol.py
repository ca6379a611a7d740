"""Frames: build, validate, sign, parse. Pure; the rules are in docs/protocol.md."""

import base64
import hashlib
import hmac
import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from ..errors import Malformed
from ..models import EVERYTHING, Draft, Filter, Once, SettledPayment

EVENT_ID = re.compile(r"([a-z0-9]{1,16})-(0|[1-9][0-9]{0,17})\Z")
OWN_TYPE = re.compile(r"[a-z0-9_.-]{1,64}\Z")
IDEMPOTENCY_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?\Z")
PAYMENT_HASH = re.compile(r"[0-9a-f]{64}\Z")
STATE_TYPES = ("hello", "gap", "balance_update", "heartbeat", "pong", "error")
RESERVED_TYPES = frozenset(
    ["payment", "message", "test", *STATE_TYPES, "ping", "ack"],
)
RESERVED_MEMBERS = frozenset(["id", "timestamp", "payment", "signature", "custom"])
MAX_NESTING = 32
MAX_CLIENT_FRAME_BYTES = 4096
MAX_PAYMENT_BODY_BYTES = 65536
ENVELOPE_BYTES = 128  # of a payment's body: type, id and timestamp
NAME_BYTES = 256  # a tag, the name of a currency
EXTRA_BYTES = 1024
EXTERNAL_ID_CHARACTERS = 256  # PostgreSQL's index has rows of 2,704 bytes at most
CUT_ORDER = ("comment", "extra", "labels", "memo")
SCOPES = ("read", "notify", "balance")


def dumps(value: Any) -> str:
    """Compact ASCII JSON; NaN and infinity are refused."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def loads(text: str | bytes) -> Any:
    """Strict JSON, or Malformed."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise Malformed("This is not valid JSON.") from exc
    check_value(value)
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def check_value(value: Any) -> None:
    """Numbers finite, nesting at most 32. Walks with its own stack."""
    stack = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise Malformed("Numbers must be finite.")
        if isinstance(item, dict | list):
            if depth > MAX_NESTING:
                raise Malformed(f"Nesting is limited to {MAX_NESTING} levels.")
            inner = item.values() if isinstance(item, dict) else item
            stack.extend((child, depth + 1) for child in inner)


def satoshi(msat: int) -> int | float:
    """Satoshi of a millisatoshi value: whole if it divides, else three decimals."""
    whole, rest = divmod(msat, 1000)
    return float(f"{whole}.{rest:03d}") if rest else whole


def payment_draft(payment: SettledPayment) -> Draft:
    """The draft of a `payment` event, or Malformed when it would not be valid."""
    if not PAYMENT_HASH.match(payment.payment_hash):
        raise Malformed("payment_hash is not 64 hex digits")
    if payment.amount_msat <= 0 or payment.fee_msat < 0:
        raise Malformed("amount must be positive, fee not negative")
    if payment.status not in ("confirmed", "failed"):
        raise Malformed(f"status {payment.status!r} is not final")
    if payment.direction not in ("in", "out"):
        raise Malformed("direction is neither in nor out")
    member: dict[str, Any] = {
        "payment_hash": payment.payment_hash,
        "amount": satoshi(payment.amount_msat),
        "amount_msat": payment.amount_msat,
        "fee": satoshi(payment.fee_msat),
        "fee_msat": payment.fee_msat,
        "memo": payment.memo,
        "status": payment.status,
        "direction": payment.direction,
        "timestamp": payment.settled_at,
        "wallet_id": payment.wallet_id,
        "tag": payment.tag,
        "comment": payment.comment,
        "fiat": payment.fiat,
        "external_id": payment.external_id,
        "labels": payment.labels,
        "extra": payment.extra,
    }
    member = bounded_payment(member)
    payment = replace(payment, tag=member["tag"])
    return Draft(type="payment", members={"payment": member}, payment=payment)


def bounded_payment(payment: dict[str, Any]) -> dict[str, Any]:
    """The payment, cut so that its event's body has at most 64 KiB.

    `truncated` names the members that were cut. Whatever it is made of came from
    outside, and a reader that cannot take one event would never get past it.
    """
    payment = dict(payment)
    truncated = []
    if payment["tag"] and _size(payment["tag"]) > NAME_BYTES:
        payment["tag"] = _cut(payment["tag"], NAME_BYTES)
        truncated.append("tag")
    fiat = payment["fiat"]
    if fiat and _size(fiat["currency"]) > NAME_BYTES:
        payment["fiat"] = fiat | {"currency": _cut(fiat["currency"], NAME_BYTES)}
        truncated.append("fiat")
    external_id = payment.get("external_id")
    if external_id and len(external_id) > EXTERNAL_ID_CHARACTERS:
        payment["external_id"] = external_id[:EXTERNAL_ID_CHARACTERS]
        truncated.append("external_id")
    if payment.get("extra") and _size(payment["extra"]) > EXTRA_BYTES:
        payment["extra"] = _cut(payment["extra"], EXTRA_BYTES)
        truncated.append("extra")
    for name in CUT_ORDER:
        if _surplus_bytes(payment, truncated) <= 0:
            break
        if payment.get(name):
            truncated += [] if name in truncated else [name]
            surplus = _surplus_bytes(payment, truncated)
            payment[name] = _cut(payment[name], _size(payment[name]) - surplus)
    return payment | _naming(truncated)


def _naming(truncated: list[str]) -> dict[str, Any]:
    return {"truncated": truncated} if truncated else {}


def _surplus_bytes(payment: dict[str, Any], truncated: list[str]) -> int:
    size = ENVELOPE_BYTES + _size(payment | _naming(truncated))
    return size - MAX_PAYMENT_BODY_BYTES


def _size(value: Any) -> int:
    return len(dumps(value))


def _cut(value: Any, most_bytes: int) -> Any:
    """The longest beginning of a text, list or object that fits; at least empty."""

    def beginning(length: int) -> Any:
        if isinstance(value, dict):
            return dict(islice(value.items(), length))
        return value[:length]

    # every part takes a byte at least
    lengths = range(1 + min(len(value), max(0, most_bytes)))
    fitting = bisect_right(lengths, most_bytes, key=lambda n: _size(beginning(n)))
    return beginning(max(0, fitting - 1))


def bounded_body(body: str) -> tuple[str, str | None]:
    """A stored payment's body cut as above, and the payment's tag in it."""
    frame = loads(body)
    frame["payment"] = bounded_payment(frame["payment"])
    return dumps(frame), frame["payment"]["tag"]


def custom_draft(value: Any) -> Draft:
    """The draft of a custom message; an object may bring its own `type`."""
    check_value(value)
    if isinstance(value, dict):
        reserved = RESERVED_MEMBERS & value.keys()
        if reserved:
            raise Malformed(f"Reserved member: {', '.join(sorted(reserved))}.")
        if "type" in value:
            own = value["type"]
            if not isinstance(own, str) or not OWN_TYPE.match(own):
                raise Malformed("type must match [a-z0-9_.-]{1,64}.")
            if own in RESERVED_TYPES:
                raise Malformed(f"The type {own!r} is reserved.")
            members = {k: v for k, v in value.items() if k != "type"}
            return Draft(type=own, members=members, custom=True)
    return Draft(type="message", members={"data": value}, custom=True)


def once(key: str, draft: Draft) -> Once:
    """The idempotency key of a message, or Malformed."""
    if not IDEMPOTENCY_KEY.match(key):
        raise Malformed("Idempotency-Key must have 1 to 255 printable characters.")
    content = json.dumps([draft.type, draft.members], sort_keys=True)
    return Once(*(hashlib.sha256(text.encode()).hexdigest() for text in (key, content)))


def test_draft(message: str) -> Draft:
    return Draft(type="test", members={"data": {"message": message}})


def event_body(draft: Draft, event_id: str, timestamp: int) -> str:
    """The frame of an event without its signature; it is stored and never changes."""
    frame: dict[str, Any] = {"type": draft.type, "id": event_id, "timestamp": timestamp}
    if draft.custom:
        frame["custom"] = True
    return dumps(frame | draft.members)


def signatures(body: str, event_id: str, timestamp: int, secrets: Iterable[str]) -> str:
    """`v1,<base64>` of each secret, separated by spaces.

    HMAC-SHA256 over `<id>.<timestamp>.<body>`, the scheme of Standard Webhooks; a
    secret is `whsec_<base64>`.
    """
    return " ".join(_signature(body, event_id, timestamp, secret) for secret in secrets)


def _signature(body: str, event_id: str, timestamp: int, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{timestamp}.{body}".encode("ascii")
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def sign(body: str, event_id: str, timestamp: int, *secrets: str) -> str:
    """The frame as sent: `body` with its signatures as last member."""
    made = signatures(body, event_id, timestamp, secrets)
    return f'{body[:-1]},"signature":"{made}"}}'


def parse_id(text: str) -> tuple[str, int]:
    """Epoch and offset of an event id, or Malformed."""
    match = EVENT_ID.match(text)
    if not match:
        raise Malformed(f"{text[:80]!r} is not an event id.")
    return match[1], int(match[2])


def parse_client_frame(text: str) -> dict[str, Any]:
    """`{"type":"ping"}` or `{"type":"ack","id":…}`, else Malformed."""
    if len(text) > MAX_CLIENT_FRAME_BYTES or (
        len(text.encode("utf-8", "surrogatepass")) > MAX_CLIENT_FRAME_BYTES
    ):
        raise Malformed("Frames are limited to 4 KiB.")
    frame = loads(text)
    if not isinstance(frame, dict) or frame.get("type") not in ("ping", "ack"):
        raise Malformed("The only client frames are ping and ack.")
    if frame["type"] == "ack":
        if not isinstance(frame.get("id"), str):
            raise Malformed("ack needs an id.")
        parse_id(frame["id"])
    return frame


def parse_number(text: str, name: str, low: int, high: int) -> int:
    if not re.match(r"[0-9]{1,18}\Z", text, re.ASCII) or not low <= int(text) <= high:
        raise Malformed(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def parse_filter(query: Mapping[str, str]) -> Filter:
    """The filter of a query string, or Malformed."""
    types = query.get("types")
    names = frozenset(part.strip() for part in types.split(",")) if types else None
    if names is not None and not all(OWN_TYPE.match(name) for name in names):
        raise Malformed("types must be names separated by commas.")
    direction = query.get("direction")
    if direction not in (None, "in", "out"):
        raise Malformed("direction must be in or out.")
    status = query.get("status")
    if status not in (None, "confirmed", "failed"):
        raise Malformed("status must be confirmed or failed.")
    least = query.get("min_amount")
    msat = None
    if least is not None:
        if not re.match(r"[0-9]{1,15}(\.[0-9]{1,3})?\Z", least, re.ASCII):
            raise Malformed("min_amount must be an amount in satoshi.")
        whole, _, rest = least.partition(".")
        msat = int(whole) * 1000 + int((rest + "000")[:3])
    payment_hash = query.get("payment_hash")
    if payment_hash is not None and not PAYMENT_HASH.match(payment_hash):
        raise Malformed("payment_hash must be 64 lower-case hex digits.")
    event_filter = Filter(
        types=names or frozenset(),
        direction=direction,
        min_amount_msat=msat,
        tag=query.get("tag") or None,
        status=status,
        payment_hash=payment_hash,
        external_id=query.get("external_id") or None,
    )
    return EVERYTHING if event_filter == EVERYTHING else event_filter
