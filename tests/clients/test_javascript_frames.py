"""The JavaScript client parses recorded frames and refuses broken ones."""

import json
from typing import Any

import lnbits_payfeed as payfeed
from hypothesis import given, settings
from hypothesis import strategies as st
from lnbits_payfeed import frames
from node_programs import ROOT, node

RECORDED: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text())
    for path in sorted((ROOT / "tests" / "fixtures" / "frames").glob("*.json"))
}
RECEIVED = ("payment_in", "payment_redacted", "payment_after_rotation")
SIGNED = {name: frame for name, frame in RECORDED.items() if frame["secret"]}


def parse(recorded: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    results: dict[str, dict[str, Any]] = json.loads(
        node("frames.mjs", stdin=json.dumps(recorded))
    )
    return results


def test_every_recorded_frame_is_parsed_and_verifies_as_recorded() -> None:
    for name, seen in parse(RECORDED).items():
        assert seen["frame"] == json.loads(RECORDED[name]["text"])
        assert seen["verifies"] == RECORDED[name].get("verifies")
        assert seen["isReceived"] is (name in RECEIVED)


def test_a_changed_frame_does_not_verify() -> None:
    changed = {}
    for name, recorded in SIGNED.items():
        text = recorded["text"]
        for number, other in enumerate(
            (
                text.replace('"timestamp"', '"Timestamp"', 1),
                text.replace('"timestamp":1', '"timestamp":2', 1),
                text.replace('"id":"', '"id":"0', 1),
                text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:],
                text + " ",
                text.replace(',"signature"', ', "signature"'),
                text.rpartition(frames.MARK)[0] + "}",
                text.replace('"}', 'é"}'),
            )
        ):
            assert other != text
            changed[f"{name} {number}"] = recorded | {"text": other}
    assert {seen["verifies"] for seen in parse(changed).values()} == {False}


def test_one_of_several_signatures_is_enough() -> None:
    recorded = RECORDED["payment_in"]
    own, other = json.loads(recorded["text"])["signature"], "v1," + "A" * 43 + "="
    expected = {
        f"{own} {other}": True,
        f"{other} {own}": True,
        f"{other} v2,of-later {own}": True,
        f"{other} {other}": False,
        f"{own}{other}": False,
        f"{other} {own[3:]}": False,
    }
    changed = {
        given: recorded | {"text": recorded["text"].replace(own, given)}
        for given in expected
    }
    found = {given: seen["verifies"] for given, seen in parse(changed).items()}
    assert found == expected


def test_an_invalid_secret_is_refused() -> None:
    recorded = RECORDED["payment_in"]
    secrets = ("whsec_", "whsec_%%%", "whsec_a")
    for seen in parse(
        {secret: recorded | {"secret": secret} for secret in secrets}
    ).values():
        assert seen["verifies"].startswith("BadAddress")


def test_texts_that_break_parsers_are_refused() -> None:
    texts = ("[" * 100_000, "1" * 5000, "\ud800", '{"type":"payment"', "null")
    unparsable = {
        str(n): {"text": text, "secret": None} for n, text in enumerate(texts)
    }
    assert {seen["error"] for seen in parse(unparsable).values()} == {"InvalidFrame"}


IDS = ("id", "head", "cursor")
any_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.just(1.5) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@st.composite
def broken_frames(draw: st.DrawFn) -> str:
    frame = json.loads(RECORDED[draw(st.sampled_from(sorted(RECORDED)))]["text"])
    target = frame.get("payment", frame)
    name, value = draw(st.sampled_from(sorted(target))), draw(any_json)
    # the JavaScript client is stricter about ids
    target[name] = 7 if name in IDS and isinstance(value, str) else value
    return json.dumps(frame)


def python_refuses(text: str) -> bool:
    try:
        return isinstance(frames.parse_frame(text), payfeed.InvalidEvent)
    except payfeed.InvalidFrame:
        return True


@given(st.lists(broken_frames(), min_size=200, max_size=200))
@settings(max_examples=3, deadline=None)
def test_both_clients_refuse_the_same_frames(texts: list[str]) -> None:
    seen = parse(
        {str(n): {"text": text, "secret": None} for n, text in enumerate(texts)}
    )
    for number, text in enumerate(texts):
        assert ("error" in seen[str(number)]) is python_refuses(text), text
