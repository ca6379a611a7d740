"""The options of a Python feed are checked when they are given."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from lnbits_payfeed import Feed, FeedOptions, SyncFeed

SOURCE = Path(payfeed.__file__).parent.parent
KEY = "pfk_options"
NAN, INFINITY = float("nan"), float("inf")

MATCH = """
from typing import assert_never
from lnbits_payfeed import Balance, CustomEvent, Gap, InvalidEvent, Item
from lnbits_payfeed import MessageEvent, PaymentEvent, SyncFeed, TestEvent

def name(item: Item) -> str:
    match item:
        case PaymentEvent():
            return item.payment.memo
        case MessageEvent() | CustomEvent() | TestEvent():
            return item.id
        case Gap() | Balance():
            return item.__class__.__name__
        case InvalidEvent():
            return item.reason
        case _:
            assert_never(item)
"""


@pytest.mark.parametrize("kind", [Feed, SyncFeed])
@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("since", "nonsense", "since must be an event id"),
        ("since", "@yesterday", "not '@yesterday'"),
        ("since", "", "not ''"),
        ("types", ["Payment"], "types must be names of event types"),
        ("types", "payment,,test", "not 'payment,,test'"),
        ("types", 7, "not 7"),
        ("direction", "inn", "direction must be 'in' or 'out', not 'inn'"),
        ("status", "paid", "status must be 'confirmed' or 'failed', not 'paid'"),
        ("min_amount", NAN, "min_amount must be a number of satoshi"),
        ("min_amount", -1, "not -1"),
        ("min_amount", "5", "not '5'"),
        ("tag", 7, "tag must be a string, not 7"),
        ("external_id", 7, "external_id must be a string, not 7"),
        ("payment_hash", "tea", "payment_hash must be 64 lower-case hexadecimal"),
        ("balance", 1, "balance must be True or False, not 1"),
        ("max_attempts", 0, "max_attempts must be an integer of at least 1, not 0"),
        ("max_attempts", 1.5, "not 1.5"),
        ("backoff_base_seconds", -1, "backoff_base_seconds must be a number of sec"),
        ("backoff_cap_seconds", NAN, "backoff_cap_seconds"),
        ("stable_seconds", "30", "stable_seconds"),
        ("connect_timeout_seconds", 0, "connect_timeout_seconds"),
        ("connect_timeout_seconds", INFINITY, "not inf"),
        ("silence_seconds", 0.5, "silence_seconds must be a number of seconds, 1 or"),
        ("secret", "", "the signing secret is empty"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_with_its_name_and_value(
    kind: type[Feed] | type[SyncFeed], name: str, value: Any, text: str
) -> None:
    options: Any = {name: value}
    with pytest.raises(payfeed.BadAddress) as caught:
        kind("http://localhost", KEY, **options)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"since": "start"},
        {"since": "acked"},
        {"since": "@1700000000.5"},
        {"since": "q7xk2p-41"},
        {"types": "payment, door.open"},
        {"types": ()},
        {"types": ("payment", "test")},
        {"min_amount": 0.5, "silence_seconds": 1, "max_attempts": 1},
    ],
)
def test_the_options_in_the_documents_are_accepted(options: Any) -> None:
    assert Feed("http://localhost", KEY, **options).since == options.get("since")


def test_the_typed_options_are_those_of_the_feed() -> None:
    parameters = list(inspect.signature(Feed).parameters)[2:]
    assert parameters == list(FeedOptions.__annotations__)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("", ""),
        ("SyncFeed('', '', since='start', direction='in', silence_seconds=5)", ""),
        ("SyncFeed('', '', direction='inn')", "expected \"Literal['in', 'out']"),
        ("SyncFeed('', '', minimum=5)", 'Unexpected keyword argument "minimum"'),
    ],
)
def test_a_type_checker_finds_wrong_options_and_an_exhaustive_match(
    tmp_path: Path, statement: str, error: str
) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"{MATCH}\n{statement}\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", ""),
            *("--python-version", "3.11", "--cache-dir", str(tmp_path / "cache")),
            str(program),
        ],
        env={"MYPYPATH": str(SOURCE), "PATH": ""},
        capture_output=True,
        text=True,
    )
    found = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(found) == bool(error), done.stdout + done.stderr
    assert error in "".join(found)
