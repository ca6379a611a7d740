"""Custom messages and test events: from a request to the log."""

from dataclasses import replace
from typing import Any

from .. import crud
from ..errors import Malformed, TooLarge, UnknownWallet
from ..models import Draft, Event
from .journal import Journal
from .protocol import custom_draft, loads, once, test_draft


class Messages:
    """`max_bytes`: of one message as it was sent."""

    def __init__(self, journal: Journal, max_bytes: int) -> None:
        self._journal = journal
        self.max_bytes = max_bytes

    async def send(self, wallet_id: str, value: Any, key: str | None = None) -> str:
        """Record a custom message; returns its event id.

        With an idempotency key it is recorded once. Raises Malformed for a message that
        is not allowed and for a key that came with another message.
        """
        draft = custom_draft(value)
        if key is not None:
            draft = replace(draft, once=once(key, draft))
        return await self._append(wallet_id, draft)

    async def known_id(self, wallet_id: str, value: Any, key: str) -> str | None:
        """The id of the message that came with this idempotency key before, if any."""
        draft = custom_draft(value)
        return await self._known_id(wallet_id, replace(draft, once=once(key, draft)))

    async def send_test(self, wallet_id: str) -> str:
        """Record a test event; returns its id."""
        draft = test_draft("This is a test from Payfeed.")
        return await self._append(wallet_id, draft)

    async def _append(self, wallet_id: str, draft: Draft) -> str:
        events: list[Event] = await self._journal.append(wallet_id, [draft])
        if events:
            return events[0].id
        # another request with the same key was first
        event_id = await self._known_id(wallet_id, draft)
        if event_id is None:
            raise UnknownWallet("This wallet has no feed.")
        return event_id

    async def _known_id(self, wallet_id: str, draft: Draft) -> str | None:
        if draft.once is None:
            return None
        found = await crud.get_first_message(wallet_id, draft.once.key_hash)
        if found is None:
            return None
        content_hash, event_id = found
        if content_hash != draft.once.content_hash:
            raise Malformed("This Idempotency-Key was used for another message.")
        return event_id

    def parse(self, body: bytes, content_type: str, data: str | None) -> Any:
        """The value of a POST: JSON, text, or `?data=` with an empty body.

        Raises TooLarge, Malformed.
        """
        if not body and data is not None:
            body, content_type = data.encode("utf-8", "surrogatepass"), "text/plain"
        self.check_size(len(body))
        kind = content_type.partition(";")[0].strip().lower()
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as exc:
            raise Malformed("The message is not UTF-8.") from exc
        if kind == "text/plain":
            return text
        if kind not in ("application/json", ""):
            raise Malformed("Send application/json or text/plain.")
        return loads(text)

    def check_size(self, size: int) -> None:
        if size > self.max_bytes:
            raise TooLarge(f"Messages are limited to {self.max_bytes} bytes.")
