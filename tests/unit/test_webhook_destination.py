"""Where a webhook request may go: a table of cases."""

import asyncio

import pytest
from payfeed.delivery.webhooks import destination
from payfeed.delivery.webhooks.destination import Rules
from payfeed.errors import Malformed

# LNbits' default rule
DEFAULT = (r"https?://([a-zA-Z0-9.-]+\.[a-zA-Z]{2,})(:\d+)?",)
STRICT = Rules(origins=DEFAULT)
ANY_ORIGIN = Rules(allow_http=True)
OPEN = Rules(allow_http=True, allow_private_ips=True)
PRIVATE = "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS"


def addresses(url: str, rules: Rules, *answer: str) -> list[str]:
    """What a request to `url` may connect to, if DNS answers so for every name."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(answer)

    found = destination.parse(url, rules)
    return asyncio.run(destination.find_addresses(found, resolve, rules))


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://shop.example", "https://shop.example", "/"),
        ("https://shop.example?a=b", "https://shop.example", "/?a=b"),
        ("HTTPS://Shop.Example/Hook", "https://shop.example", "/Hook"),
        ("https://shop.example./hook", "https://shop.example", "/hook"),
        ("https://shop.example:8443/x?y=z", "https://shop.example:8443", "/x?y=z"),
        ("https://shop.example:443/", "https://shop.example:443", "/"),
        ("https://bücher.example/ü?q=ß", "https://xn--bcher-kva.example", None),
        ("https://a-b.example/x%2Fy", "https://a-b.example", "/x%2Fy"),
        ("https://shop.example/x/[1]", "https://shop.example", "/x/%5B1%5D"),
    ],
)
def test_a_url_is_read_into_origin_and_target(
    url: str, origin: str, target: str | None
) -> None:
    found = destination.parse(url, STRICT)
    assert found.origin == origin
    assert found.target == (target or "/%C3%BC?q=%C3%9F")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/hook",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://",
        "https:///hook",
        "https:/shop.example/",
        "https://shop.example/ hook",
        "https://shop.example/\r\nHost: other",
        "https://shop.example\\@other.example/",
        "https://shop.example/#part",
        "https://name@shop.example/",
        "https://name:word@shop.example/",
        "https://evil.example@127.0.0.1/",
        "https://shop.example:/",
        "https://shop.example:0/",
        "https://shop.example:65536/",
        "https://shop.example:80:80/",
        "https://shop.example:http/",
        "https://.example/",
        "https://shop..example/",
        "https://-shop.example/",
        "https://sh%6fp.example/",
        "https://１２７.0.0.1/",
        "https://[::1/",
        "https://[shop.example]/",
        "https://[fe80::1%25eth0]/",
        "https://[1.2.3.4]/",
        "https://" + "a" * 64 + ".example/",
        "https://shop.example/" + "x" * 2048,
        # systems read these as 127.0.0.1 or another address
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://1.2.3.4.5/",
        "https://1.2.3.256/",
        "https://shop.example.1/",
    ],
)
def test_a_url_that_could_be_read_in_two_ways_is_refused_whatever_is_allowed(
    url: str,
) -> None:
    with pytest.raises(Malformed):
        destination.parse(url, OPEN)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_a_private_address_is_refused_as_host_and_as_answer_unless_allowed(
    address: str,
) -> None:
    host = f"[{address}]" if ":" in address else address
    for url, answers in (
        (f"http://{host}/", ()),
        ("http://shop.example/", (address,)),
        ("http://shop.example/", ("8.8.8.8", address)),
        ("http://shop.example/", (address, "8.8.8.8")),
    ):
        with pytest.raises(Malformed, match=PRIVATE):
            addresses(url, ANY_ORIGIN, *answers)
        assert addresses(url, OPEN, *answers)


def test_an_answer_with_a_zone_is_private() -> None:
    with pytest.raises(Malformed, match=PRIVATE):
        addresses("https://shop.example/", STRICT, "fe80::1%eth0")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_a_public_address_is_connected_to_as_it_was_checked(address: str) -> None:
    assert addresses("https://shop.example/", STRICT, address) == [address]
    url = destination.parse("https://shop.example:8443/x?y=z", STRICT).at(address)
    host = f"[{address}]" if ":" in address else address
    assert str(url).startswith("https://")
    assert (url.port, url.raw_path) == (8443, b"/x?y=z")
    assert url.netloc == f"{host}:8443".encode()


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "shop.localhost"])
def test_names_of_this_computer_are_refused_unless_private_addresses_are_allowed(
    name: str,
) -> None:
    with pytest.raises(Malformed, match=PRIVATE):
        addresses(f"http://{name}/", ANY_ORIGIN, "8.8.8.8")
    assert addresses(f"http://{name}/", OPEN, "127.0.0.1") == ["127.0.0.1"]


def test_http_is_refused_with_the_name_of_the_setting_that_would_allow_it() -> None:
    with pytest.raises(Malformed, match="PAYFEED_WEBHOOK_ALLOW_HTTP"):
        destination.parse("http://shop.example/", STRICT)
    allowed = Rules(allow_http=True, origins=DEFAULT)
    assert destination.parse("http://shop.example/", allowed).connect_port == 80


@pytest.mark.parametrize(
    "url", ["https://shop/", "https://8.8.8.8/", "https://[2606:4700::1111]/"]
)
def test_lnbits_rules_are_matched_against_the_whole_origin(url: str) -> None:
    with pytest.raises(Malformed, match="lnbits_callback_url_rules"):
        destination.parse(url, STRICT)
    assert destination.parse(url, Rules())
    assert destination.parse(url, Rules(origins=(*DEFAULT, "(", r"https://.*")))


def test_a_rule_that_matches_only_the_beginning_of_an_origin_does_not_allow_it() -> (
    None
):
    rules = Rules(origins=(r"https://shop\.example",))
    assert destination.parse("https://shop.example/x", rules)
    for url in ("https://shop.example.evil.example/", "https://shop.example:81/"):
        with pytest.raises(Malformed, match="lnbits_callback_url_rules"):
            destination.parse(url, rules)


def test_a_name_without_an_address_is_not_a_refusal() -> None:
    with pytest.raises(destination.Unresolved, match=r"shop\.example"):
        addresses("https://shop.example/", STRICT)


def test_a_refusal_does_not_repeat_the_path_or_query_of_the_url() -> None:
    for url in ("http://10.0.0.1/secret?key=secret", "https://u:secret@shop.example/"):
        with pytest.raises(Malformed) as refused:
            destination.parse(url, Rules())
        assert "secret" not in refused.value.message
