# AWS Lambda behind a function URL, or a platform whose requests have the same form.
# Set PAYFEED_WEBHOOK_SECRET, and use a database that all instances share.
import base64
import os
import sqlite3

from standardwebhooks import Webhook, WebhookVerificationError

TABLE = "CREATE TABLE IF NOT EXISTS paid (id PRIMARY KEY, payment_hash, amount)"


def handler(request: dict, context: object) -> dict:
    body, webhook = request["body"], Webhook(os.environ["PAYFEED_WEBHOOK_SECRET"])
    if request["isBase64Encoded"]:
        body = base64.b64decode(body)
    try:
        event = webhook.verify(body, request["headers"])
    except WebhookVerificationError:
        return {"statusCode": 400}
    match event:
        case {"payment": {"direction": "in", "status": "confirmed"} as payment}:
            row = (event["id"], payment["payment_hash"], payment["amount"])
            with sqlite3.connect("shop.sqlite") as shop:
                shop.execute(TABLE)  # a repeated id changes nothing:
                shop.execute("INSERT OR IGNORE INTO paid VALUES (?, ?, ?)", row)
        case {"type": "gap"}:
            print("Check the wallet: events after", event["since"], "are lost")
    return {"statusCode": 204}
