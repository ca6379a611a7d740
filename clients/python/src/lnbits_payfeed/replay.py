"""`payfeed replay`: recorded events once more, to a command or to a receiver."""

import sys
from pathlib import Path

import click

from .api import PayfeedApi
from .errors import RequestFailed
from .events import FeedEvent, InvalidEvent
from .history import id_before
from .listen import Printer, forward, run
from .options import (
    HANDLER_OPTIONS,
    JSON_OPTION,
    Common,
    examples,
    new_forwarder,
    with_common_options,
    with_options,
)
from .signals import on_end

OK = 0


@click.command(
    short_help="Process recorded events again.",
    epilog=examples(
        "payfeed replay q7xk2p-42 q7xk2p-43 --exec ./hand-out",
        "payfeed replay q7xk2p-42 --forward-to http://localhost:8000/payments",
    ),
)
@with_common_options
@JSON_OPTION
@with_options(HANDLER_OPTIONS)
@click.option(
    "--max-attempts",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Give up after N failed requests in a row.",
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
async def replay(
    common: Common,
    as_json: bool,
    command: str | None,
    forward_to: str | None,
    webhook_secret_file: Path | None,
    forward_ca: Path | None,
    max_attempts: int,
    ids: tuple[str, ...],
) -> int:
    """Print the events with these IDs, and run a command or send a request for each.

    The first failure ends the replay.
    """
    if command and forward_to:
        raise click.UsageError("use either --exec or --forward-to")
    api, forwarder = common.api(), None
    if forward_to:
        forwarder = new_forwarder(
            forward_to, webhook_secret_file, forward_ca, max_attempts
        )
        on_end(forwarder.stop)
    printer = Printer(sys.stdout, sys.stderr, as_json, common.color)
    for event_id in ids:
        event = await find(api, event_id)
        printer.print_item(event)
        if command:
            await run(command, event)
        if forwarder and not await forward(forwarder, event):
            break
    return OK


async def find(api: PayfeedApi, event_id: str) -> FeedEvent | InvalidEvent:
    """Raises BadAddress, and RequestFailed if there is no such event."""
    page = await api.events(since=id_before(event_id), limit=1)
    for event in page.events:
        if event.id == event_id:
            return event
    raise RequestFailed(
        404, f"event {event_id} is not kept, or the key may not read it"
    )
