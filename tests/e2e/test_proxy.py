"""Behind real proxies: the files in deploy/, and what the guide's nginx file lacks."""

import asyncio
import signal
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import uvicorn
import websockets
from certificate import certificate
from deaf import narrow_socket
from needs import need
from nginx import Nginx, NginxFront
from ports import free_port
from proxy_servers import Apache, Caddy, Front, HAProxy
from reader import reading
from shop import Shop, opened
from stoppable_proxy import stoppable_proxy

ROOT = Path(__file__).resolve().parent.parent.parent
HANG_GUARD = 30
READ_TIMEOUT_SECONDS = 3
# above the timeout that heartbeats are tested with
PING_SECONDS = 5

GUIDE = """\
server {
    listen 443;
    location /api/v1/ws/ {
        proxy_pass http://localhost:5006;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 86400;
    }
}
"""
GUIDE_TLS = """\
server {
    listen 443 ssl http2;
    server_name your-domain.com;
    ssl_certificate /path/to/cert.pem;
    ssl_certificate_key /path/to/key.pem;
    location /api/v1/ws/ {
        proxy_pass http://localhost:5006;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}
"""


@dataclass
class Behind:
    """A shop behind a proxy."""

    shop: Shop
    proxy: Front

    def __post_init__(self) -> None:
        self.tls = ssl.create_default_context(cafile=str(self.proxy.certificate))

    @property
    def https(self) -> str:
        return f"https://localhost:{self.proxy.port}/payfeed/api/v1"

    @property
    def wss(self) -> str:
        return f"wss://localhost:{self.proxy.port}/payfeed/api/v1"

    def client(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """An HTTP client that comes from this address."""
        transport = httpx.AsyncHTTPTransport(verify=self.tls, local_address=address)
        return httpx.AsyncClient(transport=transport, timeout=HANG_GUARD)


@pytest_asyncio.fixture(scope="module")
async def shop_behind_proxies(module_database: dict[str, str]) -> AsyncIterator[Shop]:
    """`FORWARDED_ALLOW_IPS` is what the command `lnbits` trusts by default."""
    async with opened(
        PAYFEED_HEARTBEAT_SECONDS="1",
        PAYFEED_FAILED_AUTH_PER_MINUTE="4",
        PAYFEED_SEND_TIMEOUT_SECONDS="2",
        FORWARDED_ALLOW_IPS="*",
        UVICORN_WS_PING_INTERVAL=str(PING_SECONDS),
        **module_database,
    ) as shop:
        yield shop


FRONTS = [NginxFront, Caddy, HAProxy, Apache]
# Apache ends idle streams only
END_IDLE_SOCKETS = [NginxFront, Caddy, HAProxy]


def name_of(kind: type[Front]) -> str:
    return kind.name


@asynccontextmanager
async def front_of(kind: type[Front], folder: Path, port: int) -> AsyncIterator[Front]:
    proxy = await asyncio.to_thread(kind, folder, port, READ_TIMEOUT_SECONDS)
    try:
        await proxy.start(proxy.port)
        yield proxy
    finally:
        proxy.stop()


@pytest_asyncio.fixture(scope="module", params=FRONTS, ids=name_of)
async def proxy(
    request: pytest.FixtureRequest,
    shop_behind_proxies: Shop,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Front]:
    folder, port = tmp_path_factory.mktemp("proxy"), shop_behind_proxies.server.port
    async with front_of(request.param, folder, port) as front:
        yield front


@pytest_asyncio.fixture
async def shop(shop_behind_proxies: Shop) -> Shop:
    return await shop_behind_proxies.for_new_user()


@pytest_asyncio.fixture
async def front(shop: Shop, proxy: Front) -> Behind:
    return Behind(shop, proxy)


async def test_wss_sse_and_long_poll_work(front: Behind) -> None:
    key, url = front.shop.wallet["inkey"], front.https
    async with reading(f"{front.wss}/ws/{key}", ssl=front.tls) as live:
        await live.until("hello")
        async with front.client() as http:
            waiting = asyncio.create_task(
                http.get(f"{url}/events?wait=20", headers={"X-Api-Key": key})
            )
            await front.shop.has_subscribers(2)
            payment_hash = await front.shop.sell(1000)
            event = (await live.events(1))[0]
            assert event["payment"]["payment_hash"] == payment_hash
            polled = (await asyncio.wait_for(waiting, HANG_GUARD)).json()["events"]
            assert [e["id"] for e in polled] == [event["id"]]


async def test_sse_arrives_frame_by_frame_over_http_2(front: Behind) -> None:
    key = front.shop.wallet["inkey"]
    curl = await asyncio.create_subprocess_exec(
        *(need("curl"), "-sS", "-N", "--http2", "-D", "-"),
        *("--cacert", str(front.proxy.folder / "cert.pem")),
        *("-H", f"X-Api-Key: {key}", f"{front.https}/sse"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert curl.stdout

    async def until(start: str) -> str:
        while True:
            line = (await asyncio.wait_for(curl.stdout.readline(), HANG_GUARD)).decode()
            assert line, f"the answer ended before {start}"
            if line.startswith(start):
                return line

    try:
        assert "200" in await until("HTTP/2")
        assert "no-store" in await until("cache-control")
        await until('data: {"type":"hello"')
        payment_hash = await front.shop.sell(7)
        assert payment_hash in await until('data: {"type":"payment"')
    finally:
        curl.kill()
        await curl.communicate()


async def test_a_reader_of_sse_that_stalls_is_ended_and_not_stored_for_by_the_proxy(
    front: Behind,
) -> None:
    shop, key = front.shop, front.shop.wallet["inkey"]
    asked = f"GET /payfeed/api/v1/sse/{key} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    reader, writer = await asyncio.open_connection(
        sock=narrow_socket(front.proxy.port), ssl=front.tls, server_hostname="localhost"
    )
    try:
        writer.write(asked.encode())
        while b'"hello"' not in await asyncio.wait_for(reader.readline(), HANG_GUARD):
            pass
        backlog = {"wallet_id": shop.wallet["id"], "count": 50, "padding": 100_000}
        deadline = time.monotonic() + HANG_GUARD
        # the system's buffers between LNbits and the proxy may take many megabytes
        while (await shop.server.payfeed("GET", "subscribers", key)).json():
            assert time.monotonic() < deadline
            await shop.lab("messages", **backlog)
            await asyncio.sleep(0.5)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("proxy", END_IDLE_SOCKETS, indirect=True, ids=name_of)
async def test_heartbeats_keep_an_idle_socket_that_the_proxy_would_end(
    front: Behind,
) -> None:
    """LNbits' own socket has no heartbeat: it shows that the timeout is in force."""
    key = front.shop.wallet["inkey"]
    own = f"wss://localhost:{front.proxy.port}/api/v1/ws/nothing"
    async with (
        reading(f"{front.wss}/ws/{key}", ssl=front.tls) as live,
        reading(own, ssl=front.tls, ping_interval=None) as quiet,
    ):
        assert await quiet.close_code() == 1006
        for _ in range(2 * READ_TIMEOUT_SECONDS):
            await live.until("heartbeat")
        payment_hash = await front.shop.sell(7)
        event = (await live.events(1))[0]
        assert event["payment"]["payment_hash"] == payment_hash


async def test_heartbeats_keep_an_idle_stream_longer_than_the_proxys_timeout(
    front: Behind,
) -> None:
    key = front.shop.wallet["inkey"]
    async with (
        front.client() as http,
        http.stream("GET", f"{front.https}/sse", headers={"X-Api-Key": key}) as sse,
    ):
        lines = sse.aiter_lines()
        for _ in range(2 * READ_TIMEOUT_SECONDS):
            while '"heartbeat"' not in await asyncio.wait_for(anext(lines), HANG_GUARD):
                pass
        payment_hash = await front.shop.sell(7)
        while payment_hash not in await asyncio.wait_for(anext(lines), HANG_GUARD):
            pass


async def test_the_clients_address_reaches_the_limits_and_cannot_be_forged(
    front: Behind,
) -> None:
    async def attempt(address: str, forged: str) -> int:
        headers = {
            "X-Api-Key": "unknown",
            "X-Forwarded-For": forged,
            "Forwarded": f"for={forged}",
            "X-Real-IP": forged,
        }
        async with front.client(address) as http:
            return (await http.get(f"{front.https}/feed", headers=headers)).status_code

    net = f"127.0.{1 + FRONTS.index(type(front.proxy))}"  # not limited by another test
    result = [await attempt(f"{net}.5", f"10.0.0.{n}") for n in range(5)]
    assert result == [404] * 4 + [429]
    assert await attempt(f"{net}.6", "10.0.0.1") == 404
    key = front.shop.wallet["inkey"]
    async with reading(
        f"{front.wss}/ws/{key}",
        ssl=front.tls,
        local_addr=("127.0.0.7", 0),
        additional_headers={"X-Forwarded-For": "10.0.0.1"},
    ) as live:
        await live.until("hello")
        subscribers = await front.shop.server.payfeed("GET", "subscribers", key)
        assert [subscriber["address"] for subscriber in subscribers.json()] == [
            "127.0.0.7"
        ]


async def test_lnbits_sees_what_the_proxy_says_whatever_the_client_claims(
    front: Behind,
) -> None:
    """Uploads are larger than the megabyte that nginx accepts by default."""
    forged = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "forged.example",
        "X-Real-IP": "10.0.0.1",
        "Forwarded": "for=10.0.0.1;host=forged.example;proto=http",
    }
    address = f"https://localhost:{front.proxy.port}/paylab/request"
    async with front.client("127.0.0.5") as http:
        answer = await http.post(address, headers=forged, content=bytes(3_000_000))
    assert answer.status_code == 200
    result = answer.json()
    assert result["content-length"] == "3000000"
    assert (
        result["client"]
        == result["x-forwarded-for"]
        == result["x-real-ip"]
        == "127.0.0.5"
    )
    assert result["x-forwarded-proto"] == "https"
    assert result["x-forwarded-host"] == result["host"]
    assert result["host"] in ("localhost", f"localhost:{front.proxy.port}")
    assert "forwarded" not in result


@contextmanager
def hanging(shop: Shop) -> Iterator[None]:
    """LNbits answers nothing."""
    process = shop.server.process
    assert process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("proxy", END_IDLE_SOCKETS, indirect=True, ids=name_of)
async def test_a_socket_to_an_lnbits_that_hangs_is_ended(front: Behind) -> None:
    async with reading(
        f"{front.wss}/ws/{front.shop.wallet['inkey']}", ssl=front.tls
    ) as live:
        await live.until("hello")
        with hanging(front.shop):
            assert await live.close_code() == 1006


async def end_of(lines: AsyncIterator[str]) -> None:
    """Read until the proxy ends the answer, properly or not."""
    with suppress(httpx.RemoteProtocolError):
        async for _ in lines:
            pass


async def test_a_stream_from_an_lnbits_that_hangs_is_ended(front: Behind) -> None:
    headers = {"X-Api-Key": front.shop.wallet["inkey"]}
    async with (
        front.client() as http,
        http.stream("GET", f"{front.https}/sse", headers=headers) as sse,
    ):
        lines = sse.aiter_lines()
        await anext(lines)
        with hanging(front.shop):
            await asyncio.wait_for(end_of(lines), HANG_GUARD)


async def test_a_reader_of_sse_that_leaves_is_no_subscriber(front: Behind) -> None:
    headers = {"X-Api-Key": front.shop.wallet["inkey"]}
    async with (
        front.client() as http,
        http.stream("GET", f"{front.https}/sse", headers=headers) as sse,
    ):
        lines = sse.aiter_lines()
        await anext(lines)
        await front.shop.has_subscribers(1)
    await front.shop.has_subscribers(0)


@pytest.mark.parametrize("kind", FRONTS, ids=name_of)
async def test_no_key_is_in_any_log_of_the_proxy(
    kind: type[Front], shop: Shop, tmp_path: Path
) -> None:
    key = shop.wallet["inkey"]
    paths = [
        f"notify/{key}/hello",
        f"sse/{key}?since=nonsense",
        f"events?api-key={key}",
        f"%6eotify/{key}/hello",
        f"/notify//{key}/hello",
        f"mistyped/{key}",
        f"../../api/v1/ws/{key}/hello",
    ]

    async def ask(front: Behind, http: httpx.AsyncClient) -> None:
        for path in paths:
            await http.get(f"{front.https}/{path}")
        await http.get(f"{front.https}/feed", headers={"X-Api-Key": key})
        await http.get(
            f"http://localhost:{front.proxy.plain_port}/payfeed/api/v1/ws/{key}"
        )
        await http.get(
            f"https://localhost:{front.proxy.port}/api/v1/wallet?api-key={key}"
        )

    async with (
        stoppable_proxy(shop.server.port) as lnbits,
        front_of(kind, tmp_path, lnbits.port) as proxy,
    ):
        front = Behind(shop, proxy)
        async with front.client() as http:
            await ask(front, http)
            async with (
                reading(f"{front.wss}/ws/{key}", ssl=front.tls) as live,
                reading(
                    f"{front.wss}/ws",
                    ssl=front.tls,
                    additional_headers={"Authorization": f"Bearer {key}"},
                ) as bearer,
            ):
                await live.until("hello")
                await bearer.until("hello")
                await lnbits.stop()
                assert await live.close_code() == 1006
            await ask(front, http)
        _, writer = await asyncio.open_connection("127.0.0.1", proxy.plain_port)
        writer.write(
            f"GET /payfeed/api/v1/ws/{key} HTTP/1.1 \r\nno header\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()
    logs = proxy.logs
    assert key not in logs
    assert proxy.masked in logs
    assert proxy.failed in logs


async def test_the_guides_file_for_tls_serves_lnbits_own_socket_with_any_timeout(
    shop: Shop, tmp_path: Path
) -> None:
    """uvicorn's pings outlive nginx's own timeout; both are shorter here."""
    assert uvicorn.Config("").ws_ping_interval == 20  # nginx's own timeout: 60
    port = free_port()
    pem, key = await asyncio.to_thread(certificate, tmp_path)
    timeout_seconds = PING_SECONDS + 2
    site = GUIDE_TLS.replace(
        "server {", f"server {{ proxy_read_timeout {timeout_seconds}s;"
    )
    values = {
        "listen 443": f"listen 127.0.0.1:{port}",
        "localhost:5006": f"127.0.0.1:{shop.server.port}",
        "/path/to/cert.pem": str(pem),
        "/path/to/key.pem": str(key),
    }
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    tls = ssl.create_default_context(cafile=str(pem))
    own = f"wss://localhost:{port}/api/v1/ws/{feed.json()['channel']}"
    nginx = Nginx(tmp_path, site, values)
    try:
        await nginx.start(port)
        async with reading(own, ssl=tls, ping_interval=None) as quiet:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(quiet.connection.recv(), timeout_seconds + 1)
            await shop.sell(5)
            assert (await quiet.events(1))[0]["payment"]["amount"] == 5
    finally:
        nginx.stop()


async def test_what_the_guides_file_lacks(shop: Shop, tmp_path: Path) -> None:
    """It serves LNbits' own socket only, lets addresses be forged and logs keys."""
    port = free_port()
    key, base = shop.wallet["inkey"], f"ws://127.0.0.1:{port}"
    upstream = f"127.0.0.1:{shop.server.port}"
    values = {"listen 443": f"listen 127.0.0.1:{port}", "localhost:5006": upstream}
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    channel = feed.json()["channel"]
    nginx = Nginx(tmp_path, GUIDE, values)
    try:
        await nginx.start(port)
        async with reading(f"{base}/api/v1/ws/{channel}") as own:
            await shop.sell(5)
            assert (await own.events(1))[0]["payment"]["amount"] == 5
        with pytest.raises(websockets.InvalidStatus, match="404"):
            await websockets.connect(f"{base}/payfeed/api/v1/ws/{key}")
        nginx.stop()
        widened = GUIDE.replace("location /api/v1/ws/", "location /payfeed/")
        nginx = Nginx(tmp_path, widened, values)
        await nginx.start(port)
        for n in range(6):
            forged = {"X-Forwarded-For": f"10.0.0.{n}"}
            async with reading(
                f"{base}/payfeed/api/v1/ws/unknown", additional_headers=forged
            ) as refused:
                assert (await refused.until("error"))["code"] == 4401
        async with reading(f"{base}/payfeed/api/v1/ws/{key}") as live:
            await live.until("hello")
        nginx.stop()
        assert key in nginx.logs
    finally:
        nginx.stop()
