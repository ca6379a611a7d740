"""The running copy of the extension: its parts, wired once."""

import hmac
import time
from collections import Counter
from collections.abc import Sequence

from .access.authenticator import Authenticator
from .access.keys import AccessKeys
from .access.limits import TokenBuckets
from .access.records import hash_of
from .background import BackgroundTasks
from .delivery.balance import Balances
from .delivery.history import History
from .delivery.lnbits_socket import LNbitsSocket
from .delivery.peers import Peers
from .delivery.subscribers import Subscribers
from .errors import PayfeedError, Restarting
from .feed.beginnings import Beginnings
from .feed.feeds import Feeds
from .feed.journal import Journal
from .feed.messages import Messages
from .feed.opening import Opening
from .feed.payment_index import PaymentIndex
from .feed.retention import Retention
from .feed.tail import Tail
from .host.settings import Settings
from .metrics import Metrics
from .models import Event
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
        self.metrics = Metrics()
        self.tasks = BackgroundTasks()
        arriving: Counter[str] = Counter()
        reports = Reports()

        self.journal = Journal(self._on_append, self._on_epoch_end)
        self.feeds = Feeds(self.journal, self._close_wallet)
        self.beginnings = Beginnings(self.journal.now)
        self.opening = Opening(
            self.beginnings, self.journal.now, arriving.__contains__, self._on_news
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
        self.peers = Peers(
            self.journal, self.subscribers, self.balances, self.tasks, self._publish
        )
        self._healthy_until = 0.0

    def _on_append(self, tail: Tail, events: Sequence[Event]) -> None:
        for event in events:
            self.metrics.record(event.type)
            self._publish(tail, event)

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

    def _close_wallet(self, wallet_id: str, reason: PayfeedError) -> None:
        self.subscribers.close_wallet(wallet_id, reason)

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

    def metrics_text(self) -> str:
        subscribers = sum(1 for _ in self.subscribers)
        return self.metrics.text(subscribers, self.subscribers.largest_lag)

    def close_readers(self) -> None:
        """End every subscriber and long answer with 1012."""
        self.subscribers.close_all()
        self.journal.wake_all()

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
