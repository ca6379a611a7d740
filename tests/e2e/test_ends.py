"""What ends access ends it for every way of reading."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from reader import reading
from shop import Shop

End = Callable[[Shop, dict[str, Any], dict[str, str]], Awaitable[None]]
GONE = "The wallet of this key is gone."
NOT_ENABLED = "The extension is not enabled."


async def sql(shop: Shop, statement: str, **values: str) -> None:
    assert await shop.lab("sql", statement=statement, values=values) == 1


async def delete_wallet(
    shop: Shop, wallet: dict[str, Any], user: dict[str, str]
) -> None:
    answer = await shop.server.http.delete(
        f"/api/v1/wallet/{wallet['id']}", headers=user
    )
    assert answer.status_code == 200


async def erase_wallet(shop: Shop, wallet: dict[str, Any], _: Any) -> None:
    await sql(shop, "DELETE FROM wallets WHERE id = :id", id=wallet["id"])


async def disable(shop: Shop, _: Any, user: dict[str, str]) -> None:
    await shop.server.enable(user, on=False)


async def delete_account(shop: Shop, wallet: dict[str, Any], _: Any) -> None:
    owner = 'SELECT "user" FROM wallets WHERE id = :id'
    await sql(shop, f"DELETE FROM accounts WHERE id = ({owner})", id=wallet["id"])


async def reset_keys(shop: Shop, wallet: dict[str, Any], _: Any) -> None:
    statement = "UPDATE wallets SET inkey = :inkey, adminkey = :adminkey WHERE id = :id"
    keys = {"inkey": secrets.token_hex(16), "adminkey": secrets.token_hex(16)}
    await sql(shop, statement, id=wallet["id"], **keys)


@pytest.mark.parametrize(
    ("end", "reason", "wallet_key", "access_key"),
    [
        (delete_wallet, GONE, 404, 403),
        (erase_wallet, GONE, 404, 403),
        (disable, NOT_ENABLED, 403, 403),
        (delete_account, NOT_ENABLED, 403, 403),
        (reset_keys, "This key no longer opens the feed.", 404, 200),
    ],
)
async def test_every_way_of_reading_ends_with_the_same_reason(
    shared_shop: Shop, end: End, reason: str, wallet_key: int, access_key: int
) -> None:
    """`wallet_key`, `access_key`: what these keys are answered afterwards."""
    shop, server = shared_shop, shared_shop.server
    user = await server.new_user(end.__name__)
    wallet = (await server.wallets(user))[0]
    key = wallet["inkey"]
    body = {"name": "till", "scopes": ["read", "notify"]}
    made = await server.payfeed("POST", "keys", wallet["adminkey"], json=body)
    other = made.json()["key"]
    poll = asyncio.create_task(server.payfeed("GET", "events?wait=30", key))
    sse = asyncio.create_task(last_frame(shop, key))
    address = f"{server.ws}/payfeed/api/v1/ws"
    async with (
        reading(f"{address}/{key}") as by_wallet_key,
        reading(f"{address}/{other}") as by_access_key,
    ):
        await by_wallet_key.next()
        await by_access_key.next()
        await end(shop, wallet, user)
        for reader in (by_wallet_key, by_access_key)[: 2 if access_key == 403 else 1]:
            assert (await reader.until("error"))["message"] == reason
            assert await reader.close_code() == 4403
        assert (await sse)["message"] == reason
        ended = await poll
        assert (ended.status_code, ended.json()["detail"]) == (403, reason)
        if access_key == 200:
            await by_access_key.until("heartbeat")
    for credential, status in ((key, wallet_key), (other, access_key)):
        for method, path in (("GET", "events"), ("GET", "feed"), ("POST", "notify")):
            answer = await server.payfeed(method, path, credential, json=1)
            assert answer.status_code == status, (method, path)


async def last_frame(shop: Shop, key: str) -> dict[str, Any]:
    """The last frame of an event stream that the server ended."""
    path, header = "/payfeed/api/v1/sse", {"X-Api-Key": key}
    async with shop.server.http.stream("GET", path, headers=header) as stream:
        lines = [line async for line in stream.aiter_lines() if "data: " in line]
    frame: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))
    return frame
