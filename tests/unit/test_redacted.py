"""What public readers get of an event."""

import base64
import hashlib
import hmac
import json
from typing import Any

from parts import payment
from payfeed import crud, models
from payfeed.feed import protocol
from payfeed.feed.feeds import new_feed
from payfeed.feed.journal import Journal
from payfeed.feed.redacted import redacted_body
from payfeed.feed.tail import Tail

TEXTS = {
    "memo": "a memo",
    "comment": "a comment",
    "external_id": "order 5",
    "labels": ["vip"],
    "extra": {"table": 3},
}


def stored(offset: int = 1, **members: Any) -> models.Event:
    """A payment's event with these members."""
    draft = payment(1)
    draft.members["payment"] |= members
    event_id, now = f"abc-{offset}", 1_640_995_200
    body = protocol.event_body(draft, event_id, now)
    return models.Event("w", "abc", offset, "payment", now, body)


def shown(event: models.Event) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(redacted_body(event))
    return frame


def test_texts_of_the_payer_and_the_merchant_are_empty() -> None:
    member = shown(stored(**TEXTS))["payment"]
    empty = {
        "memo": "",
        "comment": None,
        "external_id": None,
        "labels": [],
        "extra": {},
    }
    assert {name: member[name] for name in TEXTS} == empty


def test_all_other_members_stay_as_they_are() -> None:
    event = stored(**TEXTS, tag="lnurlp", fiat={"currency": "EUR", "amount": 1.5})
    frame, whole = shown(event), json.loads(event.body)
    assert frame.pop("redacted") is True
    for name in TEXTS:
        del frame["payment"][name], whole["payment"][name]
    assert frame == whole


def test_a_payment_of_an_older_version_gets_no_new_members() -> None:
    assert set(shown(stored())["payment"]) == set(payment(1).members["payment"])


def test_a_redacted_payment_does_not_say_which_empty_members_were_cut() -> None:
    assert "truncated" not in shown(stored(truncated=["memo"]))["payment"]
    cut = shown(stored(truncated=["tag", "memo"]))["payment"]["truncated"]
    assert cut == ["tag"]


def test_a_message_of_a_public_reader_is_the_stored_one() -> None:
    draft = protocol.custom_draft({"type": "door", "memo": "open"})
    body = protocol.event_body(draft, "abc-1", 1)
    event = models.Event("w", "abc", 1, "door", 1, body, custom=True)
    assert redacted_body(event) == body


def test_a_redacted_frame_is_signed_as_it_is_sent() -> None:
    feed = new_feed("w", 1)
    text = Tail(feed).frame(stored(**TEXTS), is_public=True)
    body, _, tail = text.rpartition(',"signature":"v1,')
    key = base64.b64decode(feed.secret.removeprefix("whsec_"))
    signed = f"abc-1.1640995200.{body}}}".encode()
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert tail == expected + '"}'


async def test_a_redacted_frame_is_made_once_for_all_public_readers(
    log: Journal,
) -> None:
    tail = await log.need_tail("w")
    (event,) = await log.append("w", [payment(1)])
    text = tail.frame(event, is_public=True)
    assert tail.frame(event, is_public=True) is text
    assert '"redacted":true' not in tail.frame(event)


async def test_a_redacted_frame_is_signed_again_after_the_secret_is_rotated(
    log: Journal,
) -> None:
    tail = await log.need_tail("w")
    (event,) = await log.append("w", [payment(1)])
    text = tail.frame(event, is_public=True)
    assert await crud.rotate_secret("w", "whsec_" + "A" * 44, None, 1)
    feed = await crud.get_feed("w")
    assert feed
    log.refresh(feed)
    assert tail.frame(event, is_public=True) != text
