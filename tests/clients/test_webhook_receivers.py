"""The receivers in examples/webhooks accept, deduplicate and refuse real requests."""

import asyncio
import json
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from command import HANG_GUARD, ROOT, run, running
from lnbits_payfeed.frames import Signer, new_secret
from lnbits_payfeed.sample import sample
from needs import need
from node_programs import node_folder
from ports import free_port

EXAMPLES = ROOT / "examples" / "webhooks"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_file())
SECRET = new_secret()
FUNCTION_URL = ROOT / "tests" / "clients" / "function_url.py"


def start_command(name: str, port: int) -> list[str]:
    """How to run a receiver on this port, from any folder."""
    path = str(EXAMPLES / name)
    if name == "fastapi_receiver.py":
        app = ["uvicorn", "--app-dir", str(EXAMPLES), "fastapi_receiver:app"]
        return [sys.executable, "-m", *app, "--port", str(port)]
    if name == "flask_receiver.py":
        return [
            sys.executable,
            "-m",
            "flask",
            "--app",
            path,
            "run",
            "--port",
            str(port),
        ]
    if name == "serverless.py":
        return [sys.executable, str(FUNCTION_URL), path, str(port)]
    if name == "receiver.php":
        return [need("php"), "-S", f"127.0.0.1:{port}", path]
    assert name == "express.mjs"
    return [need("node"), shutil.copy(path, node_folder())]


class RunningReceiver:
    """`folder` is where it keeps what was paid."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    def paid(self) -> list[tuple[str, str, int]]:
        """Event id, payment hash and amount of every payment."""
        text = self.folder / "paid"
        if text.exists():
            rows = [line.split() for line in text.read_text().splitlines()]
            return [(row[0], row[1], int(row[2])) for row in rows]
        if not (self.folder / "shop.sqlite").exists():
            return []
        shop = sqlite3.connect(self.folder / "shop.sqlite")
        try:
            return shop.execute("SELECT id, payment_hash, amount FROM paid").fetchall()
        finally:
            shop.close()

    async def post(
        self, event_id: str, body: str, *secrets: str, age_seconds: int = 0
    ) -> int:
        """Send a request that is signed with these secrets; returns the status."""
        now = int(time.time()) - age_seconds
        signatures = [Signer(s).signature(body, event_id, now) for s in secrets]
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now),
            "webhook-signature": " ".join(signatures),
        }
        async with httpx.AsyncClient(trust_env=False, timeout=HANG_GUARD) as client:
            return (
                await client.post(self.url, content=body, headers=headers)
            ).status_code


async def until_listening(port: int) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < deadline, "the receiver does not listen"
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


@pytest_asyncio.fixture(params=NAMES)
async def receiver(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[RunningReceiver]:
    port = free_port()
    program = await asyncio.to_thread(start_command, request.param, port)
    settings = {"PAYFEED_WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    async with running(program=program, cwd=tmp_path, **settings):
        await until_listening(port)
        yield RunningReceiver(f"http://127.0.0.1:{port}/payments", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_receiver_has_fewer_than_25_lines_of_code(name: str) -> None:
    lines = (EXAMPLES / name).read_text().splitlines()
    assert len([line for line in lines if line]) < 25


@pytest.mark.parametrize("name", NAMES)
def test_the_document_shows_the_receiver(name: str) -> None:
    document = (ROOT / "docs" / "webhooks.md").read_text()
    assert f"\n{(EXAMPLES / name).read_text()}```\n" in document


async def test_a_receiver_takes_what_was_paid_and_nothing_else(
    receiver: RunningReceiver,
) -> None:
    async def trigger(kind: str) -> str:
        options = ["--forward-to", receiver.url]
        code, out, err = await run(
            "trigger", kind, *options, PAYFEED_WEBHOOK_SECRET=SECRET
        )
        assert (code, err) == (0, "")
        return out.split()[0]

    await trigger("failed")
    await trigger("message")
    event_id = await trigger("payment")
    (paid,) = receiver.paid()
    assert (paid[0], len(paid[1]), paid[2]) == (event_id, 64, 1000)


async def test_a_receiver_takes_an_event_that_is_repeated_once(
    receiver: RunningReceiver,
) -> None:
    event_id, body = sample("payment")
    for _ in range(2):
        assert await receiver.post(event_id, body, SECRET) < 300
    payment = json.loads(body)["payment"]
    assert receiver.paid() == [(event_id, payment["payment_hash"], 1000)]


async def test_a_receiver_accepts_either_signature_of_a_rotation(
    receiver: RunningReceiver,
) -> None:
    for secrets in ((SECRET, new_secret()), (new_secret(), SECRET)):
        event_id, body = sample("payment")
        assert await receiver.post(event_id, body, *secrets) < 300
    assert len(receiver.paid()) == 2


async def test_a_receiver_accepts_a_gap(receiver: RunningReceiver) -> None:
    gap = {"type": "gap", "since": "abc-1", "oldest": "abc-9", "reason": "expired"}
    assert await receiver.post("gap-abc-1", json.dumps(gap), SECRET) < 300
    assert receiver.paid() == []


async def test_a_receiver_refuses_what_is_not_signed_now_with_its_secret(
    receiver: RunningReceiver,
) -> None:
    event_id, body = sample("payment")
    assert await receiver.post(event_id, body, new_secret()) == 400
    assert await receiver.post(event_id, body) == 400
    assert await receiver.post(event_id, body, SECRET, age_seconds=3600) == 400
    options = ["trigger", "payment", "--forward-to", receiver.url]
    code, _, err = await run(*options, PAYFEED_WEBHOOK_SECRET=new_secret())
    assert (code, "HTTP 400" in err) == (3, True)
    assert receiver.paid() == []
