"""A checkout: every order gets an invoice, and a page that says thanks.

export LNBITS_URL=https://lnbits.example.org
export INVOICE_KEY=… ADMIN_KEY=…  # of the wallet that is paid
python server.py  # then open http://localhost:8000
"""

import json
import os
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

URL = os.environ["LNBITS_URL"]
PAGE = Path(__file__).with_name("checkout.html").read_bytes()
KEY_SECONDS = 600


def post(path: str, key: str, body: dict) -> dict:
    headers = {"X-Api-Key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def new_order() -> dict:
    """An invoice, and a key that reads its payment only, for ten minutes."""
    invoice = {"out": False, "amount": 21, "memo": "a cup of tea"}
    made = post("/api/v1/payments", os.environ["INVOICE_KEY"], invoice)
    key = {
        "name": "checkout",
        "public": True,
        "filter": {"payment_hash": made["payment_hash"]},
        "expires_at": int(time.time()) + KEY_SECONDS,
    }
    made_key = post("/payfeed/api/v1/keys", os.environ["ADMIN_KEY"], key)
    return {
        "url": URL,
        "key": made_key["key"],
        "invoice": made.get("bolt11") or made["payment_request"],
        "payment_hash": made["payment_hash"],
        "seconds": KEY_SECONDS,
    }


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer("text/html", PAGE)

    def do_POST(self) -> None:
        self.answer("application/json", json.dumps(new_order()).encode())

    def answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body)


port = int(os.environ.get("PORT", "8000"))
ThreadingHTTPServer(("127.0.0.1", port), Shop).serve_forever()
