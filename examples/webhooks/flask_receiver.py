# pip install flask standardwebhooks
# PAYFEED_WEBHOOK_SECRET=whsec_… flask --app flask_receiver run --port 8000
import os
import sqlite3

from flask import Flask, abort, request
from standardwebhooks import Webhook, WebhookVerificationError

app, webhook = Flask(__name__), Webhook(os.environ["PAYFEED_WEBHOOK_SECRET"])
TABLE = "CREATE TABLE IF NOT EXISTS paid (id PRIMARY KEY, payment_hash, amount)"


@app.post("/payments")
def receive() -> tuple[str, int]:
    try:
        event = webhook.verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        abort(400)
    match event:
        case {"payment": {"direction": "in", "status": "confirmed"} as payment}:
            row = (event["id"], payment["payment_hash"], payment["amount"])
            with sqlite3.connect("shop.sqlite") as shop:
                shop.execute(TABLE)  # a repeated id changes nothing:
                shop.execute("INSERT OR IGNORE INTO paid VALUES (?, ?, ?)", row)
        case {"type": "gap"}:
            print("Check the wallet: events after", event["since"], "are lost")
    return "", 204
