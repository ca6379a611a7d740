"""What is written into the logs and whom it is told; reconcile."""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any

from loguru import logger

from . import crud, host
from .errors import WALLET_GONE, Locked, Malformed, Refused, Unavailable
from .journal import Journal, Tail
from .metrics import Metrics
from .models import Draft, Event, Feed
from .protocol import dumps, payment_draft

PUSH_QUEUE = 100
RECONCILE_BATCH = 100
RECORDING_SECONDS = 5
MAX_TASKS = 10_000
BALANCE_SECONDS = 0.05

Level = tuple[int, int]  # confirmed, failed


class Recorder:
    """Puts events into the journal; `stop` ends what it has under way."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self.journal = journal
        self.metrics = metrics
        self.started_at = journal.now()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._pushes: dict[str, deque[str]] = {}
        self._level: dict[str, Level] = {}
        self._pending: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()
        self._arriving: Counter[str] = Counter()
        self.look_seconds = 0.0
        self._recording: frozenset[str] = frozenset()
        self._recording_until = 0.0

    def spawn(self, coro: Any) -> None:
        task = asyncio.create_task(coro)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure:
            logger.warning(f"payfeed: a task failed: {type(failure).__name__}")

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
        self._arriving[payment.payment_hash] += 1
        try:
            if self._is_recording(payment.wallet_id) or await self._open(payment):
                await self.append(payment.wallet_id, [draft])
        finally:
            self._arriving -= Counter([payment.payment_hash])

    async def _open(self, payment: Any) -> bool:
        owner = await host.wallet_owner(payment.wallet_id)
        if owner is None or not await host.is_enabled(owner):
            return False
        await self.open_feed(payment.wallet_id)
        return True

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
            self._tell_invalid(payment.wallet_id, str(payment.payment_hash), exc)
            return None

    def _tell_invalid(self, wallet_id: str, payment_hash: str, exc: Exception) -> None:
        why = exc if isinstance(exc, Malformed) else type(exc).__name__
        told = f"payment {payment_hash[:12]} is no valid event: {why}"
        self._tell_once(wallet_id, told)

    def _tell_once(self, wallet_id: str, what: str) -> None:
        if (wallet_id, what) not in self._told:
            self._told.add((wallet_id, what))
            logger.warning(f"payfeed: wallet {wallet_id}: {what}")

    def after(self, event: Event) -> None:
        tail = self.journal.tails.get(event.wallet_id)
        if tail is None:
            return
        frame = tail.frame(event)
        self._push(tail.feed.channel, frame)
        if event.type != "payment":
            return
        self.want_balance(tail)
        # LNbits' page celebrates whatever has an amount
        is_received = (event.direction, event.status) == ("in", "confirmed")
        if tail.feed.mirror_to_inkey and is_received:
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

    def want_balance(self, tail: Tail, has_changed: bool = True) -> None:
        """For all who read the feed, or just for those who have had none yet."""
        tail.balance_has_changed = tail.balance_has_changed or has_changed
        if not tail.balance_wanted:
            tail.balance_wanted = True
            self.spawn(self._read_balance(tail))

    async def _read_balance(self, tail: Tail) -> None:
        await asyncio.sleep(BALANCE_SECONDS)
        has_changed, tail.balance_has_changed = tail.balance_has_changed, False
        tail.balance_wanted = False
        try:
            balance = await host.wallet_balance(tail.feed.wallet_id)
        except Exception:
            self._pending.pop(tail.feed.wallet_id, None)  # the next sweep asks again
            raise
        if balance:
            tail.balance_msat = balance[0]
            tail.balance_reads += 1
            tail.balance_round += has_changed
            tail.wake()

    async def open_feed(self, wallet_id: str) -> Feed:
        """The feed, there and active. What was final before it began is marked."""
        feed = await crud.get_feed(wallet_id)
        if feed and feed.active:
            return feed
        last_sweep = await crud.get_state("last_sweep") or self.started_at
        marks = [
            _key(row)
            for row in await self._final_payments(wallet_id)
            if row["payment_hash"] not in self._arriving
            and _final_since(row) < last_sweep
        ]
        if feed:
            await crud.resume_feed(wallet_id, marks)
            return feed
        new = self.journal.new_feed(wallet_id)
        await crud.insert_feed(new, marks)
        return await crud.get_feed(wallet_id) or new

    async def _final_payments(self, wallet_id: str) -> list[Any]:
        return await crud.get_final_payments(wallet_id, host.are_times_local())

    async def sweep(self) -> int:
        """Reconcile: record final payments that are not in the log; returns how many.

        A wallet's level, its final payments less its keys, finds the wallets to look
        at, whatever the clocks say; the keys decide. `look_seconds`: what that took.
        """
        started, began = self.journal.now(), time.monotonic()
        enabled = dict(await crud.get_enabled_wallets())
        feeds = {feed.wallet_id: feed for feed in await crud.get_feeds()}
        for wallet_id, feed in feeds.items():
            with self._apart(wallet_id):
                await self.journal.renew_if_past(feed)
                if feed.active and wallet_id not in enabled:
                    await self._suspend(feed)
        active = {wallet_id for wallet_id, feed in feeds.items() if feed.active}
        are_open = await self._open_feeds(enabled.keys() - active)
        counts = await crud.count_payments()
        seen = await crud.count_seen()
        self.look_seconds = time.monotonic() - began
        found = 0
        for wallet_id in enabled:
            ok, failed, pending = counts.get(wallet_id, (0, 0, 0))
            level = _less((ok, failed), seen.get(wallet_id, (0, 0)))
            if level != self._level.get(wallet_id):
                with self._apart(wallet_id):
                    found += await self._reconcile(wallet_id)
            self._note_pending(wallet_id, pending)
        if are_open:
            await crud.set_state("last_sweep", started)
        self.metrics.reconciled += found
        self._recording = frozenset(enabled)
        self._recording_until = time.monotonic() + RECORDING_SECONDS
        return found

    def _note_pending(self, wallet_id: str, pending: int) -> None:
        """An outgoing payment that is under way lowers the balance already."""
        tail = self.journal.tails.get(wallet_id)
        if tail and tail.sessions and pending != self._pending.get(wallet_id):
            self.want_balance(tail)
        self._pending[wallet_id] = pending

    async def _open_feeds(self, wallet_ids: Iterable[str]) -> bool:
        """True if all are open; else they begin at the same sweep the next time."""
        are_open = True
        for wallet_id in wallet_ids:
            is_open = False
            with self._apart(wallet_id):
                await self.open_feed(wallet_id)
                is_open = True
            are_open = are_open and is_open
        return are_open

    @contextlib.contextmanager
    def _apart(self, wallet_id: str) -> Iterator[None]:
        """What goes wrong with one wallet is told once and stops no other."""
        try:
            yield
        except Exception as exc:
            self._level.pop(wallet_id, None)
            if isinstance(exc, Unavailable) and not isinstance(exc, Locked):
                raise
            self._tell_once(wallet_id, f"left to the next sweep: {type(exc).__name__}")

    async def _reconcile(self, wallet_id: str) -> int:
        seen = await crud.get_seen(wallet_id)
        keyed = [(_key(row), row) for row in await self._final_payments(wallet_id)]
        missing = [row for key, row in keyed if key not in seen]
        missing.sort(key=_final_since)
        known = [status for _, _, status in seen]
        found = 0
        is_whole = True
        for start in range(0, len(missing), RECONCILE_BATCH):
            drafts = []
            for row in missing[start : start + RECONCILE_BATCH]:
                try:
                    drafts += await self._drafts_of(row)
                except LookupError:
                    is_whole = False
            found += len(await self.append(wallet_id, drafts)) if drafts else 0
            # whoever stored them: the listener may have been first
            known += [draft.members["payment"]["status"] for draft in drafts]
        if is_whole:
            # of what was read above: what ended since then has to count as new
            finals = [status for (_, _, status), _ in keyed]
            self._level[wallet_id] = _less(_count(finals), _count(known))
        return found

    async def _drafts_of(self, row: Any) -> list[Draft]:
        """The row's event, nothing if it cannot be one; LookupError if it changed."""
        try:
            payment = await host.get_payment(row["checking_id"])
        except ValueError as exc:
            self._tell_invalid(row["wallet_id"], row["payment_hash"], exc)
            return []
        if payment is None:
            raise LookupError("LNbits has just renamed this payment.")
        settled_at = host.settlement_time(payment, self.journal.now())
        draft = self._draft(payment, settled_at)
        return [draft] if draft else []

    async def _suspend(self, feed: Feed) -> None:
        await crud.suspend_feed(feed.wallet_id)
        self._level.pop(feed.wallet_id, None)
        tail = self.journal.tails.get(feed.wallet_id)
        if tail and tail.sessions:
            is_gone = await host.wallet_owner(feed.wallet_id) is None
            reason = WALLET_GONE if is_gone else "The extension is not enabled."
            for session in list(tail.sessions):
                session.close(Refused(reason))


def _key(row: Any) -> tuple[str, str, str]:
    return host.payment_key(row["amount"], row["payment_hash"], row["status"])


def _final_since(row: Any) -> float:
    return max(host.moment(row["time"]), host.moment(row["updated_at"]))


def _count(statuses: list[str]) -> Level:
    return statuses.count("confirmed"), statuses.count("failed")


def _less(one: Level, other: Level) -> Level:
    return one[0] - other[0], one[1] - other[1]
