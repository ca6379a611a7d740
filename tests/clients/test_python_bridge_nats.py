"""`payfeed bridge` between a real LNbits and real nats-servers."""

import asyncio
import json
import secrets
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nkeys
import pytest
import pytest_asyncio
from certificate import certificate
from command import run, running
from lnbits_payfeed.frames import Verifier
from lnbits_payfeed.jetstream import stream_risks
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats_cluster import NatsCluster, stored
from test_python_bridge import lag, new_key
from test_python_bridge_broker import notify

KIND = "Nats-Msg-Id"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsCluster]:
    started = NatsCluster(tmp_path, size=1)
    try:
        await started.start()
        yield started
    finally:
        started.kill()


async def acknowledged(shop: Any) -> None:
    while await lag(shop):
        await asyncio.sleep(0.05)


def gaps(messages: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(m.data) for m in messages if str(m.subject).endswith(".gap")]


async def test_the_stream_receives_signed_frames_with_the_ids_of_the_events(
    shop: Any, server: NatsCluster, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(await new_key(shop, "read", "balance"))
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    client = await server.connect()
    jetstream = await server.new_stream(client)
    options = ["bridge", server.address, "--feed", f"till={key_file}"]
    async with running(*options, url=shop.server.base) as bridge:
        await shop.sell(1000, "beans ☕")
        await notify(shop, "door.open", "3")
        await acknowledged(shop)
        assert (await bridge.stop())[0] == 0
    messages = {str(message.subject): message for message in await stored(jetstream)}
    assert set(messages) == {
        "payfeed.till.payment",
        "payfeed.till.door.open",
        "payfeed.till.balance_update",
    }
    message = messages["payfeed.till.payment"]
    text = (message.data or b"").decode()
    frame = json.loads(text)
    assert Verifier(feed["secret"]).is_signed(text, frame["id"], frame["timestamp"])
    assert (message.headers or {})[KIND] == f"payfeed.till.{frame['id']}"
    await client.close()


async def test_an_event_that_is_published_again_is_stored_once(
    shop: Any, server: NatsCluster
) -> None:
    """The position of the second key is before the events, as that of a bridge that
    was killed before it acknowledged them."""
    client = await server.connect()
    jetstream = await server.new_stream(client)
    keys = [await new_key(shop, "read") for _ in range(2)]
    await shop.sell(1)
    last = await notify(shop, "last", "one")
    for key in keys:
        words = ["bridge", server.address, "--verbose"]
        async with running(*words, key=key, url=shop.server.base) as bridge:
            await bridge.wait_for(f'> {{"type": "ack", "id": "{last}"}}')
            _, _, err = await bridge.stop()
        assert ": 2 events published" in err
    ids = [(message.headers or {})[KIND] for message in await stored(jetstream)]
    assert len(ids) == len(set(ids)) == 2
    assert ids[-1].endswith(f".{last}")
    await client.close()


async def test_an_event_is_acknowledged_only_after_the_stream_has_stored_it(
    shop: Any, server: NatsCluster
) -> None:
    client = await server.connect()
    key = await new_key(shop, "read")
    options: dict[str, Any] = {"key": key, "url": shop.server.base}
    async with running("bridge", server.address, **options) as bridge:
        await shop.sell(1)
        await bridge.wait_for("no stream stores payfeed.")
        await bridge.wait_for("no stream stores payfeed.")
        assert await lag(shop) == 1
        await server.new_stream(client)
        await acknowledged(shop)
        server.kill()
        await bridge.wait_for("next attempt")
        await shop.sell(1)
        await bridge.wait_for("next attempt")
        assert await lag(shop) == 1
        await server.start()
        await acknowledged(shop)
    await client.close()


async def test_a_stream_that_is_full_makes_the_bridge_wait_and_loses_nothing(
    shop: Any, server: NatsCluster
) -> None:
    client = await server.connect()
    jetstream = await server.new_stream(client, max_msgs=1, discard=DiscardPolicy.NEW)
    options: dict[str, Any] = {"key": await new_key(shop, "read")}
    async with running(
        "bridge", server.address, url=shop.server.base, **options
    ) as bridge:
        await bridge.wait_for("stream PAYFEED is full at max_msgs 1")
        await bridge.wait_for("broker: connected")
        hashes = [await shop.sell(1), await shop.sell(1)]
        await bridge.wait_for("maximum messages exceeded")
        assert await lag(shop) == 1
        first = await stored(jetstream)
        await jetstream.purge_stream("PAYFEED")
        await acknowledged(shop)
    both = [json.loads(m.data or b"") for m in [*first, *await stored(jetstream)]]
    assert [frame["payment"]["payment_hash"] for frame in both] == hashes
    await client.close()


async def test_what_nats_refuses_is_a_gap_and_the_next_event_arrives(
    shop: Any, tmp_path: Path
) -> None:
    """The user has only the permissions that docs/bridge.md lists."""
    apis = '"$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*"'
    publish = f'{{allow: ["payfeed.>", {apis}], deny: ["payfeed.*.door.open"]}}'
    permissions = f'{{publish: {publish}, subscribe: "_INBOX.>"}}'
    users = f"[{{user: shop, password: s3cret, permissions: {permissions}}},"
    users += " {user: admin, password: admin}]"
    server = NatsCluster(tmp_path, 1, f"authorization: {{users: {users}}}")
    password = {"PAYFEED_NATS_PASSWORD": "s3cret"}
    address = server.address.replace("//", "//shop@")
    try:
        await server.start()
        client = await server.connect(user="admin", password="admin")
        jetstream = await server.new_stream(client, max_msg_size=1500)
        options: dict[str, Any] = {"key": await new_key(shop, "read")} | password
        async with running("bridge", address, url=shop.server.base, **options) as b:
            await b.wait_for("refuses events above 1500 bytes")
            await b.wait_for("broker: connected")
            refused = {
                await notify(shop, "door.open", "denied"): "not authorized",
                await notify(shop, "window.open", "x" * 3000): "maximum allowed",
                await notify(shop, "window..open", "no subject"): "cannot be part",
            }
            await shop.sell(1)
            await acknowledged(shop)
        found = await stored(jetstream)
        assert [gap["id"] for gap in gaps(found)] == list(refused)
        for gap in gaps(found):
            assert refused[gap["id"]] in gap["detail"]
        assert str(found[-1].subject).endswith(".payment")
        await client.close()
    finally:
        server.kill()


async def test_the_bridge_authenticates_with_a_password_or_a_token(
    shop: Any, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    key, url = await new_key(shop, "read"), shop.server.base
    for number, (settings, user) in enumerate(
        (
            ("authorization: {user: shop, password: s3cret}", "shop@"),
            ("authorization: {token: s3cret}", ""),
        )
    ):
        server = NatsCluster(tmp_path / str(number), 1, settings)
        address = server.address.replace("//", f"//{user}")
        words = ["bridge", address, "--broker-password-file", str(secret)]
        try:
            await server.start()
            secret.write_text("wrong")
            async with running(*words, key=key, url=url) as bridge:
                await bridge.wait_for("uthorization")
            secret.write_text("s3cret\n")
            async with running(*words, key=key, url=url) as bridge:
                await bridge.wait_for("no stream stores")
            environment = {"PAYFEED_NATS_PASSWORD": "s3cret"}
            async with running("bridge", address, key=key, url=url, **environment) as b:
                await b.wait_for("no stream stores")
        finally:
            server.kill()


async def test_the_bridge_supports_tls_and_refuses_what_it_cannot_verify(
    shop: Any, tmp_path: Path
) -> None:
    pem, private = await asyncio.to_thread(certificate, tmp_path)
    settings = f"tls: {{cert_file: {pem}, key_file: {private}}}"
    server = NatsCluster(tmp_path, 1, settings)
    key, url = await new_key(shop, "read"), shop.server.base
    address = f"tls://localhost:{server.nodes[0].port}"
    try:
        await server.start()
        async with running("bridge", address, key=key, url=url) as bridge:
            await bridge.wait_for("certificate verify failed")
        words = ["bridge", address, "--broker-ca", str(pem)]
        async with running(*words, key=key, url=url) as bridge:
            await bridge.wait_for("no stream stores")
    finally:
        server.kill()


async def test_nothing_is_sent_to_a_server_that_does_not_begin_tls(shop: Any) -> None:
    """The first message of a NATS server is plain, so that anybody can answer it."""
    info = b'INFO {"server_id":"x","auth_required":true,"headers":true}\r\n'
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(info)
                received.append(connection.recv(4096))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    address = f"tls://shop@127.0.0.1:{listener.getsockname()[1]}"
    options: dict[str, Any] = {"key": await new_key(shop, "read")}
    options["PAYFEED_NATS_PASSWORD"] = "s3cret"
    async with running("bridge", address, url=shop.server.base, **options) as bridge:
        await bridge.wait_for("the server does not use TLS")
        await bridge.wait_for("the server does not use TLS")
    listener.close()
    assert set(received) == {b""}


def credentials(folder: Path) -> tuple[str, Path]:
    """(settings of a server, a credentials file) of an operator with one account."""

    def token(claims: dict[str, Any], signer: Any) -> str:
        def part(values: dict[str, Any]) -> str:
            text = json.dumps(values).encode()
            return urlsafe_b64encode(text).decode().rstrip("=")

        head = part({"typ": "JWT", "alg": "ed25519-nkey"})
        signed = f"{head}.{part(claims)}"
        signature = urlsafe_b64encode(signer.sign(signed.encode())).decode()
        return f"{signed}.{signature.rstrip('=')}"

    def pair(prefix: int) -> Any:
        return nkeys.from_seed(nkeys.encode_seed(secrets.token_bytes(32), prefix))

    operator = pair(nkeys.PREFIX_BYTE_OPERATOR)
    system, account = pair(nkeys.PREFIX_BYTE_ACCOUNT), pair(nkeys.PREFIX_BYTE_ACCOUNT)
    user = pair(nkeys.PREFIX_BYTE_USER)
    names = [p.public_key.decode() for p in (operator, account, user, system)]
    unlimited = "mem_storage disk_storage streams consumer conn subs data payload leaf"
    limits = dict.fromkeys(unlimited.split(), -1)

    def claims(issuer: str, subject: str, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "jti": subject, "iat": 1, "iss": issuer, "sub": subject, "name": kind,
            "nats": {"type": kind, "version": 2, **more},
        }  # fmt: skip

    operators = token(claims(names[0], names[0], "operator"), operator)
    accounts = token(claims(names[0], names[1], "account", limits=limits), operator)
    users = token(
        claims(names[1], names[2], "user", subs=-1, data=-1, payload=-1), account
    )
    file = folder / "shop.creds"
    file.write_text(
        f"-----BEGIN NATS USER JWT-----\n{users}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n"
        "------END USER NKEY SEED------\n"
    )
    systems = token(claims(names[0], names[3], "account"), operator)
    settings = f"operator: {operators}\nresolver: MEMORY\nsystem_account: {names[3]}\n"
    preload = f"{{{names[1]}: {accounts}, {names[3]}: {systems}}}"
    return f"{settings}resolver_preload: {preload}", file


async def test_the_bridge_authenticates_with_a_credentials_file(
    shop: Any, tmp_path: Path
) -> None:
    settings, file = credentials(tmp_path)
    server = NatsCluster(tmp_path, 1, settings)
    key, url = await new_key(shop, "read"), shop.server.base
    try:
        await server.start()
        async with running("bridge", server.address, key=key, url=url) as bridge:
            await bridge.wait_for("uthorization")
        words = ["bridge", server.address, "--broker-creds", str(file)]
        async with running(*words, key=key, url=url) as bridge:
            await bridge.wait_for("no stream stores")
    finally:
        server.kill()


RISKY = {
    "num_replicas": (1, "has 1 replicas"),
    "storage": (StorageType.MEMORY, "is in memory"),
    "duplicate_window": (120, "recognises duplicates for 120 s"),
    "max_age": (60, "drops events after 60 s"),
    "max_msgs": (10, "drops the oldest events at max_msgs 10"),
    "max_bytes": (1000, "drops the oldest events at max_bytes 1000"),
    "max_msgs_per_subject": (1, "drops the oldest events at max_msgs_per_subject 1"),
    "max_msg_size": (1000, "refuses events above 1000 bytes"),
    "retention": (RetentionPolicy.INTEREST, "while it has no consumer"),
    "no_ack": (True, "confirms nothing"),
    "subjects": (["payfeed.*.payment"], "does not store all of payfeed.till.>"),
}
SAFE = {
    "subjects": ["payfeed.*.>"],
    "num_replicas": 3,
    "duplicate_window": 3600,
    "storage": StorageType.FILE,
    "retention": RetentionPolicy.LIMITS,
}


def risks(**settings: Any) -> list[str]:
    config = StreamConfig(**(SAFE | settings))
    return list(stream_risks(config, "payfeed.till.>", is_cluster=True))


def test_a_stream_that_keeps_the_promise_has_no_risk() -> None:
    assert risks() == []


@pytest.mark.parametrize("name", RISKY)
def test_a_setting_of_the_stream_that_breaks_the_promise_is_named(name: str) -> None:
    value, text = RISKY[name]
    (risk,) = risks(**{name: value})
    assert text in risk


def test_a_full_stream_that_refuses_new_events_makes_the_bridge_wait() -> None:
    (risk,) = risks(max_msgs=10, discard=DiscardPolicy.NEW)
    assert risk == "is full at max_msgs 10: the bridge then waits for room"


async def test_invalid_options_for_nats_are_refused(shop: Any, tmp_path: Path) -> None:
    url, key = shop.server.base, await new_key(shop, "read")
    nats = "nats://127.0.0.1"
    creds = tmp_path / "creds"
    creds.write_text("")
    for words, text in (
        (["nats://me:secret@127.0.0.1"], "PAYFEED_NATS_PASSWORD"),
        (["nats://me@127.0.0.1"], "needs a password"),
        (["nats://127.0.0.1:port"], "port is not a number"),
        (["nats://127.0.0.1:4222,"], "no host"),
        ([nats, "--prefix", "pay.*"], "names in topics"),
        ([nats, "--prefix", "pay..feed"], "names in topics"),
        ([nats, "--homeassistant"], "needs an MQTT broker"),
        ([nats, "--broker-creds", "/nowhere"], "No such file"),
        (["mqtt://127.0.0.1", "--broker-creds", str(creds)], "is for NATS"),
        (["amqp://127.0.0.1"], "must begin with mqtt://"),
    ):
        code, _, err = await run("bridge", *words, key=key, url=url)
        assert code == 2, words
        assert text in err
        assert "secret@" not in err
