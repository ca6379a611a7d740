"""What is asked of LNbits' surroundings."""

import asyncio
from pathlib import Path

import pytest
from payfeed import host

HANG_GUARD = 10


def test_a_limit_is_taken_from_the_environment_else_from_lnbits_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = tmp_path / ".env"
    env.write_text(
        "# PAYFEED_A=1\nexport\nPAYFEED_A=7\n PAYFEED_B = \"8\" \nPAYFEED_C='no'\n"
        "PAYFEED_D=0\nPAYFEED_E=\nTOKEN=a=b\n"
    )
    monkeypatch.setattr(host.settings.Config, "env_file", str(env))
    monkeypatch.setenv("PAYFEED_B", "9")
    limits = [host.setting(f"PAYFEED_{name}", 5) for name in "ABCDEF"]
    assert limits == [7, 9, 5, 5, 5, 5]
    monkeypatch.delenv("PAYFEED_B")
    assert host.setting("PAYFEED_B", 5) == 8
    assert host.text_setting("TOKEN") == "a=b"
    env.unlink()
    assert host.setting("PAYFEED_A", 5) == 5


async def test_a_look_into_lnbits_tables_ends_even_if_nobody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = asyncio.Event()

    async def get_payment(checking_id: str) -> None:
        await asyncio.sleep(0)
        ended.set()

    monkeypatch.setattr(host.core_crud, "get_payment", get_payment)
    asking = asyncio.create_task(host.get_payment("c1"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(ended.wait(), HANG_GUARD)
