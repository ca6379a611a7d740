"""What an owner gets through LNbits when a webhook is disabled."""

from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import pytest_asyncio
from receiver import Receiver
from shop import Shop, opened
from smtp_server import Mailbox

ALLOWED = {
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
OWNER = "owner@example.org"
LNBITS = tuple(int(part) for part in version("lnbits").split(".")[:2])
UPDATE_ACCOUNT = ("PATCH", "") if LNBITS >= (1, 5) else ("PUT", "/update")


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    ready = Mailbox(tmp_path)
    yield ready
    ready.close()


@pytest_asyncio.fixture
async def own_server_shop(
    mailbox: Mailbox, module_database: dict[str, str]
) -> AsyncIterator[Shop]:
    async with opened(**ALLOWED, **mailbox.settings, **module_database) as shop:
        yield shop


async def test_the_owner_gets_an_email_when_a_webhook_is_disabled_and_works_again(
    own_server_shop: Shop, mailbox: Mailbox
) -> None:
    shop = await own_server_shop.for_new_user()
    server, admin = shop.server, shop.wallet["adminkey"]
    account = await server.call("GET", "/api/v1/auth", headers=shop.user)
    body = {
        "user_id": account["id"],
        "username": account["username"],
        "extra": account["extra"] | {"notifications": {"email_address": OWNER}},
    }
    method, path = UPDATE_ACCOUNT
    await server.call(method, f"/api/v1/auth{path}", json=body, headers=shop.user)
    async with Receiver() as receiver:
        receiver.always(410)
        made = {"url": receiver.url("/secret-path"), "description": "till"}
        answer = await server.payfeed("POST", "webhooks", admin, json=made)
        webhook = answer.json()
        # a payment would be notified by LNbits, too
        await server.payfeed("POST", "notify", admin, json="first")
        to, text = await mailbox.next()
        assert to == OWNER
        assert "the webhook to 127.0.0.1 (till) was disabled" in text
        assert "answered 410" in text
        assert "secret-path" not in text
        receiver.always(200)
        await server.payfeed("POST", f"webhooks/{webhook['id']}/enable", admin)
        await server.payfeed("POST", "notify", admin, json="second")
        to, text = await mailbox.next()
        assert (to, text.rstrip().endswith("works again.")) == (OWNER, True)
