"""Export: CSV and JSON lines, whole, in order, harmless, and without rests."""

import asyncio
import contextlib
import csv
import io
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from deaf import narrow_socket
from page import browser_page, open_payfeed
from playwright.async_api import Browser, expect
from shop import Shop
from test_slow_readers import disconnected

MEMO = '=1+1; Müller "Käse", 🙂\nline'
MANY = 60_000
ROOM_KIB = 10 * 1024  # half of the file that MANY events make


async def export(shop: Shop, kind: str, **query: str) -> httpx.Response:
    key, http = shop.wallet["inkey"], shop.server.http
    return await http.get(
        f"/payfeed/api/v1/export.{kind}", params=query, headers={"X-Api-Key": key}
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


async def frames(shop: Shop, query: str = "since=start") -> list[dict[str, Any]]:
    path = f"events?{query}"
    answer = await shop.server.payfeed("GET", path, shop.wallet["inkey"])
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


async def test_the_csv_has_the_payments_and_all_their_columns(shop: Shop) -> None:
    await shop.sell(1500, MEMO)
    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
    (frame,) = await frames(shop, "since=start&types=payment&wait=20")
    answer = await export(shop, "csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.text.startswith("\ufeffsettled_at,")
    (row,) = rows(answer.text)
    settled_at = row.pop("settled_at")
    assert settled_at.endswith("Z")
    assert "T" in settled_at
    assert row == {
        "direction": "in",
        "status": "confirmed",
        "amount_sat": "1500",
        "amount_msat": "1500000",
        "fee_sat": "0",
        "fee_msat": "0",
        "fiat_currency": "",
        "fiat_amount": "",
        "memo": f"'{MEMO}",
        "comment": "",
        "tag": "",
        "external_id": "",
        "payment_hash": frame["payment"]["payment_hash"],
        "event_id": frame["id"],
    }


async def test_json_lines_are_the_signed_frames_oldest_first(shop: Shop) -> None:
    for amount in (1, 2):
        await shop.sell(amount)
    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
    expected = await frames(shop, "since=start&limit=3")
    answer = await export(shop, "jsonl")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == expected
    assert len(expected) == 3


async def test_an_export_lies_between_since_and_until_and_obeys_filters(
    shop: Shop,
) -> None:
    for amount in (1, 2, 3, 4):
        await shop.sell(amount)
    found = await frames(shop, "since=start&types=payment")
    ids = [frame["id"] for frame in found]

    async def amounts(**query: str) -> list[str]:
        return [
            row["amount_sat"] for row in rows((await export(shop, "csv", **query)).text)
        ]

    assert await amounts(since=ids[0], until=ids[2]) == ["2", "3"]
    assert await amounts(min_amount="2", until=ids[2]) == ["2", "3"]
    assert await amounts(until=f"@{found[0]['timestamp']}") == []
    assert await amounts(since=f"@{found[0]['timestamp']}") == ["1", "2", "3", "4"]
    assert await amounts(direction="out") == []


async def test_a_public_key_exports_what_it_reads_and_no_memos(shop: Shop) -> None:
    admin, http = shop.wallet["adminkey"], shop.server.http
    body = {"name": "wall", "filter": {"min_amount": 2}, "public": True}
    made = await shop.server.payfeed("POST", "keys", admin, json=body)
    for amount in (1, 2):
        await shop.sell(amount, "secret memo")
    await frames(shop, "since=start&types=payment&min_amount=2&wait=20")
    headers = {"X-Api-Key": made.json()["key"]}
    answer = await http.get("/payfeed/api/v1/export.csv", headers=headers)
    found = [(row["amount_sat"], row["memo"]) for row in rows(answer.text)]
    assert found == [("2", "")]
    answer = await http.get("/payfeed/api/v1/export.jsonl", headers=headers)
    (line,) = answer.text.splitlines()
    assert json.loads(line)["redacted"] is True


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        ("csv", {"until": "yesterday"}, 422),
        ("csv", {"until": "another-1"}, 422),
        ("csv", {"since": "yesterday"}, 422),
        ("csv", {"types": "message"}, 422),
        ("jsonl", {"direction": "up"}, 422),
        ("xlsx", {}, 404),
    ],
)
async def test_a_malformed_export_is_refused_before_it_begins(
    shop: Shop, kind: str, query: dict[str, str], status: int
) -> None:
    await frames(shop)
    answer = await export(shop, kind, **query)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def read_all(peer: socket.socket) -> bytes:
    """What arrives until the connection ends."""
    loop, received = asyncio.get_running_loop(), b""
    with peer, contextlib.suppress(ConnectionResetError):
        while part := await loop.sock_recv(peer, 2**20):
            received += part
    return received


def memory_kib(shop: Shop, name: str) -> int:
    assert shop.server.process
    status = Path(f"/proc/{shop.server.process.pid}/status").read_text()
    return int(next(x for x in status.splitlines() if x.startswith(name)).split()[1])


async def test_the_size_of_an_export_does_not_show_in_the_servers_memory(
    shop: Shop,
) -> None:
    await frames(shop)
    await shop.lab("fill", wallet_id=shop.wallet["id"], count=MANY)
    key = {"X-Api-Key": shop.wallet["inkey"]}
    url = "/payfeed/api/v1/export.jsonl"
    assert shop.server.process
    Path(f"/proc/{shop.server.process.pid}/clear_refs").write_text("5")
    before, lines, size = memory_kib(shop, "VmRSS"), 0, 0
    async with shop.server.http.stream("GET", url, headers=key) as answer:
        async for part in answer.aiter_bytes():
            lines += part.count(b"\n")
            size += len(part)
    assert lines == MANY
    used = memory_kib(shop, "VmHWM") - before
    assert size > 2 * ROOM_KIB * 1024
    assert used < ROOM_KIB


async def test_an_export_that_is_not_read_is_disconnected_and_leaves_nothing(
    limited_shop: Shop,
) -> None:
    shop, key = limited_shop, limited_shop.wallet["inkey"]
    await frames(shop)
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=400, padding=30_000)
    narrow = narrow_socket(shop.server.port)
    asked = f"GET /payfeed/api/v1/export.jsonl HTTP/1.1\r\nX-Api-Key: {key}"
    narrow.sendall(f"{asked}\r\nHost: localhost\r\n\r\n".encode())
    await shop.has_subscribers(1)
    await disconnected(shop, narrow)
    await shop.has_subscribers(0)
    narrow.close()
    assert shop.server.faults == []


async def test_an_export_whose_connection_is_cut_leaves_nothing(shop: Shop) -> None:
    key = shop.wallet["inkey"]
    await frames(shop)
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=400, padding=30_000)
    narrow = narrow_socket(shop.server.port)
    asked = f"GET /payfeed/api/v1/export.jsonl HTTP/1.1\r\nX-Api-Key: {key}"
    narrow.sendall(f"{asked}\r\nHost: localhost\r\n\r\n".encode())
    await shop.has_subscribers(1)
    narrow.close()
    await shop.has_subscribers(0)
    assert shop.server.faults == []


async def test_an_export_ends_with_its_key_and_cannot_be_taken_for_whole(
    shop: Shop,
) -> None:
    admin = shop.wallet["adminkey"]
    body = {"name": "books", "scopes": ["read"]}
    made = (await shop.server.payfeed("POST", "keys", admin, json=body)).json()
    await shop.lab("messages", wallet_id=shop.wallet["id"], count=400, padding=30_000)
    narrow = narrow_socket(shop.server.port)
    path = "/payfeed/api/v1/export.jsonl"
    asked = f"GET {path} HTTP/1.1\r\nX-Api-Key: {made['key']}"
    narrow.sendall(f"{asked}\r\nHost: localhost\r\n\r\n".encode())
    await shop.has_subscribers(1)
    await shop.server.payfeed("DELETE", f"keys/{made['id']}", admin)
    received = await read_all(narrow)
    assert received.startswith(b"HTTP/1.1 200")
    assert not received.endswith(b"\r\n0\r\n\r\n")


async def test_the_button_exports_what_the_page_filters(
    browser: Browser, shop: Shop
) -> None:
    for amount in (5, 50):
        await shop.sell(amount, "Käse")
    async with browser_page(browser, shop) as (page, complaints):
        await open_payfeed(page, shop)
        await page.get_by_role("button", name="Filters").click()
        await page.get_by_label("Minimum amount").fill("10")
        await expect(page.locator("#payfeed-events .q-item")).to_have_count(1)
        await page.get_by_role("button", name="Export").click()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Export", exact=True).last.click()
        file = await download.value
        assert file.suggested_filename.endswith(".csv")
        text = Path(await file.path()).read_text(encoding="utf-8")
        assert [(row["amount_sat"], row["memo"]) for row in rows(text)] == [
            ("50", "Käse")
        ]
        assert complaints == []
