"""A real Home Assistant for tests, from its locked packages."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import setup
from command import ROOT, Command, running
from needs import missing
from npm import exclusive
from ports import free_port

PROGRAM = ROOT / "tests" / "homeassistant" / "program.py"
HANG_GUARD = 60


@cache
def python() -> str:
    if sys.version_info < (3, 11):
        missing("Home Assistant needs Python 3.11 or later")
    with exclusive(setup.CACHE / "homeassistant"):
        return str(Path(setup.tool("homeassistant", "hass")).with_name("python"))


class HomeAssistant:
    """A running Home Assistant; `states` has the newest state of every entity."""

    def __init__(self, command: Command, port: int) -> None:
        self.command = command
        self.port = port
        self.states: dict[str, dict[str, Any]] = {}
        self.received: list[dict[str, Any]] = []
        self.is_started = False

    async def until(self, condition: Any) -> None:
        """Read what happens until it makes `condition()` true."""
        while not condition():
            line = await self.command.line()
            assert line or self.command.process.returncode is None
            happened = json.loads(line)
            kind = happened.pop("kind")
            self.is_started |= kind == "started"
            if kind == "state":
                self.states[happened["entity"]] = happened
            elif kind == "received":
                self.received.append(happened)

    async def end(self) -> str:
        """Stop it; returns its log."""
        self.command.process.terminate()
        _, _, log = await self.command.end()
        return log


def configure(folder: Path, package: Path | None, broker_port: int | None) -> None:
    """Write a configuration with a package, and with the integration of a broker."""
    lines = ["homeassistant:", "  packages: !include_dir_named packages"]
    lines += ["webhook:", "http:", "  server_host: 127.0.0.1", "  server_port: PORT"]
    (folder / "configuration.yaml").write_text("\n".join(lines) + "\n")
    (folder / "packages").mkdir()
    if package:
        (folder / "packages" / "payfeed.yaml").write_text(package.read_text())
    entry = {
        "entry_id": "broker",
        "version": 1,
        "minor_version": 1,
        "domain": "mqtt",
        "title": "broker",
        "data": {"broker": "127.0.0.1", "port": broker_port},
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "unique_id": None,
        "disabled_by": None,
    }
    store = {
        "version": 1,
        "minor_version": 1,
        "key": "core.config_entries",
        "data": {"entries": [entry] if broker_port else []},
    }
    (folder / ".storage").mkdir()
    (folder / ".storage" / "core.config_entries").write_text(json.dumps(store))


@asynccontextmanager
async def home_assistant(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Home Assistant with the configuration in `folder`, when it has started."""
    port = free_port()
    config = folder / "configuration.yaml"
    text = config.read_text()
    config.write_text(text.replace("PORT", str(port)))
    program = [await asyncio.to_thread(python), str(PROGRAM), str(folder)]
    try:
        async with running(program=program) as command:
            started = HomeAssistant(command, port)
            await started.until(lambda: started.is_started)
            yield started
    finally:
        config.write_text(text)
