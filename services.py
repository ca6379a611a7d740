"""What Payfeed does: record payments, let readers in, take messages, manage feeds."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
import time
from collections import deque
from dataclasses import replace
from typing import Any

from loguru import logger

from . import crud, host
from .errors import (
    Malformed,
    NoKey,
    PayfeedError,
    Refused,
    Restarting,
    TooLarge,
    TooMany,
    TooSlow,
    UnknownWallet,
)
from .journal import Journal, Tail, new_epoch, new_secret
from .limits import Buckets
from .metrics import Metrics
from .models import (
    Access,
    AccessKey,
    CreateKey,
    Draft,
    Event,
    Feed,
    Filter,
    HostWallet,
)
from .protocol import (
    SCOPES,
    custom_draft,
    dumps,
    loads,
    parse_id,
    payment_draft,
    test_draft,
)
from .session import Session, find_start

PUSH_QUEUE = 100
RECONCILE_BATCH = 100
RECORDING_SECONDS = 5
MAX_TASKS = 10_000
LAST_WORD_SECONDS = 1.5
ACCEPTED_SECONDS = 3600
MAX_ACCEPTED = 10_000
BALANCE_SECONDS = 0.05


class Payfeed:
    """One running copy of the extension; `stop` ends it completely."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.metrics = Metrics()
        self.stopping = False
        self.healthy_until = 0.0
        self.started_at = self.journal.now()
        self.max_subscribers = host.setting("PAYFEED_MAX_SUBSCRIBERS_PER_WALLET", 200)
        self.heartbeat_seconds = host.setting("PAYFEED_HEARTBEAT_SECONDS", 20)
        self.send_timeout = host.setting("PAYFEED_SEND_TIMEOUT_SECONDS", 30)
        self.message_bytes = host.setting("PAYFEED_MESSAGE_BYTES", 16384)
        self.store_bytes = host.setting("PAYFEED_MESSAGE_STORE_BYTES", 67108864)
        self.retention_days = host.setting("PAYFEED_RETENTION_DAYS", 30)
        self.retention_events = host.setting("PAYFEED_RETENTION_EVENTS", 100000)
        failed = host.setting("PAYFEED_FAILED_AUTH_PER_MINUTE", 10)
        self.connects = Buckets(host.setting("PAYFEED_CONNECTS_PER_MINUTE", 60))
        self.failures = Buckets(failed)
        self.all_failures = Buckets(failed * 10)
        self.notifies = Buckets(host.setting("PAYFEED_NOTIFY_PER_MINUTE", 60))
        self.metrics_token = host.text_setting("PAYFEED_METRICS_TOKEN")
        self.sessions: dict[Session, asyncio.Task[Any]] = {}
        self._accepted: dict[str, float] = {}
        self._guesses = asyncio.Lock()
        self._pushes: dict[str, deque[str]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._level: dict[str, tuple[int, int]] = {}
        self._invalid: set[tuple[str, str]] = set()
        self._sweep_lock = asyncio.Lock()
        self._recording: frozenset[str] = frozenset()
        self._recording_until = 0.0

    def _spawn(self, coro: Any) -> None:
        task = asyncio.create_task(coro)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close_all(self) -> None:
        """Every subscriber and long answer ends with 1012."""
        self.stopping = True
        for session in list(self.sessions):
            session.close(Restarting("The server restarts."))
        for tail in self.journal.tails.values():
            tail.wake()
        # who does not read is not told, but ends as well
        asyncio.get_running_loop().call_later(LAST_WORD_SECONDS, self._cancel_sessions)

    def _cancel_sessions(self) -> None:
        for task in list(self.sessions.values()):
            task.cancel()

    def stop(self) -> None:
        self.close_all()
        for task in self._tasks:
            task.cancel()

    async def on_invoice_paid(self, payment: Any) -> None:
        """LNbits' listener. Never raises: a raise loses others. Waits for nothing.

        Beyond a bound, as when the database hangs, reconcile finds the payments.
        """
        if len(self._tasks) < MAX_TASKS:
            self._spawn(self._record_or_tell(payment, self.journal.now()))

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
            await self._open_feed(payment.wallet_id, without=payment.payment_hash)
        await self._append(payment.wallet_id, [draft])

    def _is_recording(self, wallet_id: str) -> bool:
        """As the last sweep saw it: LNbits' database is busy right after a payment."""
        fresh = time.monotonic() < self._recording_until
        return fresh and wallet_id in self._recording

    async def _append(self, wallet_id: str, drafts: list[Draft]) -> list[Event]:
        events = await self.journal.append(wallet_id, drafts)
        for event in events:
            self.metrics.record(event.type)
            self._after(event)
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

    def _after(self, event: Event) -> None:
        tail = self.journal.tails.get(event.wallet_id)
        if tail is None:
            return
        frame = tail.frame(event)
        self._push(tail.feed.channel, frame)
        if event.type != "payment":
            return
        self._want_balance(tail)
        if tail.feed.mirror_to_inkey:
            self._spawn(self._mirror(event.wallet_id, frame))

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
            self._spawn(self._push_all(channel, waiting))
        waiting.append(frame)

    async def _push_all(self, channel: str, waiting: deque[str]) -> None:
        try:
            await asyncio.sleep(0)
            while waiting:
                await host.push(channel, waiting.popleft())
        finally:
            self._pushes.pop(channel, None)

    def _want_balance(self, tail: Tail) -> None:
        if not tail.balance_wanted:
            tail.balance_wanted = True
            self._spawn(self._read_balance(tail))

    async def _read_balance(self, tail: Tail) -> None:
        await asyncio.sleep(BALANCE_SECONDS)
        tail.balance_wanted = False
        with contextlib.suppress(Exception):
            balance = await host.wallet_balance(tail.feed.wallet_id)
            if balance:
                tail.balance_msat = balance[0]
                tail.balance_round += 1
                tail.wake()

    async def _open_feed(self, wallet_id: str, without: str | None = None) -> bool:
        """Make sure the feed is there and active. What was final before is marked."""
        feed = await crud.get_feed(wallet_id)
        if feed and feed.active:
            return True
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
        return True

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
                    await self._open_feed(wallet_id)
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
            found += len(await self._append(wallet_id, known)) if known else 0
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

    async def authenticate(self, key: str | None, address: str, in_url: bool) -> Access:
        """Who holds this key. Unknown keys count against the address."""
        if not key:
            raise NoKey("A key is needed.")
        digest = _digest(key)
        accepted_at = self._accepted.get(digest)
        if accepted_at and time.monotonic() - accepted_at < ACCEPTED_SECONDS:
            return await self._admit(key, digest, address, in_url)
        # one by one, or a burst of guesses is through before the first is counted
        async with self._guesses:
            wait = max(
                self.failures.retry_after(address), self.all_failures.retry_after("all")
            )
            if wait:
                raise TooMany("Too many failed attempts.", retry_after=wait)
            return await self._admit(key, digest, address, in_url)

    async def _admit(self, key: str, digest: str, address: str, in_url: bool) -> Access:
        try:
            access = await self._find_access(key, digest, in_url)
        except (NoKey, UnknownWallet):
            self.failures.spend(address)
            self.all_failures.spend("all")
            raise
        if len(self._accepted) > MAX_ACCEPTED:
            self._accepted.clear()
        self._accepted[digest] = time.monotonic()
        return access

    async def _find_access(self, key: str, digest: str, in_url: bool) -> Access:
        if key.startswith("pfk_"):
            return await self._find_access_key(digest)
        if len(key) > 128 or not key.isascii() or not key.isprintable():
            raise UnknownWallet("Wallet not found.")
        wallet = await host.find_wallet(key)
        if wallet is None:
            raise UnknownWallet("Wallet not found.")
        if in_url and wallet.is_admin_key:
            raise Refused("An admin key does not belong in an address.")
        return await self._wallet_access(wallet, digest)

    async def _wallet_access(self, wallet: HostWallet, digest: str) -> Access:
        if not wallet.may_view:
            raise Refused("This share may not view payments.")
        await self._check_enabled({wallet.owner, wallet.visitor})
        await self._open_feed(wallet.wallet_id)
        feed = await crud.get_feed(wallet.wallet_id)
        if feed and not feed.allow_inkey and not wallet.is_admin:
            raise Refused("The invoice key may not open this feed.")
        scopes = ("read", "balance") if wallet.is_share else SCOPES
        return Access(
            wallet_id=wallet.wallet_id,
            name="share" if wallet.is_share else "wallet key",
            scopes=frozenset(scopes),
            key_hash=digest,
            presented_id=wallet.presented_id,
            is_admin=wallet.is_admin,
        )

    async def _find_access_key(self, digest: str) -> Access:
        found = await crud.get_key_by_hash(digest)
        if found is None or not hmac.compare_digest(found.key_hash, digest):
            raise NoKey("This access key is not known.")
        if found.revoked_at is not None:
            raise Refused("This access key is revoked.")
        if found.expires_at is not None and found.expires_at <= self.journal.now():
            raise Refused("This access key has expired.")
        owner = await host.wallet_owner(found.wallet_id)
        if owner is None:
            raise Refused("The wallet of this key is gone.")
        await self._check_enabled({owner})
        await self._open_feed(found.wallet_id)
        await crud.touch_key(found.id, self.journal.now())
        return Access(
            wallet_id=found.wallet_id,
            name=found.name,
            scopes=frozenset(found.scopes.split()),
            key_hash=digest,
            access_key_id=found.id,
            expires_at=found.expires_at,
        )

    async def _check_enabled(self, users: set[str]) -> None:
        for user in users:
            if not await host.is_enabled(user):
                raise Refused("The extension is not enabled.")

    async def open_session(
        self, access: Access, wanted: Filter, address: str, since: str | None
    ) -> Session:
        """A registered cursor. The caller ends it with `end_session`."""
        if "read" not in access.scopes:
            raise Refused("This key may not read.")
        if self.stopping:
            raise Restarting("The server restarts.")
        tail = await self._tail(access.wallet_id)
        if len(tail.sessions) >= self.max_subscribers:
            raise TooMany("Too many subscribers on this wallet.", retry_after=30)
        session = Session(
            self.journal, tail, access, wanted, address, self.heartbeat_seconds
        )
        tail.sessions.add(session)
        self.metrics.replays += since is not None
        task = asyncio.current_task()
        if task:
            self.sessions[session] = task
        if "balance" in access.scopes:
            self._want_balance(tail)
        return session

    def end_session(self, session: Session) -> None:
        session.tail.sessions.discard(session)
        self.sessions.pop(session, None)

    async def acked(self, access: Access) -> int | None:
        if access.access_key_id is None:
            return None
        found = await crud.get_key_by_hash(access.key_hash)
        return found.acked if found else None

    async def _tail(self, wallet_id: str) -> Tail:
        tail = await self.journal.tail(wallet_id)
        if tail is None:
            raise UnknownWallet("This wallet has no feed.")
        return tail

    def tick(self) -> None:
        """Once a second: heartbeats that are due, writes that hang."""
        now = time.monotonic()
        idle: set[Tail] = set()
        for session, task in list(self.sessions.items()):
            since = session.sending_since
            if since is not None and now - since > self.send_timeout:
                session.closing = session.closing or TooSlow("Too slow.")
                task.cancel()
            elif session.is_idle(now):
                idle.add(session.tail)
        for tail in idle:
            tail.wake()

    @property
    def is_healthy(self) -> bool:
        """Running, and a sweep ended not long ago: the database answers."""
        return not self.stopping and time.monotonic() < self.healthy_until

    def is_metrics_token(self, token: str) -> bool:
        wanted = self.metrics_token
        return bool(wanted) and hmac.compare_digest(_digest(token), _digest(wanted))

    def metrics_text(self) -> str:
        lags = [one.tail.head - one.position for one in self.sessions]
        return self.metrics.text(len(self.sessions), max([0, *lags]))

    async def recheck(self, of: Tail | None = None) -> None:
        """Once a heartbeat: are the keys of all sessions (of a feed) still good?"""
        by_key: dict[str, list[Session]] = {}
        for session in list(of.sessions if of else self.sessions):
            by_key.setdefault(session.access.key_hash, []).append(session)
        for sessions in by_key.values():
            try:
                await self._check_again(sessions[0].access)
            except (Refused, NoKey, UnknownWallet) as exc:
                for session in sessions:
                    session.close(Refused(exc.message))

    async def _check_again(self, access: Access) -> None:
        if access.presented_id is None:
            await self._find_access_key(access.key_hash)
            return
        wallet = await host.find_wallet_again(
            access.presented_id, lambda key: _digest(key) == access.key_hash
        )
        if wallet is None or wallet.wallet_id != access.wallet_id:
            raise Refused("This key no longer opens the feed.")
        await self._wallet_access(wallet, access.key_hash)

    async def poll(self) -> None:
        """What other processes appended or changed, should a notification be lost."""
        for feed in await crud.get_feeds() if self.journal.tails else ():
            tail = self.journal.tails.get(feed.wallet_id)
            if tail:
                self._take_on(tail, feed)

    def _take_on(self, tail: Tail, feed: Feed) -> None:
        """The feed's row as it is now."""
        if tail.feed.epoch != feed.epoch:
            self._end_epoch(tail)
            return
        tail.update(feed)
        if feed.head > tail.head:
            self.journal.advance(feed.wallet_id, feed.head)
            self._want_balance(tail)

    def heard(self, payload: str) -> None:
        """What a process told through `crud`; one's own words come back too."""
        origin, *words = payload.split(" ")
        if origin != crud.ORIGIN:
            self._spawn(self._take_up(words))

    async def _take_up(self, words: list[str]) -> None:
        try:
            match words:
                case ["events", wallet_id, epoch, count, head]:
                    await self._follow(wallet_id, epoch, int(count), int(head))
                case ["feed", wallet_id]:
                    await self._look_again(wallet_id)
        except Exception as exc:
            logger.warning(f"payfeed: heard, left to the poll: {type(exc).__name__}")

    async def _follow(self, wallet_id: str, epoch: str, count: int, head: int) -> None:
        """Another process appended: for this one's readers and LNbits' sockets here."""
        if wallet_id not in self.journal.tails and not host.has_sockets():
            return
        tail = await self._tail(wallet_id)
        if tail.feed.epoch != epoch:
            await self._look_again(wallet_id)
            return
        page = await self.journal.page(tail, head - count)
        events = [event for event in page if event.offset <= head]
        self.journal.follow(tail, events, head)
        for event in events:
            self._after(event)

    async def _look_again(self, wallet_id: str) -> None:
        """Another process changed a feed or its keys."""
        tail = self.journal.tails.get(wallet_id)
        feed = await crud.get_feed(wallet_id) if tail else None
        if tail and feed:
            self._take_on(tail, feed)
            await self.recheck(tail)

    async def notify(self, access: Access, value: Any) -> tuple[str, int]:
        """Record a custom message; (event id, live subscribers)."""
        return await self._publish(access, custom_draft(value))

    async def test(self, access: Access) -> tuple[str, int]:
        """Record a test event; (event id, live subscribers)."""
        return await self._publish(access, test_draft("This is a test from Payfeed."))

    async def _publish(self, access: Access, draft: Draft) -> tuple[str, int]:
        if "notify" not in access.scopes:
            raise Refused("This key may not notify.")
        self.notifies.take(access.wallet_id, "messages")
        tail = await self._tail(access.wallet_id)
        events = await self._append(access.wallet_id, [draft])
        if not events:
            raise UnknownWallet("This wallet has no feed.")
        return events[0].id, len(tail.sessions)

    def parse_message(self, body: bytes, content_type: str, data: str | None) -> Any:
        """The value of a POSTed message: JSON, text, or `?data=` with an empty body."""
        if not body and data is not None:
            body, content_type = data.encode("utf-8", "surrogatepass"), "text/plain"
        if len(body) > self.message_bytes:
            raise TooLarge(f"Messages are limited to {self.message_bytes} bytes.")
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

    async def read_events(
        self,
        access: Access,
        since: str | None,
        before: str | None,
        limit: int,
        wait_seconds: int,
        wanted: Filter,
    ) -> dict[str, Any]:
        """A page of events, ascending; may wait until there is one."""
        if "read" not in access.scopes:
            raise Refused("This key may not read.")
        tail = await self._tail(access.wallet_id)
        oldest, _ = await crud.get_extent(access.wallet_id)
        session = Session(self.journal, tail, access, wanted, "", 0)
        recovered = True
        if before is not None or (since is None and not wait_seconds):
            top = self._before(tail, before)
            events, more = await self._backwards(tail, top, limit, wanted)
            cursor = tail.head if before is None else top - 1
        else:
            start = await find_start(tail, since, await self.acked(access))
            recovered = start.gap is None
            session.position = start.offset
            events, more = await self._forwards(session, limit, wait_seconds)
            cursor = session.position
        self.metrics.delivered += len(events)
        return {
            "events": [tail.frame(event) for event in events],
            "head": tail.id_of(tail.head),
            "cursor": tail.id_of(cursor),
            "oldest": tail.id_of(oldest) if oldest is not None else None,
            "has_more": more,
            "recovered": recovered,
        }

    def _before(self, tail: Tail, before: str | None) -> int:
        if before is None:
            return tail.head + 1
        epoch, offset = parse_id(before)
        if epoch != tail.feed.epoch:
            raise Malformed("This id is of another epoch.")
        return min(offset, tail.head + 1)

    async def _backwards(
        self, tail: Tail, top: int, limit: int, wanted: Filter
    ) -> tuple[list[Event], bool]:
        found: list[Event] = []
        wallet_id, epoch = tail.feed.wallet_id, tail.feed.epoch
        while len(found) <= limit:
            page = await crud.get_events_before(wallet_id, epoch, top, 500)
            if not page:
                break
            found = [event for event in page if wanted.accepts(event)] + found
            top = page[0].offset
        return found[-limit:], len(found) > limit

    async def _forwards(
        self, session: Session, limit: int, wait_seconds: int
    ) -> tuple[list[Event], bool]:
        tail = session.tail
        deadline = time.monotonic() + wait_seconds
        found: list[Event] = []
        while True:
            known_head = tail.head
            page = tail.recent(session.position)
            if page is None:
                page = await self.journal.page(tail, session.position)
                if not page:
                    session.position = known_head
            for event in page:
                if session.filter.accepts(event):
                    if len(found) == limit:
                        return found, True
                    found.append(event)
                session.position = event.offset
            if session.position < tail.head:
                continue
            rest = deadline - time.monotonic()
            if found or rest <= 0 or self.stopping:
                return found, False
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(tail.wait(), min(rest, 1))

    async def describe(self, access: Access) -> dict[str, Any]:
        tail = await self._tail(access.wallet_id)
        feed = await crud.get_feed(access.wallet_id) or tail.feed
        oldest, kept = await crud.get_extent(access.wallet_id)
        answer = {
            "wallet_id": feed.wallet_id,
            "epoch": feed.epoch,
            "head": f"{feed.epoch}-{feed.head}",
            "oldest": f"{feed.epoch}-{oldest}" if oldest is not None else None,
            "events": kept,
            "subscribers": len(tail.sessions),
            "retention": {"days": self.retention_days, "events": self.retention_events},
            "mirror_to_inkey": feed.mirror_to_inkey,
            "allow_inkey": feed.allow_inkey,
        }
        if access.is_admin:
            answer |= {"channel": feed.channel, "secret": feed.secret}
        return answer

    async def change(self, access: Access, changes: dict[str, bool]) -> dict[str, Any]:
        self._need_admin(access)
        tail = await self._tail(access.wallet_id)
        for name, value in changes.items():
            await crud.update_feed(access.wallet_id, name, value)
            setattr(tail.feed, name, value)
        if changes.get("allow_inkey") is False:
            for session in list(tail.sessions):
                if session.access.access_key_id is None and not session.access.is_admin:
                    session.close(Refused("The invoice key may not open this feed."))
        return await self.describe(access)

    async def rotate(self, access: Access, what: str) -> dict[str, Any]:
        self._need_admin(access)
        tail = await self._tail(access.wallet_id)
        if what == "channel":
            tail.feed.channel = secrets.token_hex(16)
            await crud.update_feed(access.wallet_id, what, tail.feed.channel)
        elif what == "secret":
            secret = new_secret()
            await crud.update_feed(access.wallet_id, what, secret)
            tail.update(replace(tail.feed, secret=secret))
        elif what == "epoch":
            await crud.rotate_epoch(access.wallet_id, new_epoch())
            self._end_epoch(tail)
        else:
            raise Malformed("what must be channel, secret or epoch.")
        return await self.describe(access)

    def _end_epoch(self, tail: Tail) -> None:
        for session in list(tail.sessions):
            session.close(Restarting("The feed begins a new epoch."))
        self.journal.drop(tail.feed.wallet_id)

    def _need_admin(self, access: Access) -> None:
        if not access.is_admin:
            raise Refused("This needs the wallet's admin key.")

    async def create_key(self, access: Access, wish: CreateKey) -> dict[str, Any]:
        """A new access key; the key itself is in this answer only."""
        self._need_admin(access)
        name = wish.name.strip()
        if not 1 <= len(name) <= 64 or not name.isprintable():
            raise Malformed("name must have 1 to 64 printable characters.")
        if not wish.scopes or not set(wish.scopes) <= set(SCOPES):
            raise Malformed(f"scopes must be out of {', '.join(SCOPES)}.")
        if wish.expires_at is not None and not (
            self.journal.now() < wish.expires_at < 10**12
        ):
            raise Malformed("expires_at must lie in the future, in Unix seconds.")
        tail = await self._tail(access.wallet_id)
        key = "pfk_" + secrets.token_urlsafe(32)
        stored = AccessKey(
            id=secrets.token_hex(8),
            wallet_id=access.wallet_id,
            key_hash=_digest(key),
            name=name,
            scopes=" ".join(sorted(set(wish.scopes))),
            created_at=self.journal.now(),
            expires_at=wish.expires_at,
            acked=tail.head,
        )
        await crud.insert_key(stored)
        return {"key": key} | self._public_key(stored, tail)

    def _public_key(self, key: AccessKey, tail: Tail) -> dict[str, Any]:
        return {
            "id": key.id,
            "name": key.name,
            "scopes": key.scopes.split(),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "revoked_at": key.revoked_at,
            "last_used_at": key.last_used_at,
            "acked": tail.id_of(key.acked),
            "lag": max(0, tail.head - key.acked),
        }

    async def list_keys(self, access: Access) -> list[dict[str, Any]]:
        self._need_admin(access)
        tail = await self._tail(access.wallet_id)
        return [
            self._public_key(key, tail) for key in await crud.get_keys(access.wallet_id)
        ]

    async def revoke(self, access: Access, key_id: str) -> bool:
        self._need_admin(access)
        done = await crud.revoke_key(access.wallet_id, key_id, self.journal.now())
        for session in list(self.sessions):
            if session.access.access_key_id == key_id and done:
                session.close(Refused("This access key is revoked."))
        return done

    async def who(self, access: Access) -> list[dict[str, Any]]:
        """Who is connected to this feed in this process."""
        tail = await self._tail(access.wallet_id)
        return [
            {
                "name": session.access.name,
                "since": session.connected_at,
                "address": session.address,
                "last_id": tail.id_of(session.position),
                "acked": tail.id_of(session.acked) if session.acked else None,
                "lag": max(0, tail.head - session.position),
            }
            for session in sorted(tail.sessions, key=lambda one: one.connected_at)
        ]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _final_since(row: Any) -> int:
    return max(host.unix(row["time"]), host.unix(row["updated_at"]))


__all__ = ["Payfeed", "PayfeedError"]
