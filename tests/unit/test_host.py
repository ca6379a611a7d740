"""What is asked of LNbits and its surroundings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from loguru import logger
from payfeed import crud
from payfeed.host import settings, wallets

HANG_GUARD = 10


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """LNbits' `.env`, empty."""
    path = tmp_path / ".env"
    path.write_text("")
    monkeypatch.setattr(settings.lnbits_settings.Config, "env_file", str(path))
    return path


def test_a_limit_comes_from_the_environment_else_from_lnbits_env_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text(
        "# PAYFEED_RETENTION_DAYS=1\nexport\nPAYFEED_RETENTION_DAYS=7\n"
        ' PAYFEED_RETENTION_EVENTS = "8" \nPAYFEED_METRICS_TOKEN=a=b\n'
    )
    monkeypatch.setenv("PAYFEED_RETENTION_EVENTS", "9")
    loaded = settings.load()
    assert (loaded.retention_days, loaded.retention_events) == (7, 9)
    assert loaded.metrics_token == "a=b"
    monkeypatch.delenv("PAYFEED_RETENTION_EVENTS")
    assert settings.load().retention_events == 8
    env_file.unlink()
    assert settings.load().retention_days == 400


def test_the_env_file_is_read_as_lnbits_reads_it(env_file: Path) -> None:
    env_file.write_text(
        "PAYFEED_NOTIFY_PER_MINUTE=120 # busy shop\n"
        "export PAYFEED_CONNECTS_PER_MINUTE=600\n"
    )
    loaded = settings.load()
    assert (loaded.notify_per_minute, loaded.connects_per_minute) == (120, 600)


def test_an_invalid_value_is_named_once_and_the_default_used(env_file: Path) -> None:
    env_file.write_text(
        "PAYFEED_RETENTION_DAYS='many'\nPAYFEED_HEARTBEAT_SECONDS=0\n"
        "PAYFEED_MESSAGE_BYTES=-1\nPAYFEED_RETENTION_EVENTS=\n"
    )
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    loaded = settings.load()
    logger.remove(sink)
    defaults = settings.Settings(_env_file=None)
    assert loaded == defaults
    assert sorted(line.split()[1] for line in lines) == [
        "PAYFEED_HEARTBEAT_SECONDS",
        "PAYFEED_MESSAGE_BYTES",
        "PAYFEED_RETENTION_DAYS",
    ]


async def test_a_look_into_lnbits_tables_ends_even_if_its_caller_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answers, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow_use() -> AsyncIterator[Any]:
        asked.set()
        await answers.wait()
        yield AsyncMock(execute=AsyncMock(return_value=MagicMock()))
        ended.set()

    monkeypatch.setattr(crud.core_db, "use", slow_use)
    asking = asyncio.create_task(wallets.find_wallets(["w"]))
    await asyncio.wait_for(asked.wait(), HANG_GUARD)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    answers.set()
    await asyncio.wait_for(ended.wait(), HANG_GUARD)
