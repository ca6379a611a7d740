"""`payfeed history`: recorded events, without following the feed."""

import re
import sys
from typing import Any

import click

from .api import PayfeedApi
from .errors import BadAddress
from .listen import Printer
from .options import (
    JSON_OPTION,
    READ_FILTER_OPTIONS,
    SINCE_OPTION,
    Common,
    examples,
    with_common_options,
    with_options,
)
from .terminal import print_error

OK = 0
PAGE = 1000


@click.command(
    short_help="Show recorded events.",
    epilog=examples(
        "payfeed history --limit 20 --direction in",
        "payfeed history --since @1795700000 --json",
    ),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE),
    metavar="N",
    help="The newest N events, or with --since the first N; 1 to 1000."
    " Default: 100, or with --since all.",
)
@SINCE_OPTION
@with_options(READ_FILTER_OPTIONS)
async def history(
    common: Common,
    as_json: bool,
    limit: int | None,
    since: str | None,
    **event_filter: Any,
) -> int:
    """Show recorded events, oldest first, and end."""
    api = common.api()
    printer = Printer(sys.stdout, sys.stderr, as_json, common.color)
    while True:
        size = limit or (PAGE if since else 100)
        page = await api.events(since=since, limit=size, **event_filter)
        if not page.recovered:
            print_error(f"payfeed: events after {since} are lost")
        for event in page.events:
            printer.print_item(event)
        if since is None or limit or not page.has_more:
            return OK
        since = page.cursor


async def tail_since(api: PayfeedApi, count: int, **event_filter: Any) -> str:
    """The id before the newest `count` events. Raises what PayfeedApi.events raises."""
    page = await api.events(limit=count, **event_filter)
    first = page.events[0].id if page.events else None
    return page.head if first is None else id_before(first)


def id_before(event_id: str) -> str:
    """The id before that of an event, as offsets have no holes. Raises BadAddress."""
    match = re.fullmatch("([a-z0-9]{1,16})-([1-9][0-9]{0,17})", event_id, re.ASCII)
    if match is None:
        raise BadAddress(f"{event_id} is not the id of an event")
    return f"{match[1]}-{int(match[2]) - 1}"
