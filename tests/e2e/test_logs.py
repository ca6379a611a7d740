"""What is logged, at the most talkative level: ids, never keys."""

import asyncio
import contextlib
from typing import Any

import pytest
import websockets
from reader import reading
from shop import Shop, opened


async def use_every_key_everywhere(shop: Shop, keys: list[str]) -> None:
    """Each key in path, query, header and subprotocol, where it is good or not."""
    server = shop.server
    ws = f"{server.ws}/payfeed/api/v1/ws"
    for key in keys:
        options: list[tuple[str, dict[str, Any]]] = [
            (f"{ws}/{key}", {}),
            (f"{ws}?api-key={key}", {}),
            (ws, {"additional_headers": {"X-Api-Key": key}}),
            (ws, {"additional_headers": {"Authorization": f"Bearer {key}"}}),
            (ws, {"subprotocols": ["payfeed.v1", f"bearer.{key}"]}),
        ]
        for address, how in options:
            async with reading(address, **how) as reader:
                await reader.next()
        for method, path in (
            ("GET", f"ws/{key}/a message"),
            ("GET", f"notify/{key}"),
            ("POST", f"notify/{key}?data=hello"),
            ("GET", f"sse/{key}?since=nonsense"),
            ("GET", f"events?api-key={key}&since=nonsense"),
            ("GET", f"mistyped/{key}"),
            ("GET", f"metrics?usr={key}"),
        ):
            await server.http.request(method, f"/payfeed/api/v1/{path}")
        for path in (
            f"/payfeed/{key}",
            f"/payfeed/api/v1/{key}",
            f"/payfeed/api/v1//ws/{key}",
            f"/payfeed//api/v1/ws/{key}",
            f"/payfeed/api/v1/notify//{key}/x",
            f"/payfeed/api/v1/events?api%2Dkey={key}",
        ):
            await server.http.get(path)
            with contextlib.suppress(websockets.InvalidStatus):
                async with websockets.connect(f"{server.ws}{path}"):
                    pass
        await server.payfeed("GET", "nowhere", key)
        await server.payfeed("GET", "sse", key, headers={"Last-Event-ID": "nonsense"})


@pytest.mark.parametrize("talkative", ["info", "debug", "trace"])
async def test_no_key_or_secret_is_logged(
    talkative: str, database: dict[str, str]
) -> None:
    level = {"UVICORN_LOG_LEVEL": talkative, "DEBUG": str(talkative != "info").lower()}
    async with opened(**level, **database) as shop:
        admin = shop.wallet["adminkey"]
        feed = (await shop.server.payfeed("GET", "feed", admin)).json()
        wish = {"name": "till", "scopes": ["read", "notify"]}
        made = await shop.server.payfeed("POST", "keys", admin, json=wish)
        keys = [made.json()["key"], admin, shop.wallet["inkey"]]
        await use_every_key_everywhere(shop, keys)
        await shop.sell(5)
        await asyncio.sleep(2)
        logs = shop.server.folder.glob("data/logs/*")
        told = [shop.server.log, *(path.read_text(errors="replace") for path in logs)]
        lines = [line for text in told for line in text.splitlines()]
        for secret in (*keys, feed["secret"]):
            assert [line for line in lines if secret in line] == []
        assert any("/payfeed/api/v1/ws/***" in line for line in lines)
