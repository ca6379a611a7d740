"""Checks what a client did in a scenario of the scripted server."""

import json
import urllib.request
from typing import Any

from scripted_server import load_scenarios

SCENARIOS = load_scenarios()


def report(port: int, name: str) -> list[dict[str, Any]]:
    """The connections of a run, as the server recorded them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}/report") as answer:
        connections: list[dict[str, Any]] = json.load(answer)["connections"]
    return connections


def check_connections(
    connections: list[dict[str, Any]], expected: dict[str, Any], key_in: str
) -> None:
    assert len(connections) == expected["connections"]
    assert {connection["key_in"] for connection in connections} == {key_in}
    assert [
        connection["other"] for connection in connections if connection["other"]
    ] == []
    if "since" in expected:
        assert [connection["since"] for connection in connections] == expected["since"]
    for connection, newest in zip(
        connections, expected.get("acks", [""] * len(connections)), strict=True
    ):
        check_acks(connection["acks"], connection["acks_at_seconds"])
        assert newest is None or newest == (connection["acks"] or [""])[-1]
    if "pause_seconds" in expected:
        first, second = (connection["at_seconds"] for connection in connections[:2])
        assert second - first >= expected["pause_seconds"]


def check_acks(ids: list[str], at_seconds: list[float]) -> None:
    """The acks of a connection: same epoch, ascending, at most four per second."""
    assert len({event_id.partition("-")[0] for event_id in ids}) <= 1
    offsets = [int(event_id.partition("-")[2]) for event_id in ids]
    assert offsets == sorted(set(offsets))
    if ids:
        # the first, the last on closing, and one that is early after a late one too
        assert len(ids) <= 4 * (at_seconds[-1] - at_seconds[0]) + 3
