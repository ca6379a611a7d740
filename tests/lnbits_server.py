"""A real LNbits process for tests, the demo and benchmarks: start, kill, restart."""

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from ports import free_port

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.find_spec("lnbits")
assert _spec
assert _spec.origin
SITE = Path(_spec.origin).parent.parent
PASSWORD = "payfeed-demo"
PAYFEED_STARTS_WITHIN_SECONDS = 5


class Server:
    """One LNbits with its own data folder; `with_extension` drops Payfeed in."""

    def __init__(
        self,
        folder: Path | None = None,
        port: int | None = None,
        with_extension: bool = True,
        **env: str,
    ) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="payfeed-"))
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"
        self.extensions = self.folder / "ext" / "extensions"
        self.extensions.mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        if with_extension:
            self.add_extension("payfeed", ROOT)
        self.env = {
            **os.environ,
            "LNBITS_DATA_FOLDER": str(self.folder / "data"),
            "LNBITS_DATABASE_URL": "",
            "LNBITS_EXTENSIONS_PATH": str(self.folder / "ext"),
            "LNBITS_BACKEND_WALLET_CLASS": "FakeWallet",
            "LNBITS_ADMIN_UI": "true",
            "AUTH_ALLOWED_METHODS": '["user-id-only","username-password"]',
            # LNbits asks nobody outside for extensions
            "LNBITS_EXTENSIONS_MANIFESTS": "[]",
            "LNBITS_WASM_EXTENSIONS_MANIFESTS": "[]",
            "LNBITS_EXTENSIONS_BUILDER_MANIFEST_URL": f"{self.base}/none",
            "LNBITS_RATE_LIMIT_NO": "100000",
            "LNBITS_PRICE_AGGREGATOR_ENABLED": "false",
            "LNBITS_EXCHANGE_RATE_PROVIDERS": "[]",
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.AsyncClient(base_url=self.base, timeout=30)
        self.admin: dict[str, str] = {}
        self._log_from = 0

    def add_extension(self, name: str, source: Path) -> None:
        """Drop an extension in; LNbits loads it at its next start."""
        if not (self.extensions / name).exists():
            (self.extensions / name).symlink_to(source)

    def begin_log(self) -> None:
        """From now on `log` and `faults` leave out what the server has written."""
        self._log_from = (self.folder / "server.log").stat().st_size

    @property
    def log(self) -> str:
        written = (self.folder / "server.log").read_bytes()[self._log_from :]
        return written.decode(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def faults(self) -> list[str]:
        """Lines of the log that tell of an error which nobody has answered."""
        signs = ("Traceback", "Exception in ASGI", "never retrieved", "unexpected")
        return [line for line in self.log.splitlines() if any(s in line for s in signs)]

    async def start(self, until_recording: bool = True) -> None:
        """Returns when LNbits answers, and then Payfeed, or after some seconds."""
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "uvicorn", "lnbits.__main__:app"),
                    *("--port", str(self.port)),
                ],
                cwd=SITE,
                env=self.env,
                stdout=log,
                stderr=log,
            )
        for _ in range(1200):
            if self.process.poll() is not None:
                raise RuntimeError(f"LNbits ended while starting:\n{self.log[-3000:]}")
            try:
                await self.http.get("/api/v1/health")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        else:
            raise RuntimeError("LNbits did not start within two minutes")
        if until_recording:
            await self._until_recording()

    async def _until_recording(self) -> None:
        """Payfeed starts a moment after LNbits, unless a test keeps it from that."""
        deadline = time.monotonic() + PAYFEED_STARTS_WITHIN_SECONDS
        while time.monotonic() < deadline:
            answer = await self.http.get("/payfeed/api/v1/health")
            if answer.status_code != 503:
                return
            await asyncio.sleep(0.05)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    async def terminate(self, seconds: float = 20) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, seconds)

    async def revive(self) -> None:
        """Start it again if it has ended."""
        if not self.is_running:
            await self.start()

    async def close(self) -> None:
        await self.http.aclose()
        if self.is_running:
            self.kill()

    async def install(self, enable: bool = True) -> None:
        """First installation: an administrator, logged in."""
        body = {"username": "admin", "password": PASSWORD, "password_repeat": PASSWORD}
        await self.call("PUT", "/api/v1/auth/first_install", json=body)
        self.admin = await self.login("admin")
        if enable:
            await self.enable(self.admin)

    async def login(self, username: str) -> dict[str, str]:
        body = {"username": username, "password": PASSWORD}
        token = (await self.call("POST", "/api/v1/auth", json=body))["access_token"]
        self.http.cookies.clear()
        return {"Authorization": f"Bearer {token}"}

    async def new_user(self, username: str, enable: bool = True) -> dict[str, str]:
        body = {"username": username, "password": PASSWORD, "password_repeat": PASSWORD}
        made = await self.call("POST", "/api/v1/auth/register", json=body)
        self.http.cookies.clear()
        user = {"Authorization": f"Bearer {made['access_token']}"}
        if enable:
            await self.enable(user)
        return user

    async def enable(self, user: dict[str, str], on: bool = True) -> None:
        what = "enable" if on else "disable"
        await self.call("PUT", f"/api/v1/extension/payfeed/{what}", headers=user)

    async def wallets(self, user: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.call(
            "GET", "/api/v1/wallets", headers=user
        )
        return found

    async def new_wallet(self, user: dict[str, str], name: str) -> dict[str, Any]:
        first = (await self.wallets(user))[0]
        headers = user | {"X-Api-Key": first["adminkey"]}
        made: dict[str, Any] = await self.call(
            "POST", "/api/v1/wallet", json={"name": name}, headers=headers
        )
        return made

    async def credit(self, wallet_id: str, amount_sat: int) -> None:
        body = {"id": wallet_id, "amount": amount_sat}
        await self.call("PUT", "/users/api/v1/balance", json=body, headers=self.admin)

    async def invoice(
        self, wallet: dict[str, Any], amount_sat: int, memo: str = "a memo"
    ) -> dict[str, Any]:
        made: dict[str, Any] = await self.call(
            "POST",
            "/api/v1/payments",
            json={"out": False, "amount": amount_sat, "memo": memo},
            headers={"X-Api-Key": wallet["inkey"]},
        )
        return made

    async def pay(self, wallet: dict[str, Any], invoice: dict[str, Any]) -> Any:
        bolt11 = invoice.get("bolt11") or invoice.get("payment_request")
        return await self.call(
            "POST",
            "/api/v1/payments",
            json={"out": True, "bolt11": bolt11},
            headers={"X-Api-Key": wallet["adminkey"]},
        )

    async def swept(self) -> None:
        """Wait until a sweep that began after this moment has ended."""
        asked = int(time.time())
        while await self.call("GET", "/paylab/last-sweep") <= asked:
            await asyncio.sleep(0.2)

    async def call(self, method: str, path: str, **kwargs: Any) -> Any:
        answer = await self.http.request(method, path, **kwargs)
        if answer.status_code >= 400:
            message = f"{method} {path}: {answer.status_code} {answer.text}"
            if answer.status_code >= 500:
                message += f"\n{self.log[-3000:]}"
            raise RuntimeError(message)
        return answer.json()

    async def payfeed(
        self, method: str, path: str, key: str, **kwargs: Any
    ) -> httpx.Response:
        headers = {"X-Api-Key": key, **kwargs.pop("headers", {})}
        return await self.http.request(
            method, f"/payfeed/api/v1/{path}", headers=headers, **kwargs
        )
