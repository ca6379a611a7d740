"""What kept events cost: bytes in the database, and the memory of their export."""

import asyncio
import time
from pathlib import Path
from typing import Any

import asyncpg
from harness import HERE, ROOMY, Row
from lnbits_server import Server
from postgres import Postgres
from shop import Shop

RECORDED_TOGETHER = 100
RECORDED = 1000  # in one request
MIB = 2**20
TABLES = ("events", "payments", "seen")


async def kept_events(count: int = 100_000) -> list[Row]:
    rows = []
    for database in ("sqlite", "postgres"):
        rows += await _kept_events(database, count)
    return rows


async def _kept_events(database: str, count: int) -> list[Row]:
    cluster = Postgres() if database == "postgres" else None
    url = ""
    if cluster:
        cluster.start()
        url = cluster.database()
    shop = Shop(Server(**ROOMY, LNBITS_DATABASE_URL=url))
    shop.server.add_extension("benchlab", HERE / "benchlab")
    try:
        await shop.open()
        await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
        before = await _database_bytes(shop, url)
        await _record(shop, count)
        used = await _database_bytes(shop, url) - before
        answer = await shop.server.payfeed("GET", "feed", shop.wallet["inkey"])
        feed = answer.json()
        body = feed["bytes"] / feed["events"]
        note = f"with indexes and keys; the body has {body:.0f}"
        each = Row(f"an event on {database}", "", f"{used / count:.0f} bytes", note)
        exports = [await _export(shop, kind, database) for kind in ("csv", "jsonl")]
        return [each, *exports]
    finally:
        await shop.server.close()
        if cluster:
            cluster.close()


async def _record(shop: Shop, count: int) -> None:
    filling: dict[str, Any] = {"wallet_id": shop.wallet["id"]}
    filling |= {"count": RECORDED, "together": RECORDED_TOGETHER}
    for _ in range(0, count, RECORDED):
        await shop.server.call("POST", "/benchlab/record", json=filling)


async def _database_bytes(shop: Shop, url: str) -> int:
    if not url:
        return (shop.server.folder / "data" / "ext_payfeed.sqlite3").stat().st_size
    connection = await asyncpg.connect(url)
    try:
        sizes = [
            await connection.fetchval(
                "SELECT pg_total_relation_size($1::regclass)", f"payfeed.{table}"
            )
            for table in TABLES
        ]
        return sum(sizes)
    finally:
        await connection.close()


async def _export(shop: Shop, kind: str, database: str) -> Row:
    assert shop.server.process
    process = Path(f"/proc/{shop.server.process.pid}")

    def memory_mib(name: str) -> float:
        lines = (process / "status").read_text().splitlines()
        found = next(line for line in lines if line.startswith(name))
        return int(found.split()[1]) / 1024

    key = {"X-Api-Key": shop.wallet["inkey"]}
    await asyncio.to_thread((process / "clear_refs").write_text, "5")
    before, size, began = memory_mib("VmRSS"), 0, time.monotonic()
    path = f"/payfeed/api/v1/export.{kind}"
    async with shop.server.http.stream("GET", path, headers=key) as answer:
        async for part in answer.aiter_bytes():
            size += len(part)
    took, added = time.monotonic() - began, memory_mib("VmHWM") - before
    note = f"{size / MIB:.0f} MiB; memory added: {added:.1f} MiB at most"
    measure = f"export of these events on {database} as {kind}"
    return Row(measure, "", f"{took:.1f} s", note)
