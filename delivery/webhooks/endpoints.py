"""The endpoints of a wallet: create, list, change, enable, rotate, test, resend."""

import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any

from ... import crud
from ...errors import Conflict, Malformed, NotFound
from ...feed.filters import stored_filter
from ...feed.journal import Journal
from ...feed.protocol import (
    event_body,
    parse_id,
    test_draft,
)
from ...feed.secrets import new_secret, still_overlapping
from ...feed.tail import Tail
from ...metrics import WebhookGauges
from ...models import Event
from ...models_webhooks import (
    PAUSED,
    CreateWebhook,
    Delivery,
    PatchWebhook,
    Resend,
    Webhook,
)
from ..position import resolve_position
from . import destination
from .backlog import filter_of, gap_delivery
from .dispatcher import Dispatcher
from .listing import (
    Counts,
    count_lag,
    shown_attempt,
    shown_deliveries,
    shown_webhook,
    state_of,
)
from .sender import Sender, signed_headers

MAX_DESCRIPTION = 200
STATES = ("delivered", "waiting", "retrying", "failed")
STARTS = ("stopped", "now")
TEST_TEXT = "This is a test from Payfeed."


class Endpoints:
    """`rules`: where requests may go now. `most_per_wallet`: of endpoints."""

    def __init__(
        self,
        journal: Journal,
        dispatcher: Dispatcher,
        rules: Callable[[], destination.Rules],
        resolve: destination.Resolve,
        new_sender: Callable[[], Sender],
        most_per_wallet: int,
    ) -> None:
        self._journal = journal
        self._dispatcher = dispatcher
        self._rules = rules
        self._resolve = resolve
        self._new_sender = new_sender
        self._most_per_wallet = most_per_wallet

    async def create(self, wallet_id: str, request: CreateWebhook) -> dict[str, Any]:
        """A new endpoint. Raises Malformed, and Conflict if there are too many."""
        await self._check_url(request.url)
        tail = await self._journal.current_tail(wallet_id, "start")
        position = await resolve_position(tail, request.since, None)
        now = self._journal.now()
        webhook = Webhook(
            id=secrets.token_hex(8),
            wallet_id=wallet_id,
            url=request.url,
            description=_checked_description(request.description),
            event_filter=stored_filter(request.filter),
            ordered=request.ordered,
            secret=new_secret(),
            created_at=now,
            epoch=tail.feed.epoch,
            cursor_offset=position.offset,
        )
        gap = None
        if position.gap:
            gap = gap_delivery(webhook.id, position.gap, now)
        if not await crud.insert_webhook(webhook, gap, self._most_per_wallet):
            raise Conflict(
                f"This wallet has {self._most_per_wallet} webhooks already;"
                " PAYFEED_WEBHOOKS_PER_WALLET sets how many are allowed."
            )
        await self._dispatcher.reload(wallet_id)
        return await self.describe(wallet_id, webhook.id)

    async def list(self, wallet_id: str) -> list[dict[str, Any]]:
        """The endpoints of a wallet without secrets, oldest first."""
        counts = await crud.count_deliveries(wallet_id)
        tail = await self._journal.current_tail(wallet_id, "start")
        return [
            await self._shown(webhook, tail, counts)
            for webhook in await crud.get_webhooks(wallet_id)
        ]

    async def describe(self, wallet_id: str, webhook_id: str) -> dict[str, Any]:
        """Everything about one endpoint, its secret included. Raises NotFound."""
        webhook = await self._find(wallet_id, webhook_id)
        counts = await crud.count_deliveries(wallet_id)
        tail = await self._journal.current_tail(wallet_id, "start")
        shown = await self._shown(webhook, tail, counts)
        return shown | {"secret": webhook.secret}

    async def _shown(
        self, webhook: Webhook, tail: Tail, counts: Counts
    ) -> dict[str, Any]:
        cursor = self._dispatcher.position_of(webhook)
        lag = await count_lag(tail, webhook, cursor)
        return shown_webhook(webhook, cursor, lag, counts, self._journal.now())

    async def measure(self) -> WebhookGauges:
        """Of all wallets, as the database has them."""
        waiting, states = 0, Counter[str]()
        now = oldest = self._journal.now()
        for webhook, count, oldest_at in await crud.count_all_waiting():
            states[state_of(webhook, count)] += 1
            waiting += count
            oldest = min(oldest, oldest_at or oldest)
        return WebhookGauges(waiting, now - oldest, states)

    async def change(
        self, wallet_id: str, webhook_id: str, request: PatchWebhook
    ) -> None:
        """Raises NotFound, Malformed."""
        webhook = await self._find(wallet_id, webhook_id)
        changes: dict[str, Any] = {}
        if request.url is not None:
            await self._check_url(request.url)
            changes["url"] = request.url
        if request.description is not None:
            changes["description"] = _checked_description(request.description)
        if request.filter is not None:
            changes["event_filter"] = stored_filter(request.filter)
        if request.ordered is not None:
            changes["ordered"] = request.ordered
        if request.enabled is False and webhook.disabled is None:
            changes |= {"disabled": PAUSED, "disabled_at": self._journal.now()}
        if changes:
            await crud.change_webhook(webhook, changes)
        if request.enabled and webhook.disabled:
            await crud.enable_webhook(webhook, None, self._journal.now())
        await self._dispatcher.reload(wallet_id)

    async def delete(self, wallet_id: str, webhook_id: str) -> None:
        """A request under way is abandoned. Raises NotFound."""
        await crud.delete_webhook(await self._find(wallet_id, webhook_id))
        await self._dispatcher.reload(wallet_id)

    async def enable(self, wallet_id: str, webhook_id: str, start: str) -> None:
        """`start`: `stopped` or `now`. Raises NotFound, Malformed."""
        webhook = await self._find(wallet_id, webhook_id)
        if start not in STARTS:
            raise Malformed(f"from must be one of {', '.join(STARTS)}.")
        tail = await self._journal.current_tail(wallet_id, "start")
        position = (tail.feed.epoch, tail.head) if start == "now" else None
        if webhook.disabled:
            await crud.enable_webhook(webhook, position, self._journal.now())
            await self._dispatcher.reload(wallet_id)

    async def rotate(
        self, wallet_id: str, webhook_id: str, overlap_seconds: int
    ) -> None:
        """A new secret; the one before signs beside it for so long.

        Raises NotFound, and Conflict while an earlier overlap lasts, unless
        `overlap_seconds` is 0: that ends all older secrets.
        """
        webhook = await self._find(wallet_id, webhook_id)
        now = self._journal.now()
        until = now + overlap_seconds if overlap_seconds else None
        if not await crud.rotate_webhook(webhook, new_secret(), until, now):
            raise still_overlapping()
        await self._dispatcher.reload(wallet_id)

    async def end_previous_secret(self, wallet_id: str, webhook_id: str) -> None:
        """Raises NotFound."""
        webhook = await self._find(wallet_id, webhook_id)
        ended = {"previous_secret": None, "previous_until": None}
        await crud.change_webhook(webhook, ended)
        await self._dispatcher.reload(wallet_id)

    async def test(self, wallet_id: str, webhook_id: str) -> dict[str, Any]:
        """Send one test request now; it is not stored. Raises NotFound."""
        webhook = await self._find(wallet_id, webhook_id)
        event_id, now = f"test-{secrets.token_hex(8)}", self._journal.now()
        body = event_body(test_draft(TEST_TEXT), event_id, now)
        sender = self._new_sender()
        try:
            headers = signed_headers(webhook, event_id, body, now)
            outcome = await sender.send(webhook.url, headers, body)
        finally:
            await sender.close()
        return {
            "delivered": outcome.is_delivered,
            "status": outcome.status,
            "duration_ms": outcome.duration_ms,
            "reply": outcome.reply,
            "error": outcome.error,
        }

    async def deliveries(
        self,
        wallet_id: str,
        webhook_id: str,
        state: str | None,
        before: str | None,
        limit: int,
    ) -> dict[str, Any]:
        """A page of the list, newest event first. Raises NotFound, Malformed."""
        webhook = await self._find(wallet_id, webhook_id)
        if state is not None and state not in STATES:
            raise Malformed(f"state must be one of {', '.join(STATES)}.")
        place = None
        if before is not None:
            place = await crud.get_delivery(webhook.id, before)
            if place is None:
                raise Malformed("before is not an event in this list.")
        found = await crud.get_deliveries(webhook.id, state, place, limit + 1)
        tail = await self._journal.current_tail(wallet_id, "start")
        return {
            "deliveries": await shown_deliveries(tail, found[:limit]),
            "has_more": len(found) > limit,
        }

    async def deliveries_of(
        self, wallet_id: str, webhook_id: str, event_id: str
    ) -> dict[str, Any]:
        """A page with the delivery of one event, or with none. Raises NotFound."""
        webhook = await self._find(wallet_id, webhook_id)
        listed = await crud.get_delivery(webhook.id, event_id)
        tail = await self._journal.current_tail(wallet_id, "start")
        found = [listed] if listed else []
        return {"deliveries": await shown_deliveries(tail, found), "has_more": False}

    async def delivery(
        self, wallet_id: str, webhook_id: str, event_id: str
    ) -> dict[str, Any]:
        """One delivery with its attempts. Raises NotFound."""
        webhook = await self._find(wallet_id, webhook_id)
        listed = await crud.get_delivery(webhook.id, event_id)
        if listed is None:
            raise NotFound("There is no delivery of this event.")
        attempts = await crud.get_attempts(webhook.id, event_id)
        tail = await self._journal.current_tail(wallet_id, "start")
        (shown,) = await shown_deliveries(tail, [listed])
        return shown | {"tries": [shown_attempt(attempt) for attempt in attempts]}

    async def resend(self, wallet_id: str, webhook_id: str, request: Resend) -> int:
        """Send events again; returns how many. Raises NotFound, Malformed."""
        webhook = await self._find(wallet_id, webhook_id)
        if (request.event is None) == (request.since is None):
            raise Malformed("Send either event or since.")
        if request.only not in ("failed", "all"):
            raise Malformed("only must be failed or all.")
        if request.event is not None:
            count = await self._resend_event(webhook, request.event)
        else:
            count = await self._resend_since(webhook, request)
        await self._dispatcher.reload(wallet_id)
        return count

    async def _resend_event(self, webhook: Webhook, event_id: str) -> int:
        now = self._journal.now()
        if event_id.startswith("gap-"):
            if await crud.resend_gap(webhook, event_id, now):
                return 1
            raise NotFound("This gap is no longer kept.")
        epoch, offset = parse_id(event_id)
        event = await crud.get_event(webhook.wallet_id, epoch, offset)
        if event is None:
            raise NotFound("This event is no longer kept.")
        if offset > self._dispatcher.position_of(webhook):
            raise Conflict("This event has yet to be sent for the first time.")
        await crud.save_deliveries(webhook, [_again(webhook, event, now)])
        return 1

    async def _resend_since(self, webhook: Webhook, request: Resend) -> int:
        tail = await self._journal.current_tail(webhook.wallet_id, "start")
        position = await resolve_position(tail, request.since, None)
        now = self._journal.now()
        if request.only == "failed":
            return await crud.resend_failed(
                webhook, tail.feed.epoch, position.offset, now
            )
        last, after, count = self._dispatcher.position_of(webhook), position.offset, 0
        event_filter = filter_of(webhook)
        while after < last:
            page = await self._journal.page(tail, after, event_filter)
            after = page.end
            again = [
                _again(webhook, event, now)
                for event in page.events
                if event.offset <= last and event_filter.accepts(event)
            ]
            await crud.save_deliveries(webhook, again)
            count += len(again)
        return count

    async def _find(self, wallet_id: str, webhook_id: str) -> Webhook:
        webhook = await crud.get_webhook(webhook_id)
        if webhook is None or webhook.wallet_id != wallet_id:
            raise NotFound("There is no such webhook.")
        return webhook

    async def _check_url(self, url: str) -> None:
        """Raises Malformed. A name without an address may have one later."""
        rules = self._rules()
        found = destination.parse(url, rules)
        try:
            await destination.find_addresses(found, self._resolve, rules)
        except destination.Unresolved:
            return


def _checked_description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION or not (text.isprintable()):
        raise Malformed(
            f"description must have at most {MAX_DESCRIPTION} printable characters."
        )
    return text


def _again(webhook: Webhook, event: Event, now: int) -> Delivery:
    return Delivery(
        webhook_id=webhook.id,
        event_id=event.id,
        type=event.type,
        event_offset=event.offset,
        event_at=event.timestamp,
        next_at=now,
    )
