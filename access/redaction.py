"""Keeps keys out of the server's log and of LNbits' audit table. Pure.

`host.redact_logs` installs these functions until the process ends. LNbits removes the
package from `sys.modules` before that, so they import nothing when they run.
"""

import json
import logging
import posixpath
import re
from typing import Any
from urllib.parse import unquote

MASK = "***"

# uvicorn's, and that of LNbits' rate limit, which logs paths too
LOGGERS = ("uvicorn.access", "uvicorn.error", "uvicorn.asgi", "slowapi")

_KEY = re.compile(r"pfk_[\w-]+|[0-9a-f]{32,}", re.IGNORECASE)
# a key is longer, also one with a few characters missing
_WORD = re.compile(r"[\w.,:@+-]{0,18}", re.ASCII)
_PATH = re.compile(r"(\w+://[^/]*)?/+(upgrades/[^/]+/)?payfeed(/|$)")
_SEPARATORS = re.compile(r"([\s\"'<>]+)")
_PRIVATE_QUERY = frozenset(["api-key", "key", "usr", "data"])
_PRIVATE_HEADERS = frozenset(
    ["x-api-key", "authorization", "cookie", "sec-websocket-protocol"]
)
_MAX_ROUNDS = 6
_MAX_LENGTH = 4096


def is_own_path(target: str) -> bool:
    """Does this path or URL lead to the extension, in any spelling?"""
    path = _decoded(target.partition("?")[0]).lower()
    if path.startswith("/"):
        path = posixpath.normpath(path)
    return path == MASK or bool(_PATH.match(path))


def redact(text: str) -> str:
    """A line of a log; keys are masked if it names a path of the extension."""
    return _redacted(text) if _names_own_path(text) else text


def redact_details(details: str) -> str:
    """The JSON of `request_details` in LNbits' audit, for a request to the extension.

    The query keeps its short values; path parameters and body are masked.
    """
    found: dict[str, Any] = json.loads(details)
    query = found.get("query_params")
    if isinstance(query, dict):
        pairs = (_redacted_pair(str(n), str(v)) for n, v in query.items())
        found["query_params"] = dict(pairs)
    return json.dumps(
        {
            name: value if name == "query_params" else MASK
            for name, value in found.items()
            if value
        }
    )


class RedactingFilter(logging.Filter):
    """Redacts a record before any handler sees it; drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        args = record.args if isinstance(record.args, tuple) else (record.args,)
        if args and str(args[0]).lower() in _PRIVATE_HEADERS:
            record.args = (args[0], *(MASK for _ in args[1:]))
        elif _names_own_path(" ".join(map(str, (record.msg, *args)))):
            _redact_record(record)
        return True


def _redact_record(record: logging.LogRecord) -> None:
    """Arguments are redacted one by one, as uvicorn's formatters read them."""
    text = str(record.msg)
    if isinstance(record.args, tuple) and _redacted(text) == text:
        record.args = tuple(map(_redacted_argument, record.args))
    else:
        record.msg, record.args = _redacted(record.getMessage()), ()


def _redacted_argument(value: object) -> object:
    """Unchanged if it holds no key: `%d` needs a number."""
    text = str(value)
    redacted = _redacted(text)
    return value if redacted == text else redacted


def _names_own_path(text: str) -> bool:
    plain = _decoded(text).lower()
    if "payfeed" not in plain and plain != MASK:
        return False
    return any(map(is_own_path, _SEPARATORS.split(text)))


def _redacted(text: str) -> str:
    return "".join(map(_redacted_part, _SEPARATORS.split(text)))


def _redacted_part(part: str) -> str:
    if is_own_path(part):
        return _redacted_target(part)
    plain = _decoded(part)
    return MASK if plain == MASK or _KEY.search(plain) else part


def _redacted_target(target: str) -> str:
    """The path up to the first segment that may hold a key, and the query."""
    path, mark, query = target.partition("?")
    shown: list[str] = []
    is_inside = False
    for segment in _decoded(path).split("/"):
        shown.append(_word(segment))
        is_inside = is_inside or segment.lower() == "payfeed"
        if is_inside and shown[-1] == MASK:
            break
    if len(query) > _MAX_LENGTH:
        query = MASK
    pairs = (pair.partition("=") for pair in query.split("&"))
    redacted = (
        "=".join(_redacted_pair(name, value)) if equals else _word(name)
        for name, equals, value in pairs
    )
    return "/".join(shown) + mark + "&".join(redacted)


def _redacted_pair(name: str, value: str) -> tuple[str, str]:
    is_private = _decoded(name).lower() in _PRIVATE_QUERY
    return _word(name), MASK if is_private else _word(value)


def _word(text: str) -> str:
    plain = _decoded(text)
    is_plain = _WORD.fullmatch(plain) and not _KEY.search(plain)
    return plain if is_plain else MASK


def _decoded(text: str) -> str:
    """Percent-decoded until nothing changes; MASK where that would take long."""
    for _ in range(_MAX_ROUNDS):
        if "%" not in text:
            return text
        if len(text) > _MAX_LENGTH:
            return MASK
        # a chain of %25 in one round: it would take a round for each
        once = unquote(re.sub("%(?:25)+", "%", text))
        if once == text:
            return text
        text = once
    return MASK
