"""Counters of this process, in Prometheus' text format.

Labels have a few fixed values: no wallet, key, name or address is in them.
"""

from collections import Counter
from collections.abc import Iterable

TYPES = ("payment", "message", "test")


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

    def text(self, subscribers: int, lag_events: int) -> str:
        """The exposition. The arguments are the values of this moment."""
        recorded = [(f'{{type="{name}"}}', self.recorded[name]) for name in TYPES]
        refusals = [
            (f'{{code="{code}"}}', count)
            for code, count in sorted(self.refusals.items())
        ]
        attempts = [
            (f'{{outcome="{name}"}}', self.webhook_attempts[is_delivered])
            for name, is_delivered in (("delivered", True), ("failed", False))
        ]
        families = (
            ("events_recorded_total", "Events written by this process.", recorded),
            ("events_delivered_total", "Events sent to readers.", self.delivered),
            ("subscribers", "Live connections.", subscribers),
            ("replays_total", "Connections that began with since.", self.replays),
            ("lag_events", "Events the slowest subscriber is behind.", lag_events),
            ("refusals_total", "Refused and ended, by close code.", refusals),
            ("webhook_attempts_total", "Requests of webhooks.", attempts),
            ("reconciled_total", "Payments found by reconcile.", self.reconciled),
        )
        return "".join(_family(*family) for family in families)


def _family(name: str, help_text: str, values: int | Iterable[tuple[str, int]]) -> str:
    kind = "counter" if name.endswith("_total") else "gauge"
    samples = [("", values)] if isinstance(values, int) else values
    return (
        f"# HELP payfeed_{name} {help_text}\n# TYPE payfeed_{name} {kind}\n"
    ) + "".join(f"payfeed_{name}{labels} {value}\n" for labels, value in samples)
