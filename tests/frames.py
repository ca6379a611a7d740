"""Checks frames against docs/frames.schema.json."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "frames.schema.json"
_validator = Draft202012Validator(json.loads(SCHEMA.read_text()))


def check_frame(frame: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError when the frame is not as published."""
    _validator.validate(frame)
