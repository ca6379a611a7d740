"""A real nginx for tests, with its logs and temporary files in one folder."""

import os
from pathlib import Path

from needs import need
from ports import free_port
from proxy_servers import DEPLOY, Front, ProxyServer, with_values

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


def write_files(folder: Path, site: str, connections: int = 256) -> None:
    """`site` is a file of conf.d; around it are the logs that a distribution sets."""
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    main = MAIN.format(folder=folder, user=user, connections=connections)
    (folder / "main.conf").write_text(main)


def nginx_command(folder: Path) -> list[str]:
    files = (str(folder / "main.conf"), str(folder / "error.log"))
    return [need("nginx"), "-c", files[0], "-e", files[1]]


class Nginx(ProxyServer):
    """`site` is a file of conf.d; `values` are put in place of its own, all found."""

    name = "nginx"

    def __init__(self, folder: Path, site: str, values: dict[str, str]) -> None:
        super().__init__(folder)
        write_files(folder, with_values(site, values))

    def command(self) -> list[str]:
        return nginx_command(self.folder)


class NginxFront(Front):
    """`deploy/nginx.conf`."""

    name = "nginx"
    masked = "GET /payfeed/api/v1/notify/*** HTTP/1.1 200"
    failed = "upstream 502"

    def __init__(
        self,
        folder: Path,
        upstream_port: int,
        timeout_seconds: int = 75,
        connections: int = 256,
    ) -> None:
        self.connections = connections
        super().__init__(folder, upstream_port, timeout_seconds)

    def write(self) -> None:
        values = {
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "listen [::]:443": f"listen 127.0.0.1:{free_port()}",
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "listen [::]:80": f"listen 127.0.0.1:{free_port()}",
            "lnbits.example.org": "localhost",
            "/etc/ssl/lnbits/fullchain.pem": str(self.certificate),
            "/etc/ssl/lnbits/privkey.pem": str(self.key),
            "/var/log/nginx": str(self.folder),
            "127.0.0.1:5000": self.upstream,
            "75s": f"{self.timeout_seconds}s",
            # Payfeed asks for no buffering too: here the file alone has to see to it
            "proxy_buffering off;": "proxy_buffering off;"
            " proxy_ignore_headers X-Accel-Buffering;",
        }
        site = with_values((DEPLOY / "nginx.conf").read_text(), values)
        write_files(self.folder, site, self.connections)

    def command(self) -> list[str]:
        return nginx_command(self.folder)
