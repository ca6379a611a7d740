"""What public readers get of an event. Pure."""

from typing import Any

from ..models import Event
from .protocol import dumps, loads

EMPTY: dict[str, Any] = {
    "memo": "",
    "comment": None,
    "external_id": None,
    "labels": [],
    "extra": {},
}


def redacted_body(event: Event) -> str:
    """The body without texts of the payer and the merchant, marked `redacted`.

    The same for all public readers. Events other than payments stay as they are.
    """
    if event.type != "payment":
        return event.body
    frame = loads(event.body)
    payment = frame["payment"]
    payment |= {name: EMPTY[name] for name in EMPTY if name in payment}
    truncated = [name for name in payment.pop("truncated", ()) if name not in EMPTY]
    if truncated:
        payment["truncated"] = truncated
    return dumps(frame | {"redacted": True})
