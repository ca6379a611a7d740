"""Webhooks of a real LNbits to a real receiver."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from receiver import Received, Receiver, reply
from shop import Shop, opened
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

HANG_GUARD = 60


@pytest_asyncio.fixture
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
        await asyncio.sleep(0.2)


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
        await asyncio.sleep(0.2)


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


async def test_the_delivery_of_one_event_is_listed_alone_and_none_is_no_error(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    ids = [await say(shop, number) for number in range(2)]
    await until_states(shop, webhook, "delivered", "delivered")
    (found,) = await deliveries(shop, webhook, f"?event={ids[0]}")
    assert (found["event"], found["state"]) == (ids[0], "delivered")
    assert await deliveries(shop, webhook, f"?event={ids[0]}9") == []


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


async def test_a_hanging_receiver_does_not_delay_another(
    shop: Shop, receiver: Receiver
) -> None:
    async with Receiver() as hanging:
        release = asyncio.Event()

        async def hang(request: Received) -> bytes | None:
            await release.wait()
            return None

        hanging.answer = hang
        for _ in range(9):
            await new_webhook(shop, hanging)
        await new_webhook(shop, receiver)
        for number in range(20):
            await say(shop, number)
        await receiver.until(20)
        assert len(hanging.received) == 9
        release.set()


async def test_a_receiver_that_restarts_gets_what_it_missed(shop: Shop) -> None:
    async with Receiver() as receiver:
        webhook = await new_webhook(shop, receiver)
        first = await say(shop, 1)
        await receiver.until(1)
        await receiver.stop()
        missed = await say(shop, 2)
        await until_state(shop, webhook, state="retrying", waiting=1)
        await receiver.start()
        requests = await receiver.until(2)
        assert [one.id for one in requests] == [first, missed]


async def test_a_webhook_can_begin_at_the_start_of_the_log(
    shop: Shop, receiver: Receiver
) -> None:
    ids = [await say(shop, number) for number in range(3)]
    await new_webhook(shop, receiver, since="start", filter={"types": ["message"]})
    assert {one.id for one in await receiver.until(3)} == set(ids)


async def test_a_filter_chooses_what_is_sent(shop: Shop, receiver: Receiver) -> None:
    chosen = {"direction": "in", "status": "confirmed", "min_amount": 100.5}
    webhook = await new_webhook(shop, receiver, filter=chosen)
    assert webhook["filter"] == chosen
    await shop.sell(99)
    await say(shop, "left out")
    payment_hash = await shop.sell(101)
    (request,) = await receiver.until(1)
    assert request.frame["payment"]["payment_hash"] == payment_hash


async def test_during_a_rotation_requests_verify_with_either_secret(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    path, key = f"webhooks/{webhook['id']}", shop.wallet["adminkey"]
    rotated = await call(shop, "POST", f"{path}/rotate", overlap_seconds=600)
    assert rotated["secret"] != webhook["secret"]
    assert rotated["previous_secret_until"] > time.time() + 500
    refused = await shop.server.payfeed("POST", f"{path}/rotate", key)
    assert refused.status_code == 409
    await say(shop, "with both")
    (request,) = await receiver.until(1)
    for secret in (webhook["secret"], rotated["secret"]):
        verified(request, secret)
    await call(shop, "DELETE", f"{path}/previous-secret")
    await say(shop, "with the new one")
    request = (await receiver.until(2))[1]
    verified(request, rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(request, webhook["secret"])
    await call(shop, "POST", f"{path}/rotate", overlap_seconds=600)
    leaked = await call(shop, "POST", f"{path}/rotate", overlap_seconds=0)
    assert leaked["previous_secret_until"] is None


async def test_a_test_request_is_signed_and_answered_with_its_outcome(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.always(418, b"short and stout")
    webhook = await new_webhook(shop, receiver)
    outcome = await call(shop, "POST", f"webhooks/{webhook['id']}/test")
    assert (outcome["delivered"], outcome["status"]) == (False, 418)
    assert outcome["reply"] == "short and stout"
    (request,) = receiver.received
    assert verified(request, webhook["secret"])["type"] == "test"
    assert await deliveries(shop, webhook) == []
    await receiver.stop()
    outcome = await call(shop, "POST", f"webhooks/{webhook['id']}/test")
    assert outcome["status"] is None
    assert outcome["error"]


async def test_events_are_resent_by_id_and_since(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    ids = [await say(shop, number) for number in range(3)]
    await until_states(shop, webhook, *["delivered"] * 3)
    path = f"webhooks/{webhook['id']}/resend"
    assert await call(shop, "POST", path, event=ids[1]) == {"count": 1}
    assert (await receiver.until(4))[3].id == ids[1]
    assert await call(shop, "POST", path, since=ids[0], only="all") == {"count": 2}
    assert {one.id for one in (await receiver.until(6))[4:]} == set(ids[1:])
    unknown = ids[0].partition("-")[0] + "-999"
    for body, status in (
        ({"event": unknown}, 404),
        ({"event": "nonsense"}, 422),
        ({}, 422),
        ({"event": ids[0], "since": ids[0]}, 422),
        ({"since": ids[0], "only": "some"}, 422),
    ):
        answer = await shop.server.payfeed(
            "POST", path, shop.wallet["adminkey"], json=body
        )
        assert answer.status_code == status, answer.text


async def test_a_paused_webhook_goes_on_where_it_stopped_or_from_now(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    path = f"webhooks/{webhook['id']}"
    paused = await call(shop, "PATCH", path, enabled=False)
    assert (paused["state"], paused["reason"]) == ("disabled", "paused")
    missed = await say(shop, 1)
    await call(shop, "PATCH", path, enabled=True)
    assert (await receiver.until(1))[0].id == missed
    await call(shop, "PATCH", path, enabled=False)
    await say(shop, 2)
    await call(shop, "POST", f"{path}/enable", **{"from": "now"})
    last = await say(shop, 3)
    assert [one.id for one in await receiver.until(2)] == [missed, last]


async def test_a_removed_webhook_is_gone_with_its_deliveries(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    await say(shop, 1)
    await receiver.until(1)
    path, key = f"webhooks/{webhook['id']}", shop.wallet["adminkey"]
    await call(shop, "DELETE", path)
    for method, rest in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/test"),
        ("POST", "/enable"),
        ("POST", "/rotate"),
        ("DELETE", "/previous-secret"),
    ):
        options = {"json": {}} if method in ("PATCH", "POST") else {}
        answer = await shop.server.payfeed(method, path + rest, key, **options)
        assert answer.status_code == 404, (method, rest, answer.text)
    assert await call(shop, "GET", "webhooks") == []


async def test_only_the_wallets_own_admin_key_manages_webhooks(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver)
    body = {"name": "till", "scopes": ["read"]}
    access_key = (await call(shop, "POST", "keys", **body))["key"]
    for key in (shop.wallet["inkey"], access_key):
        for path in ("webhooks", f"webhooks/{webhook['id']}"):
            answer = await shop.server.payfeed("GET", path, key)
            assert answer.status_code == 403
    other = shop.payer["adminkey"]
    answer = await shop.server.payfeed("GET", f"webhooks/{webhook['id']}", other)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "nonsense"},
        {"url": "ftp://shop.example/"},
        {"url": "https://u:p@shop.example/"},
        {"url": "https://shop.example/", "since": "acked"},
        {"url": "https://shop.example/", "since": "nonsense"},
        {"url": "https://shop.example/", "filter": {"direction": "up"}},
        {"url": "https://shop.example/", "filter": {"unknown": 1}},
        {"url": "https://shop.example/", "filter": {"min_amount": -1}},
        {"url": "https://shop.example/", "description": "x" * 201},
    ],
)
async def test_a_webhook_that_is_not_valid_is_refused(
    shop: Shop, body: dict[str, Any]
) -> None:
    key = shop.wallet["adminkey"]
    answer = await shop.server.payfeed("POST", "webhooks", key, json=body)
    assert answer.status_code == 422, answer.text
    assert await call(shop, "GET", "webhooks") == []


async def test_a_wallet_has_ten_webhooks_at_most(
    shop: Shop, receiver: Receiver
) -> None:
    for _ in range(10):
        await new_webhook(shop, receiver)
    answer = await shop.server.payfeed(
        "POST", "webhooks", shop.wallet["adminkey"], json={"url": receiver.url()}
    )
    assert answer.status_code == 409
    assert "PAYFEED_WEBHOOKS_PER_WALLET" in answer.json()["detail"]


async def test_without_settings_only_public_https_names_are_allowed(
    database: dict[str, str],
) -> None:
    async with opened(**database) as shop:
        for url, setting in (
            ("http://shop.example/", "PAYFEED_WEBHOOK_ALLOW_HTTP"),
            ("https://127.0.0.1/", "lnbits_callback_url_rules"),
            ("https://shop/", "lnbits_callback_url_rules"),
        ):
            answer = await shop.server.payfeed(
                "POST", "webhooks", shop.wallet["adminkey"], json={"url": url}
            )
            assert answer.status_code == 422
            assert setting in answer.json()["detail"]


async def test_webhooks_can_be_switched_off_for_the_server(
    database: dict[str, str],
) -> None:
    async with opened(PAYFEED_WEBHOOKS="off", **database) as shop:
        answer = await shop.server.payfeed("GET", "webhooks", shop.wallet["adminkey"])
        assert answer.status_code == 403
        assert "PAYFEED_WEBHOOKS" in answer.json()["detail"]


async def test_a_shutdown_waits_for_no_receiver_and_repeats_what_it_broke_off(
    shop: Shop, receiver: Receiver
) -> None:
    release = asyncio.Event()

    async def hang(request: Received) -> bytes | None:
        await release.wait()
        return reply(200)

    receiver.answer = hang
    webhook = await new_webhook(shop, receiver)
    event_id = await say(shop, "hello")
    await receiver.until(1)
    began = time.monotonic()
    await shop.server.terminate()
    # LNbits alone takes some of it; a request may take 15 s
    assert time.monotonic() - began < 10
    receiver.answer = receiver.accept
    release.set()
    await shop.server.start()
    requests = await receiver.until(2)
    assert [one.id for one in requests] == [event_id] * 2
    await until_states(shop, webhook, "delivered")
    path = f"webhooks/{webhook['id']}/deliveries/{event_id}"
    assert len((await call(shop, "GET", path))["tries"]) == 1
    assert shop.server.faults == []


async def test_when_lnbits_is_killed_under_load_every_payment_arrives_with_one_body(
    shop: Shop, receiver: Receiver
) -> None:
    webhook = await new_webhook(shop, receiver, filter={"types": ["payment"]})
    hashes = []
    for _ in range(3):
        selling = [asyncio.create_task(shop.sell(1)) for _ in range(15)]
        await receiver.until(len(receiver.received) + 5)
        shop.server.kill()
        await asyncio.gather(*selling, return_exceptions=True)
        await shop.server.start()
        hashes.append(await shop.sell(2))
    # reconcile may be what records a payment right after a start
    deadline = time.monotonic() + HANG_GUARD
    while not set(hashes) <= {one.payment_hash for one in receiver.received}:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    await until_state(shop, webhook, lag=0, waiting=0)
    events = await shop.server.payfeed(
        "GET", "events?since=start&limit=1000", shop.wallet["inkey"]
    )
    recorded = {event["id"] for event in events.json()["events"]}
    bodies: dict[str, set[bytes]] = {}
    for request in receiver.received:
        bodies.setdefault(request.id, set()).add(request.body)
    assert set(bodies) == recorded
    assert {len(same) for same in bodies.values()} == {1}
    verified(receiver.received[-1], webhook["secret"])


async def test_the_log_names_a_webhook_and_its_host_but_not_its_url(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.always(410)
    url = receiver.url("/a-secret-path?token=a-secret")
    webhook = await new_webhook(shop, receiver, url=url)
    await say(shop, 1)
    await until_state(shop, webhook, state="disabled", reason="gone")
    name = f"webhook {webhook['id']} to 127.0.0.1: disabled: gone"
    assert name in shop.server.log
    assert "a-secret" not in shop.server.log
    assert webhook["secret"] not in shop.server.log
