"""Home Assistant with what a configuration names; run by Home Assistant's own Python.

Usage: program.py <folder of the configuration>. Prints each change of a state, and each
event `payfeed_received`, as one JSON object a line.
"""

import asyncio
import json
import sys
from typing import Any

from homeassistant import bootstrap, runner
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, EVENT_STATE_CHANGED
from homeassistant.core import callback


def show(kind: str, **members: Any) -> None:
    print(json.dumps({"kind": kind} | members, default=str), flush=True)


@callback  # in the loop: threads would mix their lines
def show_state(event: Any) -> None:
    state = event.data["new_state"]
    if state:
        members = {"state": state.state, "attributes": dict(state.attributes)}
        show("state", entity=state.entity_id, **members)


@callback
def show_received(event: Any) -> None:
    show("received", **event.data)


@callback
def show_started(_: Any) -> None:
    show("started")


async def main() -> int:
    # without its web page and other parts that no configuration names
    bootstrap.DEFAULT_INTEGRATIONS = set()
    bootstrap.CRITICAL_INTEGRATIONS = set()
    config = runner.RuntimeConfig(config_dir=sys.argv[1], skip_pip=True)
    hass = await bootstrap.async_setup_hass(config)
    assert hass is not None
    hass.bus.async_listen(EVENT_STATE_CHANGED, show_state)
    hass.bus.async_listen("payfeed_received", show_received)
    hass.bus.async_listen(EVENT_HOMEASSISTANT_STARTED, show_started)
    for state in hass.states.async_all():
        members = {"state": state.state, "attributes": dict(state.attributes)}
        show("state", entity=state.entity_id, **members)
    return int(await hass.async_run())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
