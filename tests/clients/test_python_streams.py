"""The command `payfeed` with hostile servers, closed streams and state files."""

import asyncio
import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import lnbits_payfeed as payfeed
import pytest
from bad_proxy import NotHttp, request_head
from command import HANG_GUARD, SOURCE, running
from lnbits_payfeed.terminal import printable, printable_json
from scripted_server import KEY, scripted_server

HOSTILE = "\x1b[2J\x07\x7f\x85\x9b31m\u202e\u2028ok"
SHELL = ["sh", "-c"]
PAYFEED = f'"{sys.executable}" -m lnbits_payfeed'


@asynccontextmanager
async def answering(*bodies: str, status: str = "200 OK") -> AsyncIterator[str]:
    """A server that answers with these bodies, then always the last; its address."""
    remaining = list(bodies)

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, NotHttp):
            await request_head(reader)
            body = (remaining.pop(0) if len(remaining) > 1 else remaining[0]).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def control_characters(text: str) -> list[str]:
    """Characters that a terminal may interpret, except line ends."""
    kinds = ("Cc", "Cf", "Zl", "Zp")
    return [c for c in text if c != "\n" and unicodedata.category(c) in kinds]


async def test_no_command_prints_control_characters() -> None:
    hostile = json.dumps(HOSTILE, ensure_ascii=False)
    refusal = f'{{"detail": {hostile}}}'.replace("\x1b", "\\u001b")
    sent = f'{{"id": {hostile}, "delivered": {hostile}}}'
    for args, status, bodies in (
        (["notify", "x"], "422 No", [refusal]),
        (["notify", "x"], "200 OK", [sent]),
        (["notify", "--verbose", "x"], f"500 {HOSTILE}", ["no JSON"]),
        (["test"], "200 OK", [sent]),
        (["doctor"], "403 No", [refusal]),
        (["doctor", "--verbose"], f"418 {HOSTILE}", ["{}"]),
    ):
        async with (
            answering(*bodies, status=status) as url,
            running(*args, key=KEY, url=url) as command,
        ):
            _, out, err = await command.end()
        assert "ok" in out + err
        assert control_characters(out + err) == []


async def test_json_lines_escape_control_characters() -> None:
    async with scripted_server() as port:
        options = {"key": KEY, "url": f"http://127.0.0.1:{port}/c1"}
        async with running("listen", "--json", "--count", "2", **options) as listening:
            code, out, err = await listening.end()
    assert code == 0, err
    assert control_characters(out + err) == []
    first, second = map(json.loads, out.splitlines())
    assert first["data"] == "\x7f\x85\x9b31m\u202e\u2028\U000e0001é☕"
    assert second["id"] == "abc-2"


def test_json_on_one_line_has_the_same_value() -> None:
    value = {"text": "".join(map(chr, [*range(0x2100), 0xFEFF, 0x1F642, 0xE0001]))}
    for indent in (None, 2):
        for only_ascii in (True, False):
            text = json.dumps(value, indent=indent, ensure_ascii=only_ascii)
            line = printable_json(text)
            assert json.loads(line) == value
            assert line.isprintable()
            assert (line == text) is (only_ascii and indent is None)
    assert not control_characters(printable(value["text"]))


async def test_a_malformed_payment_is_shown_and_ends_exec() -> None:
    async with scripted_server() as port:

        def options(run: str) -> dict[str, str]:
            return {
                "key": KEY,
                "url": f"http://127.0.0.1:{port}/invalid-payment-then-more~{run}",
            }

        listen = ["listen", "--since", "start", "--exec", "cat >&2"]
        async with running(*listen, **options("exec")) as listening:
            code, out, err = await listening.end()
        assert code == 7
        assert '"id":"abc-1"' in err
        assert "abc-2" in err.splitlines()[-1]
        assert "check the wallet" in out
        assert '"id":"abc-3"' not in err
        listen = ["listen", "--since", "start", "--count", "3", "--json"]
        async with running(*listen, **options("json")) as listening:
            code, out, err = await listening.end()
        assert code == 0
        invalid = json.loads(out.splitlines()[1])
        assert invalid["type"] == "invalid"
        assert invalid["id"] == "abc-2"
        assert json.loads(invalid["raw"])["payment"]["amount"] == -5


async def test_hostile_numbers_are_clamped_with_a_warning() -> None:
    async with scripted_server() as port:
        options = {"key": KEY, "url": f"http://127.0.0.1:{port}/hostile-numbers"}
        listen = ["listen", "--since", "start", "--count", "2"]
        async with running(*listen, **options) as listening:
            code, out, err = await listening.end()
    assert code == 0, err
    assert "Traceback" not in err
    assert "abc-1" in out
    assert "abc-2" in out
    for name in ("heartbeat", "timestamp"):
        assert f"{name} of 1000000000000000000000000000" in err


async def test_closed_full_and_broken_streams_cause_no_traceback() -> None:
    """Cases: the command, its redirections in the shell, the exit code."""
    sent = '{"id": "abc-1", "delivered": 0}'
    async with answering(sent) as url, scripted_server() as port:
        feed = f"http://127.0.0.1:{port}/restart"
        for args, streams, url_, expected in (
            ("listen --count 1", ">&-", feed, 0),
            ("listen --count 1", ">&- 2>&-", feed, 0),
            ("listen --count 1 --exec 'echo x'", "<&- >&- 2>&-", feed, 0),
            ("listen --json --count 1", ">&-", feed, 0),
            ("listen --count 1", ">/dev/full", feed, 2),
            ("listen --verbose --count 1", "2>/dev/full", feed, 2),
            ("notify x", ">&-", url, 0),
            ("notify x", ">/dev/full", url, 2),
            ("notify -", "<&-", url, 0),
            ("doctor", ">&-", url, 1),
            ("--help", ">&-", url, 0),
            ("--help", ">/dev/full", url, 2),
        ):
            program = [*SHELL, f"{PAYFEED} {args} {streams}"]
            async with running(program=program, key=KEY, url=url_) as command:
                code, out, err = await command.end()
            assert code == expected, (args, streams, err)
            assert "Traceback" not in out + err, (args, streams)
            assert "Exception ignored" not in out + err, (args, streams)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_pipe_whose_reader_has_ended_is_not_an_error(stream: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    async with answering('{"id": "abc-1", "delivered": 0}') as url:
        env = {"PYTHONPATH": str(SOURCE), "PAYFEED_KEY": KEY, "PAYFEED_URL": url}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lnbits_payfeed", "notify", "--verbose", "x"),
            env=os.environ | env,
            **(pipes | {stream: writer}),
        )
        os.close(writer)
        texts = await asyncio.wait_for(process.communicate(), HANG_GUARD)
    assert process.returncode == 0, texts
    for text in texts:
        assert b"Traceback" not in (text or b"")
        assert b"Exception ignored" not in (text or b"")


async def test_a_state_file_is_used_by_only_one_listener_at_a_time(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    link = tmp_path / "link"
    link.symlink_to(state)
    async with scripted_server() as port:
        options = {"key": KEY, "url": f"http://127.0.0.1:{port}/restart"}
        listen = ["listen", "--since", "start", "--state"]
        async with running(*listen, str(state), **options) as first:
            await first.wait_for("connected")
            for path in (state, link):
                async with running(*listen, str(path), **options) as second:
                    code, out, err = await second.end()
                assert (code, out) == (2, "")
                assert f"{state} is in use" in err
            assert (await first.stop())[0] == 0
        async with running(*listen, str(state), "--count", "1", **options) as third:
            assert (await third.end())[0] == 0


def test_a_cursor_unlocks_its_file_when_its_feed_closes(tmp_path: Path) -> None:
    path = tmp_path / "state"

    async def feed() -> None:
        cursor = payfeed.FileCursor(path)
        async with payfeed.Feed("http://localhost:1", KEY, cursor=cursor):
            with pytest.raises(payfeed.BadAddress, match="in use"):
                payfeed.FileCursor(path).load()
        payfeed.FileCursor(path).load()

    asyncio.run(feed())
    cursor = payfeed.FileCursor(path)
    cursor.save("abc-1")
    with pytest.raises(payfeed.BadAddress, match="in use"):
        payfeed.FileCursor(path).save("abc-2")
    del cursor
    assert payfeed.FileCursor(path).load() == "abc-1"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b" \t\n", b"\0" * 16, b"\xff\xfe", b"two words", b"a" * 1000],
)
async def test_a_state_file_without_an_id_is_refused_and_kept(
    tmp_path: Path, content: bytes
) -> None:
    state = tmp_path / "state"
    state.write_bytes(content)
    options: dict[str, Any] = {"key": KEY, "url": "http://localhost:1"}
    async with running("listen", "--state", str(state), **options) as listening:
        code, out, err = await listening.end()
    assert (code, out) == (2, "")
    assert str(state) in err
    assert state.read_bytes() == content


def test_a_symbolic_link_is_kept_and_its_target_stores_the_id(tmp_path: Path) -> None:
    target, link = tmp_path / "disk" / "state", tmp_path / "link"
    target.parent.mkdir()
    link.symlink_to(target)
    for event_id in ("abc-1", "abc-2"):
        payfeed.FileCursor(link).save(event_id)
        assert link.is_symlink()
        assert target.read_text() == f"{event_id}\n"
        assert payfeed.FileCursor(link).load() == event_id
