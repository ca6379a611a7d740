"""The sending half and the history, in both languages, against a real LNbits."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import lnbits_payfeed as payfeed
import pytest
import pytest_asyncio
from lnbits_payfeed import PayfeedApi, RequestFailed
from lnbits_payfeed.api import parse_page
from node_programs import node
from ports import free_port
from receiver import Receiver
from shop import Shop

ROOT = Path(__file__).resolve().parent.parent.parent
ADMIN, READER = "adminkey", "inkey"

Caller = Callable[..., Awaitable[Any]]


def plain(value: Any) -> Any:
    """The result as the JavaScript client returns it."""
    if isinstance(value, payfeed.Sent):
        return {"id": value.id, "delivered": value.delivered}
    if isinstance(value, payfeed.EventsPage):
        return {
            "events": [json.loads(event.text) for event in value.events],
            **{name: getattr(value, name) for name in ("head", "cursor", "oldest")},
            "hasMore": value.has_more,
            "recovered": value.recovered,
        }
    return json.loads(value.text) if isinstance(value, payfeed.Event) else value


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


async def call_python(
    shop: Shop,
    key: str,
    method: str,
    *args: Any,
    secret: str | None = None,
    **options: Any,
) -> Any:
    api = PayfeedApi(shop.server.base, shop.wallet.get(key, key), secret=secret)
    try:
        if method != "export":
            return plain(await getattr(api, method)(*args, **options))
        parts: list[bytes] = []
        await api.export(parts.append, *args, **options)
        return b"".join(parts).decode()
    except payfeed.PayfeedError as exc:
        status = getattr(exc, "status", None)
        return {"error": type(exc).__name__, "status": status, "detail": str(exc)}


async def call_javascript(
    shop: Shop,
    key: str,
    method: str,
    *args: Any,
    secret: str | None = None,
    **options: Any,
) -> Any:
    step = [camel(method), *args, {camel(name): v for name, v in options.items()}]
    words = [shop.server.base, shop.wallet.get(key, key), *([secret] if secret else [])]
    stdin = json.dumps([step])
    return json.loads(await asyncio.to_thread(node, "api.mjs", *words, stdin=stdin))[0]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as opened:
        yield opened


@pytest.fixture(params=[call_python, call_javascript])
def call(request: pytest.FixtureRequest, shop: Shop) -> Caller:
    async def caller(key: str, method: str, *args: Any, **options: Any) -> Any:
        return await request.param(shop, key, method, *args, **options)

    return caller


async def sell_recorded(shop: Shop, *amounts: int, memo: str = "a memo") -> None:
    """Sell, and wait for each payment's event: LNbits pays before Payfeed records."""
    since = "start"
    for amount in amounts:
        await shop.sell(amount, memo)
        path = f"events?since={since}&wait=20"
        page = (await shop.server.payfeed("GET", path, shop.wallet[READER])).json()
        since = page["cursor"]


async def test_a_message_and_a_test_event_are_recorded(call: Caller) -> None:
    sent = [
        await call(READER, "notify", "table 3 is free"),
        await call(READER, "notify", {"type": "door.open", "door": 3}),
        await call(READER, "test"),
    ]
    page = await call(READER, "events", since="start")
    assert [event["id"] for event in page["events"]] == [one["id"] for one in sent]
    types = [event["type"] for event in page["events"]]
    assert types == ["message", "door.open", "test"]
    assert sent[0]["delivered"] == 0


async def test_a_message_with_an_idempotency_key_is_recorded_once(call: Caller) -> None:
    first = await call(READER, "notify", "once", idempotency_key="a")
    assert await call(READER, "notify", "once", idempotency_key="a") == first
    assert len((await call(READER, "events", since="start"))["events"]) == 1


async def test_pages_go_forward_by_the_cursor_and_back_by_the_first_id(
    call: Caller, shop: Shop
) -> None:
    await sell_recorded(shop, 1, 2, 3, memo='a "memo" ]}, é 🙂')
    first = await call(READER, "events", since="start", limit=2)
    assert [event["payment"]["amount"] for event in first["events"]] == [1, 2]
    assert (first["hasMore"], first["recovered"]) == (True, True)
    rest = await call(READER, "events", since=first["cursor"])
    assert [event["payment"]["amount"] for event in rest["events"]] == [3]
    assert rest["hasMore"] is False
    back = await call(READER, "events", before=rest["events"][0]["id"])
    assert back["events"] == first["events"]
    narrow = await call(READER, "events", since="start", min_amount=3, direction="in")
    assert narrow["events"] == rest["events"]


async def test_a_page_is_verified_with_the_secret(call: Caller, shop: Shop) -> None:
    await sell_recorded(shop, 5, memo='a "memo" ]}, é 🙂')
    admin = shop.wallet[ADMIN]
    secret = (await shop.server.payfeed("GET", "feed", admin)).json()["secret"]
    page = await call(READER, "events", since="start", secret=secret)
    assert page["events"][0]["payment"]["amount"] == 5
    other = "whsec_" + "A" * 43 + "="
    found = await call(READER, "events", since="start", secret=other)
    assert found["error"] == "WrongSignature"


async def test_a_page_waits_for_the_next_event(call: Caller, shop: Shop) -> None:
    waiting = asyncio.create_task(call(READER, "events", wait_seconds=30))
    await shop.has_subscribers(1)
    await shop.sell(5)
    page = await waiting
    assert [event["payment"]["amount"] for event in page["events"]] == [5]


async def test_a_payment_is_waited_for(call: Caller, shop: Shop) -> None:
    payment_hash = await shop.sell(5)
    event = await call(READER, "wait_for_payment", payment_hash)
    assert event["payment"]["payment_hash"] == payment_hash


async def test_an_export_is_written_in_parts(call: Caller, shop: Shop) -> None:
    await sell_recorded(shop, 1, 2)
    lines = (await call(READER, "export", min_amount=2)).splitlines()
    assert [json.loads(line)["payment"]["amount"] for line in lines] == [2]
    assert len((await call(READER, "export", kind="csv")).splitlines()) == 3


async def test_keys_are_created_renamed_and_revoked(call: Caller) -> None:
    made = await call(
        ADMIN, "create_key", "Till", filter={"direction": "in"}, public=True
    )
    assert made["key"].startswith("pfk_")
    assert made["filter"]["direction"] == "in"
    renamed = await call(ADMIN, "rename_key", made["id"], "Bar")
    assert renamed["name"] == "Bar"
    await call(ADMIN, "revoke_key", made["id"])
    (listed,) = await call(ADMIN, "list_keys")
    assert (listed["name"], bool(listed["revoked_at"])) == ("Bar", True)
    refused = await call(made["key"], "events")
    assert (refused["error"], refused["status"]) == ("RequestFailed", 403)


async def test_webhooks_are_managed(
    call: Caller, shop: Shop, receiver: Receiver
) -> None:
    made = await call(
        ADMIN, "create_webhook", receiver.url(), description="a till", since="start"
    )
    assert made["secret"].startswith("whsec_")
    outcome = await call(ADMIN, "test_webhook", made["id"])
    assert outcome["delivered"] is True
    request = receiver.received[0]
    verified = payfeed.verify_webhook(request.body, request.headers, made["secret"])
    assert isinstance(verified, payfeed.TestEvent)
    await shop.sell(5)
    _, payment = await receiver.until(2)
    delivery = await call(ADMIN, "get_delivery", made["id"], payment.id)
    assert delivery["event"] == payment.id
    listed = await call(ADMIN, "list_deliveries", made["id"], limit=5)
    assert [entry["event"] for entry in listed["deliveries"]] == [payment.id]
    assert (await call(ADMIN, "resend", made["id"], payment.id))["count"] == 1
    again = await call(ADMIN, "resend_since", made["id"], "@0", only="all")
    assert again["count"] == 1
    changed = await call(ADMIN, "update_webhook", made["id"], {"enabled": False})
    assert changed["state"] != made["state"]
    assert (await call(ADMIN, "get_webhook", made["id"]))["id"] == made["id"]
    await call(ADMIN, "delete_webhook", made["id"])
    assert await call(ADMIN, "list_webhooks") == []


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("events", {"limit": 0}),
        ("events", {"wait_seconds": 31}),
        ("events", {"since": "nonsense"}),
        ("events", {"direction": "inn"}),
        ("events", {"before": "start"}),
        ("export", {"until": "start"}),
        ("export", {"kind": "xml"}),
    ],
)
async def test_an_argument_that_cannot_be_used_is_refused_before_the_request(
    call: Caller, method: str, options: Any
) -> None:
    found = await call(READER, method, **options)
    assert found["error"] == "BadAddress"
    (name,) = options
    assert found["detail"].startswith((name, camel(name)))


async def test_a_zero_is_sent(call: Caller, receiver: Receiver) -> None:
    """The server refuses a limit of 0; without a limit it would answer."""
    made = await call(ADMIN, "create_webhook", receiver.url())
    found = await call(ADMIN, "list_deliveries", made["id"], limit=0)
    assert (found["error"], found["status"]) == ("RequestFailed", 422)


@pytest.mark.parametrize("caller", [call_python, call_javascript])
async def test_a_server_that_does_not_answer_is_a_failed_request(
    caller: Caller,
) -> None:
    class Nobody:
        server = type("Server", (), {"base": f"http://127.0.0.1:{free_port()}"})
        wallet: ClassVar = {}

    found = await caller(Nobody, "pfk_a", "test")
    assert (found["error"], found["status"]) == ("RequestFailed", 0)


def declared_methods() -> dict[str, list[str]]:
    """The methods in index.d.ts, and the names of their arguments before `options`."""
    text = (ROOT / "clients" / "js" / "index.d.ts").read_text()
    body = text.split("export class PayfeedApi {")[1].split("\n}\n")[0]
    found: dict[str, list[str]] = {}
    for match in re.finditer(r"(?m)^  (\w+)\(", body):
        depth, names, end = 1, "", match.end()
        while depth:
            depth += (body[end] in "({<[") - (body[end] in ")}>]")
            depth += body[end - 1 : end + 1] == "=>"
            names += body[end] if depth == 1 else ""
            end += 1
        given = re.findall(r"(\w+)\??:", names)
        found[match[1]] = [name for name in given if name != "options"]
    del found["constructor"]
    return found


def test_both_languages_have_the_same_methods_and_order_of_arguments() -> None:
    python = {}
    for name, method in inspect.getmembers(PayfeedApi, inspect.isfunction):
        parameters = list(inspect.signature(method).parameters.values())[1:]
        if not name.startswith("_") and name != "wait_for_payment":
            positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
            python[camel(name)] = [camel(p.name) for p in positional]
    assert declared_methods() == python


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"events":',
        '{"events":[',
        '{"events":[{}',
        '{"events":[] "head":1}',
        '{"events":[]}',
    ],
)
def test_what_is_no_page_is_a_failed_request(text: str) -> None:
    with pytest.raises(RequestFailed, match="not a page of events"):
        parse_page(text)


def test_a_malformed_event_of_a_page_is_an_invalid_event() -> None:
    page = parse_page(
        '{"events": [ {"type":"payment","id":"e-1"} , {"type":"of.later"}],'
        '"head":"e-1","cursor":"e-1","oldest":null,"has_more":false,"recovered":true}'
    )
    assert [type(event) for event in page.events] == [payfeed.InvalidEvent] * 2
    assert [event.id for event in page.events] == ["e-1", None]
