"""Sample events, for trying receivers. They are marked, and in no feed."""

import json
import secrets
import time
from typing import Any

# of six characters, as no feed has it: the epochs of feeds have eight
EPOCH = "sample"
KINDS = ("payment", "failed", "message")


def sample(kind: str) -> tuple[str, str]:
    """Id and body of a new event of one of KINDS, with the member `"sample": true`."""
    now = time.time()
    event_id = f"{EPOCH}-{int(now * 1_000_000)}"
    if kind == "message":
        members: dict[str, Any] = {"custom": True, "data": "A sample message"}
    else:
        is_failed = kind == "failed"
        members = {"payment": sample_payment(int(now), is_failed=is_failed)}
    frame = {
        "type": "message" if kind == "message" else "payment",
        "id": event_id,
        "timestamp": int(now),
        "sample": True,
    }
    return event_id, json.dumps(frame | members, separators=(",", ":"))


def sample_payment(now: int, *, is_failed: bool) -> dict[str, Any]:
    """A payment as the protocol has it; a failed one was sent."""
    return {
        "payment_hash": secrets.token_hex(32),
        "amount": 1000,
        "amount_msat": 1_000_000,
        "fee": 0,
        "fee_msat": 0,
        "memo": "A sample payment",
        "status": "failed" if is_failed else "confirmed",
        "direction": "out" if is_failed else "in",
        "timestamp": now,
        "wallet_id": EPOCH,
        "tag": None,
        "comment": None,
        "fiat": None,
        "external_id": None,
        "labels": [],
        "extra": {},
    }
