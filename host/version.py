"""What `config.json` says of this copy of the extension; LNbits reads the file, too."""

import json
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parent.parent / "config.json"


def read_version() -> str:
    return str(_read_config()["version"])


def documents_address() -> str:
    """Where the documents of this version are: a folder, with a slash at its end."""
    return f"{_read_config()['repo']}/blob/v{read_version()}/docs/"


def _read_config() -> dict[str, Any]:
    config: dict[str, Any] = json.loads(CONFIG.read_text(encoding="utf-8"))
    return config
