"""Members of LNbits' `extra` that payments may carry, by the owner's choice.

Read in LNbits 1.3.1, 1.4.2, 1.5.6 and 1.6.2, and in its extension lnurlp.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

MAX_INTEGER = 2**63 - 1

# secrets, and addresses that may contain one
REFUSED = frozenset(
    (
        "success_action",  # what an LNURL service shows or unlocks after the payment
        "lnurl_response",  # the answer of a withdraw service, with its address
        "fiat_payment_request",  # the page on which the payer pays in fiat
        "fiat_checking_id",  # the provider's name for the session
        "subscription",  # both of these for a subscription
        "subscription_request_id",
        "wallet",  # ids of other wallets
        "fee_wallet",
        "link",  # an extension's own link
    )
)
# `wh_…` is what lnurlp stores of its webhook's answer; `wallet_fiat_…` is the `fiat` of
# a payment
REFUSED_STARTS = ("preimage", "webhook", "wh_", "wallet_fiat_")


def is_refused(name: str) -> bool:
    """May a payment not carry this member?"""
    name = name.lower()
    return name in REFUSED or name.startswith(REFUSED_STARTS)


def picked(extra: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The named members that are scalars, in the order of the names."""
    return {
        name: extra[name] for name in names if name in extra and _is_scalar(extra[name])
    }


def _is_scalar(value: Any) -> bool:
    """Is it a JSON scalar that every client can read?"""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return value is None or isinstance(value, str)


def labels_of(payment: Any) -> list[str]:
    """LNbits has labels since 1.4.2."""
    labels = getattr(payment, "labels", None)
    if isinstance(labels, str):
        labels = json.loads(labels)
    return [label for label in labels or [] if isinstance(label, str)]


def external_id_of(payment: Any) -> str | None:
    """LNbits has external ids since 1.5.6."""
    external_id = getattr(payment, "external_id", None)
    return external_id if isinstance(external_id, str) and external_id else None
