"""`payfeed listen`, `notify` and `test` against a real LNbits."""

import asyncio
import io
import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command import patched, run, running
from lnbits_payfeed import Gap, PayfeedApi
from lnbits_payfeed.cli import print_error
from lnbits_payfeed.listen import Printer
from lnbits_payfeed.terminal import printable
from ports import free_port


async def access_key(shop: Any, *scopes: str) -> str:
    body = {"name": "test", "scopes": scopes or ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=body)
    return str(made.json()["key"])


async def acked(shop: Any) -> str:
    """The id that the server stores for the access key."""
    keys = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    return str(keys.json()[0]["acked"])


async def test_listen_shows_events_as_lines_and_as_json(shop: Any) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    secret = feed.json()["secret"]
    async with (
        running("listen", key=key, url=url) as human,
        running("listen", "--json", key=key, url=url, PAYFEED_SECRET=secret) as machine,
    ):
        await human.wait_for("connected")
        await machine.wait_for("connected")
        payment_hash = await shop.sell(1000, "beans \x1b[31m <b>")
        line = await human.line()
        assert "+1000 sat  beans \N{REPLACEMENT CHARACTER}[31m" in line
        assert "\x1b" not in line
        frame = await machine.frame()
        assert frame["payment"]["payment_hash"] == payment_hash
        code, out, _ = await run("notify", "hello world", key=key, url=url)
        assert code == 0
        assert "to 2 listeners" in out
        assert 'message  "hello world"' in await human.line()
        assert (await machine.frame())["data"] == "hello world"
        custom = '{"type":"door.open","door":3}'
        assert (await run("notify", "--data", custom, key=key, url=url))[0] == 0
        assert 'door.open  {"door": 3}' in await human.line()
        assert (await machine.frame())["door"] == 3
        assert (await run("test", key=key, url=url))[0] == 0
        assert "test  This is a test" in await human.line()
        assert (await machine.frame())["type"] == "test"
        assert await human.stop() == (0, "", "")
    filters = ["--types", "payment", "--direction", "in", "--min-amount", "1000"]
    filters += ["--status", "confirmed"]
    options = ["listen", "--json", "--since", "start", "--count", "1", *filters]
    code, out, _ = await run(*options, key=key, url=url)
    assert (code, json.loads(out)) == (0, frame | json.loads(out))
    assert json.loads(out)["payment"]["payment_hash"] == payment_hash


async def test_verbose_shows_handshake_and_frames_without_the_key(shop: Any) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    async with running("notify", "--verbose", "-", key=key, url=url) as notify:
        assert notify.process.stdin
        notify.process.stdin.write(b"from a pipe")
        notify.process.stdin.close()
        code, out, err = await notify.end()
    assert code == 0
    assert '> "from a pipe"' in err
    assert '< 200 {"sent":true' in err
    assert key not in out + err
    options = ["listen", "--verbose", "--since", "start", "--count", "1", "--tag", "x"]
    async with running(*options, "--balance", key=key, url=url) as listening:
        await listening.wait_for("> X-Api-Key: ***")
        await listening.wait_for("< 101")
        await listening.wait_for("< Upgrade: websocket")
        await listening.wait_for('< {"type":"hello"')
        await shop.sell(1)
        while "balance 1 sat" not in await listening.line():
            pass
        extra = {"wallet_id": shop.wallet["id"], "amount": 2000, "memo": "tagged"}
        invoice = await shop.lab("invoice", **extra, extra={"tag": "x"})
        await shop.server.pay(shop.payer, invoice)
        code, out, err = await listening.end()
    assert code == 0
    assert "tagged" in out
    assert key not in out + err


async def test_an_interrupt_waits_for_the_command_and_acknowledges_its_event(
    shop: Any, tmp_path: Path
) -> None:
    url, key = shop.server.base, await access_key(shop)
    for number in (signal.SIGINT, signal.SIGTERM):
        started, finish = tmp_path / f"started{number}", tmp_path / f"finish{number}"
        wait = f"touch {started}; while [ ! -e {finish} ]; do sleep 0.05; done"
        async with running("listen", "--exec", wait, key=key, url=url) as listening:
            await listening.wait_for("connected")
            await shop.sell(1)
            while not started.exists():
                await asyncio.sleep(0.05)
            os.killpg(listening.process.pid, number)  # as a terminal does
            finish.touch()
            assert (await listening.end())[0] == 0
        events = await shop.server.payfeed("GET", "events", key)
        assert await acked(shop) == events.json()["head"]


async def test_a_second_interrupt_does_not_wait(shop: Any, tmp_path: Path) -> None:
    started = tmp_path / "started"
    options = ["listen", "--exec", f"touch {started}; exec sleep 600"]
    url, key = shop.server.base, shop.wallet["inkey"]
    async with running(*options, key=key, url=url) as listening:
        await listening.wait_for("connected")
        await shop.sell(1)
        while not started.exists():
            await asyncio.sleep(0.05)
        while listening.process.returncode is None:
            listening.process.send_signal(signal.SIGINT)
            # a third one would end Python itself while it exits
            deadline = time.monotonic() + 2
            while listening.process.returncode is None and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
        assert (await listening.end())[0] == 130


async def test_characters_that_the_output_cannot_encode_are_replaced(shop: Any) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    options = ["listen", "--since", "start", "--count", "1"]
    await run("notify", "☕ ready", key=key, url=url)
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    async with running(*options, key=key, url=url, **ascii_only) as listening:
        code, out, err = await listening.end()
    assert code == 0, err
    assert "? ready" in out


def test_lines_have_colour_on_a_terminal_or_as_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    gap = Gap("a-1", None, "expired")
    terminal, file = Terminal, io.StringIO
    colored, plain = "\033[31mgap: ", "gap: "
    for kind, color, start in (
        (terminal, "auto", colored),
        (file, "auto", plain),
        (file, "always", colored),
        (terminal, "never", plain),
    ):
        out = kind()
        Printer(out, out, False, color).print_item(gap)
        assert out.getvalue().startswith(start)
        assert out.getvalue().endswith("\033[0m\n") is (start == colored)


async def test_a_state_file_loses_no_event_when_lnbits_is_killed(
    shop: Any, tmp_path: Path
) -> None:
    state, url = tmp_path / "state", shop.server.base
    key = await access_key(shop)
    options = ["listen", "--json", "--state", str(state), "--since", "start"]
    hashes: list[str] = []
    found: list[str] = []

    async def collect(command: Any) -> None:
        while len(found) < len(hashes):
            found.append((await command.frame())["payment"]["payment_hash"])

    async with running(*options, key=key, url=url) as first:
        hashes.append(await shop.sell(1))
        await collect(first)
        shop.server.kill()
        await first.wait_for("next attempt")
        await shop.server.start()
        hashes += [await shop.sell(2), await shop.sell(3)]
        await collect(first)
        first.process.kill()
        await first.end()
    hashes += [await shop.sell(4), await shop.sell(5)]
    async with running(*options, key=key, url=url) as second:
        again = (await second.frame())["payment"]["payment_hash"]
        if again != found[-1]:  # the listener was killed before it saved the id
            found.append(again)
        await collect(second)
        await second.stop()
    assert sorted(found) == sorted(hashes)  # payments may be recorded in another order
    assert state.read_text().strip() == await acked(shop)


async def test_a_command_runs_for_every_event_and_again_after_a_failure(
    shop: Any, tmp_path: Path
) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    state, copied = tmp_path / "state", tmp_path / "copied"
    options = ["listen", "--state", str(state), "--since", "start", "--exec"]
    await run("notify", "$(touch owned); `x`", key=key, url=url)
    assert (await run(*options, "exit 7", key=key, url=url))[0] == 6
    copy = f"cat >> {shlex.quote(str(copied))}"
    code, *_ = await run(*options, copy, "--count", "1", key=key, url=url)
    assert code == 0
    assert json.loads(copied.read_text())["data"] == "$(touch owned); `x`"
    events = (await shop.server.payfeed("GET", "events", key)).json()
    assert state.read_text().strip() == events["head"]


async def test_a_killed_listener_repeats_only_the_event_of_its_last_command(
    shop: Any, tmp_path: Path
) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    options = ["listen", "--state", str(tmp_path / "state"), "--since", "start"]
    copied = shlex.quote(str(tmp_path / "copied"))
    killing = f'[ "$(wc -l < {copied})" -ne 6 ] || kill -9 $PPID'
    api = PayfeedApi(url, key)
    sent = [(await api.notify(number)).id for number in range(9)]
    command = f"cat >> {copied}; {killing}"
    # a save that is put off would come too late
    program = patched(
        "import lnbits_payfeed.saving as saving; saving.PAUSE_SECONDS = 60"
    )
    options += ["--exec", command]
    async with running(*options, key=key, url=url, program=program) as killed:
        assert (await killed.end())[0] == -signal.SIGKILL
    await run(*options, "--count", "4", key=key, url=url)
    lines = (tmp_path / "copied").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == sent[:6] + sent[5:]


async def test_the_exit_code_depends_on_the_error(shop: Any, tmp_path: Path) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    wrong = tmp_path / "key"
    wrong.write_text("0" * 32 + "\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    listen = ["listen", "--since", "start", "--max-attempts", "1"]

    async def code(*args: str, key: str = key, url: str = url) -> int:
        status, _, err = await run(*args, key=key, url=url)
        *others, fault = err.splitlines()
        assert fault.startswith("payfeed: ")
        assert not others or others[0].startswith("connected to "), err
        assert len(others) <= 1, err
        return status

    secret = tmp_path / "secret"
    secret.write_text("whsec_d3Jvbmc=\n")
    assert await code("listen", url="") == 2
    assert await code("listen", key="") == 2
    assert await code("listen", url="localhost") == 2
    assert await code("listen", url="http://lnbits..example.org") == 2
    assert await code("doctor", url="http://[::1") == 2
    assert await code("listen", "--direction", "up") == 2
    assert await code() == 2
    assert await code("dance") == 2
    assert await code("notify") == 2
    assert await code("listen", "--nonsense") == 2
    assert await code("listen", "--key-file", str(binary)) == 2
    assert await code("listen", "--state", str(binary)) == 2
    assert await code("listen", "--max-attempts", "0") == 2
    assert await code("notify", "--data", "{") == 2
    assert await code("listen", "--key-file", str(tmp_path / "none")) == 2
    assert await code("listen", "--ca", str(wrong)) == 2
    assert await code(*listen, "--key-file", str(wrong)) == 3
    assert await code("listen", "--since", "yesterday") == 2
    assert await code("listen", "--count", "0") == 2
    assert await code("listen", "--secret-file", str(tmp_path / "none")) == 2
    assert await code("notify", "x", "--key-file", str(wrong)) == 3
    assert await code("notify", "--data", '{"type":"payment"}') == 3
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert await code(*listen, url=nowhere) == 4
    assert await code("test", url=nowhere) == 4
    await run("test", key=key, url=url)
    assert await code(*listen, "--secret-file", str(secret)) == 5


def test_control_characters_are_not_printed() -> None:
    assert printable("a\x1b[2J\x07\n\u202eb é 🙂") == "a�[2J���b é 🙂"


def test_lines_of_two_threads_are_not_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is one write: a second write could come after another thread's."""
    written: list[str] = []

    class Output(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    monkeypatch.setattr(sys, "stderr", Output())
    print_error("a line")
    assert written == ["a line\n"]


async def test_without_click_one_line_names_the_extra() -> None:
    program = patched("import sys; sys.modules['click'] = None")
    async with running("listen", program=program) as command:
        code, out, err = await command.end()
    assert (code, out) == (2, "")
    assert err.startswith("payfeed: the command line needs the extra cli: ")
    assert err.count("\n") == 1


async def test_help_lists_commands_options_and_exit_codes() -> None:
    code, out, err = await run("--help")
    assert (code, err) == (0, "")
    for text in ("listen", "notify", "test", "bridge", "doctor", "wrong signature"):
        assert text in out
    code, out, err = await run("listen", "--help")
    assert (code, err) == (0, "")
    for option in ("--url", "--state", "--exec", "--count"):
        assert option in out


async def test_the_key_is_read_from_standard_input(shop: Any) -> None:
    key = shop.wallet["inkey"]
    async with running("test", "--key-file", "-", url=shop.server.base) as command:
        code, out, err = await command.end(stdin=f"{key}\n")
    assert (code, err) == (0, "")
    assert "to 0 listeners" in out


async def test_signatures_are_verified_with_the_secret_of_standard_input(
    shop: Any,
) -> None:
    key, admin = shop.wallet["inkey"], shop.wallet["adminkey"]
    await shop.sell(5)
    feed = await shop.server.payfeed("GET", "feed", admin)
    args = ("listen", "--since", "start", "--count", "1", "--secret-file", "-")
    for secret, expected in ((feed.json()["secret"], 0), ("whsec_d3Jvbmc=", 5)):
        async with running(*args, key=key, url=shop.server.base) as command:
            code, _, _ = await command.end(stdin=secret)
        assert code == expected


async def test_a_command_of_exec_inherits_no_secret(shop: Any, tmp_path: Path) -> None:
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    secrets = {
        "PAYFEED_SECRET": feed.json()["secret"],
        "PAYFEED_WEBHOOK_SECRET": "whsec_d3Jvbmc=",
        "PAYFEED_MQTT_PASSWORD": "a password",
    }
    await shop.sell(5)
    file = tmp_path / "environment"
    code, _, _ = await run(
        *("listen", "--since", "start", "--count", "1"),
        *("--exec", f"env > {shlex.quote(str(file))}"),
        key=shop.wallet["inkey"],
        url=shop.server.base,
        **secrets,
        OTHER="kept",
    )
    found = dict(line.partition("=")[::2] for line in file.read_text().splitlines())
    assert (code, found["OTHER"]) == (0, "kept")
    assert not found.keys() & {"PAYFEED_KEY", *secrets}


async def test_listen_shows_the_payment_of_one_invoice(shop: Any) -> None:
    payment_hash = await shop.sell(5)
    await shop.sell(7)
    code, out, _ = await run(
        *("listen", "--json", "--count", "1", "--payment-hash", payment_hash),
        key=shop.wallet["inkey"],
        url=shop.server.base,
    )
    assert code == 0
    assert json.loads(out)["payment"]["payment_hash"] == payment_hash


@pytest.mark.parametrize(
    ("name", "value", "is_coloured"),
    [("NO_COLOR", "", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)],
)
def test_a_terminal_is_asked_for_colours(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, is_coloured: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv(name, value)
    terminal = Terminal()
    Printer(terminal, terminal, False).print_item(Gap("e-1", None, "expired"))
    assert ("\x1b[" in terminal.getvalue()) is is_coloured
