"""The JavaScript client in Node: its own tests, and every scenario."""

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
    """All scenarios at the same time: the client's results, the server's report."""
    command = [sys.executable, str(SERVER)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout
            port = int(server.stdout.readline())
            base = f"http://127.0.0.1:{port}"
            stdin = json.dumps(SCENARIOS)
            results = json.loads(node("scenarios.mjs", base, KEY, SECRET, stdin=stdin))
            return {name: (results[name], report(port, name)) for name in SCENARIOS}
        finally:
            server.kill()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_client_passes_every_scenario(name: str, played: dict[str, Any]) -> None:
    expected = SCENARIOS[name]["expect"]
    result, connections = played[name]
    assert result["items"] == expected["items"]
    assert result["outcome"] == expected["outcome"]
    assert result["invalid"] == expected["invalid"]
    check_connections(connections, expected, key_in="subprotocol")


def test_the_clients_own_tests_pass() -> None:
    assert "# fail 0" in node("--test", "--test-reporter=tap", "client.test.mjs")


def test_a_fake_feed_behaves_like_a_server() -> None:
    assert "# fail 0" in node("--test", "--test-reporter=tap", "testing.test.mjs")
