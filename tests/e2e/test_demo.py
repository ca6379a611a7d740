"""`make run` as a new user meets it: what it prints works when pasted."""

import asyncio
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
from needs import need
from playwright.async_api import Browser, expect
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = [sys.executable, str(ROOT / "tools" / "demo.py")]


def environment() -> dict[str, str]:
    unwanted = ("LNBITS_DATA_FOLDER", "LNBITS_DATABASE_URL")
    return {name: text for name, text in os.environ.items() if name not in unwanted}


async def test_the_demo_prints_a_frame_a_login_and_commands_that_work(
    browser: Browser, tmp_path: Path
) -> None:
    need("curl")
    port = free_port()
    demo = await asyncio.create_subprocess_exec(
        *(*DEMO, str(port), str(tmp_path / "demo")),
        stdout=asyncio.subprocess.PIPE,
        env=environment(),
    )
    assert demo.stdout
    try:
        text = ""
        while "Ctrl-C" not in text:
            line = await asyncio.wait_for(demo.stdout.readline(), 90)
            assert line, text
            text += line.decode()
        frame = json.loads(re.search(r"^\{.*\}$", text, re.MULTILINE)[0])
        assert frame["payment"]["amount"] == 1000
        page, login = (
            re.search(rf"^{name} +(.*)$", text, re.MULTILINE)[1]
            for name in ("Page", "Login")
        )
        username, password = login.split(" / ")
        async with httpx.AsyncClient() as http:
            body = {"username": username, "password": password}
            origin = page.removesuffix("/payfeed/")
            answer = await http.post(f"{origin}/api/v1/auth", json=body)
            token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            assert "Payfeed" in (await http.get(page, headers=token)).text
        await expect_demo_payment(browser, page, body)
        commands = re.findall(r"^  (curl .*)$", text, re.MULTILINE)
        assert len(commands) == 3
        for command in commands:
            words = [*shlex.split(command), "-sS", "--max-time", "3"]
            result = await asyncio.to_thread(
                subprocess.run, words, capture_output=True, text=True
            )
            assert '"payment"' in result.stdout or '"sent":true' in result.stdout
        assert re.search(r"^  npx wscat -c \"ws://", text, re.MULTILINE)
    finally:
        demo.send_signal(signal.SIGTERM)
        await asyncio.wait_for(demo.wait(), 30)


async def expect_demo_payment(
    browser: Browser, address: str, login: dict[str, str]
) -> None:
    """The printed page, opened after the printed login, has the paid invoice."""
    page = await browser.new_page()
    auth = f"{address.partition('/payfeed/')[0]}/api/v1/auth"
    await page.request.post(auth, data=login)
    await page.goto(address)
    events = page.locator("#payfeed-events")
    await expect(events).to_contain_text("Test payment")
    await expect(events).to_contain_text("+1,000 sat")


def test_a_port_in_use_gives_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*DEMO, str(port)], capture_output=True, text=True, timeout=60
        )
    assert result.returncode == 1
    assert result.stderr == (
        f"Port {port} is in use; choose another: make run PORT={port + 1}\n"
    )


def test_a_port_that_is_none_gives_one_clear_sentence() -> None:
    result = subprocess.run([*DEMO, "abc"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert result.stderr == "'abc' is not a port; for example: make run PORT=5007\n"


def test_a_wrong_python_gives_one_clear_sentence(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import setup;"
        "setup.sys.executable = '/bin/false'; setup.find_python()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "tools")],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr == "Payfeed needs Python 3.10, 3.11 or 3.12; none was found.\n"


def test_no_network_gives_one_clear_sentence(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import setup;"
        "setup.CACHE = pathlib.Path(sys.argv[2]); setup.main('1.6.2')"
    )
    nowhere = {
        "PATH": os.environ["PATH"],
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    result = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "tools"), str(tmp_path)],
        capture_output=True,
        text=True,
        env=nowhere,
        timeout=170,
    )
    assert result.returncode == 1
    assert result.stderr.startswith(
        "Packages could not be downloaded; is there a network?"
    )
    assert result.stderr.count("\n") == 1
