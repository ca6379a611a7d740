"""What unit tests of the log build: journals, copies of the extension, drafts."""

from payfeed import models
from payfeed.extension import Extension
from payfeed.feed.journal import Journal
from payfeed.feed.protocol import payment_draft
from payfeed.host import settings


def new_journal() -> Journal:
    """A journal that reports to nobody, as another process would have."""
    return Journal(lambda tail, events: None, lambda wallet_id: None)


def new_extension() -> Extension:
    """A copy of the extension that is wired and not started."""
    return Extension(settings.load())


def payment(number: int) -> models.Draft:
    """A received payment of 1 sat whose hash is this number."""
    return payment_draft(
        models.SettledPayment(
            "w", f"{number:064x}", "in", "confirmed", 1000, 0, "memo", 1
        )
    )
