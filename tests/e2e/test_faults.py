"""The same fault gets the same answer on every transport, as docs/protocol.md says."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from limited import LIMITED_SETTINGS, client_at, new_address
from reader import reading
from shop import Shop

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
TRANSPORTS = ("WebSocket", "SSE", "GET events", "POST notify")
UNKNOWN_KEY = secrets.token_hex(16)


def read_table() -> dict[str, tuple[str, ...]]:
    """The answers of TRANSPORTS by fault; "–" where a fault cannot happen."""
    lines = PROTOCOL.read_text().splitlines()
    start = lines.index(f"| fault | {' | '.join(TRANSPORTS)} |") + 2
    rows = {}
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        fault, *answers = [cell.strip() for cell in line.strip("|").split("|")]
        rows[fault.replace("`", "")] = tuple(answers)
    return rows


TABLE = read_table()


@dataclass
class Request:
    """What is sent on every transport, from an address that no limit knows yet."""

    shop: Shop
    http: httpx.AsyncClient
    address: str
    cleanup: AsyncExitStack
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] | str = field(default_factory=dict)

    @property
    def wallet(self) -> dict[str, str]:
        return self.shop.wallet

    def use(self, key: str) -> None:
        self.headers = {"X-Api-Key": key}

    async def use_new_key(self, *scopes: str) -> str:
        """Send a new access key; returns its id."""
        body = {"name": "till", "scopes": scopes}
        admin = {"X-Api-Key": self.wallet["adminkey"]}
        answer = await self.http.post("keys", json=body, headers=admin)
        made: dict[str, Any] = answer.json()
        self.use(made["key"])
        return str(made["id"])

    def websocket(self) -> Any:
        query = httpx.QueryParams(self.query)
        url = f"{self.shop.server.ws}/payfeed/api/v1/ws?{query}"
        return reading(
            url, additional_headers=self.headers, local_addr=(self.address, 0)
        )

    async def send(self, method: str, path: str) -> httpx.Response:
        # one `params` would replace the other
        url = f"{path}?{httpx.QueryParams(self.query)}"
        body = {"json": "text"} if method == "POST" else {}
        return await self.http.request(method, url, headers=self.headers, **body)


async def no_key(request: Request) -> None:
    pass


def sends_key(key: str) -> Callable[[Request], Awaitable[None]]:
    async def prepare(request: Request) -> None:
        request.use(key)

    return prepare


async def revoked_key(request: Request) -> None:
    key_id = await request.use_new_key("read", "notify")
    admin = {"X-Api-Key": request.wallet["adminkey"]}
    answer = await request.http.delete(f"keys/{key_id}", headers=admin)
    assert answer.status_code == 200


async def expired_key(request: Request) -> None:
    key_id = await request.use_new_key("read", "notify")
    statement = f"UPDATE payfeed.access_keys SET expires_at = 1 WHERE id = '{key_id}'"
    assert await request.shop.lab("log-sql", statement=statement) == 1


async def scope_missing(request: Request) -> None:
    await request.use_new_key("balance")


async def admin_key_in_url(request: Request) -> None:
    request.query = {"api-key": request.wallet["adminkey"]}


async def two_keys_in_url(request: Request) -> None:
    inkey = request.wallet["inkey"]
    request.query = f"api-key={inkey}&api-key={inkey}"


async def not_enabled(request: Request) -> None:
    server = request.shop.server
    user = await server.new_user("notenabled", enable=False)
    request.use((await server.wallets(user))[0]["inkey"])


def sends_query(name: str, value: str) -> Callable[[Request], Awaitable[None]]:
    async def prepare(request: Request) -> None:
        request.use(request.wallet["inkey"])
        request.query = {name: value}

    return prepare


def limit(name: str) -> int:
    return int(LIMITED_SETTINGS[f"PAYFEED_{name}"])


async def failed_attempts(request: Request) -> None:
    request.use(secrets.token_hex(16))
    for _ in range(limit("FAILED_AUTH_PER_MINUTE")):
        assert (await request.send("GET", "feed")).status_code == 404


async def connections(request: Request) -> None:
    request.use(request.wallet["inkey"])
    request.query = {"since": "nonsense"}
    # one after the other would give tokens back on the way
    count = limit("CONNECTS_PER_MINUTE") + 2
    await asyncio.gather(*(request.send("GET", "sse") for _ in range(count)))
    request.query = {}


async def subscribers(request: Request) -> None:
    request.use(request.wallet["inkey"])
    for _ in range(limit("MAX_SUBSCRIBERS_PER_WALLET")):
        await request.cleanup.enter_async_context(request.websocket())
    await request.shop.has_subscribers(limit("MAX_SUBSCRIBERS_PER_WALLET"))


FAULTS: dict[str, Callable[[Request], Awaitable[None]]] = {
    "no key": no_key,
    "unknown wallet key": sends_key(UNKNOWN_KEY),
    "malformed wallet key": sends_key(UNKNOWN_KEY[1:]),
    "unknown access key": sends_key(f"pfk_{'x' * 43}"),
    "malformed access key": sends_key("pfk_x"),
    "revoked access key": revoked_key,
    "expired access key": expired_key,
    "scope missing": scope_missing,
    "admin key in the URL": admin_key_in_url,
    "two keys in the URL": two_keys_in_url,
    "extension not enabled": not_enabled,
    "malformed since": sends_query("since", "nonsense"),
    "malformed types": sends_query("types", "a,,b"),
    "malformed direction": sends_query("direction", "up"),
    "malformed status": sends_query("status", "pending"),
    "malformed min_amount": sends_query("min_amount", "-1"),
    "too many failed attempts": failed_attempts,
    "too many connections": connections,
    "too many subscribers": subscribers,
}


@pytest_asyncio.fixture(scope="module")
async def limited_shop(server_with_limits: Shop) -> Shop:
    """For all faults: the limits that they meet count by address."""
    return await server_with_limits.for_new_user()


@pytest_asyncio.fixture
async def request_(limited_shop: Shop) -> AsyncIterator[Request]:
    address = new_address()
    async with client_at(limited_shop, address) as http, AsyncExitStack() as cleanup:
        yield Request(limited_shop, http, address, cleanup)


Answer = tuple[str, str, Any]


async def answer_of_websocket(request: Request) -> Answer:
    async with request.websocket() as reader:
        error = await reader.next()
        assert error["type"] == "error"
        assert await reader.close_code() == error["code"]
    return str(error["code"]), error["message"], error["retry_after"]


async def answer_of_http(request: Request, method: str, path: str) -> Answer:
    answer = await request.send(method, path)
    wait = answer.headers.get("Retry-After")
    detail = answer.json()["detail"]
    return str(answer.status_code), detail, int(wait) if wait else None


async def answers(request: Request, transport: str) -> Answer:
    if transport == "WebSocket":
        return await answer_of_websocket(request)
    if transport == "SSE":
        return await answer_of_http(request, "GET", "sse")
    if transport == "POST notify":
        return await answer_of_http(request, "POST", "notify")
    request.query = httpx.QueryParams(request.query).add("wait", "1")
    return await answer_of_http(request, "GET", "events")


@pytest.mark.parametrize("fault", TABLE)
async def test_a_fault_is_answered_as_documented_on_every_transport(
    request_: Request, fault: str
) -> None:
    await FAULTS[fault](request_)
    query, messages = request_.query, set()
    for transport, expected in zip(TRANSPORTS, TABLE[fault], strict=True):
        if expected == "–":
            continue
        request_.query = query
        result, message, retry_after = await answers(request_, transport)
        assert result == expected, (transport, message)
        assert (retry_after or 0) > 0 if "429" in result else retry_after is None
        messages.add(message)
    if fault != "scope missing":
        assert len(messages) == 1, messages


async def test_the_document_lists_every_fault_that_is_tested() -> None:
    assert list(TABLE) == list(FAULTS)
