"""Home Assistant with Payfeed: its recipes, and what the bridge lets it discover."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from command import ROOT, running
from home_assistant import HomeAssistant, configure, home_assistant
from mosquitto import Mosquitto
from shop import Shop

RECIPES = ROOT / "examples" / "recipes" / "home-assistant"
LAST_PAYMENT = "sensor.payfeed_till_last_payment"


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    started = Mosquitto(folder)
    try:
        await started.start()
        yield started
    finally:
        started.kill()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


async def bridge_words(shop: Shop, broker: Mosquitto, folder: Path) -> list[str]:
    body = {"name": "till", "scopes": ["read", "balance"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    (folder / "till.key").write_text(made.json()["key"])
    address = f"mqtt://127.0.0.1:{broker.port}"
    return ["bridge", address, "--feed", f"till={folder / 'till.key'}"]


def shown(home: HomeAssistant, entity: str) -> Any:
    """The newest state of an entity; None before it has one."""
    return home.states.get(entity, {}).get("state")


def memos(home: HomeAssistant) -> list[Any]:
    return [event["memo"] for event in home.received]


async def test_a_webhook_triggers_the_automation_also_after_a_stop(
    shop: Shop, config: Path
) -> None:
    configure(config, RECIPES / "webhook.yaml", None)
    words = ["listen", "--since", "start", "--state", str(config / "state")]
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}

    async def listen(home: HomeAssistant, *memos_of: str) -> None:
        address = f"http://127.0.0.1:{home.port}/api/webhook/payfeed-change-this"
        async with running(*words, "--forward-to", address, **options) as listening:
            await home.until(lambda: memos(home) == list(memos_of))
            await listening.stop()

    await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
    await shop.sell(1, "tea")
    async with home_assistant(config) as home:
        await listen(home, "tea")
        assert home.received[0]["amount"] in (1, "1")
    await shop.sell(2, "cake")
    async with home_assistant(config) as home:
        await listen(home, "cake")


async def test_the_bridge_triggers_the_automation_and_shows_the_feed(
    shop: Shop, broker: Mosquitto, config: Path
) -> None:
    configure(config, RECIPES / "mqtt.yaml", broker.port)
    words = [*await bridge_words(shop, broker, config), "--homeassistant"]
    async with (
        home_assistant(config) as home,
        running(*words, url=shop.server.base),
    ):
        # it subscribes to what it discovers after the topics of automations
        await home.until(lambda: shown(home, "binary_sensor.payfeed_till_feed") == "on")
        await shop.server.payfeed("POST", "test", shop.wallet["inkey"])
        await shop.sell(1, "tea")
        await shop.sell(2, "cake")
        await home.until(lambda: len(home.received) == 2)
        assert sorted(memos(home)) == ["cake", "tea"]
        await home.until(lambda: shown(home, "sensor.payfeed_till_balance") == "3")
        await home.until(lambda: shown(home, LAST_PAYMENT) in ("1", "2"))


async def test_the_last_payment_is_known_after_a_restart_and_triggers_nothing(
    shop: Shop, broker: Mosquitto, config: Path
) -> None:
    configure(config, RECIPES / "mqtt.yaml", broker.port)
    words = [*await bridge_words(shop, broker, config), "--homeassistant"]
    async with running(*words, url=shop.server.base):
        async with home_assistant(config) as home:
            feed = "binary_sensor.payfeed_till_feed"
            await home.until(lambda: shown(home, feed) == "on")
            await shop.sell(5, "tea")
            await home.until(lambda: shown(home, LAST_PAYMENT) == "5")
            await home.until(lambda: memos(home) == ["tea"])
        async with home_assistant(config) as home:
            await home.until(lambda: shown(home, LAST_PAYMENT) == "5")
            assert home.states[LAST_PAYMENT]["attributes"]["memo"] == "tea"
            await shop.sell(7, "cake")
            await home.until(lambda: home.received)
            assert memos(home) == ["cake"]


async def test_home_assistant_accepts_every_discovery_message(
    shop: Shop, broker: Mosquitto, config: Path
) -> None:
    configure(config, None, broker.port)
    words = [*await bridge_words(shop, broker, config), "--homeassistant"]
    async with (
        home_assistant(config) as home,
        running(*words, url=shop.server.base),
    ):
        await shop.sell(5)
        await home.until(lambda: shown(home, "sensor.payfeed_till_balance") == "5")
        await home.until(lambda: shown(home, LAST_PAYMENT) == "5")
        log = await home.end()
    complaints = [line for line in log.splitlines() if "components.mqtt" in line]
    assert complaints == []
