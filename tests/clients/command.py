"""Run the command `payfeed` as a user does."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "clients" / "python" / "src"
HANG_GUARD = 60


def patched(statements: str) -> list[str]:
    """The program `payfeed`, which runs these statements before it starts."""
    start = "from lnbits_payfeed.__main__ import main; main()"
    return [sys.executable, "-c", f"{statements}; {start}"]


class Command:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> str:
        assert self.process.stdout
        read = self.process.stdout.readline()
        return (await asyncio.wait_for(read, HANG_GUARD)).decode().rstrip("\n")

    async def frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.line())
        return frame

    async def wait_for(self, text: str) -> None:
        """Wait for a line on standard error that contains this text."""
        assert self.process.stderr
        while True:
            read = self.process.stderr.readline()
            line = (await asyncio.wait_for(read, HANG_GUARD)).decode()
            assert line, f"ended without a line with: {text}"
            if text in line:
                return

    async def end_without_guard(self) -> None:
        """Read and forget what it prints, until it ends."""
        await self.process.communicate()

    async def end(self, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, rest of standard output, rest of standard error."""
        done = self.process.communicate(stdin.encode())
        out, err = await asyncio.wait_for(done, HANG_GUARD)
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()

    async def stop(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGTERM)
        return await self.end()


@asynccontextmanager
async def running(
    *args: str,
    key: str = "",
    url: str = "",
    program: list[str] | None = None,
    cwd: Path | None = None,
    **more: str,
) -> AsyncIterator[Command]:
    """Run `payfeed <args>`, or another `program`; `more` is its environment."""
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "PAYFEED_KEY": key}
    env |= {"PAYFEED_URL": url, "PYTHONUNBUFFERED": "1", **more}
    words = program or [sys.executable, "-m", "lnbits_payfeed"]
    process = await asyncio.create_subprocess_exec(
        *words,
        *args,
        cwd=cwd,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Command(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            # with its children: they hold the pipes open, for which `wait` waits too
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def run(
    *args: str, key: str = "", url: str = "", **more: str
) -> tuple[int, str, str]:
    """Run it to its end; `more` is its environment."""
    async with running(*args, key=key, url=url, **more) as command:
        return await command.end()
