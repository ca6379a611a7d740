"""Payfeed's settings, from the environment or from LNbits' `.env`."""

from typing import Any

from lnbits.settings import settings as lnbits_settings
from loguru import logger
from pydantic import BaseSettings, validator


class Settings(BaseSettings):
    """One field for each `PAYFEED_…` variable. docs/operating.md explains them.

    Numbers must be positive. An invalid one is reported once and its default used.
    """

    max_subscribers_per_wallet: int = 200
    connects_per_minute: int = 60
    reads_per_minute: int = 600
    failed_auth_per_minute: int = 10
    notify_per_minute: int = 60
    message_bytes: int = 16_384
    message_store_bytes: int = 64 * 1024 * 1024
    retention_days: int = 30
    retention_events: int = 100_000
    heartbeat_seconds: int = 20
    send_timeout_seconds: int = 30
    metrics_token: str = ""

    class Config:
        env_prefix = "PAYFEED_"
        env_file_encoding = "utf-8"
        case_sensitive = False

    @validator("*", pre=True)
    def _use_default_if_invalid(cls, value: Any, field: Any) -> Any:  # noqa: N805
        if field.type_ is not int:
            return value
        text = str(value).strip()
        if text.isascii() and text.isdecimal() and 0 < int(text) < 2**53:
            return int(text)
        name = f"{cls.__config__.env_prefix}{field.name.upper()}"
        if text:
            logger.warning(
                f"payfeed: {name} is not a positive whole number, using {field.default}"
            )
        return field.default


def load() -> Settings:
    """The settings as they are now. Variables of the environment take precedence."""
    return Settings(_env_file=lnbits_settings.Config.env_file)  # type: ignore[call-arg]
