"""What Payfeed does: let readers read, take messages, manage feeds, follow others."""

import asyncio
import contextlib
import hmac
import re
import secrets
import time
from dataclasses import replace
from typing import Any

from loguru import logger

from . import crud, host
from .doors import Doors, digest_of, need_admin, need_scope, network_of, tail_of
from .errors import (
    Malformed,
    NoKey,
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
from .models import Access, Draft, Event, Feed, Filter
from .protocol import custom_draft, loads, once, parse_id, test_draft
from .recorder import Recorder
from .retention import Retention
from .session import Session, find_start

LAST_WORD_SECONDS = 1.5
ANSWER_BYTES = 4 * 1024 * 1024  # of bodies in one answer, unless one is larger
KEY_ID = re.compile(r"[0-9a-f]{16}\Z")


class Answer:
    """The events of one answer: at most `limit`, and ANSWER_BYTES beyond the first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.events: list[Event] = []
        self._bytes = 0

    def add(self, event: Event) -> bool:
        """False: the answer is full, this event belongs to the next one."""
        self._bytes += len(event.body)
        is_full = len(self.events) == self.limit or self._bytes > ANSWER_BYTES
        if self.events and is_full:
            return False
        self.events.append(event)
        return True


class Payfeed:
    """One running copy of the extension; `stop` ends it completely."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.metrics = Metrics()
        self.recorder = Recorder(self.journal, self.metrics)
        self.retention = Retention(self.journal)
        self.doors = Doors(self.journal, self.recorder.open_feed)
        self.stopping = False
        self.healthy_until = 0.0
        self.max_subscribers = host.setting("PAYFEED_MAX_SUBSCRIBERS_PER_WALLET", 200)
        self.heartbeat_seconds = host.setting("PAYFEED_HEARTBEAT_SECONDS", 20)
        self.send_timeout = host.setting("PAYFEED_SEND_TIMEOUT_SECONDS", 30)
        self.message_bytes = host.message_bytes()
        self.connects = Buckets(host.setting("PAYFEED_CONNECTS_PER_MINUTE", 60))
        self.notifies = Buckets(host.setting("PAYFEED_NOTIFY_PER_MINUTE", 60))
        self.reads = Buckets(host.setting("PAYFEED_READS_PER_MINUTE", 600))
        self.metrics_token = host.text_setting("PAYFEED_METRICS_TOKEN")
        self.sessions: dict[Session, asyncio.Task[Any]] = {}
        self._revoked: set[str] = set()

    def stop(self) -> None:
        self.close_all()
        self.recorder.stop()

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

    async def open_session(
        self,
        access: Access,
        wanted: Filter,
        address: str,
        since: str | None,
        heartbeat_seconds: int | None = None,
    ) -> Session:
        """A registered cursor. The caller ends it with `end_session`.

        Without `heartbeat_seconds`, the heartbeat of the settings.
        """
        need_scope(access, "read")
        tail = await self._tail(access.wallet_id, since)
        if self.stopping:
            raise Restarting("The server restarts.")
        if access.access_key_id in self._revoked:
            raise Refused("This access key is revoked.")
        if len(tail.sessions) >= self.max_subscribers:
            raise TooMany("Too many subscribers on this wallet.", retry_after=30)
        beat = heartbeat_seconds or self.heartbeat_seconds
        session = Session(self.journal, tail, access, wanted, address, beat)
        tail.sessions.add(session)
        task = asyncio.current_task()
        if task:
            self.sessions[session] = task
        return session

    async def open_stream(
        self, access: Access, wanted: Filter, address: str, since: str | None
    ) -> Session:
        """The session of a connection, one of so many a minute for each key."""
        name = f"{access.key_hash} {network_of(address)}"
        self.connects.take(name, "connections")
        session = await self.open_session(access, wanted, address, since)
        self.metrics.replays += since is not None
        if "balance" in access.scopes:
            self.recorder.want_balance(session.tail, has_changed=False)
        return session

    async def _tail(self, wallet_id: str, since: str | None) -> Tail:
        """With `since`, as the database has it: other processes may have gone on."""
        tail = await tail_of(self.journal, wallet_id)
        if since and host.has_other_processes():
            feed = await crud.get_feed(wallet_id)
            if feed:
                self._take_on(tail, feed)
                tail = await tail_of(self.journal, wallet_id)
        return tail

    def end_session(self, session: Session) -> None:
        session.tail.sessions.discard(session)
        self.sessions.pop(session, None)

    def tick(self) -> None:
        """Once a second: due heartbeats, keys that expired, writes that hang."""
        self.recorder.spawn(self.doors.save_last_used())
        now, date = time.monotonic(), self.journal.now()
        idle: set[Tail] = set()
        for session, task in list(self.sessions.items()):
            since = session.sending_since
            if since is not None and now - since > self.send_timeout:
                session.closing = session.closing or TooSlow("Too slow.")
                session.sending_since = None
                task.cancel()
            elif session.has_expired(date):
                session.close(Refused("This access key has expired."))
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
        return bool(wanted) and hmac.compare_digest(digest_of(token), digest_of(wanted))

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
                await self.doors.check_again(sessions[0].access)
            except (Refused, NoKey, UnknownWallet) as exc:
                for session in sessions:
                    session.close(Refused(exc.message))

    async def poll(self) -> None:
        """What other processes appended or changed, should a notification be lost."""
        for feed in await crud.get_feeds() if self.journal.tails else ():
            is_past = await self.journal.renew_if_past(feed)
            tail = self.journal.tails.get(feed.wallet_id)
            if tail and not is_past:
                self._take_on(tail, feed)

    def _take_on(self, tail: Tail, feed: Feed) -> None:
        """The feed's row as it is now."""
        if tail.feed.epoch != feed.epoch:
            self.journal.end_epoch(tail)
            return
        tail.update(feed)
        if feed.head > tail.head:
            self.journal.advance(feed.wallet_id, feed.head)
            self.recorder.want_balance(tail)

    def heard(self, payload: str) -> None:
        """What a process told through `crud`; one's own words come back too."""
        origin, *words = payload.split(" ")
        if origin != crud.ORIGIN:
            self.recorder.spawn(self._take_up(words))

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
        tail = await tail_of(self.journal, wallet_id)
        if tail.feed.epoch != epoch:
            await self._look_again(wallet_id)
            return
        position = head - count
        while page := await self.journal.page(tail, position):
            events = [event for event in page if event.offset <= head]
            position = page[-1].offset
            self.journal.follow(tail, events, min(position, head))
            for event in events:
                self.recorder.after(event)
            if position >= head:
                return
        self.journal.advance(wallet_id, head)

    async def _look_again(self, wallet_id: str) -> None:
        """Another process changed a feed or its keys."""
        tail = self.journal.tails.get(wallet_id)
        feed = await crud.get_feed(wallet_id) if tail else None
        if tail and feed:
            self._take_on(tail, feed)
            await self.recheck(tail)

    async def notify(
        self, access: Access, value: Any, key: str | None = None
    ) -> tuple[str, int]:
        """Record a custom message; (event id, live subscribers).

        With the idempotency key of an earlier message it returns that message's id, or
        raises Malformed if the content differs.
        """
        need_scope(access, "notify")
        draft = custom_draft(value)
        if key is None:
            return await self._publish(access, draft)
        draft = replace(draft, once=once(key, draft))
        tail = await tail_of(self.journal, access.wallet_id)
        event_id = await self._first_id(access.wallet_id, draft)
        if event_id is None:
            event_id, _ = await self._publish(access, draft)
        return event_id, len(tail.sessions)

    async def _first_id(self, wallet_id: str, draft: Draft) -> str | None:
        """The event id of the message that was stored with the draft's key, if any."""
        if draft.once is None:
            return None
        found = await crud.get_first_message(wallet_id, draft.once.key_hash)
        if found is None:
            return None
        content_hash, event_id = found
        if content_hash != draft.once.content_hash:
            raise Malformed("This Idempotency-Key belongs to a different message.")
        return event_id

    async def test(self, access: Access) -> tuple[str, int]:
        """Record a test event; (event id, live subscribers)."""
        return await self._publish(access, test_draft("This is a test from Payfeed."))

    async def _publish(self, access: Access, draft: Draft) -> tuple[str, int]:
        need_scope(access, "notify")
        self.notifies.take(access.wallet_id, "messages")
        tail = await tail_of(self.journal, access.wallet_id)
        events = await self.recorder.append(access.wallet_id, [draft])
        if events:
            return events[0].id, len(tail.sessions)
        # a request with the same key was faster
        event_id = await self._first_id(access.wallet_id, draft)
        if event_id is None:
            raise UnknownWallet("This wallet has no feed.")
        return event_id, len(tail.sessions)

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
        address: str,
    ) -> dict[str, Any]:
        """A page of events, ascending; may wait until there is one.

        A request that waits is a subscriber while it does, and ends like one.
        """
        need_scope(access, "read")
        if not wait_seconds:
            tail = await self._tail(access.wallet_id, since)
            session = Session(self.journal, tail, access, wanted, address, 0)
            return await self._read(session, since, before, limit, 0)
        beat = wait_seconds + 1  # never due
        session = await self.open_session(access, wanted, address, since, beat)
        try:
            return await self._read(session, since, before, limit, wait_seconds)
        finally:
            self.end_session(session)

    async def _read(
        self,
        session: Session,
        since: str | None,
        before: str | None,
        limit: int,
        wait_seconds: int,
    ) -> dict[str, Any]:
        tail, access, wanted = session.tail, session.access, session.filter
        oldest = await crud.get_oldest(access.wallet_id)
        recovered = True
        if before is not None or (since is None and not wait_seconds):
            top = self._before(tail, before)
            events, more = await self._backwards(tail, top, limit, wanted)
            cursor = max(0, top - 1)
        else:
            start = await find_start(tail, since, await self.doors.acked(access))
            recovered = start.gap is None
            session.position = start.offset
            events, more = await self._forwards(session, limit, wait_seconds)
            if wait_seconds and events:
                await self.doors.check_again(access)
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
        answer = Answer(limit)
        while page := await self.journal.page_before(tail, top):
            for event in reversed(page):
                if wanted.accepts(event) and not answer.add(event):
                    return answer.events[::-1], True
            top = page[0].offset
        return answer.events[::-1], False

    async def _forwards(
        self, session: Session, limit: int, wait_seconds: int
    ) -> tuple[list[Event], bool]:
        tail = session.tail
        deadline = time.monotonic() + wait_seconds
        answer = Answer(limit)
        while True:
            if self.journal.tails.get(tail.feed.wallet_id) is not tail:
                return answer.events, False  # of an epoch that has ended
            if session.closing and not self.stopping:
                raise session.closing
            for event in await session.next_events():
                if session.filter.accepts(event) and not answer.add(event):
                    return answer.events, True
                session.position = event.offset
            if session.position < tail.head:
                await asyncio.sleep(0)  # a long search lets others read
                continue
            rest = deadline - time.monotonic()
            if answer.events or rest <= 0 or self.stopping:
                return answer.events, False
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(tail.wait(), rest)

    async def describe(self, access: Access) -> dict[str, Any]:
        need_scope(access, "read")
        tail = await tail_of(self.journal, access.wallet_id)
        feed = await crud.get_feed(access.wallet_id) or tail.feed
        oldest = await crud.get_oldest(access.wallet_id)
        answer = {
            "wallet_id": feed.wallet_id,
            "epoch": feed.epoch,
            "head": f"{feed.epoch}-{feed.head}",
            "oldest": f"{feed.epoch}-{oldest}" if oldest is not None else None,
            "events": await crud.count_events(access.wallet_id),
            "subscribers": len(tail.sessions),
            "retention": {
                "days": self.retention.days,
                "events": self.retention.events,
            },
            "mirror_to_inkey": feed.mirror_to_inkey,
            "allow_inkey": feed.allow_inkey,
        }
        if access.is_admin:
            answer |= {"channel": feed.channel, "secret": feed.secret}
        return answer

    async def change(self, access: Access, changes: dict[str, bool]) -> dict[str, Any]:
        need_admin(access)
        tail = await tail_of(self.journal, access.wallet_id)
        for name, value in changes.items():
            await crud.update_feed(access.wallet_id, name, value)
            setattr(tail.feed, name, value)
        if changes.get("allow_inkey") is False:
            for session in list(tail.sessions):
                if session.access.access_key_id is None and not session.access.is_admin:
                    session.close(Refused("The invoice key may not open this feed."))
        return await self.describe(access)

    async def rotate(self, access: Access, what: str) -> dict[str, Any]:
        need_admin(access)
        tail = await tail_of(self.journal, access.wallet_id)
        if what == "channel":
            channel = secrets.token_hex(16)
            await crud.update_feed(access.wallet_id, what, channel)
            tail.update(replace(tail.feed, channel=channel))
        elif what == "secret":
            secret = new_secret()
            await crud.update_feed(access.wallet_id, what, secret)
            tail.update(replace(tail.feed, secret=secret))
        elif what == "epoch":
            await crud.rotate_epoch(access.wallet_id, new_epoch())
            self.journal.end_epoch(tail)
        else:
            raise Malformed("what must be channel, secret or epoch.")
        return await self.describe(access)

    async def revoke(self, access: Access, key_id: str) -> bool:
        need_admin(access)
        if not KEY_ID.match(key_id):
            return False
        done = await crud.revoke_key(access.wallet_id, key_id, self.journal.now())
        if done:
            self._revoked.add(key_id)
        for session in list(self.sessions):
            if session.access.access_key_id == key_id and done:
                session.close(Refused("This access key is revoked."))
        return done

    async def who(self, access: Access) -> list[dict[str, Any]]:
        """Who is connected to this feed in this process; for its owner."""
        if not access.is_owner:
            raise Refused("This needs a key of the wallet's owner.")
        tail = await tail_of(self.journal, access.wallet_id)
        return [
            {
                "name": session.access.name,
                "since": session.connected_at,
                "address": session.address,
                "last_id": tail.id_of(session.position),
                "acked": tail.id_of(session.acked)
                if session.acked is not None
                else None,
                "lag": max(0, tail.head - session.position),
            }
            for session in sorted(tail.sessions, key=lambda one: one.connected_at)
        ]
