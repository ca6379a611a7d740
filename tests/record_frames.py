"""Record fixtures/frames/*.json from a real LNbits.

Each file holds the `text` as it arrived, the feed's signing `secret` at the time of
checking (null for state frames), and whether it `verifies`.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from reader import Reader, reading
from shop import Shop, opened

FRAMES = Path(__file__).resolve().parent / "fixtures" / "frames"
MEMO = 'Kaffee & "Kuchen" – ₿ 🙂 \\ 5 < 6'


def write(name: str, text: str, secret: str | None = None, ok: bool = True) -> None:
    result: dict[str, Any] = {"text": text, "secret": secret}
    if secret:
        result["verifies"] = ok
    FRAMES.mkdir(parents=True, exist_ok=True)
    (FRAMES / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")


async def take(reader: Reader, kind: str) -> str:
    await reader.until(kind)
    return reader.texts[-1]


async def secret_of(shop: Shop, wallet: dict[str, Any]) -> str:
    answer = await shop.server.payfeed("GET", "feed", wallet["adminkey"])
    return str(answer.json()["secret"])


async def record(shop: Shop) -> None:
    key, server = shop.wallet["inkey"], shop.server
    address = f"{server.ws}/payfeed/api/v1/ws"
    secret = await secret_of(shop, shop.wallet)
    async with reading(f"{address}/{key}") as reader:
        write("hello", await take(reader, "hello"))
        await shop.sell(1000, MEMO)
        paid = await take(reader, "payment")
        write("payment_in", paid, secret)
        write("balance_update", await take(reader, "balance_update"))
        message = {"door": 3, "text": "offen 🙂", "price": 1.5, "list": [None, True]}
        await server.payfeed("POST", "notify", key, json=message)
        write("message", await take(reader, "message"), secret)
        own = {"type": "door.open", "door": 3, "data": "front"}
        await server.payfeed("POST", "notify", key, json=own)
        write("custom_type", await take(reader, "door.open"), secret)
        await server.payfeed("POST", "test", key)
        write("test", await take(reader, "test"), secret)
        await reader.connection.send('{"type":"ping"}')
        write("pong", await take(reader, "pong"))
        write("heartbeat", await take(reader, "heartbeat"))
    body = {"name": "counter", "public": True}
    made = await server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    public = made.json()["key"]
    async with reading(f"{address}/{public}?since=start") as reader:
        write("payment_redacted", await take(reader, "payment"), secret)
    payer = shop.payer
    async with reading(f"{address}/{payer['inkey']}") as reader:
        await shop.sell(250, "beans")
        out = await take(reader, "payment")
        write("payment_out", out, await secret_of(shop, payer))
    async with reading(f"{address}/{key}?since=zzz-9") as reader:
        write("gap", await take(reader, "gap"))
    async with reading(f"{address}/{key}?since=yesterday") as reader:
        write("error", await take(reader, "error"))
    rotate = {"what": "secret"}
    await server.payfeed("POST", "feed/rotate", shop.wallet["adminkey"], json=rotate)
    later = await secret_of(shop, shop.wallet)
    write("payment_after_rotation", paid, later, ok=False)


async def main() -> None:
    async with opened(PAYFEED_HEARTBEAT_SECONDS="2") as shop:
        await record(shop)


if __name__ == "__main__":
    asyncio.run(main())
