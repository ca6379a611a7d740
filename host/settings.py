"""Payfeed's settings, from the environment or from LNbits' `.env`."""

from typing import Any

from lnbits.settings import settings as lnbits_settings
from loguru import logger
from pydantic import BaseSettings, validator

SWITCHES = {
    **dict.fromkeys(("on", "true", "yes", "1"), True),
    **dict.fromkeys(("off", "false", "no", "0"), False),
}


class Settings(BaseSettings):
    """One field for each `PAYFEED_…` variable. docs/operating.md explains them.

    Numbers must be positive, switches `on` or `off`. An invalid value is reported once
    and its default used.
    """

    max_subscribers_per_wallet: int = 200
    connects_per_minute: int = 60
    reads_per_minute: int = 600
    failed_auth_per_minute: int = 10
    notify_per_minute: int = 60
    message_bytes: int = 16_384
    message_store_bytes: int = 64 * 1024 * 1024
    retention_days: int = 400
    retention_events: int = 100_000
    retention_bytes: int = 256 * 1024 * 1024
    heartbeat_seconds: int = 20
    send_timeout_seconds: int = 30
    metrics_token: str = ""
    restored: str = ""
    webhooks: bool = True
    webhooks_per_wallet: int = 10
    webhook_allow_http: bool = False
    webhook_allow_private_ips: bool = False

    class Config:
        env_prefix = "PAYFEED_"
        env_file_encoding = "utf-8"
        case_sensitive = False

    @validator("*", pre=True)
    def _use_default_if_invalid(cls, value: Any, field: Any) -> Any:  # noqa: N805
        text = str(value).strip()
        name = f"{cls.__config__.env_prefix}{field.name.upper()}"
        if field.type_ is bool:
            if text.lower() in SWITCHES:
                return SWITCHES[text.lower()]
            default = "on" if field.default else "off"
            if text:
                logger.warning(f"payfeed: {name} is not on or off, using {default}")
            return field.default
        if field.type_ is not int:
            return value
        if text.isascii() and text.isdecimal() and 0 < int(text) < 2**53:
            return int(text)
        if text:
            logger.warning(
                f"payfeed: {name} is not a positive whole number, using {field.default}"
            )
        return field.default


def load() -> Settings:
    """The settings as they are now. Variables of the environment take precedence."""
    return Settings(_env_file=lnbits_settings.Config.env_file)  # type: ignore[call-arg]
