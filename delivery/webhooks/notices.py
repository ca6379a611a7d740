"""Messages to the owner of an endpoint."""

from ...models_webhooks import BLOCKED, FAILED, GONE, Webhook
from .worker import host_of

REASONS = {
    GONE: "the receiver answered 410",
    FAILED: "every request failed for five days",
    BLOCKED: "an event could not be delivered, and it delivers in order",
}


def notice(webhook: Webhook, reason: str | None) -> str:
    """`reason`: why it was disabled; None: it works again after that."""
    name = f"Payfeed: the webhook to {host_of(webhook)}"
    if webhook.description:
        name += f" ({webhook.description})"
    if reason is None:
        return f"{name} works again."
    return (
        f"{name} was disabled: {REASONS[reason]}. What was missed is kept: enable it."
    )
