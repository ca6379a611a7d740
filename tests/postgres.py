"""A temporary PostgreSQL for tests, on loopback, gone at the end."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from needs import need
from ports import free_port

# other than UTC, and LNbits' own: where they differ, LNbits before 1.4.2 moves a
# payment's times whenever it changes the payment
ZONE = "Europe/Berlin"


# which an address has to have percent-encoded
PASSWORD = "of/pay#feed"

STANDBY = "standby"


class Postgres:
    """One cluster of its own in a temporary folder."""

    def __init__(self) -> None:
        self._make_folder()
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self._run(
            "initdb", "-D", str(self.data), "-U", "payfeed", "-N",
            "-A", "scram-sha-256", "--pwfile", str(secret),
        )  # fmt: skip

    def _make_folder(self) -> None:
        self.tools = Path(need("pg_ctl")).resolve().parent
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.data = self.folder / "data"

    def _run(self, tool: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*prefix, str(self.tools / tool), *arguments]
        subprocess.run(
            command,
            check=True,
            cwd=self.folder,
            env={**os.environ, "PGPASSWORD": PASSWORD},
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    def _sql(self, statement: str) -> None:
        self._run(
            "psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "payfeed",
            "-c", statement, "postgres",
        )  # fmt: skip

    def start(self) -> None:
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off"
            f" -c max_connections=200 -c timezone={ZONE}"
        )
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """All of its processes end now, as when the machine dies."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        os.killpg(first, signal.SIGKILL)
        while Path(f"/proc/{first}").exists():
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink()

    def database(self) -> str:
        """The address of a fresh database, in the form that LNbits wants."""
        name = f"lnbits_{secrets.token_hex(4)}"
        self._sql(f"CREATE DATABASE {name}")
        return self.address(name)

    def address(self, name: str) -> str:
        secret = quote(PASSWORD, safe="")
        return f"postgres://payfeed:{secret}@127.0.0.1:{self.port}/{name}"

    def wait_for_standby(self) -> None:
        """From now on a commit waits until the standby has written it too."""
        self._sql(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        self._sql("SELECT pg_reload_conf()")

    def close(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Standby(Postgres):
    """A copy of a running cluster that follows it, until it is promoted."""

    def __init__(self, primary: Postgres) -> None:
        self._make_folder()
        secret = quote(PASSWORD, safe="")
        self._run(
            "pg_basebackup", "-D", str(self.data), "-R", "-c", "fast", "-X", "stream",
            "-d", f"postgres://payfeed:{secret}@127.0.0.1:{primary.port}"
            f"?application_name={STANDBY}",
        )  # fmt: skip

    def promote(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")
