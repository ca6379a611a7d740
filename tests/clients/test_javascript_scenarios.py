"""The JavaScript client in Node: by itself, and through every scenario."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from node_programs import node
from scenario import SCENARIOS, check_connections, report
from scripted_server import KEY, SECRET

SERVER = Path(__file__).resolve().parent.parent / "scripted_server.py"


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    """Every scenario at the same time; what the client told and the server saw."""
    command = [sys.executable, str(SERVER)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout
            port = int(server.stdout.readline())
            base = f"http://127.0.0.1:{port}"
            stdin = json.dumps(SCENARIOS)
            told = json.loads(node("scenarios.mjs", base, KEY, SECRET, stdin=stdin))
            return {name: (told[name], report(port, name)) for name in SCENARIOS}
        finally:
            server.kill()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_client_goes_through(name: str, played: dict[str, Any]) -> None:
    expected = SCENARIOS[name]["expect"]
    result, connections = played[name]
    assert result["told"] == expected["told"]
    assert result["outcome"] == expected["outcome"]
    assert result["invalid"] == expected["invalid"]
    check_connections(connections, expected, key_in="subprotocol")


def test_the_tests_of_the_client_alone_pass() -> None:
    assert "# fail 0" in node("--test", "--test-reporter=tap", "client.test.mjs")
