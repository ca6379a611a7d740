"""Options that several commands have, and what they mean."""

import functools
import os
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from .address import check_key
from .api import PayfeedApi
from .checks import check_min_amount, check_payment_hash, check_since, check_types
from .connection import Trace
from .errors import BadAddress, RequestFailed
from .forward import Forwarder
from .frames import new_secret
from .terminal import COLORS, Color, print_error

FILE = click.Path(path_type=Path)
STDIN = Path("-")


@dataclass(frozen=True)
class Common:
    """The options that every command has."""

    url: str | None
    key: str | None
    key_file: Path | None
    ca: Path | None
    verbose: bool
    color: Color

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
        trace: Trace | None = None
        if self.verbose:
            trace = functools.partial(print_trace, keys)
        return {"tls": tls_context(self.ca), "trace": trace}

    def api(self) -> PayfeedApi:
        """Raises BadAddress, and OSError as `connect_options` does."""
        url, key = self.find_url(), self.find_key()
        return PayfeedApi(url, key, **self.connect_options(key))


COMMON_OPTIONS = (
    click.option("--url", envvar="PAYFEED_URL", help="LNbits' address; PAYFEED_URL."),
    click.option("--key", help="Access or wallet key; better in PAYFEED_KEY."),
    click.option(
        "--key-file", type=FILE, help="A file that contains the key; - reads it."
    ),
    click.option("--ca", type=FILE, help="A private certificate authority, PEM."),
    click.option(
        "--verbose", is_flag=True, help="Show handshake and frames, with keys masked."
    ),
    click.option(
        "--color",
        type=click.Choice(COLORS),
        default="auto",
        show_default=True,
        help="auto: on a terminal, unless NO_COLOR is set or TERM is dumb.",
    ),
)


def checked(check: Callable[[Any], object]) -> Callable[..., Any]:
    """A callback of click: what `check` refuses is named with its option."""

    def callback(_: click.Context, __: click.Parameter, value: Any) -> Any:
        try:
            if value is not None:
                check(value)
        except BadAddress as exc:
            raise click.BadParameter(str(exc)) from exc
        return value

    return callback


FILTER_OPTIONS = (
    click.option(
        "--types",
        default="",
        callback=checked(check_types),
        help="Event types with commas: payment,message,test,…",
    ),
    click.option("--direction", type=click.Choice(("in", "out")), help="Of payments."),
    click.option(
        "--status", type=click.Choice(("confirmed", "failed")), help="Of payments."
    ),
    click.option(
        "--min-amount",
        type=float,
        metavar="SAT",
        callback=checked(check_min_amount),
        help="Of payments, satoshi.",
    ),
    click.option("--tag", help="The extension that made the payment."),
)
READ_FILTER_OPTIONS = (
    *FILTER_OPTIONS,
    click.option(
        "--payment-hash",
        metavar="HASH",
        callback=checked(check_payment_hash),
        help="The payment of one invoice.",
    ),
    click.option(
        "--external-id", metavar="ID", help="The merchant's id of the invoice."
    ),
)
SINCE_OPTION = click.option(
    "--since",
    callback=checked(check_since),
    help="Event id, start, @<unix seconds> or acked.",
)
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FORWARD_OPTIONS = (
    click.option(
        "--webhook-secret-file",
        type=FILE,
        help="A file with the secret that signs; - reads it. Default:"
        " PAYFEED_WEBHOOK_SECRET, or a new secret.",
    ),
    click.option(
        "--forward-ca",
        type=FILE,
        help="The receiver's private certificate authority, PEM.",
    ),
)

HANDLER_OPTIONS = (
    click.option(
        "--exec",
        "command",
        metavar="CMD",
        help="Run for each event, with its JSON on standard input.",
    ),
    click.option(
        "--forward-to", metavar="URL", help="Send each event there, as a webhook does."
    ),
    *FORWARD_OPTIONS,
)


def with_options(
    options: Sequence[Callable[..., Any]],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add these options to a command."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for add_option in reversed(options):
            command = add_option(command)
        return command

    return add


def with_common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Pass the options that every command has as one argument."""

    @functools.wraps(command)
    def wrapper(
        url: str | None,
        key: str | None,
        key_file: Path | None,
        ca: Path | None,
        verbose: bool,
        color: Color,
        **options: Any,
    ) -> Any:
        common = Common(url, key, key_file, ca, verbose, color)
        return command(common, **options)

    return with_options(COMMON_OPTIONS)(wrapper)


def read_key(file: Path) -> str:
    """The key in a file; raises BadAddress."""
    return check_key(_read_secret(file, "key"))


def _read_secret(file: Path, what: str) -> str:
    """The text of a file; `-`: of standard input. Raises BadAddress."""
    try:
        text = sys.stdin.read() if file == STDIN else file.read_text()
    except OSError as exc:
        raise BadAddress(f"the {what} file cannot be read: {exc.strerror}") from exc
    except UnicodeError as exc:
        raise BadAddress(f"the {what} file does not contain a {what}") from exc
    return text.strip()


def read_secret(file: Path | None, variable: str) -> str | None:
    """The secret in a file, or else in an environment variable. Raises BadAddress."""
    if file:
        return _read_secret(file, "secret")
    return os.environ.get(variable) or None


def tls_context(ca: Path | None) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=ca) if ca else None


def new_forwarder(
    url: str, secret_file: Path | None, ca: Path | None, max_attempts: int | None = None
) -> Forwarder:
    """With the secret of a file or of PAYFEED_WEBHOOK_SECRET; prints a new one.

    Raises BadAddress, OSError.
    """
    known = read_secret(secret_file, "PAYFEED_WEBHOOK_SECRET")
    secret = known or new_secret()
    forwarder = Forwarder(
        url, secret, print_error, max_attempts=max_attempts, tls=tls_context(ca)
    )
    if not known:
        print_error(f"signing secret: {secret}")
    return forwarder


def print_trace(keys: Sequence[str], line: str) -> None:
    """Print a line of handshake or traffic, with `keys` masked."""
    for key in keys:
        line = line.replace(key, "***")
    print_error(line)


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExamples:\n  " + "\n  ".join(lines)


def filter_body(types: str, payment_filter: dict[str, Any]) -> dict[str, Any]:
    """What FILTER_OPTIONS name, as the member `filter` of a request."""
    chosen = payment_filter | {"types": types.split(",") if types else None}
    return {name: value for name, value in chosen.items() if value is not None}


@contextmanager
def reading_answer() -> Iterator[None]:
    """An answer without the members that are needed is an error of the server."""
    try:
        yield
    except (KeyError, TypeError) as exc:
        raise RequestFailed(200, "the answer is not Payfeed's") from exc
