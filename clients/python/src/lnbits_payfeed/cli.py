"""The command line, `payfeed`; it needs the extra `cli`.

The commands are coroutines: click parses the arguments and returns the coroutine, and
`main` runs it and turns its errors into exit codes.
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import platform
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import click

from .api import EventFilter, PayfeedApi, Sent
from .bridge import FeedBridge, run_bridges, stop
from .broker import MQTT_PORTS, NATS_PORTS, Broker, parse_broker, password_variable
from .cursor import FileCursor
from .doctor import Doctor, Finding
from .errors import (
    BadAddress,
    GaveUp,
    PayfeedError,
    Refused,
    RequestFailed,
    WrongSignature,
)
from .export import export
from .extras import missing_extra
from .history import history, tail_since
from .keys import keys
from .listen import CommandFailed, NothingToRun, listen
from .options import (
    FILE,
    FORWARD_OPTIONS,
    HANDLER_OPTIONS,
    JSON_OPTION,
    READ_FILTER_OPTIONS,
    SINCE_OPTION,
    Common,
    examples,
    new_forwarder,
    read_key,
    read_secret,
    tls_context,
    with_common_options,
    with_options,
)
from .replay import replay
from .sample import KINDS, sample
from .signals import on_end
from .terminal import Color, colored, print_error, print_line, printable
from .version import __version__
from .webhooks import webhooks

OK = 0
FAULT_FOUND = 1
WRONG_USAGE = 2
REFUSED = 3
UNREACHED = 4
INTERRUPTED = 130
EXIT_CODES: dict[type[PayfeedError], int] = {
    BadAddress: WRONG_USAGE,
    Refused: REFUSED,
    GaveUp: UNREACHED,
    RequestFailed: UNREACHED,
    WrongSignature: 5,
    CommandFailed: 6,
    NothingToRun: 7,
}
SHOWN_BYTES = 512
PASSING_STATUSES = (408, 429)  # of 4xx, those that can change later


@click.group(
    no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="%(version)s")
def payfeed() -> None:
    """Payments of an LNbits wallet, live.

    \b
    Exit codes:
      0    done; SIGINT or SIGTERM ended listen or bridge
      1    the doctor found a fault; the request of webhooks test failed
      2    wrong usage, or a file cannot be read or written
      3    refused by the server or, with 4xx, by the receiver of trigger
      4    no connection, or an HTTP answer that can change (429, 5xx)
      5    wrong signature
      6    the command of --exec failed
      7    --exec or --forward-to met a malformed event
      130  interrupted
    """


payfeed.add_command(export)
payfeed.add_command(history)
payfeed.add_command(keys)
payfeed.add_command(replay)
payfeed.add_command(webhooks)


@payfeed.command(
    "listen",
    short_help="Show events.",
    epilog=examples(
        "payfeed listen --tail 10",
        "payfeed listen --json --since start --types payment",
        "payfeed listen --state till.state --direction in --exec ./hand-out",
    ),
)
@with_common_options
@JSON_OPTION
@SINCE_OPTION
@click.option(
    "--tail",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Begin with the newest N events; 1 to 1000.",
)
@with_options(READ_FILTER_OPTIONS)
@click.option("--balance", is_flag=True, help="Show balances too.")
@click.option(
    "--state", type=FILE, metavar="FILE", help="Resume from this file, and update it."
)
@with_options(HANDLER_OPTIONS)
@click.option(
    "--secret-file",
    type=FILE,
    help="Verify signatures with the secret in this file; - reads it. Default:"
    " PAYFEED_SECRET.",
)
@click.option(
    "--max-attempts",
    type=click.IntRange(1),
    metavar="N",
    help="Give up after N failures in a row.",
)
@click.option(
    "--count", type=click.IntRange(1), metavar="N", help="End after N events."
)
async def listen_command(
    common: Common,
    tail: int | None,
    state: Path | None,
    secret_file: Path | None,
    forward_to: str | None,
    webhook_secret_file: Path | None,
    forward_ca: Path | None,
    **options: Any,
) -> int:
    """Show events as they happen, and run a command or send a request for each."""
    url, key = common.find_url(), common.find_key()
    connect_options = common.connect_options(key)
    options |= connect_options
    options["color"] = common.color
    options["secret"] = read_secret(secret_file, "PAYFEED_SECRET")
    options["cursor"] = FileCursor(state, every_event=True) if state else None
    if tail:
        if state or options["since"]:
            raise click.UsageError("use --tail without --state and --since")
        # not `common.api()`: the key may come from standard input, which is read once
        api = PayfeedApi(url, key, **connect_options)
        options["since"] = await find_tail(api, tail, options)
    if forward_to:
        if options["command"]:
            raise click.UsageError("use either --exec or --forward-to")
        options["forwarder"] = new_forwarder(
            forward_to, webhook_secret_file, forward_ca, options["max_attempts"]
        )
    await listen(url, key, **options)
    return OK


@payfeed.command(
    short_help="Send a sample event to a receiver of webhooks.",
    epilog=examples("payfeed trigger payment --forward-to http://localhost:8000/hook"),
)
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--forward-to", metavar="URL", required=True, help="The receiver.")
@JSON_OPTION
@with_options(FORWARD_OPTIONS)
async def trigger(
    kind: str,
    forward_to: str,
    as_json: bool,
    webhook_secret_file: Path | None,
    forward_ca: Path | None,
) -> int:
    """Send one signed request with a sample event, which is in no feed."""
    forwarder = new_forwarder(forward_to, webhook_secret_file, forward_ca)
    event_id, body = sample(kind)
    answer = await forwarder.attempt(event_id, body)
    answer.checked()
    reply = answer.text[:SHOWN_BYTES].decode("utf-8", "replace")
    sent = {"id": event_id, "status": answer.status, "reply": reply}
    text = f"{event_id} forwarded: {answer.status} {reply}".rstrip()
    print_line(json.dumps(sent) if as_json else text)
    return OK


@payfeed.command(
    short_help="Send a message.",
    epilog=examples(
        "payfeed notify 'table 3 is free'",
        'payfeed notify --data \'{"type": "door.open", "door": 3}\'',
    ),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--data", metavar="JSON", help="Any JSON value, in place of MESSAGE; - reads it."
)
@click.argument("message", required=False)
async def notify(
    common: Common, as_json: bool, data: str | None, message: str | None
) -> int:
    """Record MESSAGE, a text, as an event; - reads it from standard input."""
    given = message if data is None else data
    if given is None or (data is not None and message is not None):
        raise click.UsageError("give either MESSAGE or --data")
    api = common.api()
    value: Any = sys.stdin.read() if given == "-" else given
    if data is not None:
        try:
            value = json.loads(value)
        except ValueError as exc:
            raise BadAddress(f"--data is not JSON: {exc}") from exc
    return print_sent(await api.notify(value), as_json)


@payfeed.command(short_help="Record a test event.", epilog=examples("payfeed test"))
@with_common_options
@JSON_OPTION
async def test(common: Common, as_json: bool) -> int:
    """Record a test event."""
    return print_sent(await common.api().test(), as_json)


@payfeed.command(
    "bridge",
    short_help="Publish feeds to an MQTT broker or to NATS JetStream.",
    epilog=examples(
        "payfeed bridge mqtts://shop@broker.example.org",
        "payfeed bridge mqtt://localhost --feed till=till.key --feed door=door.key",
        "payfeed bridge tls://n1.example.org,n2.example.org --broker-creds shop.creds",
    ),
)
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
@click.option(
    "--broker-password-file",
    type=FILE,
    help="A file with the broker's password or, without USER on NATS, token; - reads"
    " it. Default: PAYFEED_MQTT_PASSWORD, PAYFEED_NATS_PASSWORD.",
)
@click.option("--broker-creds", type=FILE, help="Credentials file of a NATS user.")
@click.argument("broker", metavar="mqtt[s]|nats|tls://[USER@]HOST[:PORT][,HOST…]")
async def bridge_command(
    common: Common,
    broker: str,
    feeds: Sequence[str],
    prefix: str,
    homeassistant: bool,
    **credentials: Path | None,
) -> int:
    """Publish feeds to an MQTT broker or to NATS JetStream."""
    url = common.find_url()
    named_keys = read_feeds(feeds) if feeds else [NamedKey(None, common.find_key())]
    options = common.connect_options(*(key for _, key in named_keys))
    target = open_broker(broker, **credentials)
    options["homeassistant"] = homeassistant
    feed_bridges = [
        FeedBridge(target, url, key, name, prefix, print_error, **options)
        for name, key in named_keys
    ]
    on_end(lambda: stop(feed_bridges))
    await run_bridges(feed_bridges, print_error)
    return OK


@payfeed.command(
    short_help="Find out what is wrong.",
    epilog=examples(
        "payfeed doctor --url https://lnbits.example.org --key-file till.key",
        "payfeed doctor --full --json",
    ),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--full",
    "is_full",
    is_flag=True,
    help="Also wait for a heartbeat, 50 seconds at most with the server's default.",
)
async def doctor(common: Common, as_json: bool, is_full: bool) -> int:
    """Check every step from the server's name to the arrival of a test event."""
    url, key = common.find_url(), common.find_key()
    findings: list[Finding] = []

    def report(finding: Finding) -> None:
        findings.append(finding)
        if not as_json:
            print_finding(finding, common.color)

    options: dict[str, Any] = common.connect_options(key)
    examination = Doctor(
        url, key, report=report, say=print_error, is_full=is_full, **options
    )
    is_healthy = await examination.examine()
    if as_json:
        print_line(diagnosis(findings, is_healthy, key))
    elif is_healthy:
        print_line("All is well.")
    return OK if is_healthy else FAULT_FOUND


def print_finding(finding: Finding, color: Color) -> None:
    """A line for a step, and one that says how to fix its fault."""
    mark, name = ("ok    ", "green") if finding.fix is None else ("FAULT ", "red")
    shown = colored(mark, name, sys.stdout, color)
    print(f"{shown} {printable(f'{finding.step:<10} {finding.text}')}", flush=True)
    if finding.fix is not None:
        print_line(f"       fix        {finding.fix}")


def diagnosis(findings: Sequence[Finding], is_healthy: bool, key: str) -> str:
    """What `doctor --json` prints; it may be pasted where anybody reads it."""
    text = json.dumps(
        {
            "healthy": is_healthy,
            "client": __version__,
            "python": platform.python_version(),
            "system": platform.system(),
            "steps": [
                finding._asdict() | {"ok": finding.fix is None} for finding in findings
            ],
        }
    )
    return text.replace(key, "***")


async def find_tail(api: PayfeedApi, count: int, options: dict[str, Any]) -> str:
    """The `since` with which a feed begins with its newest `count` events."""
    names = EventFilter.__annotations__.keys() & options.keys()
    event_filter = {name: options[name] for name in names}
    return await tail_since(api, count, **event_filter)


def open_broker(
    url: str,
    broker_ca: Path | None,
    broker_password_file: Path | None,
    broker_creds: Path | None,
) -> Broker:
    """The broker at `url`. Raises BadAddress, and OSError for the files."""
    scheme = url.strip().partition("://")[0]
    if scheme not in (*MQTT_PORTS, *NATS_PORTS):
        raise BadAddress(
            "the broker's address must begin with mqtt://, mqtts://, nats:// or tls://"
        )
    password = read_secret(broker_password_file, password_variable(scheme))
    is_nats = scheme in NATS_PORTS
    ports = NATS_PORTS if is_nats else MQTT_PORTS
    address = parse_broker(url, ports, password, tls_context(broker_ca))
    try:
        if is_nats:
            from .jetstream import JetStreamBroker

            return JetStreamBroker(address, broker_creds)
        from .mqtt import MqttBroker
    except ImportError as exc:
        extra = "nats" if is_nats else "mqtt"
        raise BadAddress(missing_extra("the bridge", extra)) from exc
    if broker_creds:
        raise BadAddress("--broker-creds is for NATS")
    return MqttBroker(address)


class NamedKey(NamedTuple):
    """A feed of the bridge; `name` is None for the wallet's id."""

    name: str | None
    key: str


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


def print_sent(sent: Sent, as_json: bool) -> int:
    """Print an event's id and how many listeners received it."""
    text = f"{sent.id}, to {sent.delivered} listeners now"
    print_line(json.dumps(asdict(sent)) if as_json else text)
    return OK


class _WarningPrinter(logging.Handler):
    """Prints the library's warnings to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        print_error(f"payfeed: {record.getMessage()}")


def exit_code(exc: PayfeedError) -> int:
    if isinstance(exc, RequestFailed) and 400 <= exc.status < 500:
        return UNREACHED if exc.status in PASSING_STATUSES else REFUSED
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
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it would replace the exit code
        code = INTERRUPTED
    except OSError as exc:
        code = WRONG_USAGE
        print_failure(exc)
    flush_streams()
    sys.exit(code)


def print_usage(exc: click.UsageError) -> None:
    text = exc.format_message().rstrip(".")
    words = exc.ctx.command_path if exc.ctx else "payfeed"
    with contextlib.suppress(OSError):
        print_error(f"payfeed: {text}; see `{words} --help`")


def print_failure(exc: Exception) -> None:
    with contextlib.suppress(OSError):
        print_error(f"payfeed: {exc}")
