"""Home Assistant's MQTT discovery: one device for each feed of the bridge.

Retained messages under `homeassistant/…/config` describe the topics of `bridge`. The
last payment has a retained topic of its own: Home Assistant knows it after a restart.
"""

import hashlib
import json
import re
from typing import Any

from .version import __version__

ATTRIBUTES = ("memo", "direction", "status", "comment", "tag")

# retained, unlike the topic of payments: what arrives there is always new
LAST_PAYMENT = "bridge/last_payment"

SIGNED_AMOUNT = (
    "{% set p = value_json.payment %}{% if p.status == 'failed' %}0{% else %}"
    "{{ p.amount if p.direction == 'in' else -p.amount }}{% endif %}"
)

Message = tuple[str, str]  # topic, payload


class Device:
    """The device of the feed whose topics begin with `top`, `<prefix>/<name>`."""

    def __init__(self, top: str, name: str) -> None:
        self._top = top
        self._name = name
        # discovery topics allow few characters; the digest keeps ids unique
        readable = re.sub(r"[^A-Za-z0-9_-]+", "_", top)
        digest = hashlib.sha256(top.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        self._id = f"{readable}_{digest}"

    def feed_messages(self) -> list[Message]:
        """Last payment in satoshi (sent: negative, failed: 0), and connectivity."""
        chosen = ", ".join(f"'{a}': value_json.payment.{a}" for a in ATTRIBUTES)
        last = f"{self._top}/{LAST_PAYMENT}"
        return [
            self._entity(
                "sensor",
                "payment",
                name="Last payment",
                value_template=SIGNED_AMOUNT,
                state_topic=last,
                json_attributes_topic=last,
                # with the id, the same amount again is a change; a repetition is none
                json_attributes_template=f"{{{{ {{'id': value_json.id, {chosen}}}"
                " | tojson }}",
                unit_of_measurement="sat",
                availability_topic=f"{self._top}/bridge/status",
            ),
            self._entity(
                "binary_sensor",
                "bridge/status",
                name="Feed",
                device_class="connectivity",
                entity_category="diagnostic",
                payload_on="online",
                payload_off="offline",
            ),
        ]

    def balance_messages(self) -> list[Message]:
        """The balance in satoshi, for keys that may read it."""
        return [
            self._entity(
                "sensor",
                "balance_update",
                name="Balance",
                value_template="{{ value_json.balance }}",
                unit_of_measurement="sat",
                state_class="measurement",
                availability_topic=f"{self._top}/bridge/status",
            )
        ]

    def _entity(self, component: str, kind: str, **members: Any) -> Message:
        key = kind.replace("/", "_")
        config = {
            "unique_id": f"{self._id}_{key}",
            "state_topic": f"{self._top}/{kind}",
            "qos": 1,
            "device": {"identifiers": [self._id], "name": f"Payfeed {self._name}"},
            "origin": {"name": "payfeed bridge", "sw_version": __version__},
        } | members
        return f"homeassistant/{component}/{self._id}/{key}/config", json.dumps(config)
