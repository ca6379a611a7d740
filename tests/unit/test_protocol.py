"""Ids, amounts, memos, signatures, filters, client frames: examples and properties."""

import base64
import hashlib
import hmac
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payfeed import errors, models
from payfeed.feed import protocol

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def settled(**changes: object) -> models.SettledPayment:
    values = {
        "wallet_id": "w",
        "payment_hash": "ab" * 32,
        "direction": "in",
        "status": "confirmed",
        "amount_msat": 1_000_000,
        "fee_msat": 0,
        "memo": "a memo",
        "settled_at": 1_640_995_200,
    }
    return models.SettledPayment(**(values | changes))


def body_of(draft: models.Draft) -> str:
    return protocol.event_body(draft, "abc-1", 1_640_995_200)


@given(st.integers(1, 2_100_000_000_000_000_000 // 1000))
def test_an_amount_in_satoshi_is_exactly_its_millisatoshi_value(msat: int) -> None:
    result = Decimal(json.dumps(protocol.satoshi(msat)))
    assert abs(result * 1000 - msat) < max(1, msat // 10**15)
    assert isinstance(protocol.satoshi(msat), int) == (msat % 1000 == 0)


@given(st.text())
def test_a_memo_survives_the_frame_whatever_it_holds(memo: str) -> None:
    body = body_of(protocol.payment_draft(settled(memo=memo)))
    assert body.isascii()
    assert json.loads(body)["payment"]["memo"] == memo


@given(st.text())
def test_a_signed_frame_is_its_body_with_the_signature_last(memo: str) -> None:
    body = body_of(protocol.payment_draft(settled(memo=memo)))
    frame = protocol.sign(body, "abc-1", 1_640_995_200, SECRET)
    head, _, tail = frame.rpartition(',"signature":"v1,')
    assert head + "}" == body
    expected = hmac.digest(
        bytes(range(32)), f"abc-1.1640995200.{body}".encode(), hashlib.sha256
    )
    assert base64.b64decode(tail.removesuffix('"}')) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_msat": 0},
        {"amount_msat": -1},
        {"payment_hash": "short"},
        {"payment_hash": "AB" * 32},
        {"status": "pending"},
        {"direction": "sideways"},
        {"fee_msat": -1},
    ],
)
def test_a_payment_that_is_not_valid_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(errors.Malformed):
        protocol.payment_draft(settled(**changes))


@given(any_json)
def test_any_json_value_becomes_a_message_or_is_refused_clearly(value: object) -> None:
    try:
        draft = protocol.custom_draft(value)
    except errors.Malformed as exc:
        result = exc.message
    else:
        result = None
    if result is not None:
        assert result.endswith(".")
        return
    frame = json.loads(body_of(draft))
    assert frame["custom"] is True
    assert "payment" not in frame
    assert frame["type"] not in protocol.RESERVED_TYPES - {"message"}


@pytest.mark.parametrize("name", sorted(protocol.RESERVED_TYPES))
def test_nobody_can_send_a_reserved_type(name: str) -> None:
    with pytest.raises(errors.Malformed):
        protocol.custom_draft({"type": name})


@pytest.mark.parametrize("name", sorted(protocol.RESERVED_MEMBERS))
def test_nobody_can_send_a_reserved_member(name: str) -> None:
    for value in ({name: 1}, {"type": "own", name: 1}):
        with pytest.raises(errors.Malformed):
            protocol.custom_draft(value)


@pytest.mark.parametrize(
    "text",
    ["NaN", "[Infinity]", "1e999", "[" * 33 + "]" * 33, "[" * 100_000, "{", '"\\x"'],
)
def test_what_is_not_plain_json_is_malformed(text: str) -> None:
    with pytest.raises(errors.Malformed):
        protocol.loads(text)


client_frames = st.fixed_dictionaries(
    {"type": st.sampled_from(["ping", "ack"]) | any_json},
    optional={
        "id": st.from_regex(r"[a-z0-9]{1,17}-[0-9]{1,19}", fullmatch=True) | any_json
    },
)


@given(st.text() | (client_frames | any_json).map(json.dumps))
def test_a_client_frame_is_understood_or_malformed(text: str) -> None:
    try:
        frame = protocol.parse_client_frame(text)
    except errors.Malformed:
        return
    assert frame["type"] in ("ping", "ack")
    if frame["type"] == "ack":
        epoch, offset = protocol.parse_id(frame["id"])
        assert frame["id"] == f"{epoch}-{offset}"


def test_ping_and_ack_are_understood() -> None:
    assert protocol.parse_client_frame('{"type":"ping"}')["type"] == "ping"
    assert protocol.parse_client_frame('{"type":"ack","id":"abc-7"}')["id"] == "abc-7"


@given(st.integers(0, 10**17))
def test_an_event_id_gives_back_its_epoch_and_offset(offset: int) -> None:
    assert protocol.parse_id(f"q7xk2p-{offset}") == ("q7xk2p", offset)


@pytest.mark.parametrize(
    "text", ["", "x", "abc-01", "abc-", "abc--1", "a b-1", "a-1\n"]
)
def test_what_is_no_event_id_is_malformed(text: str) -> None:
    with pytest.raises(errors.Malformed):
        protocol.parse_id(text)


def test_filters_leave_out_what_was_not_asked_for() -> None:
    paid = models.Event("w", "e", 1, "payment", 0, "", "in", 5_000, "lnurlp")
    note = models.Event("w", "e", 2, "own", 0, "", custom=True)
    accepts = lambda query, event: protocol.parse_filter(query).accepts(event)  # noqa: E731
    assert accepts({}, paid)
    assert accepts({}, note)
    assert accepts({"types": "message"}, note)
    assert not accepts({"types": "message"}, paid)
    assert accepts({"min_amount": "5"}, paid)
    assert not accepts({"min_amount": "5.001"}, paid)
    assert not accepts({"min_amount": "5"}, note)
    assert not accepts({"direction": "out"}, paid)
    assert accepts({"tag": "lnurlp"}, paid)
    failed = models.Event("w", "e", 3, "payment", 0, "", "out", 5_000, status="failed")
    assert accepts({"status": "failed"}, failed)
    assert not accepts({"status": "confirmed"}, failed)


texts = st.text(st.sampled_from('a\x01é<🙂\ud800\\"'), max_size=5)
LONGEST_ID = f"{'a' * 16}-{'9' * 18}"


@given(st.lists(texts, min_size=4, max_size=4))
@settings(deadline=None, max_examples=20)
def test_a_payments_body_has_64_kib_at_most_and_names_what_was_cut(
    parts: list[str],
) -> None:
    memo, comment, tag, currency = (part * 9000 for part in parts)
    made = settled(
        memo=memo,
        comment=comment,
        tag=tag or None,
        fiat={"currency": currency, "amount": 1.5},
        amount_msat=2**63,
        settled_at=10**12,
    )
    draft = protocol.payment_draft(made)
    body = protocol.event_body(draft, LONGEST_ID, 10**12)
    assert len(body) <= 65536
    payment = json.loads(body)["payment"]
    assert draft.payment
    assert draft.payment.tag == payment["tag"]
    cut = payment.pop("truncated", [])
    sent = {
        "tag": (tag or None, payment["tag"]),
        "fiat": (currency, payment["fiat"]["currency"]),
        "comment": (comment, payment["comment"]),
        "memo": (memo, payment["memo"]),
    }
    for name, (whole, result) in sent.items():
        assert (result != whole) == (name in cut), name
        assert (whole or "").startswith(result or "")
    # the memo is cut last, and nothing more than has to be
    assert "memo" not in cut or payment["comment"] == ""
    assert not {"comment", "memo"} & set(cut) or len(body) > 65536 - 256


def test_a_payment_that_fits_is_not_cut() -> None:
    made = settled(memo="é" * 5000, comment="x" * 20_000, tag="lnurlp")
    payment = json.loads(body_of(protocol.payment_draft(made)))["payment"]
    assert payment["memo"] == "é" * 5000
    assert payment["comment"] == "x" * 20_000
    assert "truncated" not in payment


def test_an_external_id_fits_postgresqls_index() -> None:
    made = settled(external_id="🙂" * 300)
    payment = json.loads(body_of(protocol.payment_draft(made)))["payment"]
    assert payment["external_id"] == "🙂" * 256
    assert payment["truncated"] == ["external_id"]


def test_the_members_are_cut_in_the_order_comment_extra_labels_memo() -> None:
    made = settled(
        memo="é" * 20_000,
        comment="c",
        extra={f"name{number}": "y" * 500 for number in range(4)},
        labels=["z" * 100] * 20,
    )
    payment = json.loads(body_of(protocol.payment_draft(made)))["payment"]
    assert payment["truncated"] == ["extra", "comment", "labels", "memo"]
    assert (payment["comment"], payment["extra"], payment["labels"]) == ("", {}, [])


def test_an_object_or_a_list_is_cut_between_its_members() -> None:
    payment = {
        "memo": "x" * 60_000,
        "comment": None,
        "tag": None,
        "fiat": None,
        "extra": {f"name{number}": "y" * 500 for number in range(20)},
        "labels": ["z" * 100] * 20,
    }
    cut = protocol.bounded_payment(payment)
    assert cut["truncated"] == ["extra"]
    assert 0 < len(cut["extra"]) < 20
    assert cut["extra"].items() <= payment["extra"].items()
    assert cut["labels"] == payment["labels"]
    assert cut["memo"] == payment["memo"]
