"""Unknown keys are limited per network and in all; known keys always enter."""

import itertools
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from payfeed.access.authenticator import Authenticator, Credentials
from payfeed.access.limits import TokenBuckets, network_of
from payfeed.errors import PayfeedError, RateLimited, UnknownWallet
from payfeed.feed.feeds import new_feed
from payfeed.host import wallets
from payfeed.models import HostWallet

FAILED_PER_MINUTE = 4
KNOWN = secrets.token_hex(16)


async def find_wallet(key: str) -> HostWallet | None:
    if key != KNOWN:
        return None
    return HostWallet(
        id="w",
        inkey=KNOWN,
        adminkey="",
        feed_wallet_id="w",
        is_share=False,
        may_view=True,
        is_enabled=True,
    )


@pytest.fixture
def authenticator(monkeypatch: pytest.MonkeyPatch, log_tables: None) -> Authenticator:
    async def open_feed(wallet_id: str) -> Any:
        return new_feed(wallet_id, 1)

    monkeypatch.setattr(wallets, "find_wallet", find_wallet)
    return Authenticator(open_feed, lambda: 1, FAILED_PER_MINUTE)


async def attempt(
    authenticator: Authenticator, address: str, key: str | None = None
) -> type[PayfeedError] | None:
    credentials = Credentials(key or secrets.token_hex(16), False, address)
    try:
        await authenticator.authenticate(credentials)
    except PayfeedError as exc:
        return type(exc)
    return None


async def test_an_address_has_a_number_of_failed_attempts(
    authenticator: Authenticator,
) -> None:
    results = [await attempt(authenticator, "10.0.0.1") for _ in range(10)]
    assert results == [UnknownWallet] * FAILED_PER_MINUTE + [RateLimited] * 6
    assert await attempt(authenticator, "10.0.0.2") is UnknownWallet


async def test_addresses_of_one_ipv6_network_share_their_attempts(
    authenticator: Authenticator,
) -> None:
    addresses = [f"2001:db8:0:{n % 2}::{n}" for n in range(20)]
    results = [await attempt(authenticator, address) for address in addresses]
    assert results.count(UnknownWallet) == 2 * FAILED_PER_MINUTE


@pytest.fixture
def addresses() -> Iterator[str]:
    return (f"10.0.{n // 250}.{n % 250}" for n in itertools.count())


async def test_all_addresses_together_have_ten_times_as_many(
    authenticator: Authenticator, addresses: Iterator[str]
) -> None:
    results = [await attempt(authenticator, next(addresses)) for _ in range(100)]
    assert results.count(UnknownWallet) == 10 * FAILED_PER_MINUTE
    assert results[-1] is RateLimited


async def test_a_known_key_enters_whatever_else_is_tried(
    authenticator: Authenticator, addresses: Iterator[str]
) -> None:
    """From a clean address, and from the guesser's own."""
    while await attempt(authenticator, next(addresses)) is not RateLimited:
        pass
    for _ in range(FAILED_PER_MINUTE):
        await attempt(authenticator, "10.1.0.1")
    for address in ("10.1.0.1", "10.1.0.2"):
        assert await attempt(authenticator, address, KNOWN) is None


def test_a_bucket_gives_its_tokens_and_then_says_how_long_to_wait() -> None:
    now = [0.0]
    buckets = TokenBuckets(2, clock=lambda: now[0])
    buckets.take("a", "tries")
    buckets.take("a", "tries")
    with pytest.raises(RateLimited) as caught:
        buckets.take("a", "tries")
    assert caught.value.retry_after
    buckets.take("b", "tries")
    now[0] += caught.value.retry_after
    buckets.take("a", "tries")


def test_a_mapped_ipv4_address_and_a_zone_name_no_other_network() -> None:
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1")
    assert network_of("fe80::1%eth0") == network_of("fe80::2")
    assert network_of("unknown") == "unknown"
