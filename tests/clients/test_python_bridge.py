"""`payfeed bridge` between a real LNbits and a real mosquitto."""

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from certificate import certificate
from command import Command, patched, run, running
from jinja2 import Template
from lnbits_payfeed.frames import Verifier
from mosquitto import Mosquitto, Subscriber

# waits two seconds for a broker's answer, not ten
IMPATIENT = patched("from lnbits_payfeed import mqtt; mqtt.TIMEOUT_SECONDS = 2")


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    started = Mosquitto(tmp_path)
    try:
        await started.start()
        yield started
    finally:
        started.kill()


async def new_key(shop: Any, *scopes: str) -> str:
    made = await shop.server.payfeed(
        "POST",
        "keys",
        shop.wallet["adminkey"],
        json={"name": "bridge", "scopes": scopes},
    )
    return str(made.json()["key"])


async def lag(shop: Any) -> int:
    """How many events are not acknowledged to the server."""
    keys = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    return int(keys.json()[0]["lag"])


def paid(subscriber: Subscriber) -> list[str]:
    """Payment hashes in order, without duplicates."""
    frames = [
        json.loads(text) for topic, text in subscriber.received if "/payment" in topic
    ]
    return list(dict.fromkeys(frame["payment"]["payment_hash"] for frame in frames))


def statuses(subscriber: Subscriber) -> list[str]:
    return [
        text for topic, text in subscriber.received if topic.endswith("/bridge/status")
    ]


async def test_the_broker_receives_signed_frames_and_the_status(
    shop: Any, broker: Mosquitto
) -> None:
    key, url = await new_key(shop, "read", "balance"), shop.server.base
    feed = (await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])).json()
    top, address = f"payfeed/{feed['wallet_id']}", f"mqtt://127.0.0.1:{broker.port}"
    subscriber = Subscriber(broker.port, "payfeed/#")
    await subscriber.subscribed.wait()
    async with running("bridge", address, key=key, url=url) as bridge:
        await subscriber.until(lambda: statuses(subscriber)[-1:] == ["online"])
        payment_hash = await shop.sell(1000, "beans ☕")
        custom = '{"type":"door.open","door":3}'
        await shop.server.payfeed(
            "POST", "notify", shop.wallet["inkey"], content=custom
        )
        topics = {f"{top}/{kind}" for kind in ("payment", "door.open", "bridge/status")}
        topics.add(f"{top}/balance_update")
        await subscriber.until(lambda: {t for t, _ in subscriber.received} >= topics)
        while await lag(shop):
            await asyncio.sleep(0.05)
        assert (await bridge.stop())[0] == 0
    assert paid(subscriber) == [payment_hash]
    text = next(text for topic, text in subscriber.received if "/payment" in topic)
    frame = json.loads(text)
    assert Verifier(feed["secret"]).is_signed(text, frame["id"], frame["timestamp"])
    await subscriber.until(lambda: statuses(subscriber)[-1:] == ["offline"])
    await subscriber.close()


async def test_home_assistant_discovers_a_device_for_every_feed(
    shop: Any, broker: Mosquitto, tmp_path: Path
) -> None:
    url, address = shop.server.base, f"mqtt://127.0.0.1:{broker.port}"
    feeds: list[str] = []
    for name, scopes in (("Till 1", ["read", "balance"]), ("Till_1", ["read"])):
        key_file = tmp_path / name
        key_file.write_text(await new_key(shop, *scopes))
        feeds += ["--feed", f"{name}={key_file}"]
    keys = [(tmp_path / name).read_text() for name in ("Till 1", "Till_1")]
    options = ["bridge", address, "--homeassistant", "--verbose", *feeds]
    async with running(*options, url=url) as bridge:
        await shop.sell(21, "tea")
        early = Subscriber(broker.port, "payfeed/#", identifier="early")
        await early.until(
            lambda: sum("/balance" in topic for topic, _ in early.received)
        )
        await early.until(lambda: statuses(early).count("online") == 2)
        code, out, err = await bridge.stop()
    assert code == 0
    assert "< 101" in err
    assert not [key for key in keys if key in out + err]
    await early.close()
    late = Subscriber(broker.port, "homeassistant/+/+/+/config")  # retained
    await late.until(lambda: len(late.received) == 5)
    await late.close()
    configs = [json.loads(text) for _, text in late.received]
    for (topic, _), config in zip(late.received, configs, strict=True):
        _, component, device, kind, _ = topic.split("/")
        assert re.fullmatch(r"[A-Za-z0-9_-]+", device)
        assert config["device"]["identifiers"] == [device]
        assert config["unique_id"] == f"{device}_{kind}"
        kind = kind.replace("bridge_", "bridge/")
        name = config["device"]["name"].removeprefix("Payfeed ")
        kind = kind.replace("payment", "bridge/last_payment")
        assert config["state_topic"] == f"payfeed/{name}/{kind}"
        if component == "sensor":
            assert config["availability_topic"] == f"payfeed/{name}/bridge/status"
    names = sorted((config["device"]["name"], config["name"]) for config in configs)
    assert names == [
        ("Payfeed Till 1", "Balance"),
        ("Payfeed Till 1", "Feed"),
        ("Payfeed Till 1", "Last payment"),
        ("Payfeed Till_1", "Feed"),
        ("Payfeed Till_1", "Last payment"),
    ]
    assert len({config["unique_id"] for config in configs}) == 5
    sensor = next(config for config in configs if config["name"] == "Last payment")
    frame = json.loads(
        next(text for topic, text in early.received if "/payment" in topic)
    )
    shown = {
        member: Template(sensor[member]).render(value_json=frame)
        for member in ("value_template", "json_attributes_template")
    }
    assert shown["value_template"] == "21"
    for change, value in (({"direction": "out"}, "-21"), ({"status": "failed"}, "0")):
        other = {"payment": frame["payment"] | change}
        assert Template(sensor["value_template"]).render(value_json=other) == value
    attributes = json.loads(shown["json_attributes_template"])
    assert (attributes["memo"], attributes["direction"]) == ("tea", "in")


async def test_nothing_is_lost_when_bridge_broker_and_lnbits_are_killed(
    shop: Any, broker: Mosquitto, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(await new_key(shop, "read"))
    address = f"mqtt://127.0.0.1:{broker.port}"
    options = ["bridge", address, "--feed", f"till={key_file}"]
    subscriber = Subscriber(broker.port, "payfeed/till/#")
    await subscriber.subscribed.wait()
    hashes: list[str] = []

    async def sell(count: int) -> None:
        for _ in range(count):
            hashes.append(await shop.sell(1))

    async def all_arrived() -> None:
        await subscriber.until(lambda: set(hashes) <= set(paid(subscriber)))

    async def kill_while_selling(command: Command) -> None:
        selling = asyncio.create_task(sell(20))
        await subscriber.until(lambda: len(paid(subscriber)) > 5)
        command.process.kill()
        await command.end()
        await selling

    url = shop.server.base
    async with running(*options, url=url) as bridge:
        await kill_while_selling(bridge)
    await subscriber.until(lambda: statuses(subscriber)[-1:] == ["offline"])
    async with running(*options, url=url) as bridge:
        await all_arrived()
        selling = asyncio.create_task(sell(20))
        broker.kill()
        await bridge.wait_for("broker: ")
        await broker.start()
        await selling
        await all_arrived()
        await sell(3)
        shop.server.kill()
        await subscriber.until(lambda: statuses(subscriber)[-1:] == ["offline"])
        await shop.server.start()
        await subscriber.until(lambda: statuses(subscriber)[-1:] == ["online"])
        await sell(3)
        await all_arrived()
        await bridge.stop()
    assert set(paid(subscriber)) == set(hashes)
    assert len(hashes) == 46
    await subscriber.close()


async def test_a_broker_that_hangs_gets_events_and_the_status_again(
    shop: Any, broker: Mosquitto
) -> None:
    key = await new_key(shop, "read")
    address = f"mqtt://127.0.0.1:{broker.port}"
    subscriber = Subscriber(broker.port, "payfeed/#")
    await subscriber.subscribed.wait()
    assert broker.process
    options: dict[str, Any] = {"key": key, "url": shop.server.base}
    async with running("bridge", address, program=IMPATIENT, **options) as bridge:
        await subscriber.until(lambda: statuses(subscriber)[-1:] == ["online"])
        broker.process.send_signal(signal.SIGSTOP)
        payment_hash = await shop.sell(7)
        await bridge.wait_for("next attempt")  # it did not confirm in time
        assert await lag(shop) == 1
        broker.process.send_signal(signal.SIGCONT)
        await subscriber.until(lambda: paid(subscriber) == [payment_hash])
        while await lag(shop):
            await asyncio.sleep(0.1)
        custom = '{"type":"status","text":"offline"}'
        await shop.server.payfeed(
            "POST", "notify", shop.wallet["inkey"], content=custom
        )
        await subscriber.until(
            lambda: any(
                topic.endswith("/status") and "text" in text
                for topic, text in subscriber.received
            )
        )
        assert statuses(subscriber)[-1] == "online"
    await subscriber.close()


async def test_an_event_is_acknowledged_only_after_the_broker_confirms_it(
    shop: Any, broker: Mosquitto
) -> None:
    key = await new_key(shop, "read")
    options = ["bridge", f"mqtt://127.0.0.1:{broker.port}"]
    async with running(*options, key=key, url=shop.server.base) as bridge:
        await bridge.wait_for("broker: connected")
        broker.kill()
        await bridge.wait_for("next attempt")
        await shop.sell(1)
        await bridge.wait_for("next attempt")
        assert await lag(shop) == 1
        await broker.start()
        while await lag(shop):
            await asyncio.sleep(0.05)


async def test_the_bridge_supports_tls_and_credentials(
    shop: Any, tmp_path: Path
) -> None:
    pem, private = await asyncio.to_thread(certificate, tmp_path)
    passwords = tmp_path / "passwords"
    command = ["mosquitto_passwd", "-b", "-c", str(passwords), "shop", "s3cret"]
    subprocess.run(command, check=True, capture_output=True)
    broker = Mosquitto(
        tmp_path,
        "allow_anonymous false",
        f"password_file {passwords}",
        f"certfile {pem}",
        f"keyfile {private}",
    )
    key, url = await new_key(shop, "read"), shop.server.base
    try:
        await broker.start()
        address = f"mqtts://shop@localhost:{broker.port}"
        options = ["bridge", address, "--broker-ca", str(pem)]
        async with running(*options, key=key, url=url, PAYFEED_MQTT_PASSWORD="no") as b:
            await b.wait_for("ot authori")
        secret = {"PAYFEED_MQTT_PASSWORD": "s3cret"}
        async with running("bridge", address, key=key, url=url, **secret) as b:
            await b.wait_for("certificate verify failed")
        async with running(*options, key=key, url=url, **secret) as b:
            await b.wait_for("broker: connected")
            await shop.sell(1)
            while await lag(shop):
                await asyncio.sleep(0.05)
    finally:
        broker.kill()


async def test_invalid_options_of_the_bridge_are_refused(shop: Any) -> None:
    url, key = shop.server.base, await new_key(shop, "notify")
    mqtt = "mqtt://127.0.0.1"
    for words in (
        [mqtt, "--key", shop.wallet["inkey"]],
        ["tcp://127.0.0.1", "--key", key],
        ["mqtt://me:secret@127.0.0.1", "--key", key],
        [mqtt, "--key", key, "--prefix", "a#"],
        [mqtt, "--feed", "till=/nowhere"],
    ):
        code, _, err = await run("bridge", *words, url=url)
        assert code == 2, words
        assert err.startswith("payfeed: ")
        assert "secret@" not in err
    code, _, err = await run("bridge", mqtt, key=key, url=url)
    assert code == 3
    assert "does not have the scope 'read'" in err
