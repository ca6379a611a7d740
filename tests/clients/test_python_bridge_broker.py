"""`payfeed bridge` with brokers that refuse, drop and lose messages."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import scripted_server
from command import run, running
from lnbits_payfeed import BadAddress, InvalidEvent
from lnbits_payfeed.bridge import FeedBridge, checked_name
from lnbits_payfeed.broker import MQTT_PORTS, parse_broker
from lnbits_payfeed.mqtt import MqttBroker
from mosquitto import Mosquitto, Subscriber, without_mqtt5
from test_python_bridge import IMPATIENT, lag, new_key, statuses

MQTT = MqttBroker(parse_broker("mqtt://127.0.0.1", MQTT_PORTS))
LIMIT_BYTES = 700  # above a payment, below one of the discovery messages
SETTINGS = {
    "drops": [f"message_size_limit {LIMIT_BYTES}"],
    "closes": [f"max_packet_size {LIMIT_BYTES}"],
    "denies": ["acl_file {folder}/access"],
}
ACCESS = "topic readwrite #\ntopic deny payfeed/+/door.open\n"


@contextlib.asynccontextmanager
async def broker_with(folder: Path, *settings: str) -> AsyncIterator[Mosquitto]:
    (folder / "access").write_text(ACCESS)
    broker = Mosquitto(
        folder,
        "allow_anonymous true",
        *(setting.format(folder=folder) for setting in settings),
    )
    try:
        await broker.start()
        yield broker
    finally:
        broker.kill()


@contextlib.asynccontextmanager
async def address_of(broker: Mosquitto, protocol: str) -> AsyncIterator[str]:
    if protocol == "5":
        yield f"mqtt://127.0.0.1:{broker.port}"
        return
    async with without_mqtt5(broker.port, protocol == "3.1.1") as port:
        yield f"mqtt://127.0.0.1:{port}"


async def notify(shop: Any, kind: str, text: str) -> str:
    """Send a message; its id."""
    answer = await shop.server.payfeed(
        "POST", "notify", shop.wallet["inkey"], json={"type": kind, "text": text}
    )
    return str(answer.json()["id"])


def gaps(subscriber: Subscriber) -> list[dict[str, Any]]:
    return [json.loads(text) for topic, text in subscriber.received if "/gap" in topic]


def payments(subscriber: Subscriber) -> list[str]:
    return [topic for topic, _ in subscriber.received if topic.endswith("/payment")]


@pytest.mark.parametrize(
    ("setting", "protocol"),
    [
        ("drops", "5"),
        ("closes", "5"),
        ("denies", "5"),
        ("drops", "3.1.1"),
        ("closes", "3.1.1"),
        ("denies", "3.1.1"),
        ("drops", "3.1.1, closing without an answer"),
    ],
)
async def test_an_event_that_the_broker_refuses_is_a_gap_and_the_next_arrives(
    shop: Any, tmp_path: Path, setting: str, protocol: str
) -> None:
    key, url = await new_key(shop, "read", "balance"), shop.server.base
    async with (
        broker_with(tmp_path, *SETTINGS[setting]) as broker,
        address_of(broker, protocol) as address,
        running("bridge", address, "--homeassistant", key=key, url=url) as bridge,
    ):
        subscriber = Subscriber(broker.port, "payfeed/#")
        await subscriber.until(lambda: statuses(subscriber)[-1:] == ["online"])
        before = await notify(shop, "window.open", "1")
        refused = await notify(shop, "door.open", "x" * 3000)
        await shop.sell(1)
        await subscriber.until(lambda: payments(subscriber))
        while await lag(shop):
            await asyncio.sleep(0.05)
        code, _, err = await bridge.stop()
        await subscriber.close()
    assert code == 0
    assert not [topic for topic, _ in subscriber.received if "door.open" in topic]
    (gap,) = gaps(subscriber)
    assert gap.pop("detail")
    assert gap == {
        "type": "gap",
        "since": before,
        "oldest": None,
        "reason": "refused",
        "id": refused,
    }
    assert f"event {refused} is refused" in err
    summary = err.splitlines()[-1]
    assert "2 events published, 1 refused" in summary
    assert refused in summary
    assert ("topics refused: homeassistant/" in summary) is (
        setting == "closes" or (setting, protocol) == ("drops", "5")
    )
    assert err.count("using MQTT 3.1.1") == (protocol != "5")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_bridge_that_is_stopped_reports_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    scenario = {"connections": [[{"hello": {}}]]}
    monkeypatch.setattr(
        scripted_server, "load_scenarios", lambda: {"scenario": scenario}
    )
    async with (
        broker_with(tmp_path) as broker,
        address_of(broker, protocol) as address,
        scripted_server.scripted_server() as port,
    ):
        url, key = f"http://127.0.0.1:{port}/scenario", scripted_server.KEY
        async with running("bridge", address, key=key, url=url) as bridge:
            await bridge.wait_for("broker: connected")
            assert await bridge.stop() == (0, "", "wallet: 0 events published\n")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_nothing_is_acknowledged_while_the_broker_refuses_the_gap(
    shop: Any, tmp_path: Path, protocol: str
) -> None:
    key, url = await new_key(shop, "read"), shop.server.base
    async with (
        broker_with(tmp_path, *SETTINGS["denies"]) as broker,
        address_of(broker, protocol) as address,
    ):
        access = tmp_path / "access"
        access.write_text(f"{ACCESS}topic deny payfeed/+/gap\n")
        assert broker.process
        broker.process.send_signal(signal.SIGHUP)
        async with running("bridge", address, key=key, url=url) as bridge:
            await notify(shop, "door.open", "1")
            await bridge.wait_for("/gap was refused")
            assert await lag(shop) == 1
            subscriber = Subscriber(broker.port, "payfeed/#")
            await subscriber.subscribed.wait()
            access.write_text("topic readwrite #\n")
            broker.process.send_signal(signal.SIGHUP)
            await subscriber.until(
                lambda: any("door.open" in topic for topic, _ in subscriber.received)
            )
            while await lag(shop):
                await asyncio.sleep(0.05)
            _, _, err = await bridge.stop()
        await subscriber.close()
    assert "1 events published" in err.splitlines()[-1]
    assert not gaps(subscriber)


async def test_nothing_is_published_on_mqtt_3_1_1_without_permission_to_read(
    shop: Any, tmp_path: Path
) -> None:
    """Without MQTT 5, only messages that come back are known to be delivered."""
    key, url = await new_key(shop, "read"), shop.server.base
    async with (
        broker_with(tmp_path, *SETTINGS["denies"]) as broker,
        address_of(broker, "3.1.1") as address,
    ):
        (tmp_path / "access").write_text("topic write #\n")
        assert broker.process
        broker.process.send_signal(signal.SIGHUP)
        options: dict[str, Any] = {"key": key, "url": url, "program": IMPATIENT}
        async with running("bridge", address, **options) as bridge:
            await shop.sell(1)
            await bridge.wait_for("must be allowed to read payfeed/")
            assert await lag(shop) == 1


async def test_a_broker_that_lost_its_store_gets_all_retained_messages_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server sends the balance once, and no event."""
    balance = {"wallet_id": "wallet", "balance": 21, "balance_msat": 21000}
    frame = {"type": "balance_update", "timestamp": scripted_server.BEGIN} | balance
    scenario = {"connections": [[{"hello": {}}, {"frame": frame}]]}
    monkeypatch.setattr(
        scripted_server, "load_scenarios", lambda: {"scenario": scenario}
    )

    async def retained(port: int) -> dict[str, str]:
        late = Subscriber(port, "#", identifier="late", clean_session=True)
        await late.until(lambda: len(dict(late.received)) == 5)
        await late.close()
        return dict(late.received)

    async with (
        broker_with(tmp_path) as broker,
        scripted_server.scripted_server() as port,
    ):
        options = ["bridge", f"mqtt://127.0.0.1:{broker.port}", "--homeassistant"]
        url, key = f"http://127.0.0.1:{port}/scenario", scripted_server.KEY
        async with running(*options, key=key, url=url):
            stored = await retained(broker.port)
            broker.lose_store()
            await broker.start()
            assert await retained(broker.port) == stored
    assert {topic for topic in stored if "payfeed/wallet/" in topic} == {
        "payfeed/wallet/bridge/status",
        "payfeed/wallet/balance_update",
    }
    assert sum(topic.endswith("/config") for topic in stored) == 3


@pytest.mark.parametrize(
    "wallet_id",
    ["", "a/b", "+", "a#", "\0", "a\n", "a\x9b", "\ud800", "\uffff", "a" * 129],
)
async def test_a_wallet_id_that_topics_cannot_contain_is_refused(
    wallet_id: str,
) -> None:
    assert checked_name(MQTT, "3aa59ccb9f4048f7ac27c60d496ec3d6")
    with pytest.raises(BadAddress):
        checked_name(MQTT, wallet_id)


async def test_the_bridge_ends_if_the_server_sends_such_a_wallet_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = {"connections": [[{"hello": {"wallet_id": "till/bridge"}}]]}
    monkeypatch.setattr(
        scripted_server, "load_scenarios", lambda: {"scenario": scenario}
    )
    key = scripted_server.KEY
    async with (
        broker_with(tmp_path) as broker,
        scripted_server.scripted_server() as port,
    ):
        address, url = (
            f"mqtt://127.0.0.1:{broker.port}",
            f"http://127.0.0.1:{port}/scenario",
        )
        code, _, err = await run("bridge", address, key=key, url=url)
    assert code == 2, err
    assert "the wallet id that the server sent" in err
    assert "broker: connected" not in err


async def test_a_malformed_event_is_published_as_a_gap() -> None:
    published: list[tuple[str, str]] = []
    lines: list[str] = []

    class Connection:
        async def publish(
            self, topic: str, payload: str, retain: bool = False, key: str | None = None
        ) -> None:
            published.append((topic, payload))

    url = "http://127.0.0.1"
    feed_bridge = FeedBridge(MQTT, url, "pfk_key", "till", "payfeed", lines.append)
    item: Any = InvalidEvent("abc-7", "amount is not positive", "{}")
    connection: Any = Connection()
    await feed_bridge._publish(connection, item)
    ((topic, payload),) = published
    assert topic == "payfeed/till/gap"
    assert json.loads(payload) == {
        "type": "gap",
        "since": "",
        "oldest": None,
        "reason": "invalid",
        "id": "abc-7",
        "detail": "amount is not positive",
    }
    assert lines == ["till: event abc-7 is invalid: amount is not positive"]
    assert "1 invalid, reported as gap, not published: abc-7" in feed_bridge.summary()
