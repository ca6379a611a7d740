"""Webhooks of a real LNbits to a real receiver."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from receiver import Received, Receiver
from shop import Shop, opened
from standardwebhooks.webhooks import Webhook as Verifier

HANG_GUARD = 60
SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_NOTIFY_PER_MINUTE": "100000",
    "PAYFEED_READS_PER_MINUTE": "100000",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def webhook_shop(module_database: dict[str, str]) -> AsyncIterator[Shop]:
    async with opened(**SETTINGS, **module_database) as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="module")
async def shop(webhook_shop: Shop) -> Shop:
    """New wallets for each test, on one server."""
    made = await webhook_shop.with_new_wallets()
    await made.server.payfeed("GET", "feed", made.wallet["inkey"])
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as ready:
        yield ready


async def call(shop: Shop, method: str, path: str, **body: Any) -> Any:
    """With the wallet's admin key."""
    options = {"json": body} if body or method == "POST" else {}
    answer = await shop.server.payfeed(method, path, shop.wallet["adminkey"], **options)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def new_webhook(shop: Shop, receiver: Receiver, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = await call(
        shop, "POST", "webhooks", **{"url": receiver.url(), **body}
    )
    return made


async def say(shop: Shop, value: Any) -> str:
    answer = await shop.server.payfeed(
        "POST", "notify", shop.wallet["inkey"], json=value
    )
    return str(answer.json()["id"])


async def state_of(shop: Shop, webhook: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await call(shop, "GET", f"webhooks/{webhook['id']}")
    return found


async def until_state(
    shop: Shop, webhook: dict[str, Any], **expected: Any
) -> dict[str, Any]:
    """Wait until the webhook's members have these values."""
    deadline = time.monotonic() + HANG_GUARD
    while True:
        found = await state_of(shop, webhook)
        if {name: found[name] for name in expected} == expected:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def deliveries(
    shop: Shop, webhook: dict[str, Any], query: str = ""
) -> list[dict[str, Any]]:
    answer = await call(shop, "GET", f"webhooks/{webhook['id']}/deliveries{query}")
    return list(answer["deliveries"])


async def until_states(
    shop: Shop, webhook: dict[str, Any], *expected: str
) -> list[dict[str, Any]]:
    """Wait until the newest deliveries have these states."""
    deadline = time.monotonic() + HANG_GUARD
    while True:
        listed = await deliveries(shop, webhook)
        if [one["state"] for one in listed[: len(expected)]] == list(expected):
            return listed
        assert time.monotonic() < deadline, listed
        await asyncio.sleep(0.05)


def verified(request: Received, secret: str) -> Any:
    return Verifier(secret).verify(request.body.decode(), request.headers)


async def test_a_payment_arrives_as_the_stored_body_signed_for_standard_webhooks(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    payment_hash = await shop.sell(21)
    (request,) = await receiver.until(1)
    frame = verified(request, webhook["secret"])
    assert frame["payment"]["payment_hash"] == payment_hash
    events = await shop.server.payfeed("GET", "events", shop.wallet["inkey"])
    (stored,) = events.json()["events"]
    del stored["signature"]
    assert request.body == json.dumps(stored, separators=(",", ":")).encode()
    assert request.id == stored["id"]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["user-agent"].startswith("Payfeed/")
    (delivery,) = await until_states(shop, webhook, "delivered")
    assert (delivery["event"], delivery["attempts"]) == (stored["id"], 1)
    found = await until_state(shop, webhook, state="delivering", lag=0, waiting=0)
    assert found["cursor"] == stored["id"]


async def test_a_request_that_failed_is_sent_again_with_the_same_id_and_body(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.always(500, b"out of order")
    webhook = await new_webhook(shop, receiver)
    event_id = await say(shop, "hello")
    await receiver.until(1)
    await until_state(shop, webhook, state="retrying", waiting=1)
    receiver.always(204)
    first, second = await receiver.until(2)
    assert (first.id, first.body) == (second.id, second.body)
    assert first.id == event_id
    assert second.at - first.at > 3.5
    verified(second, webhook["secret"])
    await until_states(shop, webhook, "delivered")
    path = f"webhooks/{webhook['id']}/deliveries/{event_id}"
    tries = (await call(shop, "GET", path))["tries"]
    assert [one["status"] for one in tries] == [500, 204]
    assert tries[0]["reply"] == "out of order"


async def test_ordered_events_wait_for_the_one_before(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.always(503, Retry_After="1")
    webhook = await new_webhook(shop, receiver, ordered=True)
    ids = [await say(shop, number) for number in range(3)]
    await receiver.until(1)
    await until_state(shop, webhook, state="retrying")
    receiver.always(200)
    requests = await receiver.until(4)
    assert [one.id for one in requests] == [ids[0], *ids]
    assert receiver.most_open == 1
    await until_state(shop, webhook, cursor=ids[-1], waiting=0)


async def test_five_failures_in_a_row_start_probes_and_a_success_ends_them(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.always(500)
    webhook = await new_webhook(shop, receiver)
    ids = [await say(shop, number) for number in range(20)]
    await until_state(shop, webhook, state="failing")
    await receiver.until(7)
    receiver.always(200)
    await until_state(shop, webhook, waiting=0, state="delivering", cursor=ids[-1])
    accepted = receiver.received[7:]
    assert set(ids) == {one.id for one in accepted}
    listed = await deliveries(shop, webhook)
    assert {one["state"] for one in listed} == {"delivered"}
