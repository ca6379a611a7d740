"""What every client must have done after a scenario of the scripted server."""

import json
import urllib.request
from typing import Any

from scripted_server import load_scenarios

SCENARIOS = load_scenarios()


def report(port: int, name: str) -> list[dict[str, Any]]:
    """The connections that the server saw."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}/report") as answer:
        connections: list[dict[str, Any]] = json.load(answer)["connections"]
    return connections


def check_connections(
    connections: list[dict[str, Any]], expected: dict[str, Any], key_in: str
) -> None:
    assert len(connections) == expected["connections"]
    assert {one["key_in"] for one in connections} == {key_in}
    assert not [one["other"] for one in connections if one["other"]]
    if "since" in expected:
        assert [one["since"] for one in connections] == expected["since"]
    for one, newest in zip(
        connections, expected.get("acks", [""] * len(connections)), strict=True
    ):
        check_acks(one["acks"], one["acks_at_seconds"])
        assert newest is None or newest == (one["acks"] or [""])[-1]
    if "pause_seconds" in expected:
        first, second = (one["at_seconds"] for one in connections[:2])
        assert second - first >= expected["pause_seconds"]


def check_acks(ids: list[str], at_seconds: list[float]) -> None:
    """Those of one connection: of one epoch, ascending, not many; one at the end."""
    assert len({event_id.partition("-")[0] for event_id in ids}) <= 1
    offsets = [int(event_id.partition("-")[2]) for event_id in ids]
    assert offsets == sorted(set(offsets))
    if ids:
        assert len(ids) <= 4 * (at_seconds[-1] - at_seconds[0]) + 2
