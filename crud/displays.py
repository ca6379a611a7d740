"""The table `displays`."""

from dataclasses import asdict
from typing import Any

from ..models import Display
from .statements import execute, fetch_all

COLUMNS = "id, wallet_id, name, options, key_id, access_key, created_at"


async def insert_display(display: Display) -> None:
    await execute(
        f"INSERT INTO payfeed.displays ({COLUMNS}) VALUES (:id, :wallet_id, :name,"
        " :options, :key_id, :access_key, :created_at)",
        asdict(display),
    )


async def get_displays(wallet_id: str) -> list[Display]:
    """Oldest first."""
    rows = await fetch_all(
        f"SELECT {COLUMNS} FROM payfeed.displays WHERE wallet_id = :wallet_id"
        " ORDER BY created_at, id",
        {"wallet_id": wallet_id},
    )
    return [Display(**dict(row)) for row in rows]


async def change_display(display: Display) -> bool:
    """Store name and options. False if it was deleted."""
    changed = await execute(
        "UPDATE payfeed.displays SET name = :name, options = :options"
        " WHERE id = :id AND wallet_id = :wallet_id",
        _named(display) | {"name": display.name, "options": display.options},
    )
    return changed > 0


async def delete_display(display: Display) -> None:
    await execute(
        "DELETE FROM payfeed.displays WHERE id = :id AND wallet_id = :wallet_id",
        _named(display),
    )


def _named(display: Display) -> dict[str, Any]:
    return {"id": display.id, "wallet_id": display.wallet_id}
