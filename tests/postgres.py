"""A temporary PostgreSQL for tests, on loopback, gone at the end."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from needs import need
from ports import free_port

# other than UTC, and LNbits' own: where they differ, LNbits before 1.4.2 moves a
# payment's times whenever it changes the payment
ZONE = "Europe/Berlin"


# which an address has to have percent-encoded
PASSWORD = "of/pay#feed"


class Postgres:
    """One cluster of its own in a temporary folder."""

    def __init__(self) -> None:
        self.tools = Path(need("pg_ctl")).resolve().parent
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.data = self.folder / "data"
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self._run(
            "initdb", "-D", str(self.data), "-U", "payfeed", "-N",
            "-A", "scram-sha-256", "--pwfile", str(secret),
        )  # fmt: skip

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

    def database(self) -> str:
        """The address of a fresh database, in the form that LNbits wants."""
        name = f"lnbits_{secrets.token_hex(4)}"
        self._run(
            "psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "payfeed",
            "-c", f"CREATE DATABASE {name}", "postgres",
        )  # fmt: skip
        secret = quote(PASSWORD, safe="")
        return f"postgres://payfeed:{secret}@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
