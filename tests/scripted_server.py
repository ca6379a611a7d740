"""A WebSocket server that plays the scenarios of scenarios.json.

A client connects to `ws://127.0.0.1:<port>/<scenario>/payfeed/api/v1/ws`; afterwards
`GET http://127.0.0.1:<port>/<scenario>/report` returns what it did. `<scenario>~<any>`
is a separate run. `python tests/scripted_server.py --port 0` prints its port first.

The steps of a connection, in order; slow, status and drop only before the handshake:

slow     seconds before the answer to the handshake
status   an HTTP answer instead of 101, with `headers`
drop     true: TCP is aborted during the handshake
hello    members of a hello frame that differ from the default
event    N: a signed payment of N satoshi; `epoch`, `secret`, `timestamp` may differ
signed   a body that is signed and sent
frame    a JSON value that is sent
text     text that is sent; `binary`: bytes, in hexadecimal
half     true: a frame that ends in the middle, then TCP is aborted
ack      waits for the client's ack of this id
wait     seconds
silent   true: from here on nothing is read or written
abort    true: TCP is aborted without a close frame
close    the close code

After the last step the connection stays open, with heartbeats. Connections after the
last list of the scenario get that list again.

`client`: options of the client: `since`, `secret` (true: the feed's signing
secret), `ack` (true: every event is acknowledged), `max_attempts`, `stable_seconds`,
`connect_timeout_seconds`, `silence_seconds`.
`expect`: `items`, event ids and `gap <reason>` in order; number of `connections`;
`since` of each; `acks`, the last on each connection ("": none, null: not checked);
number of `invalid` frames; least `pause_seconds` between the first two connections;
`outcome`: `running`, `stopped <code>`, `gave up` or `wrong signature`.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

HERE = Path(__file__).resolve().parent
KEY = "pfk_scripted"
SECRET = "whsec_" + base64.b64encode(b"the secret of the scripted feed").decode()
EPOCH = "abc"
BEGIN = 1_700_000_000
ROUTE = "/payfeed/api/v1/ws"


def load_scenarios() -> dict[str, Any]:
    scenarios: dict[str, Any] = json.loads((HERE / "scenarios.json").read_text())
    return scenarios


def sign(body: dict[str, Any], secret: str = SECRET) -> str:
    text = json.dumps(body, separators=(",", ":"))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{body['id']}.{body['timestamp']}.{text}".encode()
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f'{text[:-1]},"signature":"v1,{digest}"}}'


def payment_body(number: int, epoch: str, timestamp: int) -> dict[str, Any]:
    return {
        "type": "payment",
        "id": f"{epoch}-{number}",
        "timestamp": timestamp,
        "payment": {
            "payment_hash": hashlib.sha256(f"{epoch}-{number}".encode()).hexdigest(),
            "amount": number,
            "amount_msat": number * 1000,
            "fee": 0,
            "fee_msat": 0,
            "memo": f"sale {number}",
            "status": "confirmed",
            "direction": "in",
            "timestamp": timestamp,
            "wallet_id": "wallet",
            "tag": None,
            "comment": None,
            "fiat": None,
        },
    }


class Run:
    """One scenario with one client."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.scripts: list[list[dict[str, Any]]] = scenario["connections"]
        self.started = time.monotonic()
        self.connections: list[dict[str, Any]] = []

    def enter(self, request: Request) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        record = {
            "since": query.get("since"),
            "query": query,
            "key_in": key_location(request, url.path),
            "acks": [],
            "acks_at_seconds": [],
            "pings": 0,
            "other": [],
            "cursor": f"{EPOCH}-0",
            "at_seconds": round(time.monotonic() - self.started, 3),
        }
        number = min(len(self.connections), len(self.scripts) - 1)
        self.connections.append(record)
        return record, list(self.scripts[number])


def key_location(request: Request, path: str) -> str | None:
    if KEY in request.path or not path.endswith(ROUTE):
        return "url"
    headers = request.headers
    if headers.get("X-Api-Key") == KEY:
        return "header"
    if headers.get("Authorization") == f"Bearer {KEY}":
        return "header"
    offered = headers.get("Sec-WebSocket-Protocol", "").replace(" ", "").split(",")
    return "subprotocol" if f"bearer.{KEY}" in offered else None


class Player:
    def __init__(self) -> None:
        self.scenarios = load_scenarios()
        self.runs: dict[str, Run] = {}
        self.current: dict[ServerConnection, tuple[Any, Any]] = {}

    async def process_request(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        name, _, rest = urlsplit(request.path).path.strip("/").partition("/")
        if name.partition("~")[0] not in self.scenarios:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such scenario\n")
        if name not in self.runs:
            self.runs[name] = Run(self.scenarios[name.partition("~")[0]])
        if rest == "report":
            text = json.dumps({"connections": self.runs[name].connections})
            answer = connection.respond(HTTPStatus.OK, text)
            answer.headers["Access-Control-Allow-Origin"] = "*"
            return answer
        record, steps = self.runs[name].enter(request)
        self.current[connection] = (record, steps)
        return await self._before_handshake(connection, steps)

    async def _before_handshake(
        self, connection: ServerConnection, steps: list[dict[str, Any]]
    ) -> Response | None:
        while steps and steps[0].keys() & {"slow", "status", "drop"}:
            step = steps.pop(0)
            if "slow" in step:
                await asyncio.sleep(step["slow"])
            elif "drop" in step:
                connection.transport.abort()
            else:
                headers = Headers(step.get("headers", {}))
                headers["Content-Length"] = "0"
                headers["Connection"] = "close"
                status = HTTPStatus(step["status"])
                return Response(status, status.phrase, headers, b"")
        return None

    async def handle(self, connection: ServerConnection) -> None:
        record, steps = self.current.pop(connection)
        acked = asyncio.Event()
        reader = asyncio.create_task(self._read(connection, record, acked))
        try:
            for step in steps:
                await self._play(connection, record, step, reader, acked)
            while True:
                await asyncio.sleep(0.2)
                position = {"head": record["cursor"], "cursor": record["cursor"]}
                await connection.send(self._state("heartbeat", **position))
        except (ConnectionClosed, EOFError):
            pass
        finally:
            reader.cancel()

    async def _read(
        self, connection: ServerConnection, record: Any, acked: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in connection:
                frame = json.loads(text)
                if frame.get("type") == "ack":
                    record["acks"].append(frame["id"])
                    record["acks_at_seconds"].append(time.monotonic())
                    acked.set()
                elif frame.get("type") == "ping":
                    record["pings"] += 1
                    await connection.send(self._state("pong"))
                else:
                    record["other"].append(frame)

    def _state(self, kind: str, **members: Any) -> str:
        return json.dumps({"type": kind, "timestamp": BEGIN} | members)

    async def _play(
        self,
        connection: ServerConnection,
        record: Any,
        step: dict[str, Any],
        reader: asyncio.Task[None],
        acked: asyncio.Event,
    ) -> None:
        message = self._message(record, step)
        if message is not None:
            await connection.send(message)
        elif "ack" in step:
            while step["ack"] not in record["acks"]:
                acked.clear()
                await acked.wait()
        elif "wait" in step:
            await asyncio.sleep(step["wait"])
        elif "silent" in step:
            reader.cancel()
            connection.transport.pause_reading()
            while not connection.transport.is_closing():
                await asyncio.sleep(0.2)
        else:
            await self._end(connection, step)

    def _message(self, record: Any, step: dict[str, Any]) -> str | bytes | None:
        if "hello" in step:
            hello = {
                "type": "hello",
                "protocol": 1,
                "wallet_id": "wallet",
                "head": f"{EPOCH}-0",
                "cursor": f"{EPOCH}-0",
                "recovered": True,
                "heartbeat": 20,
                "timestamp": BEGIN,
            } | step["hello"]
            record["cursor"] = hello["cursor"]
            return json.dumps(hello)
        if "event" in step:
            number = step["event"]
            stamp = step.get("timestamp", BEGIN + number)
            body = payment_body(number, step.get("epoch", EPOCH), stamp)
            record["cursor"] = body["id"]
            return sign(body, step.get("secret", SECRET))
        if "signed" in step:
            return sign(step["signed"])
        if "frame" in step:
            return json.dumps(step["frame"])
        if "binary" in step:
            return bytes.fromhex(step["binary"])
        text: str | None = step.get("text")
        return text

    async def _end(self, connection: ServerConnection, step: dict[str, Any]) -> None:
        if "close" in step:
            await connection.close(step["close"])
        elif "half" in step:
            text = sign(payment_body(99, EPOCH, BEGIN)).encode()
            head = b"\x81\x7e" + len(text).to_bytes(2, "big")
            connection.transport.write(head + text[: len(text) // 2])
            await asyncio.sleep(0.05)
            connection.transport.abort()
        else:
            connection.transport.abort()
        raise EOFError


@asynccontextmanager
async def scripted_server(port: int = 0) -> AsyncIterator[int]:
    """Yields the port."""
    player = Player()

    def select(_: ServerConnection, offered: Any) -> Any:
        return "payfeed.v1" if "payfeed.v1" in offered else None

    async with serve(
        player.handle,
        "127.0.0.1",
        port,
        process_request=player.process_request,
        select_subprotocol=select,
        open_timeout=60,
        close_timeout=1,
        ping_interval=None,
    ) as server:
        assert isinstance(server, Server)
        yield next(iter(server.sockets)).getsockname()[1]


async def main(port: int) -> None:
    async with scripted_server(port) as chosen:
        print(chosen, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args().port))
