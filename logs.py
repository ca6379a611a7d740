"""Keeps keys out of what the server logs and LNbits notes."""

import logging
import re
from collections.abc import Callable


class KeyMask(logging.Filter):
    """Masks keys in Payfeed's paths and queries before a record reaches any handler.

    What stands in a key's place, and what looks like a key anywhere. And, as uvicorn
    logs them at its level debug, in the headers of any handshake.
    """

    path = re.compile(r"(/payfeed/api/v1/(?!feed/|keys/)[^/?\s\"]+/)[^/?\s\"]+")
    query = re.compile(r"([?&](?:api-key|key|usr)=)[^&\s\"]+", re.IGNORECASE)
    key = re.compile(r"pfk_[\w-]+|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")

    headers = frozenset(
        ["x-api-key", "authorization", "cookie", "sec-websocket-protocol"]
    )

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            if record.args and str(record.args[0]).lower() in self.headers:
                record.args = (record.args[0], *("***" for _ in record.args[1:]))
            record.args = tuple(
                self.mask(arg) if isinstance(arg, str) else arg for arg in record.args
            )
        if isinstance(record.msg, str):
            record.msg = self.mask(record.msg)
        return True

    @classmethod
    def mask(cls, text: str) -> str:
        if "/payfeed" not in text:
            return text
        text = cls.query.sub(r"\1***", cls.path.sub(r"\1***", text))
        return cls.key.sub("***", text)


def mask_logs() -> Callable[[], None]:
    """Keep keys out of uvicorn's log until the returned function is called."""
    mask = KeyMask()
    loggers = [logging.getLogger(name) for name in ("uvicorn.access", "uvicorn.error")]
    for target in loggers:
        target.addFilter(mask)

    def stop() -> None:
        for target in loggers:
            target.removeFilter(mask)

    return stop
