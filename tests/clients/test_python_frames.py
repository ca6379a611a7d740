"""The Python client parses recorded frames and refuses broken ones."""

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lnbits_payfeed import frames
from scripted_server import SECRET, payment_body, sign

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDED = {
    path.stem: json.loads(path.read_text())
    for path in sorted((ROOT / "tests" / "fixtures" / "frames").glob("*.json"))
}
KINDS = {
    "balance_update": payfeed.Balance,
    "error": frames.ErrorFrame,
    "gap": payfeed.Gap,
    "heartbeat": frames.Heartbeat,
    "hello": payfeed.Connected,
    "message": payfeed.MessageEvent,
    "custom_type": payfeed.CustomEvent,
    "payment_after_rotation": payfeed.PaymentEvent,
    "payment_in": payfeed.PaymentEvent,
    "payment_out": payfeed.PaymentEvent,
    "payment_redacted": payfeed.PaymentEvent,
    "pong": frames.Unknown,
    "test": payfeed.TestEvent,
}
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def parse(name: str) -> Any:
    return frames.parse_frame(RECORDED[name]["text"])


def test_every_recorded_frame_is_parsed() -> None:
    assert {name: type(parse(name)) for name in RECORDED} == KINDS


def test_a_redacted_payment_says_so() -> None:
    assert parse("payment_redacted").redacted
    assert not parse("payment_in").redacted


def test_one_of_several_signatures_is_enough() -> None:
    recorded = RECORDED["payment_in"]
    text, own = recorded["text"], json.loads(recorded["text"])["signature"]
    event, other = parse("payment_in"), "v1," + "A" * 43 + "="
    verifier = frames.Verifier(recorded["secret"])
    for signature, verifies in (
        (f"{own} {other}", True),
        (f"{other} {own}", True),
        (f"{other} v2,of-later {own}", True),
        (f"{other} {other}", False),
        (f"{own}{other}", False),
        (f"{other} {own[3:]}", False),
    ):
        changed = text.replace(own, signature)
        assert verifier.is_signed(changed, event.id, event.timestamp) is verifies
        assert frames.body_of(changed) == frames.body_of(text)


def test_a_payment_has_the_merchants_identifiers() -> None:
    frame = json.loads(RECORDED["payment_in"]["text"])
    before = frames.parse_frame(json.dumps(frame))
    assert isinstance(before, payfeed.PaymentEvent)
    frame["payment"] |= {
        "external_id": "A-17",
        "labels": ["bar"],
        "extra": {"table": 4},
        "truncated": ["memo"],
    }
    event = frames.parse_frame(json.dumps(frame))
    assert isinstance(event, payfeed.PaymentEvent)
    for payment, expected in (
        (before.payment, (None, [], {}, [])),
        (event.payment, ("A-17", ["bar"], {"table": 4}, ["memo"])),
    ):
        found = (payment.external_id, payment.labels, payment.extra, payment.truncated)
        assert found == expected


@pytest.mark.parametrize("name", [n for n in RECORDED if RECORDED[n]["secret"]])
def test_signatures_verify_as_recorded(name: str) -> None:
    event, text = parse(name), RECORDED[name]["text"]
    verifier = frames.Verifier(RECORDED[name]["secret"])
    verifies = RECORDED[name]["verifies"]
    assert verifier.is_signed(text, event.id, event.timestamp) is verifies
    for changed in (
        text.replace('"timestamp"', '"Timestamp"', 1),
        text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:],
        text + " ",
        text.replace(',"signature"', ', "signature"'),
        text.rpartition(frames.MARK)[0] + "}",
        text.replace('"}', 'é"}'),
    ):
        assert changed != text
        assert not verifier.is_signed(changed, event.id, event.timestamp)
    assert not verifier.is_signed(text, event.id + "0", event.timestamp)
    assert not verifier.is_signed(text, event.id, event.timestamp + 1)


def test_payments_are_typed() -> None:
    received, sent = parse("payment_in").payment, parse("payment_out").payment
    assert (received.amount, received.amount_msat, received.fee_msat) == (
        1000,
        1_000_000,
        0,
    )
    assert received.is_received
    assert not sent.is_received
    assert received.memo == 'Kaffee & "Kuchen" – ₿ 🙂 \\ 5 < 6'
    with pytest.raises(AttributeError):
        received.amount = 1
    assert parse("custom_type").members == {"door": 3, "data": "front"}
    assert parse("message").data["list"] == [None, True]
    assert parse("error").code == 4400


@given(any_json)
def test_any_json_is_parsed_or_refused(value: Any) -> None:
    for text in (json.dumps(value), json.dumps({"type": "payment", "payment": value})):
        try:
            frames.parse_frame(text)
        except payfeed.InvalidFrame:
            continue


@given(st.sampled_from(sorted(RECORDED)), st.data())
def test_a_frame_with_an_invalid_member_is_parsed_or_refused(
    name: str, data: st.DataObject
) -> None:
    frame = json.loads(RECORDED[name]["text"])
    target = frame.get("payment", frame)
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(any_json)
    with contextlib.suppress(payfeed.InvalidFrame):
        frames.parse_frame(json.dumps(frame))


def test_texts_that_break_parsers_are_refused() -> None:
    for text in ("[" * 100_000, "1" * 5000, "\ud800", '{"type":"payment"'):
        with pytest.raises(payfeed.InvalidFrame):
            frames.parse_frame(text)


HUGE = 10**400


def changed(name: str, **members: Any) -> str:
    frame = json.loads(RECORDED[name]["text"]) | members
    return json.dumps(frame).replace("Infinity", "1e999")


@pytest.mark.parametrize(
    ("number", "seconds", "moment"),
    [
        (HUGE, 3600, 32_503_680_000),
        (float("inf"), 3600, 32_503_680_000),
        (10**30, 3600, 32_503_680_000),
        (-(10**30), 0, 0),
        (-HUGE, 0, 0),
        (7, 7, 7),
    ],
)
def test_hostile_numbers_are_clamped_with_a_warning(
    number: Any, seconds: int, moment: int, caplog: pytest.LogCaptureFixture
) -> None:
    error = frames.parse_frame(changed("error", retry_after=number))
    hello = frames.parse_frame(changed("hello", heartbeat=number))
    test = frames.parse_frame(changed("test", timestamp=number))
    assert isinstance(error, frames.ErrorFrame)
    assert isinstance(hello, payfeed.Connected)
    assert isinstance(test, payfeed.TestEvent)
    assert error.retry_after == seconds
    assert hello.heartbeat_seconds == max(1, seconds)
    assert test.timestamp == moment
    names = [] if number == 7 else ["retry_after", "heartbeat", "timestamp"]
    assert [line.message.split()[0] for line in caplog.records] == names
    assert all(len(line.message) < 120 for line in caplog.records)


def test_a_clamped_timestamp_is_verified_as_it_was_signed() -> None:
    body = payment_body(1, "abc", HUGE)
    text = sign(body)
    event = frames.parse_frame(text)
    assert isinstance(event, payfeed.PaymentEvent)
    assert event.timestamp == 32_503_680_000
    verifier = frames.Verifier(SECRET)
    assert verifier.is_signed(text, event.id, event.frame["timestamp"])


@pytest.mark.parametrize(
    ("name", "member", "event_id"),
    [
        ("payment_in", "payment", True),
        ("payment_out", "timestamp", True),
        ("payment_in", "id", False),
        ("message", "timestamp", True),
        ("test", "data", True),
        ("custom_type", "timestamp", True),
    ],
)
def test_a_malformed_event_is_an_item_with_its_id_and_text(
    name: str, member: str, event_id: bool
) -> None:
    text = changed(name, **{member: 1.5})
    item = frames.parse_frame(text)
    assert isinstance(item, payfeed.InvalidEvent)
    assert item.id == (json.loads(text)["id"] if event_id else None)
    assert item.raw == text
    assert member in item.reason


@pytest.mark.parametrize(
    ("name", "member"), [("hello", "cursor"), ("error", "code"), ("gap", "since")]
)
def test_a_malformed_state_is_refused(name: str, member: str) -> None:
    with pytest.raises(payfeed.InvalidFrame, match=member):
        frames.parse_frame(changed(name, **{member: 1.5}))


@pytest.mark.parametrize("event_id", ["", "a b", "a\n", "é-1", "a" * 257])
def test_an_invalid_event_id_is_refused(event_id: str) -> None:
    for name, member in (
        ("hello", "cursor"),
        ("hello", "head"),
        ("heartbeat", "cursor"),
    ):
        with pytest.raises(payfeed.InvalidFrame):
            frames.parse_frame(changed(name, **{member: event_id}))
    item = frames.parse_frame(changed("payment_in", id=event_id))
    assert isinstance(item, payfeed.InvalidEvent)
    assert item.id is None


def test_an_invalid_secret_is_refused_when_the_feed_is_created() -> None:
    for secret in ("whsec_", "whsec_%%%", "whsec_a"):
        with pytest.raises(payfeed.BadAddress):
            payfeed.Feed("http://localhost", "key", secret=secret)


def test_the_client_has_the_version_of_the_extension() -> None:
    version = json.loads((ROOT / "config.json").read_text())["version"]
    project = (ROOT / "clients" / "python" / "pyproject.toml").read_text()
    assert payfeed.__version__ == version
    assert f'\nversion = "{version}"\n' in project


ODD_VALUES = [None, True, 0, -1, 1.5, 1e999, 10**18, "", "x", [], ["a"], [1], {"a": 1}]


def changed_payments() -> Iterator[Any]:
    """A recorded payment, and the same with one member missing, added or changed."""
    plain = json.loads(RECORDED["payment_in"]["text"])
    yield plain
    for path in ("frame", "payment"):
        names = {*(plain if path == "frame" else plain["payment"]), "external_id"}
        for name in sorted(names | {"labels", "extra", "truncated", "redacted", "new"}):
            for value in (*ODD_VALUES, changed_payments):
                frame = copy.deepcopy(plain)
                members = frame if path == "frame" else frame["payment"]
                members.pop(name, None)
                if value is not changed_payments:
                    members[name] = value
                yield frame


def test_the_fast_way_reads_payments_like_the_thorough_one() -> None:
    fast = 0
    for frame in changed_payments():
        text = json.dumps(frame)
        found = frames._plain_payment(frame, text)
        if found is None:
            continue
        fast += 1
        thorough = frames._Members(frame, text).event()
        assert found == thorough
        assert (found.frame, found.text) == (thorough.frame, thorough.text)
        assert repr(found) == repr(thorough)
    assert fast
    assert frames._plain_payment(json.loads(RECORDED["payment_in"]["text"]), "")
