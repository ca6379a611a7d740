"""Both clients verify requests of webhooks alike."""

import json
import time
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from lnbits_payfeed.frames import Signer, new_secret
from lnbits_payfeed.sample import sample
from node_programs import node

SECRET, OTHER = new_secret(), new_secret()
WRONG = "WrongSignature"


def request(
    body: str, event_id: str, secrets: tuple[str, ...] = (SECRET,), age_seconds: int = 0
) -> dict[str, Any]:
    stamp = int(time.time()) - age_seconds
    signatures = [Signer(secret).signature(body, event_id, stamp) for secret in secrets]
    return {
        "body": body,
        "headers": {
            "Webhook-Id": event_id,
            "Webhook-Timestamp": str(stamp),
            "Webhook-Signature": " ".join(signatures),
        },
        "secret": SECRET,
        "maxAgeSeconds": 300,
    }


def cases() -> list[tuple[dict[str, Any], str]]:
    """Requests, and the type and id of what they contain, or the error."""
    event_id, body = sample("payment")
    found = f"payment {event_id}"
    gap = '{"type":"gap","since":"e-1","oldest":"e-5","reason":"expired"}'
    later = request(body, event_id, age_seconds=400)
    changed = request(body, event_id)
    without = request(body, event_id)
    del without["headers"]["Webhook-Signature"]
    undated = request(body, event_id)
    undated["headers"]["Webhook-Timestamp"] = "now"
    return [
        (request(body, event_id), found),
        (request(body, event_id, (OTHER, SECRET)), found),
        (request(body, event_id, (SECRET, OTHER)), found),
        (request(gap, "gap-e-1"), "gap e-1"),
        (request(body.replace('"memo"', '"other"'), event_id), f"invalid {event_id}"),
        (request("[]", "e-1"), "InvalidFrame"),
        (request('{"type":"heartbeat","cursor":"e-1"}', "e-1"), WRONG),
        (request(body, event_id, (OTHER,)), WRONG),
        (changed | {"body": body.replace("1000", "9000")}, WRONG),
        (later, WRONG),
        (request(body, event_id, age_seconds=-400), WRONG),
        (later | {"maxAgeSeconds": 500}, found),
        (without, WRONG),
        (undated, WRONG),
        (request(body, event_id) | {"secret": "whsec_"}, "BadAddress"),
        (request(body, event_id) | {"maxAgeSeconds": -1}, "BadAddress"),
    ]


def verify(case: dict[str, Any], body: str | bytes) -> str:
    try:
        item = payfeed.verify_webhook(
            body,
            case["headers"],
            case["secret"],
            max_age_seconds=case["maxAgeSeconds"],
        )
    except payfeed.PayfeedError as exc:
        return type(exc).__name__
    if isinstance(item, payfeed.Gap):
        return f"gap {item.since}"
    kind = item.type if isinstance(item, payfeed.Event) else "invalid"
    return f"{kind} {item.id}"


@pytest.mark.parametrize("is_bytes", [False, True])
def test_the_python_client_verifies_requests(is_bytes: bool) -> None:
    for case, expected in cases():
        body = case["body"].encode() if is_bytes else case["body"]
        assert verify(case, body) == expected


def test_the_javascript_client_verifies_requests() -> None:
    requests, expected = zip(*cases(), strict=True)
    found = json.loads(node("webhook.mjs", stdin=json.dumps(requests)))
    assert found == list(expected)


def test_signatures_of_frames_are_verified_by_a_function() -> None:
    text = Signer(SECRET)
    event_id, body = sample("payment")
    stamp = json.loads(body)["timestamp"]
    signature = text.signature(body, event_id, stamp)
    frame = f'{body[:-1]},"signature":"{signature}"}}'
    assert payfeed.verify_signature(frame, SECRET)
    assert not payfeed.verify_signature(frame, OTHER)
    for broken in ("", "[]", "{}", body, frame[:-1]):
        assert not payfeed.verify_signature(broken, SECRET)
    with pytest.raises(payfeed.BadAddress):
        payfeed.verify_signature(frame, "whsec_")
