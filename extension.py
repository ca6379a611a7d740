"""The running copy of the extension: its parts, wired once."""

import contextlib
import hmac
import random
import time
from collections import Counter
from collections.abc import Sequence

from .access.authenticator import Authenticator
from .access.displays import Displays
from .access.keys import AccessKeys
from .access.limits import TokenBuckets
from .access.records import hash_of
from .background import BackgroundTasks
from .delivery.balance import Balances
from .delivery.export import Export
from .delivery.history import History
from .delivery.lnbits_socket import LNbitsSocket
from .delivery.peers import Peers
from .delivery.subscribers import Subscribers
from .delivery.webhooks.budget import Budget
from .delivery.webhooks.destination import Rules
from .delivery.webhooks.dispatcher import Dispatcher
from .delivery.webhooks.endpoints import Endpoints
from .delivery.webhooks.ledger import Ledger
from .delivery.webhooks.notices import notice
from .delivery.webhooks.resolver import resolve
from .delivery.webhooks.sender import Outcome, Sender, Tls
from .delivery.webhooks.worker import Parts
from .errors import PayfeedError, Restarting, Unavailable
from .feed.beginnings import Beginnings
from .feed.erasing import Erasing
from .feed.feeds import Feeds
from .feed.journal import Journal
from .feed.messages import Messages
from .feed.opening import Opening
from .feed.payment_index import PaymentIndex
from .feed.retention import Retention
from .feed.tail import Tail
from .host import callbacks
from .host.notifications import notify_owner
from .host.settings import Settings
from .host.version import read_version
from .metrics import Metrics
from .models import Event
from .models_webhooks import Webhook
from .payments.audit import Audit
from .payments.drafts import Reports
from .payments.enablement import Enablement
from .payments.looks import Looks
from .payments.reconciler import Reconciler
from .payments.recorder import Recorder


class Extension:
    """What one start of the extension holds; `close` ends it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started_at = int(time.time())  # Unix seconds
        self.metrics = Metrics()
        self.tasks = BackgroundTasks()
        arriving: Counter[str] = Counter()
        reports = Reports()

        self.journal = Journal(
            self._on_append, self._on_epoch_end, on_advance=self._on_advance
        )
        self.feeds = Feeds(self.journal, self._close_wallet)
        self.beginnings = Beginnings(self.journal.now)
        self.opening = Opening(
            self.beginnings, self.journal.now, arriving, self._on_news
        )
        self.messages = Messages(self.journal, settings.message_bytes)
        self.retention = Retention(self.journal, settings)
        self.payment_index = PaymentIndex(self.journal)

        self.recorder = Recorder(
            self.journal, self.opening, arriving, reports, self.tasks
        )
        self.reconciler = Reconciler(
            self.journal, self.opening, reports, self.metrics, self._on_pending
        )
        self.enablement = Enablement(
            self.journal,
            self.feeds,
            self.opening,
            self.beginnings,
            reports,
            self.tasks,
        )
        self.audit = Audit(self.opening, self.reconciler)
        self.looks = Looks(
            self.journal, self.beginnings, self.reconciler, self.audit.hurry
        )

        self.authenticator = Authenticator(
            self.opening.open, self.journal.now, settings.failed_auth_per_minute
        )
        self.keys = AccessKeys(self.journal, self._close_key)
        self.displays = Displays(self.journal, self.keys)
        self.reads = TokenBuckets(settings.reads_per_minute)
        self.notifies = TokenBuckets(settings.notify_per_minute)

        self.balances = Balances(self.tasks, self.journal.wake)
        self.lnbits_socket = LNbitsSocket(self.tasks)
        self.subscribers = Subscribers(
            self.journal, self.authenticator, self.balances, settings, self.metrics
        )
        self.history = History(
            self.journal, self.subscribers, self.authenticator, self.metrics
        )
        self.export = Export(self.journal, self.subscribers)
        self._tls, self._user_agent = Tls(), f"Payfeed/{read_version()}"
        self.webhooks = Dispatcher(self._webhook_parts, self.tasks, settings.webhooks)
        self.endpoints = Endpoints(
            self.journal,
            self.webhooks,
            self._webhook_rules,
            resolve,
            self._new_sender,
            settings.webhooks_per_wallet,
        )
        self.erasing = Erasing(self.journal, self.webhooks.reload)
        self.peers = Peers(
            self.journal,
            self.subscribers,
            self.tasks,
            self._publish,
            self.webhooks,
        )
        self._healthy_until = 0.0

    def _on_append(self, tail: Tail, events: Sequence[Event]) -> None:
        for event in events:
            self.metrics.record(event.type)
            self._publish(tail, event)
        self.webhooks.on_append(tail, events)

    def _webhook_parts(self, ledger: Ledger) -> Parts:
        return Parts(
            journal=self.journal,
            ledger=ledger,
            budget=Budget(),
            new_sender=self._new_sender,
            on_outcome=self._on_outcome,
            on_end=self._on_webhook_end,
            now=time.time,
            random=random.random,
        )

    def _new_sender(self) -> Sender:
        return Sender(resolve, self._webhook_rules, self._tls, self._user_agent)

    def _webhook_rules(self) -> Rules:
        is_private_allowed = self.settings.webhook_allow_private_ips
        return Rules(
            allow_http=self.settings.webhook_allow_http,
            allow_private_ips=is_private_allowed or callbacks.allows_private_ips(),
            origins=callbacks.url_rules(),
        )

    def _on_outcome(self, outcome: Outcome) -> None:
        self.metrics.webhook_attempts[outcome.is_delivered] += 1

    def _on_webhook_end(self, webhook: Webhook, reason: str | None) -> None:
        self.tasks.spawn(notify_owner(webhook.wallet_id, notice(webhook, reason)))

    def _publish(self, tail: Tail, event: Event) -> None:
        self.lnbits_socket.publish(tail, event)
        if event.type == "payment":
            self.balances.request(event.wallet_id)

    def _on_news(self, payment_hash: str) -> None:
        self.reconciler.read_again(payment_hash)

    def _on_pending(self, wallet_id: str) -> None:
        # an outgoing payment under way lowers LNbits' balance already
        self.balances.request(wallet_id)

    def _on_epoch_end(self, wallet_id: str) -> None:
        self.reconciler.forget()
        self.audit.hurry()
        self._close_wallet(wallet_id, Restarting("The feed begins a new epoch."))

    def _on_advance(self, wallet_id: str) -> None:
        self.balances.request(wallet_id)

    def _close_wallet(self, wallet_id: str, reason: PayfeedError) -> None:
        self.subscribers.close_wallet(wallet_id, reason)
        self.webhooks.reload_soon(wallet_id)

    def _close_key(self, key_id: str, reason: PayfeedError) -> None:
        self.subscribers.close_key(key_id, reason)

    @property
    def is_healthy(self) -> bool:
        """Running, and a sweep ended not long ago: the database answers."""
        return not self.subscribers.is_stopping and time.monotonic() < (
            self._healthy_until
        )

    def stay_healthy(self, seconds: float) -> None:
        self._healthy_until = time.monotonic() + seconds

    def is_metrics_token(self, token: str) -> bool:
        expected = self.settings.metrics_token
        is_equal = hmac.compare_digest(hash_of(token), hash_of(expected))
        return bool(expected) and is_equal

    async def metrics_text(self) -> str:
        webhooks = None
        with contextlib.suppress(Unavailable):
            webhooks = await self.endpoints.measure()
        subscribers = sum(1 for _ in self.subscribers)
        return self.metrics.text(subscribers, self.subscribers.largest_lag, webhooks)

    def close_readers(self) -> None:
        """End every subscriber and long answer with 1012."""
        self.subscribers.close_all()
        self.journal.wake_all()
        self.tasks.spawn(self.webhooks.stop())

    def close(self) -> None:
        self.close_readers()
        self.tasks.cancel()


class _Running:
    extension: Extension | None = None


def current() -> Extension:
    """The running copy. Raises Restarting while there is none."""
    if _Running.extension is None:
        raise Restarting("Payfeed is not running.")
    return _Running.extension


def set_current(extension: Extension | None) -> None:
    _Running.extension = extension


def unset_current(extension: Extension) -> None:
    """Unless another copy has started meanwhile."""
    if _Running.extension is extension:
        _Running.extension = None
