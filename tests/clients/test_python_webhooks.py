"""`payfeed webhooks`, `listen --forward-to` and `trigger` with a real receiver."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from command import ROOT, Command, run, running
from jsonschema import Draft202012Validator
from lnbits_payfeed.errors import BadAddress
from lnbits_payfeed.forward import Forwarder
from lnbits_payfeed.sample import KINDS
from node_programs import node
from ports import free_port
from receiver import HANG_GUARD, Received, Receiver, reply
from scripted_server import KEY, scripted_server
from shop import Shop, opened
from standardwebhooks.webhooks import Webhook as Verifier

SETTINGS = {
    "PAYFEED_HEARTBEAT_SECONDS": "2",
    "PAYFEED_WEBHOOK_ALLOW_HTTP": "on",
    "PAYFEED_WEBHOOK_ALLOW_PRIVATE_IPS": "on",
    "LNBITS_CALLBACK_URL_RULES": '["https?://.*"]',
}
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SIGNING = {"PAYFEED_WEBHOOK_SECRET": SECRET}


@pytest_asyncio.fixture(scope="module")
async def webhook_shop(module_database: dict[str, str]) -> AsyncIterator[Shop]:
    """A server that allows webhooks to receivers on this machine."""
    async with opened(**SETTINGS, **module_database) as ready:
        yield ready


@pytest_asyncio.fixture
async def selling(webhook_shop: Shop) -> Shop:
    return await webhook_shop.for_new_user()


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as ready:
        yield ready


async def managed(shop: Shop, *words: str, code: int = 0) -> str:
    """Run `payfeed webhooks <words>` with the wallet's admin key."""
    key, url = shop.wallet["adminkey"], shop.server.base
    status, out, err = await run("webhooks", *words, key=key, url=url)
    assert status == code, out + err
    return out + err


async def new_webhook(shop: Shop, url: str, *words: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        await managed(shop, "create", "--json", *words, url)
    )
    return made


async def until_listed(shop: Shop, webhook_id: str, *words: str) -> str:
    """The deliveries, when their list contains these words."""
    deadline = time.monotonic() + HANG_GUARD
    while True:
        listed = await managed(shop, "deliveries", webhook_id)
        if all(word in listed for word in words):
            return listed
        assert time.monotonic() < deadline, listed
        await asyncio.sleep(0.1)


def forwarding(shop: Shop, receiver: Receiver, *words: str) -> Any:
    """`payfeed listen --forward-to`, with the wallet's invoice key."""
    options = ["--forward-to", receiver.url(), *words]
    key, url = shop.wallet["inkey"], shop.server.base
    return running("listen", *options, key=key, url=url, **SIGNING)


async def head(shop: Shop) -> str:
    answer = await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
    return str(answer.json()["head"])


async def sell(shop: Shop, amount_sat: int) -> str:
    """The id of the event of a new payment."""
    before, key = await head(shop), shop.wallet["inkey"]
    await shop.sell(amount_sat)
    path = f"events?since={before}&wait=20"
    answer = await shop.server.payfeed("GET", path, key)
    return str(answer.json()["events"][0]["id"])


def verified(request: Received, secret: str) -> Any:
    return Verifier(secret).verify(request.body.decode(), request.headers)


async def test_a_webhook_is_created_tested_listed_and_deleted(
    selling: Shop, receiver: Receiver
) -> None:
    words = ["--description", "till", "--types", "payment", "--min-amount", "5"]
    made = await managed(selling, "create", *words, "--ordered", receiver.url())
    first, second = made.splitlines()
    webhook_id = first.removeprefix("id: ")
    secret = second.removeprefix("signing secret: ")
    (listed,) = (await managed(selling, "list", "--json")).splitlines()
    found = json.loads(listed)
    assert (found["id"], found["description"]) == (webhook_id, "till")
    assert found["filter"] == {"types": ["payment"], "min_amount": 5}
    assert found["ordered"] is True
    assert f"{webhook_id}  delivering  {receiver.url()}" in await managed(
        selling, "list"
    )
    assert (await managed(selling, "test", webhook_id)).startswith("200 ok  (")
    assert verified((await receiver.until(1))[0], secret)["type"] == "test"
    receiver.always(418, b"a \x1b teapot")
    assert "418 a \N{REPLACEMENT CHARACTER} teapot" in await managed(
        selling, "test", webhook_id, code=1
    )
    assert "deleted" in await managed(selling, "delete", webhook_id)
    assert await managed(selling, "list") == ""
    assert "no such webhook" in await managed(selling, "test", webhook_id, code=3)


async def test_deliveries_and_attempts_are_listed_and_events_sent_again(
    selling: Shop, receiver: Receiver
) -> None:
    webhook_id = (await new_webhook(selling, receiver.url()))["id"]
    receiver.always(500, b"out of order")
    event_id = await sell(selling, 7)
    retrying = await until_listed(selling, webhook_id, "retrying")
    assert f"{event_id}  payment  retrying  attempts " in retrying
    assert "next " in retrying
    attempts = await managed(selling, "deliveries", webhook_id, event_id)
    assert "500 out of order" in attempts
    receiver.always(200)
    await until_listed(selling, webhook_id, "delivered")
    before = len(receiver.received)
    assert "1 will" in await managed(selling, "resend", webhook_id, event_id)
    assert (await receiver.until(before + 1))[-1].id == event_id
    words = ["resend", webhook_id, "--since", f"@{int(time.time()) - 600}"]
    assert await managed(selling, *words) == "0 will be sent again\n"
    assert await managed(selling, *words, "--all") == "1 will be sent again\n"
    assert (await receiver.until(before + 2))[-1].id == event_id
    assert await managed(selling, "deliveries", webhook_id, "--state", "failed") == ""


@pytest.mark.parametrize(
    "words", [["resend", "x"], ["resend", "x", "y", "--since", "z"], ["create"]]
)
async def test_a_wrong_usage_of_webhooks_ends_with_2(words: list[str]) -> None:
    code, _, err = await run("webhooks", *words, key="k", url="http://localhost")
    assert (code, "Traceback" in err) == (2, False)


async def test_only_the_admin_key_manages_webhooks(selling: Shop) -> None:
    key, url = selling.wallet["inkey"], selling.server.base
    code, out, err = await run("webhooks", "list", key=key, url=url)
    assert (code, out) == (3, "")
    assert "HTTP 403" in err


async def test_an_answer_that_is_not_payfeeds_is_an_error(receiver: Receiver) -> None:
    receiver.always(200, b'[{"id": 1}]')
    url = receiver.url("")
    code, _, err = await run("webhooks", "list", key="k", url=url)
    assert (code, err) == (4, "payfeed: HTTP 200: the answer is not Payfeed's\n")


async def test_a_forwarded_request_is_the_same_as_that_of_a_webhook(
    selling: Shop, receiver: Receiver
) -> None:
    async with Receiver() as remote, forwarding(selling, receiver) as listening:
        webhook = await new_webhook(selling, remote.url())
        await listening.wait_for("connected")
        await selling.sell(21, "a memo ☕")
        (forwarded,) = await receiver.until(1)
        (sent,) = await remote.until(1)
        assert (forwarded.id, forwarded.body) == (sent.id, sent.body)
        assert forwarded.headers["content-type"] == sent.headers["content-type"]
        verified(forwarded, SECRET)
        verified(sent, webhook["secret"])
        assert "+21 sat" in await listening.line()
        await listening.wait_for(f"{forwarded.id} forwarded: 200")
        assert (await listening.stop())[0] == 0


async def test_forwarding_waits_for_a_failing_receiver_and_keeps_the_order(
    selling: Shop, receiver: Receiver, tmp_path: Path
) -> None:
    state, attempts = tmp_path / "state", 0
    states: list[str] = []

    async def answer(request: Received) -> bytes | None:
        nonlocal attempts
        attempts += 1
        states.append(state.read_text().strip() if state.exists() else "")
        return {1: reply(500), 2: None, 3: reply(302, Location="/")}.get(
            attempts, reply(204)
        )

    receiver.answer = answer
    begin = await head(selling)
    words = ["--since", begin, "--state", str(state), "--count", "2"]
    first, second = await sell(selling, 1), await sell(selling, 2)
    async with forwarding(selling, receiver, *words) as listening:
        assert (await listening.end())[0] == 0
    assert [one.id for one in receiver.received] == [first] * 4 + [second]
    assert len({one.body for one in receiver.received[:4]}) == 1
    assert set(states[:4]) <= {"", begin}
    assert states[4] == first
    assert state.read_text().strip() == second


async def test_an_event_is_forwarded_again_after_a_crash_before_it_was_saved(
    selling: Shop, receiver: Receiver, tmp_path: Path
) -> None:
    state, listening = tmp_path / "state", asyncio.Queue[Command]()

    async def kill(request: Received) -> bytes | None:
        command = await listening.get()
        command.process.kill()
        await command.end()
        return reply(204)

    words = ["--since", await head(selling), "--state", str(state), "--count", "1"]
    receiver.answer = kill
    await sell(selling, 1)
    async with forwarding(selling, receiver, *words) as command:
        listening.put_nowait(command)
        await receiver.until(1)
        await command.process.wait()
    receiver.answer = receiver.accept
    async with forwarding(selling, receiver, *words) as command:
        assert (await command.end())[0] == 0
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)


async def test_an_interrupt_ends_forwarding_during_a_pause(
    selling: Shop, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.always(503, Retry_After="3600")
    state, begin = tmp_path / "state", await head(selling)
    words = ["--since", begin, "--state", str(state)]
    async with forwarding(selling, receiver, *words) as listening:
        await selling.sell(1)
        await listening.wait_for("503")
        code, _, err = await listening.stop()
    assert (code, "Traceback" in err) == (0, False)
    assert state.read_text().strip() == begin


async def test_forwarding_gives_up_after_max_attempts(
    selling: Shop, receiver: Receiver
) -> None:
    receiver.always(500)
    await selling.sell(1)
    words = ["--since", "start", "--max-attempts", "2"]
    async with forwarding(selling, receiver, *words) as listening:
        code, _, err = await listening.end()
    assert (code, len(receiver.received)) == (4, 2)
    assert "gave up after 2 attempts" in err


async def test_a_gap_is_forwarded_before_what_follows_it(
    selling: Shop, receiver: Receiver
) -> None:
    event_id = await sell(selling, 1)
    words = ["--since", "unknown-1", "--count", "1"]
    async with forwarding(selling, receiver, *words) as listening:
        assert (await listening.end())[0] == 0
    gap, payment = receiver.received
    assert (gap.id, payment.id) == ("gap-unknown-1", event_id)
    frame = verified(gap, SECRET)
    assert (frame["type"], frame["reason"]) == ("gap", "unknown")


async def test_a_malformed_event_is_not_forwarded(receiver: Receiver) -> None:
    async with scripted_server() as port:
        url = f"http://127.0.0.1:{port}/invalid-payment-then-more"
        options = ["--since", "start", "--forward-to", receiver.url()]
        code, _, err = await run("listen", *options, key=KEY, url=url)
    assert code == 7, err
    assert [one.id for one in receiver.received] == ["abc-1"]
    assert "abc-2 is malformed" in err


async def test_a_command_and_a_receiver_exclude_each_other() -> None:
    options = ["--exec", "true", "--forward-to", "http://localhost:1"]
    code, _, err = await run("listen", *options, key="k", url="http://localhost:1")
    assert (code, "--exec or --forward-to" in err) == (2, True)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_sample_is_marked_valid_and_of_no_feeds_epoch(
    kind: str, receiver: Receiver
) -> None:
    options = ["--forward-to", receiver.url("/hook?a=1")]
    code, out, err = await run("trigger", kind, *options, **SIGNING)
    assert (code, err) == (0, "")
    (request,) = receiver.received
    assert request.target == "/hook?a=1"
    frame = verified(request, SECRET)
    schema = json.loads((ROOT / "docs" / "frames.schema.json").read_text())
    signed = frame | {"signature": f"v1,{'a' * 43}="}
    Draft202012Validator(schema).validate(signed)
    assert frame["sample"] is True
    epoch, _, offset = frame["id"].partition("-")
    assert (epoch, offset.isdecimal()) == ("sample", True)
    assert out == f"{frame['id']} forwarded: 200 ok\n"


async def test_a_new_secret_is_printed_and_signs_the_request(
    receiver: Receiver,
) -> None:
    options = ["trigger", "payment", "--forward-to", receiver.url()]
    code, _, err = await run(*options)
    assert code == 0
    (request,) = receiver.received
    verified(request, err.strip().removeprefix("signing secret: "))


async def test_a_secret_is_read_from_a_file_or_from_standard_input(
    receiver: Receiver, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    options = ["trigger", "payment", "--forward-to", receiver.url()]
    code, _, err = await run(*options, "--webhook-secret-file", str(file))
    assert (code, err) == (0, "")
    async with running(*options, "--webhook-secret-file", "-") as command:
        code, _, err = await command.end(f"{SECRET}\n")
    assert (code, err) == (0, "")
    for request in receiver.received:
        verified(request, SECRET)
    code, _, err = await run(*options, "--webhook-secret-file", str(tmp_path / "no"))
    assert (code, "the secret file cannot be read" in err) == (2, True)


async def test_a_secret_is_not_taken_from_the_list_of_processes() -> None:
    options = ["--forward-to", "http://localhost:1", "--webhook-secret", SECRET]
    code, _, err = await run("trigger", "payment", *options)
    assert code == 2
    assert "--webhook-secret-file" in err


async def test_a_receiver_that_refuses_a_sample_is_an_error(
    receiver: Receiver,
) -> None:
    options = ["trigger", "payment", "--forward-to", receiver.url()]
    receiver.always(500)
    assert (await run(*options))[0] == 4
    receiver.always(403)
    assert (await run(*options))[0] == 3
    await receiver.stop()
    assert (await run(*options))[0] == 4


async def test_a_receiver_on_this_machine_needs_no_proxy(receiver: Receiver) -> None:
    options = ["trigger", "payment", "--forward-to", receiver.url()]
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with running(*options, http_proxy=nowhere, no_proxy="") as command:
        assert (await command.end())[0] == 0


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("ftp://shop.example/", SECRET),
        ("shop.example", SECRET),
        ("http://user:password@shop.example/", SECRET),
        ("http://shop.example/#part", SECRET),
        ("http://shop.example/a b", SECRET),
        ("http://shop.example/", "whsec_not base64"),
        ("http://shop.example/", "whsec_"),
    ],
)
def test_a_receiver_that_cannot_be_used_is_refused(url: str, secret: str) -> None:
    with pytest.raises(BadAddress):
        Forwarder(url, secret, print)


async def test_the_published_libraries_verify_rotated_and_forwarded_requests(
    selling: Shop, receiver: Receiver
) -> None:
    async with Receiver() as local, forwarding(selling, local) as listening:
        await listening.wait_for("connected")
        webhook = await new_webhook(selling, receiver.url())
        answer = await selling.server.payfeed(
            "POST",
            f"webhooks/{webhook['id']}/rotate",
            selling.wallet["adminkey"],
            json={"overlap_seconds": 600},
        )
        await selling.sell(21, "a memo ☕")
        (rotated,) = await receiver.until(1)
        (forwarded,) = await local.until(1)
    pairs = [(rotated, webhook["secret"]), (rotated, answer.json()["secret"])]
    pairs += [(forwarded, SECRET), (rotated, SECRET)]
    requests = [
        {"body": one.body.decode(), "headers": one.headers, "secret": secret}
        for one, secret in pairs
    ]
    text = await asyncio.to_thread(node, "verify.mjs", stdin=json.dumps(requests))
    assert json.loads(text) == [rotated.id] * 3 + [None]
    for request, secret in pairs[:3]:
        assert verified(request, secret)["id"] == rotated.id
