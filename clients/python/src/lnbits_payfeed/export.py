"""`payfeed export`: a part of the feed as a file."""

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from .api import EXPORT_KINDS, ExportKind
from .checks import check_since, check_until
from .options import (
    FILE,
    READ_FILTER_OPTIONS,
    Common,
    checked,
    examples,
    with_common_options,
    with_options,
)

OK = 0


@click.command(
    short_help="Write events to a file.",
    epilog=examples("payfeed export --format csv --output payments.csv"),
)
@with_common_options
@click.option(
    "--format",
    "kind",
    type=click.Choice(EXPORT_KINDS),
    default="jsonl",
    show_default=True,
    help="Signed frames, or payments for a spreadsheet.",
)
@click.option(
    "--since",
    callback=checked(check_since),
    help="Event id, start or @<unix seconds>; default: start.",
)
@click.option(
    "--until",
    callback=checked(check_until),
    help="Last event id, or @<unix seconds> of recording.",
)
@with_options(READ_FILTER_OPTIONS)
@click.option("--output", type=FILE, metavar="FILE", help="Default: standard output.")
async def export(
    common: Common,
    kind: ExportKind,
    since: str | None,
    until: str | None,
    output: Path | None,
    **event_filter: Any,
) -> int:
    """Write the kept events, oldest first. FILE is replaced once all are there."""
    api = common.api()
    with _opened(output) as file:
        await api.export(
            file.write, kind=kind, since=since, until=until, **event_filter
        )
    return OK


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a new file that takes the place of `output` at the end."""
    if output is None:
        yield sys.stdout.buffer
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, output)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
