"""`payfeed listen`: print events as lines or as JSON, or run a command for each."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from typing import Any, TextIO

from .errors import PayfeedError
from .events import (
    Balance,
    Connected,
    Disconnected,
    Event,
    FeedEvent,
    Gap,
    InvalidEvent,
    Item,
    MessageEvent,
    PaymentEvent,
    TestEvent,
)
from .feed import Feed
from .forward import Forwarder
from .signals import on_end
from .terminal import Color, colored, local_time, printable, printable_json

SECRETS = {
    "PAYFEED_KEY",
    "PAYFEED_SECRET",
    "PAYFEED_WEBHOOK_SECRET",
    "PAYFEED_MQTT_PASSWORD",
    "PAYFEED_NATS_PASSWORD",
}


class CommandFailed(PayfeedError):
    """The command of --exec failed; its event is not acknowledged."""


class NothingToRun(PayfeedError):
    """A malformed event is neither run, forwarded nor acknowledged."""


async def listen(
    url: str,
    key: str,
    *,
    as_json: bool = False,
    color: Color = "auto",
    command: str | None = None,
    forwarder: Forwarder | None = None,
    count: int | None = None,
    **options: Any,
) -> None:
    """Print events until there were `count` of them, or until SIGINT or SIGTERM.

    command: run for each event. forwarder: sends each event, and gaps. options: those
    of Feed. Raises what Feed and the forwarder raise, CommandFailed and NothingToRun.
    """
    printer = Printer(sys.stdout, sys.stderr, as_json, color)
    feed = Feed(url, key, on_change=printer.print_change, **options)
    processing, closing = asyncio.Lock(), set()

    async def close() -> None:
        if forwarder:
            forwarder.stop()
        # the command or the request ends, and its event is acknowledged
        async with processing:
            await feed.close()

    on_end(lambda: closing.add(asyncio.ensure_future(close())))
    async with feed:
        processed = 0
        async for item in feed:
            async with processing:
                printer.print_item(item)
                if forwarder and not isinstance(item, Balance):
                    if not await forward(forwarder, item):
                        return
                if isinstance(item, Gap | Balance):
                    continue
                if command:
                    await run(command, item)
                await feed.ack(item)
                processed += 1
                if processed == count:
                    return


async def run(command: str, event: Event | InvalidEvent) -> None:
    """Run a shell command with the event's frame as its standard input.

    It gets its own session, as an interrupt from the terminal is for `listen` only, and
    the environment without SECRETS.
    Raises CommandFailed and NothingToRun.
    """
    if isinstance(event, InvalidEvent):
        raise NothingToRun(malformed(event, "no command was run", "--exec"))
    env = {name: value for name, value in os.environ.items() if name not in SECRETS}
    process = await asyncio.create_subprocess_shell(
        command, stdin=asyncio.subprocess.PIPE, start_new_session=True, env=env
    )
    try:
        await process.communicate(event.text.encode() + b"\n")
    except asyncio.CancelledError:
        process.terminate()
        raise
    if process.returncode:
        raise CommandFailed(f"the command failed with exit code {process.returncode}")


async def forward(forwarder: Forwarder, item: Event | InvalidEvent | Gap) -> bool:
    """Whether the receiver has it. Raises GaveUp and NothingToRun."""
    if isinstance(item, InvalidEvent):
        raise NothingToRun(malformed(item, "it was not forwarded", "--forward-to"))
    return await forwarder.forward(item)


def malformed(event: InvalidEvent, consequence: str, option: str) -> str:
    return (
        f"event {event.id} is malformed ({event.reason}); {consequence}: check the"
        f" wallet, then acknowledge it with `listen --count 1` without {option}"
    )


class Printer:
    """Prints items to `out`, and changes of the connection to `err`."""

    def __init__(
        self, out: TextIO, err: TextIO, as_json: bool, color: Color = "auto"
    ) -> None:
        self._out, self._err, self._as_json = out, err, as_json
        self._color = color

    def print_item(self, item: Item) -> None:
        if self._as_json:
            print(printable_json(as_text(item)), file=self._out, flush=True)
        else:
            color, text = describe(item)
            self._print(self._out, text, color)

    def print_change(self, change: Connected | Disconnected) -> None:
        if isinstance(change, Connected):
            text = f"connected to wallet {change.wallet_id}, head {change.head}"
        else:
            text = f"{change.reason}; next attempt in {change.retry_seconds:.1f} s"
        self._print(self._err, text, "dim")

    def _print(self, file: TextIO, text: str, color: str) -> None:
        text = colored(printable(text), color, file, self._color)
        print(text, file=file, flush=True)


def as_text(item: Item) -> str:
    """The item as JSON; an event as it arrived, so that it can be verified."""
    if isinstance(item, Event):
        return item.text
    return json.dumps({"type": _kind(item)} | asdict(item))


def _kind(item: Gap | Balance | InvalidEvent) -> str:
    if isinstance(item, Gap):
        return "gap"
    return "invalid" if isinstance(item, InvalidEvent) else "balance_update"


def describe(item: Item) -> tuple[str, str]:
    """The color and the line of an item."""
    if isinstance(item, InvalidEvent):
        text = f"{item.id}  malformed event: {item.reason}; check the wallet"
        return "red", text
    if isinstance(item, Gap):
        text = f"gap: events after {item.since} are lost ({item.reason})"
        return "red", f"{text}; continuing with {item.oldest or 'the next event'}"
    if isinstance(item, Balance):
        return "cyan", f"balance {item.balance} sat"
    color, text = _describe_event(item)
    return color, f"{local_time(item.timestamp)}  {item.id}  {text}"


def _describe_event(event: FeedEvent) -> tuple[str, str]:
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
    return "cyan", f"{event.type}  {json.dumps(event.members, ensure_ascii=False)}"
