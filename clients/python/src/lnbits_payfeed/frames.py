"""Parse, validate and verify frames. No I/O."""

import base64
import binascii
import hashlib
import hmac
import json
import math
import re
import secrets
from dataclasses import dataclass, fields
from typing import Any, TypeGuard, TypeVar

from .clamp import HEARTBEAT_SECONDS, LONGEST_RETRY_SECONDS, TIMESTAMPS, clamp
from .errors import BadAddress, InvalidFrame
from .events import (
    Balance,
    Connected,
    CustomEvent,
    FeedEvent,
    Gap,
    InvalidEvent,
    MessageEvent,
    Payment,
    PaymentEvent,
    TestEvent,
)

EVENT_ID = re.compile(r"[!-~]{1,256}\Z")
CUSTOM_TYPE = re.compile(r"[a-z0-9_.-]{1,64}\Z")
T = TypeVar("T")
MARK = ',"signature":"v1,'


@dataclass(frozen=True)
class Heartbeat:
    """Everything up to the id `cursor` is sent or filtered out."""

    cursor: str


@dataclass(frozen=True)
class ErrorFrame:
    """Why the server is about to close the connection.

    code: the close code that follows. retry_after: seconds to wait, or None.
    """

    code: int
    message: str
    retry_after: float | None


@dataclass(frozen=True)
class Unknown:
    """A frame of a later protocol; `id` is None unless it is an event."""

    id: str | None


Frame = (
    Connected
    | Gap
    | Balance
    | Heartbeat
    | ErrorFrame
    | Unknown
    | FeedEvent
    | InvalidEvent
)


def parse_frame(text: str | bytes) -> Frame:
    """The validated frame; InvalidEvent for a malformed event, which may be a payment.

    Raises InvalidFrame if the text is not a frame.
    """
    if isinstance(text, bytes):
        raise InvalidFrame("a binary frame")
    try:
        frame = DECODER.decode(text)
    except (ValueError, RecursionError) as exc:
        raise InvalidFrame("not valid JSON") from exc
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise InvalidFrame("not an object with a type")
    event = _plain_payment(frame, text)
    if event is not None:
        return event
    members = _Members(frame, text)
    if not members.is_event():
        return members.state()
    try:
        return members.event()
    except InvalidFrame as exc:
        event_id = frame.get("id")
        return InvalidEvent(event_id if is_event_id(event_id) else None, str(exc), text)


def is_event_id(value: Any) -> TypeGuard[str]:
    """Ids are opaque, but sent in addresses: 1 to 256 visible ASCII characters."""
    return isinstance(value, str) and EVENT_ID.match(value) is not None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


# with a hook, json.loads would build a decoder for every frame
DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
HASH = re.compile(r"[0-9a-f]{64}\Z")
PAYMENT_DEFAULTS = {
    field.name: None for field in fields(Payment) if field.default is None
}
PAYMENT_NAMES = {field.name for field in fields(Payment)}
FRAME_NAMES = {"type", "id", "timestamp", "payment", "signature"}
NO_TEXTS: frozenset[Any] = frozenset((str, type(None)))


def _plain_payment(frame: dict[str, Any], text: str) -> PaymentEvent | None:
    """A payment whose members are as the server sends them; None: ask `_Members`.

    The fast way, as a feed has mostly payments. It accepts nothing that `_Members`
    refuses, and changes no value.
    """
    paid, event_id, stamp = (
        frame.get("payment"),
        frame.get("id"),
        frame.get("timestamp"),
    )
    if frame.get("type") != "payment" or type(paid) is not dict:
        return None
    if not frame.keys() <= FRAME_NAMES:
        return None
    if not (type(event_id) is str and EVENT_ID.match(event_id) and _is_time(stamp)):
        return None
    if not (paid.keys() <= PAYMENT_NAMES and _is_plain(paid)):
        return None
    payment = _new(Payment, {**PAYMENT_DEFAULTS, **_collections(paid), **paid})
    members = {
        "id": event_id,
        "type": "payment",
        "timestamp": stamp,
        "frame": frame,
        "text": text,
        "payment": payment,
        "redacted": False,
    }
    return _new(PaymentEvent, members)


def _collections(paid: dict[str, Any]) -> dict[str, Any]:
    """Empty for a server before 0.2.0, which sends none."""
    if "truncated" in paid and "labels" in paid and "extra" in paid:
        return {}
    return {"labels": [], "extra": {}, "truncated": []}


def _new(kind: type[T], members: dict[str, Any]) -> T:
    """An instance of a frozen dataclass, whose constructor sets members slowly."""
    made = object.__new__(kind)
    made.__dict__.update(members)
    return made


def _is_time(value: Any) -> bool:
    return type(value) is int and TIMESTAMPS[0] <= value <= TIMESTAMPS[1]


def _is_plain(paid: dict[str, Any]) -> bool:
    try:
        return (
            type(paid["payment_hash"]) is str
            and HASH.match(paid["payment_hash"]) is not None
            and type(paid["amount"]) in (int, float)
            and 0 < paid["amount"] < math.inf
            and type(paid["amount_msat"]) is int
            and paid["amount_msat"] >= 1
            and type(paid["fee"]) in (int, float)
            and 0 <= paid["fee"] < math.inf
            and type(paid["fee_msat"]) is int
            and paid["fee_msat"] >= 0
            and type(paid["memo"]) is str
            and paid["status"] in ("confirmed", "failed", "pending")
            and paid["direction"] in ("in", "out")
            and _is_time(paid["timestamp"])
            and type(paid["wallet_id"]) is str
            and type(paid.get("tag")) in NO_TEXTS
            and type(paid.get("comment")) in NO_TEXTS
            and type(paid.get("external_id")) in NO_TEXTS
            and type(paid.get("fiat")) in (dict, type(None))
            and type(paid.get("extra", {})) is dict
            and _are_texts(paid.get("labels", ()))
            and _are_texts(paid.get("truncated", ()))
        )
    except KeyError:
        return False


def _are_texts(values: Any) -> bool:
    return values == () or (
        type(values) is list and all(type(value) is str for value in values)
    )


def _is_number(value: Any) -> TypeGuard[int | float]:
    """Not a boolean. Python reads JSON's 1e999 as infinity, which is a number here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Members:
    """The members of a JSON object; each method validates the one it returns."""

    def __init__(self, values: dict[str, Any], text: str = "") -> None:
        self.values = values
        self.frame_text = text

    def text(self, name: str, *allowed: str) -> Any:
        value = self.values.get(name)
        if not isinstance(value, str) or (allowed and value not in allowed):
            raise InvalidFrame(f"{name} is invalid")
        return value

    def event_id(self, name: str) -> str:
        value: str = self.text(name)
        if not is_event_id(value):
            raise InvalidFrame(f"{name} is not an event id")
        return value

    def integer(self, name: str, least: int | None = None) -> int:
        value = self.number(name, least)
        if not isinstance(value, int):
            raise InvalidFrame(f"{name} is not an integer")
        return value

    def number(self, name: str, least: int | None = None) -> int | float:
        value = self.values.get(name)
        if not _is_number(value) or abs(value) == math.inf:
            raise InvalidFrame(f"{name} is not a number")
        if least is not None and value < least:
            raise InvalidFrame(f"{name} is below {least}")
        return value

    def clamped(self, name: str, least: float, most: float) -> float:
        value = self.values.get(name)
        if not _is_number(value):
            raise InvalidFrame(f"{name} is not a number")
        return clamp(name, value, least, most)

    def timestamp(self) -> int:
        """Unix seconds, clamped."""
        value = self.clamped("timestamp", *TIMESTAMPS)
        if value != int(value):
            raise InvalidFrame("timestamp is not an integer")
        return int(value)

    def optional(self, name: str, kind: type) -> Any:
        value = self.values.get(name)
        if value is not None and not isinstance(value, kind):
            raise InvalidFrame(f"{name} is invalid")
        return value

    def texts(self, name: str) -> list[str]:
        """Empty without the member, as servers before 0.2.0 send none."""
        values: list[str] = self.optional(name, list) or []
        if not all(isinstance(value, str) for value in values):
            raise InvalidFrame(f"{name} is invalid")
        return values

    def is_event(self) -> bool:
        kind = self.values["type"]
        return kind in ("payment", "message", "test") or "custom" in self.values

    def state(self) -> Frame:
        kind = self.values["type"]
        if kind == "hello":
            return self.hello()
        if kind == "gap":
            oldest = self.optional("oldest", str)
            return Gap(self.text("since"), oldest, self.text("reason"))
        if kind == "balance_update":
            msat, stamp = self.integer("balance_msat"), self.timestamp()
            return Balance(self.text("wallet_id"), self.number("balance"), msat, stamp)
        if kind == "heartbeat":
            return Heartbeat(self.event_id("cursor"))
        if kind == "error":
            wait = None
            if self.values.get("retry_after") is not None:
                wait = self.clamped("retry_after", 0, LONGEST_RETRY_SECONDS)
            return ErrorFrame(self.integer("code"), self.text("message"), wait)
        event_id = self.values.get("id")
        return Unknown(event_id if is_event_id(event_id) else None)

    def hello(self) -> Connected:
        return Connected(
            wallet_id=self.text("wallet_id"),
            head=self.event_id("head"),
            cursor=self.event_id("cursor"),
            recovered=self.values.get("recovered") is not False,
            heartbeat_seconds=self.clamped("heartbeat", *HEARTBEAT_SECONDS),
        )

    def event(self) -> FeedEvent:
        kind = self.values["type"]
        stamp = self.timestamp()
        head = (self.event_id("id"), kind, stamp, self.values, self.frame_text)
        if kind == "payment":
            is_redacted = self.values.get("redacted") is True
            return PaymentEvent(*head, self.inner("payment").payment(), is_redacted)
        if kind == "test":
            return TestEvent(*head, self.inner("data").text("message"))
        if kind == "message":
            if "data" not in self.values:
                raise InvalidFrame("data is missing")
            return MessageEvent(*head, self.values["data"])
        if not CUSTOM_TYPE.match(kind):
            raise InvalidFrame("type has characters that are not allowed")
        outer = ("type", "id", "timestamp", "custom", "signature")
        members = {k: v for k, v in self.values.items() if k not in outer}
        return CustomEvent(*head, members)

    def inner(self, name: str) -> "_Members":
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise InvalidFrame(f"{name} is not an object")
        return _Members(value)

    def payment(self) -> Payment:
        payment_hash = self.text("payment_hash")
        if len(payment_hash) != 64 or set(payment_hash) - set("0123456789abcdef"):
            raise InvalidFrame("payment_hash is not 64 hex digits")
        if self.number("amount") <= 0:
            raise InvalidFrame("amount is not positive")
        return Payment(
            payment_hash=payment_hash,
            amount=self.number("amount"),
            amount_msat=self.integer("amount_msat", 1),
            fee=self.number("fee", 0),
            fee_msat=self.integer("fee_msat", 0),
            memo=self.text("memo"),
            status=self.text("status", "pending", "confirmed", "failed"),
            direction=self.text("direction", "in", "out"),
            timestamp=self.timestamp(),
            wallet_id=self.text("wallet_id"),
            tag=self.optional("tag", str),
            comment=self.optional("comment", str),
            fiat=self.optional("fiat", dict),
            external_id=self.optional("external_id", str),
            labels=self.texts("labels"),
            extra=self.optional("extra", dict) or {},
            truncated=self.texts("truncated"),
        )


def body_of(text: str) -> str:
    """The frame without its signature: what the server stores and signs."""
    body, mark, _ = text.rpartition(MARK)
    return f"{body}}}" if mark else text


def new_secret() -> str:
    """A random signing secret, `whsec_<base64>`."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Signer:
    """Signs bodies with a secret `whsec_…`, as Standard Webhooks."""

    def __init__(self, secret: str) -> None:
        if not isinstance(secret, str):
            raise BadAddress("the signing secret is not a string")
        try:
            self._key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as exc:
            raise BadAddress("the signing secret is not base64") from exc
        if not self._key:
            raise BadAddress("the signing secret is empty")

    def signature(self, body: str, event_id: str, timestamp: Any) -> str:
        """`v1,<base64>`: HMAC-SHA256 over `<id>.<timestamp>.<body>`."""
        signed = f"{event_id}.{timestamp}.{body}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, signed, hashlib.sha256)
        return f"v1,{base64.b64encode(digest).decode()}"


class Verifier(Signer):
    """Checks signatures with the feed's signing secret `whsec_…`."""

    def is_signed(self, text: str, event_id: str, timestamp: Any) -> bool:
        """Whether `text`, the frame as it arrived, has a valid signature.

        One of several, separated by spaces, is enough: during a rotation the server
        signs with both secrets. timestamp: as in `text`, not clamped. Compares in
        constant time.
        """
        _, mark, tail = text.rpartition(MARK)
        if not mark or not tail.endswith('"}'):
            return False
        expected = self.signature(body_of(text), event_id, timestamp).encode()
        given = f"v1,{tail[:-2]}".encode("utf-8", "surrogatepass").split(b" ")
        return any([hmac.compare_digest(expected, signature) for signature in given])
