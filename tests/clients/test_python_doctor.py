"""`payfeed doctor` finds every documented fault; each test causes the real fault."""

import asyncio
import contextlib
import json
import signal
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from bad_proxy import NotHttp, bad_proxy, request_head
from certificate import certificate
from command import patched, run, running
from lnbits_payfeed.cli import diagnosis
from lnbits_payfeed.doctor import Finding
from lnbits_server import Server
from ports import free_port
from shop import opened


@pytest.fixture
async def bare() -> AsyncIterator[Server]:
    """LNbits without Payfeed."""
    server = Server(with_extension=False)
    try:
        await server.start()
        yield server
    finally:
        await server.close()


# waits three seconds for an answer, not ten
IMPATIENT = patched(
    "from lnbits_payfeed import doctor, http;"
    " doctor.ANSWER_SECONDS = http.TIMEOUT_SECONDS = 3"
)


async def examine(
    url: str, key: str, *options: str, program: list[str] | None = None
) -> str:
    """The fault and its fix."""
    async with running("doctor", *options, key=key, url=url, program=program) as doctor:
        code, out, err = await doctor.end()
    assert "Traceback" not in err
    assert key not in out + err
    *_, fault, fix = out.splitlines()
    assert code == 1, out
    assert fault.startswith("FAULT")
    assert fix.strip().startswith("fix")
    return f"{fault.split()[1]}: {fault} {fix}"


async def test_a_healthy_feed_has_no_fault(shop: Any) -> None:
    key = shop.wallet["inkey"]
    words = ["doctor", "--verbose", "--full"]
    code, out, err = await run(*words, key=key, url=shop.server.base)
    assert code == 0, out
    assert "All is well." in out
    assert out.count("ok     ") == 10
    assert "test event" in out
    assert "idle connections stay open" in out
    assert "< 101" in err
    assert key not in out + err


async def test_the_quick_doctor_leaves_the_heartbeat_out(shop: Any) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    code, out, err = await run("doctor", **options)
    assert (code, err) == (0, "")
    assert "ok     heartbeat  skipped: --full waits for it" in out


async def test_the_doctors_json_has_every_step_and_no_key(shop: Any) -> None:
    key = shop.wallet["inkey"]
    code, out, err = await run("doctor", "--json", key=key, url=shop.server.base)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["healthy"] is True
    assert found["client"] == payfeed.__version__
    steps = {step["step"]: step for step in found["steps"]}
    assert len(steps) == 10
    assert steps["hello"]["ok"] is True
    assert steps["hello"]["fix"] is None
    assert key not in out


async def test_the_doctors_json_has_the_fault_and_its_fix(shop: Any) -> None:
    unknown = "pfk_" + "x" * 43
    code, out, err = await run("doctor", "--json", key=unknown, url=shop.server.base)
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert found["healthy"] is False
    fault = found["steps"][-1]
    assert (fault["step"], fault["ok"]) == ("key", False)
    assert "Copy the wallet's invoice key" in fault["fix"]
    assert unknown not in out


def test_the_doctors_json_hides_a_key_that_a_server_repeats() -> None:
    text = diagnosis([Finding("key", "pfk_secret is bad", "fix")], False, "pfk_secret")
    assert json.loads(text)["steps"][0]["text"] == "*** is bad"


async def test_an_unknown_name_and_a_closed_port() -> None:
    found = await examine("http://nowhere.invalid:5000", "0" * 32)
    assert found.startswith("name:")
    found = await examine(f"http://127.0.0.1:{free_port()}", "0" * 32)
    assert found.startswith("port:")
    assert "nothing listens" in found


async def test_keys_and_enablement(shop: Any) -> None:
    url, wallet = shop.server.base, shop.wallet
    for unknown in ("0" * 32, "pfk_" + "x" * 43):
        found = await examine(url, unknown)
        assert found.startswith("key:")
        assert "not known" in found
    found = await examine(url, wallet["adminkey"])
    assert found.startswith("key:")
    assert "admin key" in found
    body = {"name": "n", "scopes": ["notify"]}
    made = await shop.server.payfeed("POST", "keys", wallet["adminkey"], json=body)
    notify_only = made.json()
    assert "does not have the scope 'read'" in await examine(url, notify_only["key"])
    await shop.server.payfeed("DELETE", f"keys/{notify_only['id']}", wallet["adminkey"])
    assert "revoked" in await examine(url, notify_only["key"])
    await shop.server.enable(shop.user, on=False)
    found = await examine(url, wallet["inkey"])
    assert found.startswith("key:")
    assert "not enabled" in found
    await shop.server.enable(shop.user)
    changes = {"allow_inkey": False}
    await shop.server.payfeed("PATCH", "feed", wallet["adminkey"], json=changes)
    found = await examine(url, wallet["inkey"])
    assert found.startswith("key:")
    assert "may not open this feed" in found


async def test_a_key_that_may_only_read_is_examined_without_a_test_event(
    shop: Any,
) -> None:
    body = {"name": "n", "scopes": ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    options: dict[str, Any] = {"key": made.json()["key"], "url": shop.server.base}
    code, out, _ = await run("doctor", **options)
    assert code == 0, out
    assert "skipped: the key does not have the scope notify" in out


async def test_a_narrowed_key_is_examined_too(shop: Any) -> None:
    body = {"name": "checkout", "filter": {"direction": "in"}}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    code, out, _ = await run("doctor", key=made.json()["key"], url=shop.server.base)
    assert code == 0, out
    assert "opens the events that its filter accepts" in out
    assert "skipped" in out


async def test_limits_and_a_restart_while_waiting() -> None:
    limits = {
        "PAYFEED_MAX_SUBSCRIBERS_PER_WALLET": "1",
        "PAYFEED_FAILED_AUTH_PER_MINUTE": "3",
    }
    async with opened(PAYFEED_HEARTBEAT_SECONDS="60", **limits) as shop:
        options: dict[str, Any] = {
            "key": shop.wallet["inkey"],
            "url": shop.server.base,
        }
        async with running("listen", **options) as listener:
            await listener.wait_for("connected")
            found = await examine(options["url"], options["key"])
            assert found.startswith("hello:")
            assert "refuses" in found
            assert "(4429)" in found
            await listener.stop()
        for number in range(3):
            await shop.server.payfeed("GET", "feed", f"{number:032}")
        assert "too many requests" in await examine(options["url"], "1" * 32)
        async with running("doctor", "--full", **options) as doctor:
            await doctor.wait_for("waiting up to 150 s")
            await shop.server.terminate()
            code, out, _ = await doctor.end()
    assert code == 1
    assert "FAULT  heartbeat  the server closed the connection" in out
    assert "(1012)" in out
    assert "idle timeout" not in out


async def test_a_port_that_does_not_answer() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as more:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # never accepts: the kernel drops later connections
        for client in (first, more):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        found = await examine(url, "0" * 32, program=IMPATIENT)
    assert found.startswith("port:")
    assert "does not answer" in found


async def test_an_lnbits_without_the_extension(bare: Server) -> None:
    assert "first installation" in await examine(bare.base, "0" * 32)
    await bare.install(enable=False)
    found = await examine(bare.base, "0" * 32)
    assert found.startswith("payfeed:")
    assert "not installed" in found


@pytest.mark.parametrize(
    ("fault", "step", "text"),
    [
        ("no-upgrade", "upgrade", "Upgrade $http_upgrade"),
        ("buffers", "hello", "buffering"),
        ("buffers-later", "message", "did not arrive"),
        ("buffers-last", "heartbeat", "no heartbeat within"),
        ("idle", "heartbeat", "idle timeout"),
        ("down", "http", "does not reach LNbits"),
        ("elsewhere", "http", "redirects to another address"),
        ("password", "http", "asks for a password (HTTP 401)"),
    ],
)
async def test_faults_of_proxies(shop: Any, fault: str, step: str, text: str) -> None:
    async with bad_proxy(shop.server.port, fault) as port:
        url, key = f"http://127.0.0.1:{port}", shop.wallet["inkey"]
        found = await examine(url, key, "--full")
    assert found.startswith(f"{step}:")
    assert text in found


async def test_faults_of_tls(shop: Any, tmp_path: Path) -> None:
    key = shop.wallet["inkey"]
    found = await examine(f"https://127.0.0.1:{shop.server.port}", key)
    assert found.startswith("tls:")
    assert "does not speak TLS" in found
    pem, private = await asyncio.to_thread(certificate, tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, private)
    async with bad_proxy(shop.server.port, "none", context) as port:
        found = await examine(f"https://localhost:{port}", key)
        assert found.startswith("tls:")
        assert "certificate" in found
        found = await examine(f"https://127.0.0.1:{port}", key, "--ca", str(pem))
        assert "certificate" in found
        options = ["doctor", "--ca", str(pem)]
        code, out, _ = await run(*options, key=key, url=f"https://localhost:{port}")
        assert code == 0, out
        found = await examine(f"http://localhost:{port}", key)
        assert found.startswith("http:")
        assert f"port {port} speaks TLS" in found
        assert "Use https://" in found


async def test_a_stopped_server_and_answers_that_make_no_sense(
    shop: Any,
) -> None:
    key, process = shop.wallet["inkey"], shop.server.process
    for route, step in (("feed", "key"), ("test", "message")):
        async with bad_proxy(shop.server.port, f"nonsense-{route}") as port:
            found = await examine(f"http://127.0.0.1:{port}", key)
        assert found.startswith(f"{step}:")
        assert "makes no sense" in found
    process.send_signal(signal.SIGSTOP)  # the kernel still accepts connections
    try:
        found = await examine(shop.server.base, key, program=IMPATIENT)
        assert found.startswith("http:")
        assert "no answer within 3 s" in found
        assert "stopped or stuck" in found
        url = f"https://127.0.0.1:{shop.server.port}"
        found = await examine(url, key, program=IMPATIENT)
        assert found.startswith("tls:")
        assert "does not answer within 3 s" in found
    finally:
        process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that answers every request with these bytes; its address."""

    async def answer_once(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, NotHttp):
            await request_head(reader)
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"220 mail.example.org ESMTP\r\n", "the answer is not HTTP"),
        (b"\x00\xff" * 1000, "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000, "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "not LNbits"),
        (b"", "ended without an answer"),
        (ok(b"<html>"), "not LNbits"),
        (ok(b"[" * 100_000), "not LNbits"),
        (ok(b" " * (4 * 2**20 + 1)), "not LNbits"),
        (ok(b"null"), "makes no sense"),
        (b"HTTP/1.1 999\r\n\r\n", "not LNbits"),
    ],
)
async def test_a_server_that_is_not_lnbits(answer: bytes, text: str) -> None:
    async with answering(answer) as url:
        found = await examine(url, "0" * 32)
    assert found.startswith("http:")
    assert text in found


async def test_a_web_server_without_lnbits() -> None:
    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with other:
        port = other.sockets[0].getsockname()[1]
        found = await examine(f"http://127.0.0.1:{port}", "0" * 32)
    assert found.startswith("http:")
    assert "not LNbits" in found
