"""The version of this copy of the extension."""

import json
from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent / "config.json"


def read_version() -> str:
    """From `config.json`, which LNbits reads, too."""
    return str(json.loads(CONFIG.read_text(encoding="utf-8"))["version"])
