"""The recorded frames, which the clients' tests read, are frames of this extension."""

import json
from pathlib import Path
from typing import Any

import pytest
from frames import check_frame
from payfeed.feed import protocol

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "frames"
RECORDED: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_frame_is_as_published(name: str) -> None:
    check_frame(json.loads(RECORDED[name]["text"]))


@pytest.mark.parametrize("name", [n for n in RECORDED if RECORDED[n]["secret"]])
def test_signing_the_recorded_body_gives_the_recorded_text(name: str) -> None:
    result = RECORDED[name]
    frame = json.loads(result["text"])
    body = result["text"].rpartition(',"signature":"')[0] + "}"
    signed = protocol.sign(body, frame["id"], frame["timestamp"], result["secret"])
    assert (signed == result["text"]) is result["verifies"]
