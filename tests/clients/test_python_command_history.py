"""`payfeed history`, `payfeed keys`, `listen --tail`, help and completion."""

import json
from collections.abc import Iterator
from typing import Any

import click
import pytest
from command import run, running
from lnbits_payfeed import PayfeedApi
from lnbits_payfeed.cli import payfeed


async def sent(shop: Any, count: int) -> list[str]:
    """The ids of new messages."""
    api = PayfeedApi(shop.server.base, shop.wallet["inkey"])
    return [(await api.notify(number)).id for number in range(count)]


def ids(out: str) -> list[str]:
    return [json.loads(line)["id"] for line in out.splitlines()]


async def test_history_shows_the_newest_events_or_those_after_an_id(shop: Any) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    events = await sent(shop, 4)
    for words, expected in (
        (["--limit", "2"], events[2:]),
        (["--since", events[0]], events[1:]),
        (["--since", events[0], "--limit", "1"], events[1:2]),
        (["--types", "payment"], []),
    ):
        code, out, _ = await run("history", "--json", *words, **options)
        assert (code, ids(out)) == (0, expected)


async def test_listen_begins_with_the_newest_events(shop: Any) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    events = await sent(shop, 4)
    words = ["listen", "--json", "--tail", "3", "--count", "3"]
    code, out, _ = await run(*words, **options)
    assert (code, ids(out)) == (0, events[1:])
    code, _, err = await run(*words, "--since", "start", **options)
    assert code == 2
    assert "use --tail without --state and --since" in err


async def test_listen_with_a_tail_reads_its_key_from_standard_input(shop: Any) -> None:
    (event,) = await sent(shop, 1)
    words = ["listen", "--json", "--tail", "1", "--count", "1", "--key-file", "-"]
    async with running(*words, url=shop.server.base) as command:
        code, out, _ = await command.end(stdin=f"{shop.wallet['inkey']}\n")
    assert (code, ids(out)) == (0, [event])


async def test_keys_are_created_listed_renamed_and_revoked(shop: Any) -> None:
    options = {"key": shop.wallet["adminkey"], "url": shop.server.base}
    words = ["keys", "create", "till", "--scope", "notify", "--json"]
    made = json.loads((await run(*words, **options))[1])
    key_id, key = made["id"], made["key"]
    assert made["scopes"] == ["notify"]
    assert (await run("keys", "rename", key_id, "bar", **options))[0] == 0
    assert (await run("notify", "x", key=key, url=shop.server.base))[0] == 0
    _, out, _ = await run("keys", "list", **options)
    assert out.startswith(f"{key_id}  bar  notify")
    assert key not in out
    assert (await run("keys", "revoke", key_id, **options))[0] == 0
    assert (await run("notify", "x", key=key, url=shop.server.base))[0] == 3


def commands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


@pytest.mark.parametrize(("words", "command"), commands(payfeed, "payfeed"))
def test_the_help_of_every_command_has_an_example(
    words: str, command: click.Command
) -> None:
    text = command.get_help(click.Context(command, info_name=words))
    assert f"Examples:\n    {words}" in text


async def test_the_shell_completes_commands() -> None:
    _, out, _ = await run(
        _PAYFEED_COMPLETE="bash_complete", COMP_WORDS="payfeed his", COMP_CWORD="1"
    )
    assert out == "plain,history\n"
