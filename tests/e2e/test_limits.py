"""Every limit of the environment, each with its answer.

How each way of reading is refused: test_faults.py.
"""

import asyncio
import secrets

import httpx
from limited import client_at, new_address
from reader import reading
from shop import Shop


def address(shop: Shop) -> str:
    return f"{shop.server.ws}/payfeed/api/v1/ws/{shop.wallet['inkey']}"


async def test_messages_are_limited_in_size_and_per_wallet(limited_shop: Shop) -> None:
    server, key = limited_shop.server, limited_shop.wallet["inkey"]
    large = await server.payfeed("POST", "notify", key, json="x" * 200)
    assert large.status_code == 413
    answers = await asyncio.gather(
        *(server.payfeed("POST", "notify", key, json=n) for n in range(20))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[:3] == [200] * 3
    assert statuses[-10:] == [429] * 10
    answer = await server.payfeed("POST", "test", key)
    assert int(answer.headers["Retry-After"]) > 0
    other = await server.payfeed("POST", "test", limited_shop.payer["inkey"])
    assert other.status_code == 200


async def test_a_limit_that_is_no_number_is_reported_and_its_default_applies(
    limited_shop: Shop,
) -> None:
    server = limited_shop.server
    log = (server.folder / "server.log").read_text()
    assert "PAYFEED_RETENTION_DAYS is not a positive whole number" in log
    feed = await server.payfeed("GET", "feed", limited_shop.wallet["inkey"])
    assert feed.json()["retention"]["days"] == 400


async def test_reads_have_a_rate_per_key(limited_shop: Shop) -> None:
    server, wallet = limited_shop.server, limited_shop.wallet
    key, other = wallet["inkey"], limited_shop.payer["inkey"]
    paths = ("events", "feed", "keys", "subscribers")
    answers = await asyncio.gather(
        *(server.payfeed("GET", paths[n % 4], key) for n in range(160))
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(429) <= 60
    refused = answers[codes.index(429)]
    assert int(refused.headers["Retry-After"]) > 0
    for key in (wallet["adminkey"], other):
        answer = await server.payfeed("GET", "events", key)
        assert answer.status_code == 200


async def test_a_long_poll_is_a_subscriber_while_it_waits(limited_shop: Shop) -> None:
    shop, key = limited_shop, limited_shop.wallet["inkey"]

    async def poll() -> httpx.Response:
        return await shop.server.payfeed("GET", "events?wait=30", key)

    polls = [asyncio.create_task(poll()) for _ in range(2)]
    await shop.has_subscribers(2)
    polls[0].cancel()
    await shop.has_subscribers(1)  # its client has gone
    await shop.sell(5)
    answer = (await polls[1]).json()
    assert [event["payment"]["amount"] for event in answer["events"]] == [5]
    await shop.has_subscribers(0)
    assert shop.server.faults == []


async def test_clients_with_an_old_key_do_not_lock_the_new_key_out(
    limited_shop: Shop,
) -> None:
    shop, old, new = limited_shop, limited_shop.wallet["inkey"], secrets.token_hex(16)
    own_address = new_address()
    async with (
        client_at(shop, own_address) as here,
        client_at(shop, new_address()) as elsewhere,
    ):

        async def attempt(key: str, client: httpx.AsyncClient = here) -> int:
            answer = await client.get("feed", headers={"X-Api-Key": key})
            return answer.status_code

        assert await attempt(old) == 200
        await shop.lab(
            "sql",
            statement="UPDATE wallets SET inkey = :new WHERE inkey = :old",
            values={"old": old, "new": new},
        )
        codes = await asyncio.gather(*(attempt(old) for _ in range(20)))
        assert sorted(codes)[:4] == [404] * 4
        assert sorted(codes)[-10:] == [429] * 10
        malformed = [attempt(key) for key in ("unknown", "pfk_short", "0" * 31)]
        assert await asyncio.gather(*malformed) == [429] * 3
        assert await attempt(old, elsewhere) == 404
        assert await attempt(new) == 200
        # what its holder has never used yet
        body = {"name": "till", "scopes": ["read"]}
        admin = {"X-Api-Key": shop.wallet["adminkey"]}
        made = (await here.post("keys", json=body, headers=admin)).json()
        assert await attempt(made["key"]) == 200
        limited = await here.get("feed", headers={"X-Api-Key": old})
        assert 0 < int(limited.headers["Retry-After"]) <= 60
    shop.wallet["inkey"] = new
    async with reading(address(shop), local_addr=(own_address, 0)) as reader:
        assert (await reader.next())["type"] == "hello"
