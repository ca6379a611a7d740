"""What the metrics contain, and who may read them."""

import asyncio
import re
import time

from limited import METRICS_TOKEN
from reader import reading
from shop import Shop

HANG_GUARD = 60
LABELS = (
    r'type="(?:payment|message|test)"|code="\d{4}"|outcome="(?:delivered|failed)"'
    r'|state="(?:delivering|retrying|failing|disabled)"'
)
SAMPLE = re.compile(rf"payfeed_(\w+)(?:\{{(?:{LABELS})\}})? (\d+)")


async def measure(shop: Shop) -> dict[str, int]:
    """Samples by what stands before the value; every line is in Prometheus' format."""
    bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    answer = await shop.server.http.get("/payfeed/api/v1/metrics", headers=bearer)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found, known = {}, set()
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            known.add(line.split()[2])
        if not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            name, _, value = line.removeprefix("payfeed_").rpartition(" ")
            assert f"payfeed_{name.partition('{')[0]}" in known
            found[name] = int(value)
    return found


async def test_metrics_count_what_happens_and_contain_no_names(
    limited_shop: Shop,
) -> None:
    shop = limited_shop
    server, key = shop.server, shop.wallet["inkey"]
    body = {"name": "till-7", "scopes": ["read"]}
    answer = await server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    address = f"{server.ws}/payfeed/api/v1/ws/{answer.json()['key']}"
    await server.swept()  # what other tests have paid is recorded
    while (before := await measure(shop))["subscribers"]:
        await asyncio.sleep(0.1)  # those of other tests are leaving
    async with reading(f"{address}?since=start") as one, reading(address) as two:
        await one.until("hello")
        await two.until("hello")
        await shop.sell(1000)
        await server.payfeed("POST", "test", key)
        await server.payfeed("POST", "notify", key, json={"type": "door.open"})
        await one.events(3)
        await two.events(3)
        subscribers = (await measure(shop))["subscribers"]
        assert subscribers == before["subscribers"] + 2
        await one.connection.send("nonsense")
        assert await one.close_code() == 4400
    await server.http.get("/payfeed/api/v1/feed")
    silent = await server.invoice(shop.wallet, 5)
    await shop.lab("settle-silently", payment_hash=silent["payment_hash"])
    deadline = time.monotonic() + HANG_GUARD
    payments = 'events_recorded_total{type="payment"}'
    while (await measure(shop))[payments] < before.get(payments, 0) + 3:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.5)
    await server.payfeed("GET", "events", key)
    after = await measure(shop)
    grown = {name: after[name] - before.get(name, 0) for name in after}
    # a sale is an event of the payer's feed too
    assert grown[payments] == 3
    assert grown['events_recorded_total{type="message"}'] == 1
    assert grown['events_recorded_total{type="test"}'] == 1
    # three to each subscriber, then a page of four
    assert grown["events_delivered_total"] == 10
    assert grown["replays_total"] == 1
    # what was sent and what was settled silently; the sweep may be first elsewhere
    assert grown["reconciled_total"] in (2, 3)
    assert grown['refusals_total{code="4400"}'] == 1
    assert grown['refusals_total{code="4401"}'] == 1
    assert (after["subscribers"], after["lag_events"]) == (0, 0)
    assert METRICS_TOKEN not in server.log


async def test_metrics_show_webhooks_by_state_and_what_waits_for_them(
    limited_shop: Shop,
) -> None:
    shop, server = limited_shop, limited_shop.server
    key = shop.wallet["adminkey"]
    before = await measure(shop)
    body = {"url": "https://receiver.invalid/hook"}  # such names have no address
    for _ in range(2):
        made = (await server.payfeed("POST", "webhooks", key, json=body)).json()
    path = f"webhooks/{made['id']}"
    await server.payfeed("PATCH", path, key, json={"enabled": False})
    await shop.sell(1000)
    deadline = time.monotonic() + HANG_GUARD
    while (after := await measure(shop))["webhook_waiting"] == (
        before["webhook_waiting"]
    ):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    grown = {name: after[name] - before[name] for name in after if name in before}
    assert grown["webhook_waiting"] == 1
    states = [
        grown[f'webhook_endpoints{{state="{name}"}}']
        for name in ("delivering", "retrying", "failing", "disabled")
    ]
    assert states == [0, 1, 0, 1]


async def test_metrics_are_for_administrators_and_the_token(shop: Shop) -> None:
    """An administrator need not have enabled Payfeed."""
    server = shop.server
    user = await server.new_user("somebody")
    path = "/payfeed/api/v1/metrics"

    async def status(headers: dict[str, str]) -> int:
        return (await server.http.get(path, headers=headers)).status_code

    assert await status({}) == 403
    assert await status({"X-Api-Key": shop.wallet["adminkey"]}) == 403
    assert await status({"Authorization": "Bearer"}) == 403
    assert await status({"Authorization": f"Bearer {METRICS_TOKEN}"}) == 403
    assert await status(user) == 403
    assert await status(server.admin) == 200
    await server.enable(server.admin, on=False)
    assert await status(server.admin) == 200
    await server.enable(server.admin)
    assert await status(user) == 403
    cookie = server.admin["Authorization"].removeprefix("Bearer ")
    assert await status({"Cookie": f"cookie_access_token={cookie}"}) == 200


async def test_health_says_ok_and_no_more_and_not_ok_without_a_database(
    shop: Shop,
) -> None:
    async def health() -> tuple[int, str]:
        answer = await shop.server.http.get("/payfeed/api/v1/health")
        return answer.status_code, answer.text

    async def until(expected: tuple[int, str]) -> None:
        deadline = time.monotonic() + HANG_GUARD
        while await health() != expected:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.5)

    await until((200, '{"status":"ok"}'))
    rename = "ALTER TABLE {} RENAME TO {}"
    await shop.lab("sql", statement=rename.format("apipayments", "elsewhere"))
    await until((503, '{"status":"not ok"}'))
    assert "payfeed: sweep failed" in shop.server.log
    await shop.lab("sql", statement=rename.format("elsewhere", "apipayments"))
    await until((200, '{"status":"ok"}'))
