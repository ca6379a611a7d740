"""The settings of clusters in docs/scaling.md are those that the tests run."""

import re
import subprocess
from pathlib import Path

import pytest
from needs import need
from node_programs import ROOT
from rabbitmq import RabbitCluster

TEXT = (ROOT / "docs" / "scaling.md").read_text()


def block(beginning: str) -> str:
    found = re.search(rf"^```\w*\n({re.escape(beginning)}.*?)^```$", TEXT, re.M | re.S)
    assert found
    return found[1]


def test_nats_accepts_the_documented_settings(tmp_path: Path) -> None:
    settings = tmp_path / "nats.conf"
    settings.write_text(block("server_name"))
    command = [need("nats-server"), "-t", "-c", str(settings)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("line", block("mqtt.durable_queue_type").splitlines())
def test_the_documented_settings_of_rabbitmq_are_those_of_the_tests(
    tmp_path: Path, line: str
) -> None:
    newest = RabbitCluster(tmp_path / "cluster").nodes[-1]  # it joins all others
    used = (newest.folder / "rabbitmq.conf").read_text()
    name, _, value = line.partition(" = ")
    number = value.partition("@r")[2]
    assert f"{name} = {value.partition('@')[0]}" in used
    assert not number or f"{name} = rabbit{number}@localhost" in used
