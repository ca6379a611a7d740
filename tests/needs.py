"""Programs that a test needs beside Python. Missing: a skip, or a failure if strict."""

import os
import shutil
from typing import NoReturn

import pytest

PACKAGES = {
    "apache2": "apache2",
    "caddy": "caddy",
    "chromium": "chromium",
    "curl": "curl",
    "go": "golang-go",
    "haproxy": "haproxy",
    "node": "nodejs",
    "npm": "npm",
    "faketime": "faketime",
    "mosquitto": "mosquitto",
    "nats-server": "nats-server",
    "nginx": "nginx-light",
    "openssl": "openssl",
    "php": "php-cli and php-sqlite3",
    "pg_ctl": "postgresql",
    "erl_call": "erlang-base",
    "rabbitmq-server": "rabbitmq-server",
    "systemd-analyze": "systemd",
}
PLACES = [
    "/usr/sbin",
    *(f"/usr/lib/postgresql/{major}/bin" for major in range(18, 12, -1)),
]


def find_program(name: str) -> str | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), *PLACES])
    return shutil.which(name, path=path)


def need(name: str) -> str:
    """The program's path; without it the test is skipped, under STRICT it fails."""
    found = find_program(name)
    if found:
        return found
    missing(f"{name} is missing; Debian has it in {PACKAGES[name]}")


def missing(message: str) -> NoReturn:
    """Skip the test; under STRICT it fails."""
    if os.environ.get("PAYFEED_STRICT"):
        pytest.fail(message)
    pytest.skip(message)
