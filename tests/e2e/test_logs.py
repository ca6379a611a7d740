"""What LNbits and uvicorn write about requests, at their most talkative: no keys."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import build_release
import websockets
from lnbits_server import Server
from publisher import install, manage, publishing
from shop import HERE, Shop

HANG_GUARD = 40
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MUCH = "1000000"
TALKATIVE = {
    "UVICORN_LOG_LEVEL": "trace",
    "DEBUG": "true",
    "LNBITS_AUDIT_HTTP_METHODS": "[]",
    "LNBITS_AUDIT_HTTP_RESPONSE_CODES": "[]",
    "LNBITS_AUDIT_INCLUDE_PATHS": '[".*"]',
    "LNBITS_AUDIT_EXCLUDE_PATHS": "[]",
    "LNBITS_AUDIT_LOG_REQUEST_BODY": "true",
    "PAYFEED_FAILED_AUTH_PER_MINUTE": MUCH,
    "PAYFEED_NOTIFY_PER_MINUTE": MUCH,
    "PAYFEED_CONNECTS_PER_MINUTE": MUCH,
}


def encoded(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = "".join(f"%{byte:02x}" for byte in text.encode())
    return text


def targets(key: str, other: str) -> list[str]:
    """Addresses with a key in them, in every spelling."""
    api = "/payfeed/api/v1"
    paths = [
        *(f"{api}/ws/{key}", f"{api}/notify/{key}/a%20message", f"{api}/keys/{key}"),
        *(f"{api}/sse/{key}?since=nonsense", f"{api}/notify/{key}?data=hello"),
        *(f"{api}/mistyped/{key}", f"{api}//ws/{key}", f"{api}/notify//{key}/x"),
        *(f"/payfeed/{key}", f"/payfeed/static/{key}", f"/payfeed//api/v1/ws/{key}"),
        *(f"/PAYFEED/api/v1/ws/{key}", f"//payfeed//api/v1/ws/{key}"),
        *(f"/payfeed%2Fapi/v1/ws/{encoded(key)}", f"{api}/ws/{encoded(key)}"),
        f"/{encoded('Payfeed', 2)}/api/v1/ws/{encoded(key, 2)}",
        *(f"/./payfeed/../payfeed/{key}", f"/upgrades/x/payfeed/api/v1/ws/{key}"),
    ]
    queries = [
        *(f"api-key={key}", f"api%2Dkey={encoded(key)}", f"API-KEY={key}"),
        *(f"api-key={key}&api-key={other}", f"api-key={other}&api-key={key}"),
        *(f"usr={key}", f"{key}", f"since={key}", f"apikey={key}&since=@1"),
    ]
    routes = (f"{api}/feed", f"{api}/events", f"{api}/notify", f"{api}/keys/x")
    return [
        *paths,
        *(f"{route}?{query}" for route in routes for query in queries),
        f"/PayFeed/api/v1/feed?api-key={key}",
        f"/payfeed/static/js/page.js?api-key={key}",
        f"/payfeed/display?api-key={key}",
        f"{api}/metrics?usr={key}",
    ]


def ways_in(key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A WebSocket's address and options, for every place of a key."""
    api = "/payfeed/api/v1/ws"
    for path in (
        *(f"{api}/{key}", f"{api}?api-key={key}", f"{api}/{encoded(key)}"),
        *(f"{api}?api%2Dkey={encoded(key)}", f"{api}?api-key={key}&api-key={key}"),
        *(f"/PAYFEED/api/v1/ws/{key}", f"/payfeed//api/v1/ws/{key}"),
        *(f"/payfeed/{key}", f"/payfeed%2fapi/v1/{encoded('ws/' + key)}"),
    ):
        yield path, {}
    yield api, {"additional_headers": {"X-Api-Key": key}}
    yield api, {"additional_headers": {"Authorization": f"Bearer {key}"}}
    yield api, {"additional_headers": {"Cookie": f"key={key}"}}
    yield api, {"subprotocols": ["payfeed.v1", f"bearer.{key}"]}


async def use_everywhere(server: Server, keys: list[str], state: int) -> None:
    """A key at every place, one key and one method after the other.

    The next state of the extension begins with the next method.
    """
    turns = itertools.cycle(zip(keys, [*keys[1:], keys[0]], strict=True))
    methods = itertools.cycle(METHODS[state:] + METHODS[:state])
    for place, _ in enumerate(targets("", "")):
        for method in {"GET", next(methods)}:
            # as it is written here: httpx would put it in order
            target = {"target": targets(*next(turns))[place].encode()}
            await server.http.request(method, "/", extensions=target)
    for method, path in itertools.product(METHODS, ("feed", "keys", "nowhere")):
        path, (key, other) = f"/payfeed/api/v1/{path}", next(turns)
        headers = {"X-Api-Key": key, "Authorization": f"Bearer {other}"}
        body = {"api-key": key}
        await server.http.request(method, path, headers=headers, json=body)
    for key in keys:
        for path, options in ways_in(key):
            with contextlib.suppress(websockets.WebSocketException):
                address = f"{server.ws}{path}"
                async with websockets.connect(address, **options) as socket:
                    await asyncio.wait_for(socket.recv(), HANG_GUARD)


AUDITED = "/api/v1/health"


async def written(server: Server) -> list[str]:
    """Every line that the server has logged and every row that it has stored.

    LNbits stores its audit later, in order: a refused request ends it.
    """
    deadline = time.monotonic() + HANG_GUARD
    rows: list[str] = await server.call("GET", "/paylab/dump")
    marks = sum(AUDITED in row for row in rows)
    assert (await server.http.delete(AUDITED)).status_code == 405
    while sum(AUDITED in row for row in rows) == marks:
        assert time.monotonic() < deadline
        rows = await server.call("GET", "/paylab/dump")
    return [*rows, *server_log(server)]


def server_log(server: Server) -> list[str]:
    logs = server.folder.glob("data/logs/*")
    texts = [server.log, *(path.read_text(errors="replace") for path in logs)]
    return [line for text in texts for line in text.splitlines()]


def decoded(line: str) -> str:
    while (once := unquote(line)) != line:
        line = once
    return line.lower()


def showing(lines: list[str], secrets: list[str]) -> list[str]:
    """The lines that show one of them, however it is spelled."""
    known = [secret.lower() for secret in secrets]
    return [line for line in lines if any(secret in decoded(line) for secret in known)]


async def test_no_key_is_written_in_any_state_of_the_extension(
    tmp_path: Path, database: dict[str, str]
) -> None:
    with publishing(tmp_path) as base:
        build_release.build(tmp_path, base)
        server = Server(
            with_extension=False,
            LNBITS_EXTENSIONS_MANIFESTS=f'["{base}/extensions.json"]',
            **TALKATIVE,
            **database,
        )
        server.add_extension("paylab", HERE / "paylab")
        try:
            await server.start()
            await server.install(enable=False)
            await install(server, build_release.version())
            await manage(server, "PUT", "/activate")
            await server.enable(server.admin)
            wallet = await server.new_wallet(server.admin, "shop")
            admin, inkey = wallet["adminkey"], wallet["inkey"]
            feed = (await server.payfeed("GET", "feed", admin)).json()
            body = {"name": "till", "scopes": ["read", "notify"]}
            made = await server.payfeed("POST", "keys", admin, json=body)
            keys = [made.json()["key"], inkey, admin]

            states = itertools.count()

            async def check(state: str) -> None:
                await use_everywhere(server, keys, next(states))
                assert showing(await written(server), keys) == [], state

            await check("active")
            await manage(server, "PUT", "/deactivate")
            await check("deactivated")
            await server.terminate()
            await server.start()
            await check("deactivated, after a restart")
            await manage(server, "PUT", "/activate")
            await check("activated again")
            build_release.build(tmp_path, base, "9.0.1")
            await install(server, "9.0.1")
            await check("upgraded")
            await manage(server, "DELETE")
            await check("removed")
            log = server_log(server)
            assert showing(log, [feed["secret"]]) == []
            assert any("/payfeed/api/v1/ws/***" in line for line in log)
        finally:
            await server.close()


async def test_a_failing_database_puts_no_key_into_the_log(shop: Shop) -> None:
    inkey = shop.wallet["inkey"]
    for statement in (
        "ALTER TABLE wallets RENAME TO wallets_away",
        "ALTER TABLE wallets_away RENAME TO wallets",
    ):
        await shop.lab("sql", statement=statement)
        answer = await shop.server.payfeed("GET", "feed", inkey)
        await shop.server.http.get(f"/payfeed/api/v1/events?api-key={inkey}")
    assert answer.status_code == 200
    assert showing(await written(shop.server), [inkey]) == []
