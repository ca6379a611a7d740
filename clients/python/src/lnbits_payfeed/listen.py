"""`payfeed listen`: events as lines, as JSON, or each to a command."""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict
from typing import Any, TextIO

from .cursor import FileCursor
from .errors import PayfeedError
from .events import (
    Balance,
    Connected,
    CustomEvent,
    Disconnected,
    Event,
    Gap,
    InvalidEvent,
    Item,
    MessageEvent,
    PaymentEvent,
    TestEvent,
)
from .feed import Feed
from .signals import on_end
from .terminal import printable, printable_json

COLOURS = {"green": 32, "red": 31, "yellow": 33, "cyan": 36, "dim": 2}


class CommandFailed(PayfeedError):
    """The command of --exec failed; its event is not acknowledged."""


class NothingToRun(PayfeedError):
    """--exec cannot process an event of the wrong shape; it is not acknowledged."""


async def listen(args: argparse.Namespace, options: dict[str, Any]) -> None:
    """Until --count events, SIGINT or SIGTERM; raises what Feed raises."""
    printer = Printer(sys.stdout, sys.stderr, args.json)
    feed = Feed(
        args.url,
        args.key,
        since=args.since,
        types=args.types or (),
        direction=args.direction,
        min_amount=args.min_amount,
        tag=args.tag,
        status=args.status,
        secret=args.secret,
        cursor=FileCursor(args.state) if args.state else None,
        balance=args.balance,
        max_attempts=args.max_attempts,
        on_change=printer.print_change,
        **options,
    )
    working, closing = asyncio.Lock(), set()

    async def close() -> None:
        async with working:  # a command is not torn from its ack
            await feed.close()

    on_end(lambda: closing.add(asyncio.ensure_future(close())))
    async with feed:
        count = 0
        async for item in feed:
            async with working:
                printer.print_item(item)
                if isinstance(item, Gap | Balance):
                    continue
                if args.exec:
                    await run(args.exec, item)
                await feed.ack(item)
                count += 1
                if count == args.count:
                    return


async def run(command: str, event: Event | InvalidEvent) -> None:
    """The shell command gets the event on its standard input.

    In a session of its own: an interrupt from the terminal is for `listen` alone.
    """
    if isinstance(event, InvalidEvent):
        raise NothingToRun(
            f"event {event.id} has a wrong shape ({event.reason}); nothing ran: look"
            " into the wallet; `listen` without --exec acknowledges it"
        )
    process = await asyncio.create_subprocess_shell(
        command, stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        await process.communicate(event.text.encode() + b"\n")
    except asyncio.CancelledError:
        process.terminate()
        raise
    if process.returncode:
        raise CommandFailed(f"the command ended with {process.returncode}")


class Printer:
    """Events go to `out`, all else to `err`."""

    def __init__(self, out: TextIO, err: TextIO, as_json: bool) -> None:
        self._out, self._err, self._as_json = out, err, as_json

    def print_item(self, item: Item) -> None:
        if self._as_json:
            print(printable_json(as_text(item)), file=self._out, flush=True)
        else:
            colour, text = describe(item)
            self._print(self._out, text, colour)

    def print_change(self, change: Connected | Disconnected) -> None:
        if isinstance(change, Connected):
            text = f"connected to wallet {change.wallet_id}, head {change.head}"
        else:
            text = f"{change.reason}; next attempt in {change.retry_seconds:.1f} s"
        self._print(self._err, text, "dim")

    def _print(self, file: TextIO, text: str, colour: str) -> None:
        text = printable(text)
        if file.isatty():
            text = f"\033[{COLOURS[colour]}m{text}\033[0m"
        print(text, file=file, flush=True)


def as_text(item: Item) -> str:
    """An event as it arrived, so that its signature can still be verified."""
    if isinstance(item, Event):
        return item.text
    return json.dumps({"type": _kind(item)} | asdict(item))


def _kind(item: Gap | Balance | InvalidEvent) -> str:
    if isinstance(item, Gap):
        return "gap"
    return "invalid" if isinstance(item, InvalidEvent) else "balance_update"


def describe(item: Item) -> tuple[str, str]:
    """Colour and line."""
    if isinstance(item, InvalidEvent):
        text = f"{item.id}  an event of the wrong shape: {item.reason}; look into the"
        return "red", f"{text} wallet"
    if isinstance(item, Gap):
        follows = item.oldest or "what comes next"
        return "red", f"gap: events after {item.since} are lost ({item.reason})," + (
            f" it goes on with {follows}"
        )
    if isinstance(item, Balance):
        return "cyan", f"balance {item.balance} sat"
    colour, text = _describe_event(item)
    return colour, f"{_local_time(item.timestamp)}  {item.id}  {text}"


def _local_time(timestamp: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(timestamp))
    except (OSError, OverflowError, ValueError):  # not every system knows all years
        return f"@{timestamp}"


def _describe_event(event: Event) -> tuple[str, str]:
    if isinstance(event, PaymentEvent):
        paid = event.payment
        sign = "+" if paid.direction == "in" else "-"
        text = f"{sign}{paid.amount} sat  {paid.memo}"
        if paid.fee:
            text += f"  fee {paid.fee} sat"
        if paid.comment:
            text += f"  “{paid.comment}”"
        if paid.status != "confirmed":
            return "yellow", f"{text}  {paid.status}"
        return "green" if paid.is_received else "red", text
    if isinstance(event, TestEvent):
        return "cyan", f"test  {event.message}"
    if isinstance(event, MessageEvent):
        return "cyan", f"message  {json.dumps(event.data, ensure_ascii=False)}"
    assert isinstance(event, CustomEvent)  # noqa: S101 – there is no other event
    return "cyan", f"{event.type}  {json.dumps(event.members, ensure_ascii=False)}"
