"""Counters of this process, and what waits, in Prometheus' text format.

Labels have a few fixed values: no wallet, key, name or address is in them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

TYPES = ("payment", "message", "test")
STATES = ("delivering", "retrying", "failing", "disabled")

Samples = int | Iterable[tuple[str, int]]


@dataclass(frozen=True)
class WebhookGauges:
    """Of all processes: how many deliveries wait, the age of the oldest one's event,
    and endpoints by state."""

    waiting: int
    oldest_seconds: int
    endpoints: Counter[str]


class Metrics:
    """Counted since the start of this copy of the extension."""

    def __init__(self) -> None:
        self.recorded: Counter[str] = Counter()
        self.delivered = 0
        self.replays = 0
        self.refusals: Counter[int] = Counter()
        self.reconciled = 0
        self.webhook_attempts: Counter[bool] = Counter()  # by success

    def record(self, event_type: str) -> None:
        """Custom types count as messages: anyone may choose their names."""
        self.recorded[event_type if event_type in TYPES else "message"] += 1

    def text(
        self, subscribers: int, lag_events: int, webhooks: WebhookGauges | None
    ) -> str:
        """The exposition. The arguments are the values of this moment.

        `webhooks` is None, and left out, while the database does not answer.
        """
        recorded = [(f'{{type="{name}"}}', self.recorded[name]) for name in TYPES]
        refusals = [
            (f'{{code="{code}"}}', count)
            for code, count in sorted(self.refusals.items())
        ]
        attempts = [
            (f'{{outcome="{name}"}}', self.webhook_attempts[is_delivered])
            for name, is_delivered in (("delivered", True), ("failed", False))
        ]
        families: list[tuple[str, str, Samples]] = [
            ("events_recorded_total", "Events written by this process.", recorded),
            ("events_delivered_total", "Events sent to readers.", self.delivered),
            ("subscribers", "Live connections.", subscribers),
            ("replays_total", "Connections that began with since.", self.replays),
            ("lag_events", "Events the slowest subscriber is behind.", lag_events),
            ("refusals_total", "Refused and ended, by close code.", refusals),
            ("webhook_attempts_total", "Requests of webhooks.", attempts),
            ("reconciled_total", "Payments found by reconcile.", self.reconciled),
        ]
        if webhooks:
            endpoints = [
                (f'{{state="{name}"}}', webhooks.endpoints[name]) for name in STATES
            ]
            families += [
                ("webhook_waiting", "Deliveries that wait.", webhooks.waiting),
                (
                    "webhook_oldest_waiting_seconds",
                    "Age of the oldest event that waits.",
                    webhooks.oldest_seconds,
                ),
                ("webhook_endpoints", "Webhooks by state.", endpoints),
            ]
        return "".join(_family(*family) for family in families)


def _family(name: str, help_text: str, values: Samples) -> str:
    kind = "counter" if name.endswith("_total") else "gauge"
    samples = [("", values)] if isinstance(values, int) else values
    return (
        f"# HELP payfeed_{name} {help_text}\n# TYPE payfeed_{name} {kind}\n"
    ) + "".join(f"payfeed_{name}{labels} {value}\n" for labels, value in samples)
