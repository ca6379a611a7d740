"""The command line, `payfeed`; it needs the extra `cli`.

The commands are coroutines: click parses the arguments and returns the coroutine, and
`main` runs it and turns its errors into exit codes.
"""

import asyncio
import contextlib
import functools
import io
import json
import logging
import os
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click

from .address import check_key, parse_address
from .connection import Trace
from .cursor import FileCursor
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

OK = 0
FAULT_FOUND = 1
WRONG_USAGE = 2
REFUSED = 3
INTERRUPTED = 130
EXIT_CODES: dict[type[PayfeedError], int] = {
    BadAddress: WRONG_USAGE,
    Refused: REFUSED,
    GaveUp: 4,
    RequestFailed: 4,
    WrongSignature: 5,
    CommandFailed: 6,
    NothingToRun: 7,
}
REFUSING_STATUSES = (401, 403, 404, 413, 422)

FILE = click.Path(path_type=Path)


@dataclass(frozen=True)
class Common:
    """The options that every command has."""

    url: str | None
    key: str | None
    key_file: Path | None
    ca: Path | None
    verbose: bool

    def find_url(self) -> str:
        """Raises BadAddress if there is none."""
        if not self.url:
            raise BadAddress("an address is needed: --url or PAYFEED_URL")
        return self.url

    def find_key(self) -> str:
        """From --key-file, --key or PAYFEED_KEY; raises BadAddress."""
        if self.key_file:
            return read_key(self.key_file)
        key = self.key or os.environ.get("PAYFEED_KEY", "")
        if not key:
            raise BadAddress("a key is needed: PAYFEED_KEY, --key-file or --key")
        return check_key(key)

    def connect_options(self, *keys: str) -> dict[str, Any]:
        """`tls` and `trace`, as Feed takes them; `keys` are masked in the trace.

        Raises OSError if the certificate authority cannot be read.
        """
        tls = ssl.create_default_context(cafile=self.ca) if self.ca else None
        trace: Trace | None = None
        if self.verbose:
            trace = functools.partial(print_trace, keys)
        return {"tls": tls, "trace": trace}


COMMON_OPTIONS = (
    click.option("--url", envvar="PAYFEED_URL", help="LNbits' address; PAYFEED_URL."),
    click.option("--key", help="Access or invoice key; better in PAYFEED_KEY."),
    click.option("--key-file", type=FILE, help="A file that contains the key."),
    click.option("--ca", type=FILE, help="A private certificate authority, PEM."),
    click.option(
        "--verbose", is_flag=True, help="Show handshake and frames, with keys masked."
    ),
)


def with_common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Pass the options that every command has as one argument."""

    @functools.wraps(command)
    def wrapper(
        url: str | None,
        key: str | None,
        key_file: Path | None,
        ca: Path | None,
        verbose: bool,
        **options: Any,
    ) -> Any:
        return command(Common(url, key, key_file, ca, verbose), **options)

    for add_option in reversed(COMMON_OPTIONS):
        wrapper = add_option(wrapper)
    return wrapper


@click.group(
    no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="%(version)s")
def payfeed() -> None:
    """Payments of an LNbits wallet, live.

    \b
    Exit codes:
      0    done; SIGINT or SIGTERM ended listen or bridge
      1    the doctor found a fault
      2    wrong usage, or a file cannot be read or written
      3    refused by the server
      4    no connection, or an HTTP answer that can change (429, 5xx)
      5    wrong signature
      6    the command of --exec failed
      7    --exec met a malformed event
      130  interrupted
    """


@payfeed.command("listen", short_help="Show events.")
@with_common_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--since", help="Event id, start, @<unix seconds> or acked.")
@click.option(
    "--types", default="", help="Event types with commas: payment,message,test,…"
)
@click.option("--direction", type=click.Choice(("in", "out")), help="Of payments.")
@click.option(
    "--status", type=click.Choice(("confirmed", "failed")), help="Of payments."
)
@click.option("--min-amount", type=float, metavar="SAT", help="Of payments, satoshi.")
@click.option("--tag", help="The extension that made the payment.")
@click.option("--balance", is_flag=True, help="Show balances too.")
@click.option(
    "--state", type=FILE, metavar="FILE", help="Resume from this file, and update it."
)
@click.option(
    "--exec",
    "command",
    metavar="CMD",
    help="Run for each event, with its JSON on standard input.",
)
@click.option(
    "--secret", envvar="PAYFEED_SECRET", help="Verify signatures; PAYFEED_SECRET."
)
@click.option(
    "--max-attempts", type=int, metavar="N", help="Give up after N failures in a row."
)
@click.option("--count", type=int, metavar="N", help="End after N events.")
async def listen_command(common: Common, state: Path | None, **options: Any) -> int:
    """Show events as they happen, or run a command for each."""
    url, key = common.find_url(), common.find_key()
    options |= common.connect_options(key)
    options["cursor"] = FileCursor(state) if state else None
    await listen(url, key, **options)
    return OK


@payfeed.command(short_help="Send a message.")
@with_common_options
@click.option("--json", "is_json", is_flag=True, help="The message is JSON.")
@click.argument("message")
async def notify(common: Common, message: str, is_json: bool) -> int:
    """Record MESSAGE as an event; - reads it from standard input."""
    url, key = common.find_url(), common.find_key()
    options = common.connect_options(key)
    value: Any = sys.stdin.read() if message == "-" else message
    if is_json:
        try:
            value = json.loads(value)
        except ValueError as exc:
            raise BadAddress(f"the message is not JSON: {exc}") from exc
    return await send("notify", url, key, value, options)


@payfeed.command(short_help="Record a test event.")
@with_common_options
async def test(common: Common) -> int:
    """Record a test event."""
    url, key = common.find_url(), common.find_key()
    return await send("test", url, key, None, common.connect_options(key))


@payfeed.command("bridge", short_help="Publish feeds to an MQTT broker.")
@with_common_options
@click.option(
    "--feed",
    "feeds",
    multiple=True,
    metavar="NAME=KEYFILE",
    help="Topic name and key of a feed; may be repeated.",
)
@click.option(
    "--prefix", default="payfeed", show_default=True, help="First part of all topics."
)
@click.option(
    "--homeassistant", is_flag=True, help="Let Home Assistant discover the feeds."
)
@click.option("--broker-ca", type=FILE, help="The broker's certificate authority, PEM.")
@click.argument("broker", metavar="mqtt[s]://[USER@]HOST[:PORT]")
async def bridge_command(
    common: Common,
    broker: str,
    feeds: Sequence[str],
    prefix: str,
    homeassistant: bool,
    broker_ca: Path | None,
) -> int:
    """Publish feeds to an MQTT broker. Its password is in PAYFEED_MQTT_PASSWORD."""
    url = common.find_url()
    named_keys = read_feeds(feeds) if feeds else [NamedKey(None, common.find_key())]
    options = common.connect_options(*(key for _, key in named_keys))
    try:
        from .bridge import FeedBridge, run_bridges, stop
        from .mqtt import parse_broker
    except ImportError as exc:
        raise BadAddress(
            "the bridge needs an extra: pip install 'lnbits-payfeed[mqtt]'"
        ) from exc
    tls = ssl.create_default_context(cafile=broker_ca) if broker_ca else None
    target = parse_broker(broker, os.environ.get("PAYFEED_MQTT_PASSWORD"), tls)
    options["homeassistant"] = homeassistant
    feed_bridges = [
        FeedBridge(target, url, key, name, prefix, print_error, **options)
        for name, key in named_keys
    ]
    on_end(lambda: stop(feed_bridges))
    await run_bridges(feed_bridges, print_error)
    return OK


@payfeed.command(short_help="Find out what is wrong.")
@with_common_options
async def doctor(common: Common) -> int:
    """Check every step from the server's name to the arrival of a test event."""
    url, key = common.find_url(), common.find_key()
    options = common.connect_options(key)
    is_healthy = await Doctor(url, key, say=print_line, **options).examine()
    return OK if is_healthy else FAULT_FOUND


class NamedKey(NamedTuple):
    """A feed of the bridge; `name` is None for the wallet's id."""

    name: str | None
    key: str


def read_key(file: Path) -> str:
    """The key in a file; raises BadAddress."""
    try:
        return check_key(file.read_text().strip())
    except OSError as exc:
        raise BadAddress(f"the key file cannot be read: {exc.strerror}") from exc
    except UnicodeError as exc:
        raise BadAddress("the key file does not contain a key") from exc


def read_feeds(feeds: Sequence[str]) -> list[NamedKey]:
    """`<name>=<key file>` of every feed; raises BadAddress unless all differ."""
    pairs = [feed.partition("=") for feed in feeds]
    named_keys = [NamedKey(name, read_key(Path(file))) for name, _, file in pairs]
    for member, values in (
        ("name", {name for name, _ in named_keys}),
        ("key", {key for _, key in named_keys}),
    ):
        if "" in values or len(values) < len(named_keys):
            raise BadAddress(f"every --feed needs its own {member}: name=file")
    return named_keys


async def send(
    route: str, url: str, key: str, value: Any, options: dict[str, Any]
) -> int:
    """POST an event, and print its id and how many listeners received it."""
    address = parse_address(url)
    answer = await request(
        "POST", address, f"{address.http}/{route}", key, value, **options
    )
    if not isinstance(answer, dict) or not {"id", "delivered"} <= answer.keys():
        raise RequestFailed(200, "the answer is not Payfeed's")
    print_line(f"{answer['id']}, to {answer['delivered']} listeners now")
    return OK


def print_line(line: str) -> None:
    print(printable(line), flush=True)


def print_error(line: str) -> None:
    """Print a whole line in one write: other threads print their warnings too."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def print_trace(keys: Sequence[str], line: str) -> None:
    """Print a line of handshake or traffic, with `keys` masked."""
    for key in keys:
        line = line.replace(key, "***")
    print_error(line)


class _WarningPrinter(logging.Handler):
    """Prints the library's warnings to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        print_error(f"payfeed: {record.getMessage()}")


def exit_code(exc: PayfeedError) -> int:
    if isinstance(exc, RequestFailed) and exc.status in REFUSING_STATUSES:
        return REFUSED
    return next(code for kind, code in EXIT_CODES.items() if isinstance(exc, kind))


def open_streams() -> None:
    """Open closed standard streams, as after `>&-`, to the null device.

    Otherwise the next socket would get the number of a stream. Characters that a stream
    cannot encode are replaced.
    """
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


def flush_streams() -> None:
    """Python also flushes at exit, which must not fail on a broken pipe."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(args: Sequence[str] | None = None) -> int:
    """Parse the arguments and run the command; returns the exit code."""
    command = payfeed.main(
        args, "payfeed", standalone_mode=False, windows_expand_args=False
    )
    # not a coroutine after --help and --version
    return asyncio.run(command) if asyncio.iscoroutine(command) else OK


def main() -> None:
    """Run the command line and exit."""
    open_streams()
    logging.getLogger("lnbits_payfeed").addHandler(_WarningPrinter(logging.WARNING))
    try:
        code = run()
        sys.stdout.flush()
    except click.UsageError as exc:
        code = WRONG_USAGE
        print_usage(exc)
    except PayfeedError as exc:
        code = exit_code(exc)
        print_failure(exc)
    except BrokenPipeError:  # the program that reads the output has ended
        code = OK
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except OSError as exc:
        code = WRONG_USAGE
        print_failure(exc)
    flush_streams()
    sys.exit(code)


def print_usage(exc: click.UsageError) -> None:
    with contextlib.suppress(OSError):
        if exc.ctx:
            print(exc.ctx.get_usage(), file=sys.stderr)
        print_error(f"payfeed: {exc.format_message()}")


def print_failure(exc: Exception) -> None:
    with contextlib.suppress(OSError):
        print_error(f"payfeed: {exc}")
