"""The Python client through proxies: WebSocket, requests and doctor alike."""

import lnbits_payfeed as payfeed
import pytest
from command import patched, running
from lnbits_payfeed.address import parse_address
from lnbits_payfeed.proxy import find_proxy
from proxies import PASSWORD, USER, ForwardProxy, forward_proxy
from scripted_server import KEY, scripted_server
from shop import Shop

NAME = "lnbits.invalid"  # no name server resolves it: the proxy must
VARIABLES = ("http", "https", "socks", "all", "no", "ws", "wss")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the proxies of the machine that runs the tests."""
    for name in VARIABLES:
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)


def proxy_environment(
    kind: str, proxy: ForwardProxy, login: str = ""
) -> dict[str, str]:
    scheme = "http" if kind == "http" else "socks5h"
    variable = "http_proxy" if kind == "http" else "all_proxy"
    return {variable: f"{scheme}://{login}127.0.0.1:{proxy.port}"}


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_socket_requests_and_doctor_use_the_same_proxy(
    shop: Shop, kind: str
) -> None:
    target = (NAME, shop.server.port)
    options = {"key": shop.wallet["inkey"], "url": f"http://{NAME}:{target[1]}"}
    async with forward_proxy(kind, has_password=True) as proxy:
        env = proxy_environment(kind, proxy, f"{USER}:{PASSWORD}@")
        async with running("notify", "x", **options, **env) as notify:
            assert (await notify.end())[0] == 0
        assert proxy.targets == [target]
        listen = ["listen", "--since", "start", "--count", "1"]
        async with running(*listen, **options, **env) as listening:
            code, out, _ = await listening.end()
        assert (code, proxy.targets) == (0, [target] * 2)
        assert 'message  "x"' in out
        async with running("doctor", **options, **env) as doctor:
            code, out, _ = await doctor.end()
        assert code == 0, out
        assert f"through the proxy 127.0.0.1:{proxy.port}" in out
        assert set(proxy.targets) == {target}
        proxy.targets.clear()
        here = f"http://127.0.0.1:{target[1]}"
        exempt = {"no_proxy": "127.0.0.1", "url": here, "key": options["key"]}
        async with running("notify", "x", **exempt, **env) as notify:
            assert (await notify.end())[0] == 0
        assert proxy.targets == []


@pytest.mark.parametrize("kind", ["http", "socks"])
async def test_the_doctor_reports_a_proxy_that_asks_for_a_password(kind: str) -> None:
    options = {"key": KEY, "url": f"http://{NAME}:5000"}
    async with (
        forward_proxy(kind, has_password=True) as proxy,
        running("doctor", **options, **proxy_environment(kind, proxy)) as doctor,
    ):
        code, out, _ = await doctor.end()
    assert code == 1
    assert f"port       the proxy 127.0.0.1:{proxy.port} asks for a password" in out


async def test_a_proxy_without_a_scheme_is_an_http_proxy() -> None:
    async with scripted_server() as port, forward_proxy("http") as proxy:
        options = {"key": KEY, "url": f"http://{NAME}:{port}/live"}
        env = {"HTTP_PROXY": f"127.0.0.1:{proxy.port}"}
        async with running("listen", "--count", "1", **options, **env) as listening:
            code, _, err = await listening.end()
    assert code == 0, err
    assert (NAME, port) in proxy.targets


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("http_proxy", "ftp://proxy:21", "'ftp'"),
        ("http_proxy", "https://proxy:443", "'https'"),
        ("all_proxy", "http://proxy:port", "not a valid address"),
        ("http_proxy", "http://[::1", "not a valid address"),
        ("http_proxy", "http://", "no host"),
    ],
)
def test_an_unusable_proxy_is_reported_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str
) -> None:
    monkeypatch.setenv(variable, value.replace("://", f"://{USER}:{PASSWORD}@", 1))
    with pytest.raises(payfeed.BadAddress, match=text) as caught:
        payfeed.Feed("http://localhost", KEY)
    assert variable in str(caught.value)
    assert PASSWORD not in str(caught.value)


async def test_socks_without_its_package_is_an_error_with_the_extra() -> None:
    program = patched("import sys; sys.modules['python_socks'] = None")
    options = {"key": KEY, "url": "http://localhost:5000", "program": program}
    for command in ("listen", "doctor", "test"):
        env = {"http_proxy": "socks5h://localhost:9050"}
        async with running(command, **options, **env) as process:
            code, out, err = await process.end()
        assert (code, out) == (2, "")
        assert "pip install './clients/python[socks]'" in err
        assert "Traceback" not in err


async def test_a_refusal_by_the_proxy_is_tried_again() -> None:
    async with forward_proxy("http", has_password=True) as proxy:
        options = {"key": KEY, "url": f"http://{NAME}:5000"}
        listen = ["listen", "--max-attempts", "2"]
        env = proxy_environment("http", proxy)
        async with running(*listen, **options, **env) as listening:
            code, _, err = await listening.end()
    assert code == 4
    assert "Traceback" not in err
    assert "asks for a password (407)" in err


def test_proxy_variables_have_an_order_of_precedence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain, secure = (
        parse_address("http://a.example"),
        parse_address("https://b.example"),
    )

    def ports() -> tuple[int | None, int | None]:
        found = find_proxy(plain), find_proxy(secure)
        return tuple(proxy.port if proxy else None for proxy in found)  # type: ignore[return-value]

    assert ports() == (None, None)
    for name, port, expected in (
        ("all_proxy", 1, (1, 1)),
        ("socks_proxy", 2, (2, 2)),
        ("https_proxy", 3, (2, 3)),
        ("http_proxy", 4, (4, 3)),
        ("no_proxy", "b.example", (4, None)),
    ):
        value = f"http://proxy:{port}" if isinstance(port, int) else port
        monkeypatch.setenv(name, value)
        assert ports() == expected
