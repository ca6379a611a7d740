"""Real proxy servers for tests, each with its file from deploy/, in one folder each."""

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

from certificate import certificate
from needs import need
from ports import free_port

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


def with_values(text: str, values: dict[str, str]) -> str:
    """Put values in place of a file's own, all of which must be found."""
    for old, new in values.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class ProxyServer:
    """A proxy in the foreground; what it writes is in `*.log` files of the folder."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    async def start(self, port: int) -> None:
        """Started when `port` answers."""
        folders = {f"XDG_{what}_HOME": str(self.folder) for what in ("DATA", "CONFIG")}
        with open(self.folder / "output.log", "wb") as output:
            self.process = subprocess.Popen(
                self.command(), stdout=output, stderr=output, env=os.environ | folders
            )
        for _ in range(200):
            assert self.process.poll() is None, self.logs
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name} did not start")

    @property
    def logs(self) -> str:
        """All that the server has written anywhere."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


class Front(ProxyServer):
    """A file of deploy/ for an LNbits on this port, with a certificate of its own.

    `timeout_seconds` takes the place of the 75 seconds in the file.
    """

    # how the access log shows a path with a key, and a failed upstream
    masked = "GET /payfeed "
    failed = "502"

    def __init__(
        self, folder: Path, upstream_port: int, timeout_seconds: int = 75
    ) -> None:
        super().__init__(folder)
        self.certificate, self.key = certificate(folder)
        self.upstream = f"127.0.0.1:{upstream_port}"
        self.timeout_seconds = timeout_seconds
        self.port, self.plain_port = free_port(), free_port()
        self.write()

    def write(self) -> None:
        """The configuration, from the file in deploy/."""
        raise NotImplementedError


class Caddy(Front):
    name = "caddy"
    masked = '"uri":"/payfeed"'
    failed = '"status":502'

    def write(self) -> None:
        settings = f"""
{{
    admin off
    skip_install_trust
    default_bind 127.0.0.1
    http_port {self.plain_port}
    https_port {self.port}
"""
        site = f"localhost {{\n\ttls {self.certificate} {self.key}\n"
        values = {
            "\n{\n": settings,
            "lnbits.example.org {\n": site,
            "127.0.0.1:5000": self.upstream,
            "75s": f"{self.timeout_seconds}s",
        }
        text = with_values((DEPLOY / "Caddyfile").read_text(), values)
        (self.folder / "Caddyfile").write_text(text)

    def command(self) -> list[str]:
        file = str(self.folder / "Caddyfile")
        return [need("caddy"), "run", "--adapter", "caddyfile", "--config", file]


class HAProxy(Front):
    name = "haproxy"
    failed = "503"

    def write(self) -> None:
        both = self.folder / "both.pem"
        both.write_text(self.certificate.read_text() + self.key.read_text())
        values = {
            "/dev/log local0": "stdout format raw local0",
            "maxconn 20000": "maxconn 500",
            "bind :80": f"bind 127.0.0.1:{self.plain_port}",
            "bind :443": f"bind 127.0.0.1:{self.port}",
            "/etc/ssl/lnbits/fullchain-and-key.pem": str(both),
            "127.0.0.1:5000": self.upstream,
            "75s": f"{self.timeout_seconds}s",
        }
        text = with_values((DEPLOY / "haproxy.cfg").read_text(), values)
        (self.folder / "haproxy.cfg").write_text(text)

    def command(self) -> list[str]:
        return [need("haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg")]


APACHE = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ServerName localhost
{user}
Listen 127.0.0.1:{plain_port}
Listen 127.0.0.1:{port}
ErrorLog {folder}/error.log
CustomLog {folder}/other.log "%r"
{modules}
Include {folder}/site.conf
"""
# Debian's, and those that the file's first lines switch on
MODULES = "mpm_event authz_core headers http2 proxy proxy_http setenvif ssl alias"


class Apache(Front):
    name = "apache2"
    failed = "503"

    def write(self) -> None:
        values = {
            "*:80>": f"127.0.0.1:{self.plain_port}>",
            "*:443>": f"127.0.0.1:{self.port}>",
            "lnbits.example.org": "localhost",
            "/etc/ssl/lnbits/fullchain.pem": str(self.certificate),
            "/etc/ssl/lnbits/privkey.pem": str(self.key),
            "/var/log/apache2": str(self.folder),
            "127.0.0.1:5000": self.upstream,
            "timeout=75": f"timeout={self.timeout_seconds}",
        }
        text = with_values((DEPLOY / "apache.conf").read_text(), values)
        (self.folder / "site.conf").write_text(text)
        places = "/usr/lib/apache2/modules"
        loaded = (f"LoadModule {m}_module {places}/mod_{m}.so" for m in MODULES.split())
        main = APACHE.format(
            folder=self.folder,
            user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            plain_port=self.plain_port,
            port=self.port,
            modules="\n".join(loaded),
        )
        (self.folder / "main.conf").write_text(main)

    def command(self) -> list[str]:
        main = str(self.folder / "main.conf")
        return [need("apache2"), "-DFOREGROUND", "-f", main]
