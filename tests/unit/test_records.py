"""Which access a key gives, and what ends it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from payfeed import errors, models
from payfeed.access.records import Records, hash_of
from payfeed.feed.feeds import new_feed
from payfeed.host import wallets

NOW = 1000
WALLET = models.HostWallet("w", "inkey", "adminkey", "w", False, True, True)
SHARE = models.HostWallet("s", "share", "share-admin", "w", True, True, True)
KEY = models.AccessKey("k", "w", hash_of("pfk"), "till", "read", 1, expires_at=NOW + 1)
FEED = new_feed("w", 1)


def records(**changes: Any) -> Records:
    """A wallet, a share of it, its feed and an access key; None removes one."""
    found = {"wallet": WALLET, "share": SHARE, "feed": FEED, "key": KEY} | changes
    known = {name: record for name, record in found.items() if record}
    return Records(
        wallets={known[n].id: known[n] for n in ("wallet", "share") if n in known},
        feeds={"w": known["feed"]} if "feed" in known else {},
        access_keys={KEY.key_hash: known["key"]} if "key" in known else {},
    )


def opened(key: str) -> models.Access:
    """What the key opens before anything has changed."""
    if key == "pfk":
        return records().key_access(KEY.key_hash, NOW)
    wallet = SHARE if key.startswith("share") else WALLET
    return records().wallet_access(wallet, hash_of(key))


@pytest.mark.parametrize("key", ["inkey", "adminkey", "share", "share-admin", "pfk"])
def test_a_key_keeps_its_access_while_nothing_changes(key: str) -> None:
    access = opened(key)
    assert records().access_again(access, NOW) == access


@pytest.mark.parametrize(
    ("key", "changes", "reason"),
    [
        ("inkey", {"wallet": None}, errors.WALLET_GONE),
        (
            "inkey",
            {"wallet": replace(WALLET, inkey="new")},
            "This key no longer opens the feed.",
        ),
        (
            "inkey",
            {"wallet": replace(WALLET, is_enabled=False)},
            "The extension is not enabled.",
        ),
        (
            "inkey",
            {"feed": replace(FEED, allow_inkey=False)},
            "The invoice key may not open this feed.",
        ),
        ("share", {"share": None}, errors.WALLET_GONE),
        (
            "share",
            {"share": replace(SHARE, feed_wallet_id=None)},
            "This key no longer opens the feed.",
        ),
        (
            "share",
            {"share": replace(SHARE, feed_wallet_id="another")},
            "This key no longer opens the feed.",
        ),
        (
            "share",
            {"share": replace(SHARE, may_view=False)},
            "This share may not view payments.",
        ),
        (
            "share-admin",
            {"feed": replace(FEED, allow_inkey=False)},
            "The invoice key may not open this feed.",
        ),
        ("pfk", {"wallet": None}, errors.WALLET_GONE),
        (
            "pfk",
            {"wallet": replace(WALLET, is_enabled=False)},
            "The extension is not enabled.",
        ),
        (
            "pfk",
            {"key": replace(KEY, revoked_at=1)},
            "This access key is revoked.",
        ),
        (
            "pfk",
            {"key": replace(KEY, expires_at=NOW)},
            "This access key has expired.",
        ),
    ],
)
def test_what_ends_the_access_of_a_key_is_named(
    key: str, changes: dict[str, Any], reason: str
) -> None:
    access = opened(key)
    with pytest.raises(errors.Forbidden) as caught:
        records(**changes).access_again(access, NOW)
    assert caught.value.message == reason


def test_an_access_key_that_does_not_exist_is_not_known() -> None:
    access = opened("pfk")
    with pytest.raises(errors.Unauthorized):
        records(key=None).access_again(access, NOW)


def test_the_admin_key_opens_a_feed_that_is_closed_to_the_invoice_key() -> None:
    access = opened("adminkey")
    closed = records(feed=replace(FEED, allow_inkey=False))
    assert closed.access_again(access, NOW) == access


def test_a_share_reads_and_is_no_owner() -> None:
    access = opened("share-admin")
    assert (access.wallet_id, access.presented_id) == ("w", "s")
    assert access.scopes == {"read", "balance"}
    assert not access.is_admin
    assert not access.is_owner


def row(wallet_id: str, owner: str, **members: Any) -> models.WalletRow:
    return models.WalletRow(
        wallet_id, owner, f"in-{wallet_id}", f"admin-{wallet_id}", True, **members
    )


def source(status: str, *permissions: str, is_enabled: bool = True) -> models.WalletRow:
    """The wallet `w`, which is shared with the wallet `s`."""
    share = {"status": status, "permissions": permissions, "shared_with_wallet_id": "s"}
    shared = row("w", "owner", share_settings=json.dumps({"shared_with": [share]}))
    return replace(shared, is_enabled=is_enabled)


@pytest.mark.parametrize(
    ("source", "opens", "may_view", "is_enabled"),
    [
        (source("approved", "view-payments"), "w", True, True),
        (source("approved", "receive-payments"), "w", False, True),
        (source("invite_sent", "view-payments"), "w", False, True),
        (source("approved", "view-payments", is_enabled=False), "w", True, False),
        (row("w", "owner"), "w", False, True),
        (None, None, False, True),
    ],
)
def test_a_share_opens_what_its_source_allows(
    source: models.WalletRow | None, opens: str | None, may_view: bool, is_enabled: bool
) -> None:
    share = row("s", "visitor", shared_wallet_id="w")
    found = wallets.host_wallet(share, {"w": source} if source else {})
    assert (found.feed_wallet_id, found.may_view) == (opens, may_view)
    assert found.is_enabled is is_enabled


def test_nobody_may_use_a_deactivated_extension(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wallets.settings, "lnbits_deactivated_extensions", {"payfeed"})
    assert not wallets.host_wallet(row("w", "owner"), {}).is_enabled


def test_an_extension_for_administrators_is_theirs_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wallets.settings, "lnbits_admin_extensions", ["payfeed"])
    monkeypatch.setattr(wallets.settings, "lnbits_admin_users", ["owner"])
    assert wallets.host_wallet(row("w", "owner"), {}).is_enabled
    assert not wallets.host_wallet(row("x", "visitor"), {}).is_enabled
