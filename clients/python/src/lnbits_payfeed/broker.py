"""What `bridge` needs of a broker; `mqtt` and `jetstream` have one class each.

BrokerError      no connection, or a temporary failure
└── Unconfirmed  the connection ended, or failed for an unknown reason, before the
                 message was confirmed; some brokers refuse a message in this way
Rejected         the broker refuses this message; sending it again does not help
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from .errors import BadAddress

MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
NATS_PORTS = {"nats": 4222, "tls": 4222}


class BrokerError(Exception):
    """There is no connection to the broker, or it fails temporarily."""


class Unconfirmed(BrokerError):
    """The message was not confirmed; `is_final`: the broker named it as the cause."""

    def __init__(self, reason: str, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Rejected(Exception):
    """The broker refuses this message for good."""


class Connection(Protocol):
    """One connection; `lost` is done when it has ended, with the reason."""

    @property
    def lost(self) -> "asyncio.Future[BrokerError]": ...

    async def publish(
        self, topic: str, payload: str, retain: bool = False, key: str | None = None
    ) -> None:
        """Publish and wait for the confirmation; raises Rejected or BrokerError.

        retain: the broker keeps it for later subscribers, in place of the one before.
        key: equal keys are the same message, for brokers that drop duplicates.
        """


class Broker(Protocol):
    """A broker, or the nodes of a cluster."""

    @property
    def retains(self) -> bool:
        """Whether subscribers find the status and other states, retained."""

    @property
    def separator(self) -> str:
        """Between the parts of a topic."""

    def is_name(self, text: str) -> bool:
        """Whether this can be one part of a topic."""

    def is_prefix(self, text: str) -> bool:
        """Whether a topic can begin with this; it may have several parts."""

    def connected(
        self, attempt: int, identifier: str, top: str, say: Callable[[str], None]
    ) -> AbstractAsyncContextManager[Connection]:
        """A connection for the topics below `top`; raises BrokerError.

        attempt: counts up from 0, and chooses the node. identifier: the client's,
        always the same for one feed. say: called with what the operator should know.
        """


class Node(NamedTuple):
    host: str
    port: int


@dataclass(frozen=True)
class BrokerAddress:
    """The nodes of a broker, and credentials. Without `tls`, connections are plain."""

    nodes: tuple[Node, ...]
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def node(self, attempt: int) -> Node:
        """The one to connect to: each attempt takes the next."""
        return self.nodes[attempt % len(self.nodes)]


def parse_broker(
    url: str,
    ports: dict[str, int],
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> BrokerAddress:
    """The address `<scheme>://[user@]host[:port][,host[:port]…]`.

    ports: default ports by scheme, of the plain one and then of the one with TLS.
    tls: for the second scheme only. Raises BadAddress.
    """
    plain, secure = ports
    scheme, _, rest = url.strip().partition("://")
    user, _, hosts = rest.rstrip("/").rpartition("@")
    if scheme not in ports or not hosts:
        text = f"the broker's address must be {plain}://host or {secure}://host"
        raise BadAddress(text)
    if ":" in user:
        raise BadAddress(
            "the broker's address must not contain a password: set"
            f" {password_variable(scheme)} or use --broker-password-file"
        )
    if tls and scheme != secure:
        raise BadAddress(f"a certificate authority needs {secure}://")
    default = ssl.create_default_context() if scheme == secure else None
    return BrokerAddress(
        nodes=tuple(_node(host, ports[scheme]) for host in hosts.split(",")),
        tls=tls or default,
        username=unquote(user) or None,
        password=password,
    )


def password_variable(scheme: str) -> str:
    """The environment variable with the broker's password."""
    return f"PAYFEED_{'MQTT' if scheme in MQTT_PORTS else 'NATS'}_PASSWORD"


def _node(text: str, default_port: int) -> Node:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port or default_port
    except ValueError as exc:
        raise BadAddress("the broker's port is not a number") from exc
    if not parts.hostname or parts.path or parts.query or parts.fragment:
        raise BadAddress("the broker's address has no host, or more than hosts")
    return Node(parts.hostname, port)
