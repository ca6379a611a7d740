"""What is written into the logs and whom it is told; reconcile and retention."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any

from loguru import logger

from . import crud, host
from .errors import Refused
from .journal import Journal, Tail
from .metrics import Metrics
from .models import Draft, Event, Feed
from .protocol import dumps, payment_draft

PUSH_QUEUE = 100
RECONCILE_BATCH = 100
RECORDING_SECONDS = 5
MAX_TASKS = 10_000
BALANCE_SECONDS = 0.05


class Recorder:
    """Puts events into the journal; `stop` ends what it has under way."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self.journal = journal
        self.metrics = metrics
        self.started_at = journal.now()
        self.retention_days = host.setting("PAYFEED_RETENTION_DAYS", 30)
        self.retention_events = host.setting("PAYFEED_RETENTION_EVENTS", 100000)
        self.store_bytes = host.setting("PAYFEED_MESSAGE_STORE_BYTES", 67108864)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._pushes: dict[str, deque[str]] = {}
        self._level: dict[str, tuple[int, int]] = {}
        self._invalid: set[tuple[str, str]] = set()
        self._sweep_lock = asyncio.Lock()
        self._recording: frozenset[str] = frozenset()
        self._recording_until = 0.0

    def spawn(self, coro: Any) -> None:
        task = asyncio.create_task(coro)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def on_invoice_paid(self, payment: Any) -> None:
        """LNbits' listener. Never raises: a raise loses others. Waits for nothing.

        Beyond a bound, as when the database hangs, reconcile finds the payments.
        """
        if len(self._tasks) < MAX_TASKS:
            self.spawn(self._record_or_tell(payment, self.journal.now()))

    async def _record_or_tell(self, payment: Any, settled_at: int) -> None:
        try:
            await self.record(payment, settled_at)
        except Exception as exc:
            logger.warning(
                f"payfeed: not recorded now, reconcile will: {type(exc).__name__}"
            )

    async def record(self, payment: Any, settled_at: int) -> None:
        """Store a final payment once, wake readers, push."""
        draft = self._draft(payment, settled_at)
        if draft is None:
            return
        if not self._is_recording(payment.wallet_id):
            owner = await host.wallet_owner(payment.wallet_id)
            if owner is None or not await host.is_enabled(owner):
                return
            await self.open_feed(payment.wallet_id, without=payment.payment_hash)
        await self.append(payment.wallet_id, [draft])

    def _is_recording(self, wallet_id: str) -> bool:
        """As the last sweep saw it: LNbits' database is busy right after a payment."""
        fresh = time.monotonic() < self._recording_until
        return fresh and wallet_id in self._recording

    async def append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        events = await self.journal.append(wallet_id, drafts)
        for event in events:
            self.metrics.record(event.type)
            self.after(event)
        return events

    def _draft(self, payment: Any, settled_at: int) -> Draft | None:
        """The payment's event, or None if it is not final or not valid."""
        try:
            facts = host.payment_facts(payment, settled_at)
            if facts.status not in ("confirmed", "failed"):
                return None
            draft = payment_draft(facts)
            dumps(draft.members)
            return draft
        except Exception as exc:
            self._log_invalid(payment.wallet_id, str(payment.payment_hash), exc)
            return None

    def _log_invalid(self, wallet_id: str, payment_hash: str, exc: Exception) -> None:
        if (wallet_id, payment_hash) not in self._invalid:
            self._invalid.add((wallet_id, payment_hash))
            logger.warning(
                f"payfeed: payment {payment_hash[:12]} of wallet {wallet_id}"
                f" is no valid event: {exc}"
            )

    def after(self, event: Event) -> None:
        tail = self.journal.tails.get(event.wallet_id)
        if tail is None:
            return
        frame = tail.frame(event)
        self._push(tail.feed.channel, frame)
        if event.type != "payment":
            return
        self.want_balance(tail)
        if tail.feed.mirror_to_inkey:
            self.spawn(self._mirror(event.wallet_id, frame))

    async def _mirror(self, wallet_id: str, frame: str) -> None:
        """LNbits' own page reads `wallet_balance` beside every payment."""
        balance = await host.wallet_balance(wallet_id)
        if balance:
            msat, inkey = balance
            text = f'{frame[:-1]},"wallet_balance":{msat // 1000}}}'
            self._push(inkey, text)

    def _push(self, channel: str, frame: str) -> None:
        waiting = self._pushes.get(channel)
        if waiting is None:
            waiting = self._pushes[channel] = deque(maxlen=PUSH_QUEUE)
            self.spawn(self._push_all(channel, waiting))
        waiting.append(frame)

    async def _push_all(self, channel: str, waiting: deque[str]) -> None:
        try:
            await asyncio.sleep(0)
            while waiting:
                await host.push(channel, waiting.popleft())
        finally:
            self._pushes.pop(channel, None)

    def want_balance(self, tail: Tail) -> None:
        if not tail.balance_wanted:
            tail.balance_wanted = True
            self.spawn(self._read_balance(tail))

    async def _read_balance(self, tail: Tail) -> None:
        await asyncio.sleep(BALANCE_SECONDS)
        tail.balance_wanted = False
        with contextlib.suppress(Exception):
            balance = await host.wallet_balance(tail.feed.wallet_id)
            if balance:
                tail.balance_msat = balance[0]
                tail.balance_round += 1
                tail.wake()

    async def open_feed(self, wallet_id: str, without: str | None = None) -> None:
        """Make sure the feed is there and active. What was final before is marked."""
        feed = await crud.get_feed(wallet_id)
        if feed and feed.active:
            return
        last_sweep = await crud.get_state("last_sweep") or self.started_at
        marks = [
            host.payment_key(row["amount"], row["payment_hash"], row["status"])
            for row in await crud.get_final_payments(wallet_id)
            if row["payment_hash"] != without and _final_since(row) < last_sweep
        ]
        if feed is None:
            await crud.insert_feed(self.journal.new_feed(wallet_id), marks)
        else:
            await crud.resume_feed(wallet_id, marks)
            tail = self.journal.tails.get(wallet_id)
            if tail:
                tail.feed.active = True

    async def sweep(self) -> int:
        """Reconcile: record final payments that are not in the log; returns how many.

        Counting final payments and keys per wallet finds the wallets to look at,
        whatever the clocks say; the keys decide.
        """
        async with self._sweep_lock:
            started = self.journal.now()
            enabled = dict(await crud.get_enabled_wallets())
            feeds = {feed.wallet_id: feed for feed in await crud.get_feeds()}
            for wallet_id, feed in feeds.items():
                if feed.active and wallet_id not in enabled:
                    await self._suspend(feed)
            for wallet_id in enabled:
                known = feeds.get(wallet_id)
                if known is None or not known.active:
                    await self.open_feed(wallet_id)
            final = await crud.count_final_payments()
            seen = await crud.count_seen()
            found = 0
            for wallet_id in enabled:
                ok, failed = final.get(wallet_id, (0, 0))
                seen_ok, seen_failed = seen.get(wallet_id, (0, 0))
                level = (ok - seen_ok, failed - seen_failed)
                if level != self._level.get(wallet_id, (0, 0)):
                    found += await self._reconcile(wallet_id)
                    after = await self._level_of(wallet_id)
                    self._level[wallet_id] = after
            await crud.set_state("last_sweep", started)
            self.metrics.reconciled += found
            self._recording = frozenset(enabled)
            self._recording_until = time.monotonic() + RECORDING_SECONDS
            return found

    async def _level_of(self, wallet_id: str) -> tuple[int, int]:
        keys = [
            host.payment_key(row["amount"], row["payment_hash"], row["status"])
            for row in await crud.get_final_payments(wallet_id)
        ]
        seen = await crud.get_seen(wallet_id)
        return (
            sum(k[2] == "confirmed" for k in keys)
            - sum(k[2] == "confirmed" for k in seen),
            sum(k[2] == "failed" for k in keys) - sum(k[2] == "failed" for k in seen),
        )

    async def _reconcile(self, wallet_id: str) -> int:
        seen = await crud.get_seen(wallet_id)
        rows = [
            row
            for row in await crud.get_final_payments(wallet_id)
            if host.payment_key(row["amount"], row["payment_hash"], row["status"])
            not in seen
        ]
        rows.sort(key=_final_since)
        found = 0
        for start in range(0, len(rows), RECONCILE_BATCH):
            drafts = [
                await self._draft_of(row)
                for row in rows[start : start + RECONCILE_BATCH]
            ]
            known = [draft for draft in drafts if draft]
            found += len(await self.append(wallet_id, known)) if known else 0
        return found

    async def _draft_of(self, row: Any) -> Draft | None:
        payment = await host.get_payment(row["checking_id"])
        if payment is None:
            return None
        settled_at = host.settlement_time(payment, self.journal.now())
        return self._draft(payment, settled_at)

    async def _suspend(self, feed: Feed) -> None:
        await crud.suspend_feed(feed.wallet_id)
        self._level.pop(feed.wallet_id, None)
        tail = self.journal.tails.get(feed.wallet_id)
        if tail:
            tail.feed.active = False
            for session in list(tail.sessions):
                session.close(Refused("The extension is not enabled."))

    async def expire(self) -> int:
        """Retention by age, count and bytes of messages."""
        before = self.journal.now() - self.retention_days * 86400
        return await crud.expire_events(before, self.retention_events, self.store_bytes)


def _final_since(row: Any) -> int:
    return max(host.unix(row["time"]), host.unix(row["updated_at"]))
