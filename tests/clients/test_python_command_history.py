"""`payfeed history`, `replay`, `keys`, `listen --tail`, options, help, completion."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from command import run, running
from lnbits_payfeed import PayfeedApi, verify_webhook
from lnbits_payfeed.cli import payfeed
from lnbits_payfeed.frames import new_secret
from receiver import Receiver


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


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["listen", "--count", "0"], "--count"),
        (["listen", "--tail", "0"], "--tail"),
        (["listen", "--max-attempts", "0"], "--max-attempts"),
        (["listen", "--min-amount", "nan"], "--min-amount"),
        (["listen", "--since", "yesterday"], "--since"),
        (["listen", "--types", "Payment"], "--types"),
        (["listen", "--color", "sometimes"], "--color"),
        (["history", "--limit", "1001"], "--limit"),
        (["history", "--payment-hash", "tea"], "--payment-hash"),
        (["export", "--until", "start"], "--until"),
        (["webhooks", "deliveries", "ID", "--before", "x"], "--before"),
        (["keys", "create", "till", "--min-amount", "-1"], "--min-amount"),
        (["replay", "x-1", "--max-attempts", "0"], "--max-attempts"),
        (["notify", "text", "--data", "1"], "--data"),
        (["keys"], "Missing command"),
    ],
)
async def test_a_wrong_option_is_one_line_that_names_it(
    words: list[str], option: str
) -> None:
    code, out, err = await run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("payfeed: ")
    assert option in err


async def test_json_is_the_output_of_every_command_that_prints_a_result(
    shop: Any,
) -> None:
    reader = {"key": shop.wallet["inkey"], "url": shop.server.base}
    admin = {"key": shop.wallet["adminkey"], "url": shop.server.base}

    async def result(*words: str, **options: str) -> Any:
        code, out, err = await run(*words, "--json", **options)
        assert (code, err, out.count("\n")) == (0, "", 1)
        return json.loads(out)

    sent = await result("notify", "tea", **reader)
    assert sent["delivered"] == 0
    assert (await result("replay", sent["id"], **reader))["data"] == "tea"
    assert (await result("test", **reader))["id"] > sent["id"]
    key = await result("keys", "create", "till", **admin)
    assert (await result("keys", "rename", key["id"], "bar", **admin))["name"] == "bar"
    assert (await result("keys", "revoke", key["id"], **admin))["revoked"] is True


async def test_data_is_any_json_value(shop: Any) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    assert (await run("notify", "--data", '{"type":"door","n":3}', **options))[0] == 0
    async with running("notify", "--data", "-", **options) as command:
        assert (await command.end(stdin="[1]"))[0] == 0
    lines = (await run("history", "--json", **options))[1].splitlines()
    first, second = map(json.loads, lines)
    assert (first["type"], first["n"], second["data"]) == ("door", 3, [1])


async def test_replay_runs_a_command_for_each_event_in_the_order_given(
    shop: Any, tmp_path: Path
) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    first, second = await sent(shop, 2)
    copied = tmp_path / "copied"
    command = f"cat >> {shlex.quote(str(copied))}"
    code, out, _ = await run("replay", second, first, "--exec", command, **options)
    assert (code, len(out.splitlines())) == (0, 2)
    assert ids(copied.read_text()) == [second, first]
    code, *_ = await run("replay", first, second, "--exec", "exit 7", **options)
    assert code == 6


async def test_replay_sends_an_event_to_a_receiver(shop: Any) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    (event,) = await sent(shop, 1)
    secret = new_secret()
    async with Receiver() as receiver:
        words = ["replay", event, "--forward-to", receiver.url()]
        code, *_ = await run(*words, PAYFEED_WEBHOOK_SECRET=secret, **options)
        (request,) = receiver.received
    assert code == 0
    assert verify_webhook(request.body, request.headers, secret).id == event
    code, _, err = await run(*words, PAYFEED_WEBHOOK_SECRET=secret, **options)
    assert code == 4  # the receiver has ended, and one attempt is the default
    assert "gave up after 1 attempt" in err


@pytest.mark.parametrize(
    ("event_id", "code", "text"),
    [
        ("start", 2, "start is not the id of an event"),
        ("zz-0", 2, "zz-0 is not the id of an event"),
        ("zz-7", 3, "event zz-7 is not kept, or the key may not read it"),
    ],
)
async def test_replay_names_an_id_without_an_event(
    shop: Any, event_id: str, code: int, text: str
) -> None:
    options = {"key": shop.wallet["inkey"], "url": shop.server.base}
    found, _, err = await run("replay", event_id, **options)
    assert (found, text in err, err.count("\n")) == (code, True, 1)
