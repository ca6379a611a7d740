"""`payfeed listen`, `notify` and `test` against a real LNbits."""

import asyncio
import io
import json
import os
import shlex
import signal
from pathlib import Path
from typing import Any

from command import run, running
from lnbits_payfeed import Gap
from lnbits_payfeed.listen import Show, printable
from ports import free_port


async def access_key(shop: Any, *scopes: str) -> str:
    wish = {"name": "test", "scopes": scopes or ["read"]}
    made = await shop.server.payfeed("POST", "keys", shop.wallet["adminkey"], json=wish)
    return str(made.json()["key"])


async def acked(shop: Any) -> str:
    keys = await shop.server.payfeed("GET", "keys", shop.wallet["adminkey"])
    return str(keys.json()[0]["acked"])


async def test_listen_shows_what_happens_in_lines_and_in_json(shop: Any) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    feed = await shop.server.payfeed("GET", "feed", shop.wallet["adminkey"])
    secret = feed.json()["secret"]
    async with (
        running("listen", key=key, url=url) as human,
        running("listen", "--json", "--secret", secret, key=key, url=url) as machine,
    ):
        await human.told("connected")
        await machine.told("connected")
        payment_hash = await shop.sell(1000, "beans \x1b[31m <b>")
        line = await human.line()
        assert "+1000 sat  beans \N{REPLACEMENT CHARACTER}[31m" in line
        assert "\x1b" not in line
        frame = await machine.frame()
        assert frame["payment"]["payment_hash"] == payment_hash
        told = await run("notify", "hello world", key=key, url=url)
        assert told[0] == 0
        assert "to 2 listeners" in told[1]
        assert 'message  "hello world"' in await human.line()
        assert (await machine.frame())["data"] == "hello world"
        own = '{"type":"door.open","door":3}'
        assert (await run("notify", "--json", own, key=key, url=url))[0] == 0
        assert 'door.open  {"door": 3}' in await human.line()
        assert (await machine.frame())["door"] == 3
        assert (await run("test", key=key, url=url))[0] == 0
        assert "test  This is a test" in await human.line()
        assert (await machine.frame())["type"] == "test"
        assert await human.stop() == (0, "", "")
    wanted = ["--types", "payment", "--direction", "in", "--min-amount", "1000"]
    wanted += ["--status", "confirmed"]
    options = ["listen", "--json", "--since", "start", "--count", "1", *wanted]
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
    assert '< 200 {"sent": true' in err
    assert key not in out + err
    options = ["listen", "--verbose", "--since", "start", "--count", "1", "--tag", "x"]
    async with running(*options, "--balance", key=key, url=url) as listening:
        await listening.told("> X-Api-Key: ***")
        await listening.told("< 101")
        await listening.told("< Upgrade: websocket")
        await listening.told('< {"type":"hello"')
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


async def test_an_interrupt_lets_the_command_end_and_acknowledges_its_event(
    shop: Any, tmp_path: Path
) -> None:
    url, key = shop.server.base, await access_key(shop)
    for number in (signal.SIGINT, signal.SIGTERM):
        begun, finish = tmp_path / f"begun{number}", tmp_path / f"finish{number}"
        wait = f"touch {begun}; while [ ! -e {finish} ]; do sleep 0.05; done"
        async with running("listen", "--exec", wait, key=key, url=url) as listening:
            await listening.told("connected")
            await shop.sell(1)
            while not begun.exists():
                await asyncio.sleep(0.05)
            os.killpg(listening.process.pid, number)  # as a terminal does
            finish.touch()
            assert (await listening.end())[0] == 0
        events = await shop.server.payfeed("GET", "events", key)
        assert await acked(shop) == events.json()["head"]


async def test_a_second_interrupt_does_not_wait(shop: Any, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    options = ["listen", "--exec", f"touch {begun}; exec sleep 600"]
    url, key = shop.server.base, shop.wallet["inkey"]
    async with running(*options, key=key, url=url) as listening:
        await listening.told("connected")
        await shop.sell(1)
        while not begun.exists():
            await asyncio.sleep(0.05)
        while listening.process.returncode is None:
            listening.process.send_signal(signal.SIGINT)
            await asyncio.sleep(0.2)
        assert (await listening.end())[0] == 130


async def test_what_the_output_cannot_show_is_replaced(shop: Any) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    options = ["listen", "--since", "start", "--count", "1"]
    await run("notify", "☕ ready", key=key, url=url)
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    async with running(*options, key=key, url=url, **ascii_only) as listening:
        code, out, err = await listening.end()
    assert code == 0, err
    assert "? ready" in out


def test_lines_have_colour_on_a_terminal_alone() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    gap = Gap("a-1", None, "expired")
    for out, start in ((Terminal(), "\033[31mgap: "), (io.StringIO(), "gap: ")):
        Show(out, out, as_json=False).item(gap)
        assert out.getvalue().startswith(start)
        assert out.getvalue().endswith("\033[0m\n") is out.isatty()


async def test_a_killed_lnbits_loses_nothing_for_a_listener_with_a_state_file(
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
        await first.told("next attempt")
        await shop.server.start()
        hashes += [await shop.sell(2), await shop.sell(3)]
        await collect(first)
        first.process.kill()
        await first.end()
    hashes += [await shop.sell(4)]
    shop.server.kill()
    await shop.server.start()
    hashes += [await shop.sell(5)]
    async with running(*options, key=key, url=url) as second:
        again = (await second.frame())["payment"]["payment_hash"]
        if again != hashes[2]:  # delivered, killed before it was saved: comes again
            found.append(again)
        await collect(second)
        await second.stop()
    assert sorted(found) == sorted(hashes)  # a late one is recorded later
    assert state.read_text().strip() == await acked(shop)


async def test_a_command_gets_every_event_and_its_failure_brings_it_again(
    shop: Any, tmp_path: Path
) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    state, got = tmp_path / "state", tmp_path / "got"
    options = ["listen", "--state", str(state), "--since", "start", "--exec"]
    await run("notify", "$(touch owned); `x`", key=key, url=url)
    assert (await run(*options, "exit 7", key=key, url=url))[0] == 6
    copy = f"cat >> {shlex.quote(str(got))}"
    code, *_ = await run(*options, copy, "--count", "1", key=key, url=url)
    assert code == 0
    assert json.loads(got.read_text())["data"] == "$(touch owned); `x`"
    events = (await shop.server.payfeed("GET", "events", key)).json()
    assert state.read_text().strip() == events["head"]


async def test_exit_codes_tell_what_went_wrong(shop: Any, tmp_path: Path) -> None:
    url, key = shop.server.base, shop.wallet["inkey"]
    wrong = tmp_path / "key"
    wrong.write_text("0" * 32 + "\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    listen = ["listen", "--since", "start", "--max-attempts", "1"]

    async def code(*args: str, key: str = key, url: str = url) -> int:
        status, out, err = await run(*args, key=key, url=url)
        assert "Traceback" not in out + err
        assert err.startswith(("payfeed: ", "usage: ")) or "\npayfeed: " in err, err
        return status

    assert await code("listen", url="") == 2
    assert await code("listen", key="") == 2
    assert await code("listen", url="localhost") == 2
    assert await code("listen", url="http://lnbits..example.org") == 2
    assert await code("doctor", url="http://[::1") == 2
    assert await code("listen", "--direction", "up") == 2
    assert await code("listen", "--key-file", str(binary)) == 2
    assert await code("listen", "--state", str(binary)) == 2
    assert await code("listen", "--max-attempts", "0") == 2
    assert await code("notify", "--json", "{") == 2
    assert await code("listen", "--key-file", str(tmp_path / "none")) == 2
    assert await code("listen", "--ca", str(wrong)) == 2
    assert await code(*listen, "--key-file", str(wrong)) == 3
    assert await code("listen", "--since", "yesterday") == 3
    assert await code("notify", "x", "--key-file", str(wrong)) == 3
    assert await code("notify", "--json", '{"type":"payment"}') == 3
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert await code(*listen, url=nowhere) == 4
    assert await code("test", url=nowhere) == 4
    await run("test", key=key, url=url)
    assert await code(*listen, "--secret", "whsec_d3Jvbmc=") == 5


def test_what_steers_terminals_is_not_printed() -> None:
    assert printable("a\x1b[2J\x07\n\u202eb é 🙂") == "a�[2J���b é 🙂"
