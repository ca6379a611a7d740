"""A real nginx for tests, with its logs and temporary files in one folder."""

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

from certificate import certificate
from needs import need
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent

MAIN = """\
{user}
pid {folder}/pid;
daemon off;
error_log {folder}/error.log info;
events {{ worker_connections {connections}; }}
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

    def __init__(
        self, folder: Path, site: str, values: dict[str, str], connections: int = 256
    ) -> None:
        self.folder = folder
        for old, new in values.items():
            assert old in site, old
            site = site.replace(old, new)
        (folder / "site.conf").write_text(site)
        user = "user root;" if os.geteuid() == 0 else ""
        main = MAIN.format(folder=folder, user=user, connections=connections)
        (folder / "main.conf").write_text(main)
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, port: int) -> None:
        """Started when `port` answers."""
        main = str(self.folder / "main.conf")
        early = str(self.folder / "error.log")
        with open(self.folder / "stderr.log", "wb") as output:
            self.process = subprocess.Popen(
                [need("nginx"), "-c", main, "-e", early], stdout=output, stderr=output
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


class Front(Nginx):
    """`deploy/nginx.conf` for an LNbits on this port, with a certificate of its own."""

    def __init__(
        self, folder: Path, upstream_port: int, connections: int = 256, **more: str
    ) -> None:
        self.certificate, key = certificate(folder)
        self.port, self.plain_port, spare, plain_spare = (free_port() for _ in range(4))
        values = {
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen [::]:443": f"listen 127.0.0.1:{spare}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "listen [::]:80": f"listen 127.0.0.1:{plain_spare}",
            "lnbits.example.org": "localhost",
            "/etc/ssl/lnbits/fullchain.pem": str(self.certificate),
            "/etc/ssl/lnbits/privkey.pem": str(key),
            "/var/log/nginx": str(folder),
            "127.0.0.1:5000": f"127.0.0.1:{upstream_port}",
        }
        site = (ROOT / "deploy" / "nginx.conf").read_text()
        super().__init__(folder, site, values | more, connections)
