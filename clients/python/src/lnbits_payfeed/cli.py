"""The command `payfeed`.

Exit codes: 0 done, 1 the doctor found a fault, 2 wrong usage or a file that cannot be
read or written, 3 refused by the server, 4 no connection or an HTTP answer that may be
better later, 5 wrong signature, 6 the command of --exec failed, 7 --exec met an event
of the wrong shape, 130 interrupted.
`listen` and `bridge` end with 0 on the first SIGINT or SIGTERM.
"""

import argparse
import asyncio
import contextlib
import io
import json
import logging
import os
import ssl
import sys
from pathlib import Path
from typing import Any

from .address import check_key, parse_address
from .doctor import Doctor
from .errors import (
    BadAddress,
    GaveUp,
    PayfeedError,
    Refused,
    RequestFailed,
    WrongSignature,
)
from .http import request
from .listen import CommandFailed, NothingToRun, listen
from .signals import on_end
from .terminal import printable
from .version import __version__

EXIT_CODES: dict[type[PayfeedError], int] = {
    BadAddress: 2,
    Refused: 3,
    GaveUp: 4,
    RequestFailed: 4,
    WrongSignature: 5,
    CommandFailed: 6,
    NothingToRun: 7,
}


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--url", default=os.environ.get("PAYFEED_URL"), help="LNbits, or PAYFEED_URL"
    )
    common.add_argument("--key", help="access or invoice key; better: PAYFEED_KEY")
    common.add_argument("--key-file", type=Path, help="a file that holds the key")
    common.add_argument("--ca", type=Path, help="a private certificate authority, PEM")
    common.add_argument(
        "--verbose", action="store_true", help="show handshake and frames, keys masked"
    )
    whole = argparse.ArgumentParser(prog="payfeed", description=__doc__)
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(dest="command", required=True)
    listening = commands.add_parser("listen", parents=[common], help="show events")
    add_listen(listening)
    notify = commands.add_parser("notify", parents=[common], help="send a message")
    notify.add_argument("message", help="text; - reads standard input")
    notify.add_argument("--json", action="store_true", help="the message is JSON")
    commands.add_parser("test", parents=[common], help="record a test event")
    bridging = commands.add_parser("bridge", parents=[common], help="feeds into MQTT")
    add_bridge(bridging)
    commands.add_parser("doctor", parents=[common], help="find out what is wrong")
    return whole


def add_listen(listening: argparse.ArgumentParser) -> None:
    add = listening.add_argument
    add("--json", action="store_true", help="one JSON object a line")
    add("--since", help="event id, start, @<unix seconds> or acked")
    add("--types", help="names with commas: payment,message,test,…")
    add("--direction", choices=("in", "out"))
    add("--status", choices=("confirmed", "failed"))
    add("--min-amount", type=float, metavar="SAT")
    add("--tag")
    add("--balance", action="store_true", help="show balances too")
    add("--state", type=Path, metavar="FILE", help="resume from this file; kept there")
    add("--exec", metavar="CMD", help="run for each event, JSON on standard input")
    add("--secret", default=os.environ.get("PAYFEED_SECRET"), help="verify signatures")
    add("--max-attempts", type=int, metavar="N", help="give up after N failures")
    add("--count", type=int, metavar="N", help="end after N events")


def add_bridge(bridging: argparse.ArgumentParser) -> None:
    add = bridging.add_argument
    add("broker", help="mqtt://[user@]host[:port] or mqtts://…")
    add(
        "--feed",
        action="append",
        metavar="NAME=KEYFILE",
        help="topic name and key of a feed, any number of times",
    )
    add("--prefix", default="payfeed", help="first part of all topics")
    add("--homeassistant", action="store_true", help="let it discover the feeds")
    add("--broker-ca", type=Path, help="the broker's certificate authority, PEM")


def find_key(args: argparse.Namespace) -> str:
    key = args.key or os.environ.get("PAYFEED_KEY", "")
    if args.key_file:
        return read_key(args.key_file)
    if not key:
        raise BadAddress("a key is needed: PAYFEED_KEY, --key-file or --key")
    return check_key(key)


def read_key(file: Path) -> str:
    try:
        return check_key(file.read_text().strip())
    except OSError as exc:
        raise BadAddress(f"the key file cannot be read: {exc.strerror}") from exc
    except UnicodeError as exc:
        raise BadAddress("the key file holds no key") from exc


def find_feeds(args: argparse.Namespace) -> list[tuple[str | None, str]]:
    """Name, if one is given, and key of every feed."""
    if args.command != "bridge" or not args.feed:
        return [(None, find_key(args))]
    pairs = [feed.partition("=") for feed in args.feed]
    feeds = [(name, read_key(Path(file))) for name, _, file in pairs]
    for what, values in (
        ("name", {n for n, _ in feeds}),
        ("key", {k for _, k in feeds}),
    ):
        if "" in values or len(values) < len(feeds):
            raise BadAddress(f"every --feed needs a {what} of its own: name=file")
    return list(feeds)


async def run(args: argparse.Namespace) -> int:
    if not args.url:
        raise BadAddress("an address is needed: --url or PAYFEED_URL")
    feeds = find_feeds(args)
    args.key = feeds[0][1]
    tls = ssl.create_default_context(cafile=args.ca) if args.ca else None

    def trace(line: str) -> None:
        for _, key in feeds:
            line = line.replace(key, "***")
        _tell(line)

    options: dict[str, Any] = {"tls": tls, "trace": trace if args.verbose else None}
    if args.command == "listen":
        await listen(args, options)
        return 0
    if args.command == "doctor":
        doctor = Doctor(args.url, args.key, say=_say, **options)
        return 0 if await doctor.examine() else 1
    if args.command == "bridge":
        await run_bridge(args, feeds, options)
        return 0
    return await send(args, options)


async def run_bridge(
    args: argparse.Namespace,
    feeds: list[tuple[str | None, str]],
    options: dict[str, Any],
) -> None:
    try:
        from .bridge import FeedBridge, run_bridges, stop
        from .mqtt import parse_broker
    except ImportError as exc:
        text = "the bridge needs more: pip install 'lnbits-payfeed[mqtt]'"
        raise BadAddress(text) from exc
    ca = args.broker_ca
    trust = ssl.create_default_context(cafile=ca) if ca else None
    password = os.environ.get("PAYFEED_MQTT_PASSWORD")
    broker = parse_broker(args.broker, password, trust)
    options["homeassistant"] = args.homeassistant
    feed_bridges = [
        FeedBridge(broker, args.url, key, name, args.prefix, _tell, **options)
        for name, key in feeds
    ]
    on_end(lambda: stop(feed_bridges))
    await run_bridges(feed_bridges, _tell)


async def send(args: argparse.Namespace, options: dict[str, Any]) -> int:
    value = None
    if args.command == "notify":
        value = sys.stdin.read() if args.message == "-" else args.message
        if args.json:
            try:
                value = json.loads(value)
            except ValueError as exc:
                raise BadAddress(f"the message is no JSON: {exc}") from exc
    address = parse_address(args.url)
    url = f"{address.http}/{args.command}"
    answer = await request("POST", address, url, args.key, value, **options)
    if not isinstance(answer, dict) or not {"id", "delivered"} <= answer.keys():
        raise RequestFailed(200, "the answer is not Payfeed's")
    _say(f"{answer['id']}, to {answer['delivered']} listeners now")
    return 0


def _say(line: str) -> None:
    print(printable(line), flush=True)


def _tell(line: str) -> None:
    print(printable(line), file=sys.stderr, flush=True)


class _Warnings(logging.Handler):
    """The library's warnings, on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        _tell(f"payfeed: {record.getMessage()}")


def exit_code(exc: PayfeedError) -> int:
    if isinstance(exc, RequestFailed) and exc.status in (401, 403, 404, 413, 422):
        return 3
    return next(code for kind, code in EXIT_CODES.items() if isinstance(exc, kind))


def open_streams() -> None:
    """A stream that was closed, as by `>&-`, leads nowhere from here on, or the next
    socket would get its number; what a stream cannot show is no error."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def settle_streams() -> None:
    """Python flushes at exit, which must not fail with a pipe that is broken."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def main() -> None:
    open_streams()
    logging.getLogger("lnbits_payfeed").addHandler(_Warnings(logging.WARNING))
    args = parser().parse_args()
    try:
        code = asyncio.run(run(args))
        sys.stdout.flush()
    except PayfeedError as exc:
        code = exit_code(exc)
        complain(exc)
    except BrokenPipeError:  # what was piped to has ended
        code = 0
    except KeyboardInterrupt:
        code = 130
    except OSError as exc:
        code = 2
        complain(exc)
    settle_streams()
    sys.exit(code)


def complain(exc: Exception) -> None:
    with contextlib.suppress(OSError):
        _tell(f"payfeed: {exc}")


if __name__ == "__main__":
    main()
