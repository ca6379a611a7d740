"""A real nginx for tests, with its logs and temporary files in one folder."""

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

from lnbits_server import free_port
from needs import need

MAIN = """\
{user}
pid {folder}/pid;
daemon off;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """`site` is a file of conf.d; `values` are put in place of its own, all found.

    Around it stand the logs that a distribution switches on.
    """

    def __init__(self, folder: Path, site: str, values: dict[str, str]) -> None:
        self.folder = folder
        for old, new in values.items():
            assert old in site, old
            site = site.replace(old, new)
        (folder / "site.conf").write_text(site)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "main.conf").write_text(MAIN.format(folder=folder, user=user))
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, port: int) -> None:
        """Started when `port` answers."""
        main = str(self.folder / "main.conf")
        early = str(self.folder / "error.log")
        with open(self.folder / "stderr.log", "wb") as told:
            self.process = subprocess.Popen(
                [need("nginx"), "-c", main, "-e", early], stdout=told, stderr=told
            )
        for _ in range(200):
            assert self.process.poll() is None, self.logs
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError("nginx did not start")

    @property
    def logs(self) -> str:
        """All that nginx has written anywhere."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def ports(count: int) -> list[int]:
    """Different free ports."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)
