"""A demo: LNbits with Payfeed, two wallets, one paid invoice, and its frame.

Usage: demo.py <port> [folder]. Stays up until Ctrl-C.
"""

import asyncio
import contextlib
import json
import shutil
import signal
import socket
import sys
from pathlib import Path

import websockets

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from lnbits_server import PASSWORD, Server  # noqa: E402


def port_of(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        sys.exit(f"{text!r} is not a port; for example: make run PORT=5007")
    return int(text)


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            other = port + 1 if port < 65535 else port - 1
            sys.exit(f"Port {port} is in use; choose another: make run PORT={other}")


async def demo(port: int, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    server = Server(folder, port)
    print("Starting LNbits …", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await server.start()
        await show(server)
        await stop.wait()
    finally:
        if server.is_running:
            with contextlib.suppress(Exception):
                await server.terminate()
        await server.close()


async def show(server: Server) -> None:
    await server.install()
    payer = (await server.wallets(server.admin))[0]
    # LNbits sorts wallets by name, and its pages and ours open the first one
    shop = await server.new_wallet(server.admin, "Demo shop")
    await server.credit(payer["id"], 100_000)
    address = f"{server.ws}/payfeed/api/v1/ws/{shop['inkey']}"
    async with websockets.connect(address) as socket_:
        await socket_.recv()
        await server.pay(payer, await server.invoice(shop, 1000, "Test payment"))
        while True:
            frame = await asyncio.wait_for(socket_.recv(), 20)
            if json.loads(frame)["type"] == "payment":
                break
    api = f"{server.base}/payfeed/api/v1"
    print(
        f"""
A demo invoice of 1000 sat was paid. The subscriber received:

{frame}

Page      {server.base}/payfeed/
Login     admin / {PASSWORD}
Socket    {address}

Try in another terminal:
  npx wscat -c "{address}?since=start"
  curl -N "{api}/sse/{shop["inkey"]}?since=start"
  curl -X POST -H "X-Api-Key: {shop["inkey"]}" {api}/test
  curl "{api}/notify/{shop["inkey"]}/hello"

LNbits stays up until Ctrl-C.""",
        flush=True,
    )


if __name__ == "__main__":
    number = port_of(sys.argv[1])
    check_port(number)
    place = sys.argv[2] if len(sys.argv) > 2 else ROOT / ".cache" / f"run-{number}"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(demo(number, Path(place)))
