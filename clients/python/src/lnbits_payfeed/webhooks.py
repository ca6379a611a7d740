"""`payfeed webhooks`: manage the webhooks of a wallet with its admin key."""

import functools
import json
from typing import Any, Literal

import click

from .checks import check_since, check_until
from .options import (
    FILTER_OPTIONS,
    JSON_OPTION,
    Common,
    checked,
    examples,
    filter_body,
    reading_answer,
    with_common_options,
    with_options,
)
from .terminal import local_time, print_line

OK = 0
NOT_DELIVERED = 1


@click.group(
    no_args_is_help=False, short_help="Manage webhooks; needs the wallet's admin key."
)
def webhooks() -> None:
    """Webhooks of a wallet: signed requests for its events. Needs its admin key."""


@webhooks.command(
    "list", short_help="List webhooks.", epilog=examples("payfeed webhooks list --json")
)
@with_common_options
@JSON_OPTION
async def list_command(common: Common, as_json: bool) -> int:
    """List the webhooks of the wallet, oldest first."""
    with reading_answer():
        for webhook in await common.api().list_webhooks():
            print_line(json.dumps(webhook) if as_json else describe(webhook))
    return OK


@webhooks.command(
    short_help="Create a webhook.",
    epilog=examples(
        "payfeed webhooks create https://shop.example.org/hook --direction in"
    ),
)
@with_common_options
@JSON_OPTION
@click.option("--description", default="", help="At most 200 characters.")
@click.option(
    "--since",
    callback=checked(check_since),
    help="Event id, start or @<unix seconds>.",
)
@with_options(FILTER_OPTIONS)
@click.option("--ordered", is_flag=True, help="An event waits for the one before.")
@click.argument("receiver", metavar="URL")
async def create(
    common: Common,
    as_json: bool,
    receiver: str,
    description: str,
    since: str | None,
    ordered: bool,
    types: str,
    **payment_filter: Any,
) -> int:
    """Send the wallet's events to URL; prints the id and the signing secret."""
    made = await common.api().create_webhook(
        receiver,
        description=description,
        since=since,
        ordered=ordered,
        filter=filter_body(types, payment_filter),
    )
    with reading_answer():
        if as_json:
            print_line(json.dumps(made))
        else:
            print_line(f"id: {made['id']}")
            print_line(f"signing secret: {made['secret']}")
    return OK


@webhooks.command(
    short_help="Send a test request.", epilog=examples("payfeed webhooks test ID")
)
@with_common_options
@JSON_OPTION
@click.argument("webhook")
async def test(common: Common, as_json: bool, webhook: str) -> int:
    """Send one signed test request now, and show the receiver's answer."""
    outcome = await common.api().test_webhook(webhook)
    with reading_answer():
        print_line(json.dumps(outcome) if as_json else describe_outcome(outcome))
        return OK if outcome["delivered"] else NOT_DELIVERED


@webhooks.command(
    short_help="List deliveries, or the attempts of one.",
    epilog=examples("payfeed webhooks deliveries ID --state failed"),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--state", type=click.Choice(("delivered", "waiting", "retrying", "failed"))
)
@click.option(
    "--before",
    metavar="EVENT",
    callback=checked(functools.partial(check_until, name="before")),
    help="What follows this event in the list.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", help="1 to 1000; default 100."
)
@click.argument("webhook")
@click.argument("event", required=False)
async def deliveries(
    common: Common, as_json: bool, webhook: str, event: str | None, **query: Any
) -> int:
    """List the deliveries of WEBHOOK, newest first, or the attempts for EVENT."""
    api = common.api()
    if event:
        found, lines = await api.get_delivery(webhook, event), "tries"
    else:
        found, lines = await api.list_deliveries(webhook, **query), "deliveries"
    describe_line = describe_attempt if event else describe_delivery
    with reading_answer():
        for line in found[lines]:
            print_line(json.dumps(line) if as_json else describe_line(line))
    return OK


@webhooks.command(
    short_help="Send events again.",
    epilog=examples("payfeed webhooks resend ID --since @1795700000"),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--since",
    callback=checked(check_since),
    help="All after an event id or @<unix seconds>.",
)
@click.option("--all", "is_all", is_flag=True, help="Also those that were delivered.")
@click.argument("webhook")
@click.argument("event", required=False)
async def resend(
    common: Common,
    as_json: bool,
    webhook: str,
    event: str | None,
    since: str | None,
    is_all: bool,
) -> int:
    """Send EVENT again, or with --since what failed after an event or a time."""
    if (event is None) == (since is None):
        raise click.UsageError("name either EVENT or --since")
    api = common.api()
    if event is not None:
        answer = await api.resend(webhook, event)
    elif since is not None:
        only: Literal["failed", "all"] = "all" if is_all else "failed"
        answer = await api.resend_since(webhook, since, only=only)
    with reading_answer():
        text = f"{answer['count']} will be sent again"
        print_line(json.dumps(answer) if as_json else text)
    return OK


@webhooks.command(
    short_help="Delete a webhook.", epilog=examples("payfeed webhooks delete ID")
)
@with_common_options
@JSON_OPTION
@click.argument("webhook")
async def delete(common: Common, as_json: bool, webhook: str) -> int:
    """Delete WEBHOOK with its deliveries."""
    answer = await common.api().delete_webhook(webhook)
    print_line(json.dumps(answer) if as_json else f"{webhook} is deleted")
    return OK


def describe(webhook: dict[str, Any]) -> str:
    words = [webhook["id"], webhook["state"], webhook["url"]]
    if webhook["reason"]:
        words[1] += f" ({webhook['reason']})"
    for name in ("lag", "waiting", "failed"):
        if webhook[name]:
            more = "+" if webhook.get(f"{name}_has_more") else ""
            words.append(f"{name} {webhook[name]}{more}")
    if webhook["description"]:
        words.append(webhook["description"])
    return "  ".join(words)


def describe_delivery(delivery: dict[str, Any]) -> str:
    words = [
        local_time(delivery["recorded_at"]),
        delivery["event"],
        delivery["type"],
        delivery["state"],
        f"attempts {delivery['attempts']}",
    ]
    if payment := delivery.get("payment"):
        words.append(
            f"{payment['direction']} {payment['amount']} sat {payment['memo']}"
        )
    if delivery["next_attempt_at"]:
        words.append(f"next {local_time(delivery['next_attempt_at'])}")
    if delivery["error"]:
        words.append(delivery["error"])
    return "  ".join(words)


def describe_attempt(attempt: dict[str, Any]) -> str:
    kind = "probe  " if attempt["is_probe"] else ""
    return f"{local_time(attempt['at'])}  {kind}{describe_outcome(attempt)}"


def describe_outcome(outcome: dict[str, Any]) -> str:
    words = outcome["error"] or f"{outcome['status']} {outcome['reply']}".rstrip()
    return f"{words}  ({outcome['duration_ms']} ms)"
