"""The tables. Self-contained, as LNbits imports it apart from the package."""

from typing import Any


async def m001_initial(db: Any) -> None:
    big = db.big_int
    await db.execute(
        f"""
        CREATE TABLE payfeed.feeds (
            wallet_id TEXT PRIMARY KEY, epoch TEXT NOT NULL, head {big} NOT NULL,
            channel TEXT NOT NULL, secret TEXT NOT NULL,
            mirror_to_inkey BOOLEAN NOT NULL, allow_inkey BOOLEAN NOT NULL,
            active BOOLEAN NOT NULL, created_at {big} NOT NULL
        )
        """
    )
    await db.execute(
        f"""
        CREATE TABLE payfeed.events (
            wallet_id TEXT NOT NULL, event_offset {big} NOT NULL,
            type TEXT NOT NULL, custom BOOLEAN NOT NULL, direction TEXT,
            status TEXT, amount_msat {big}, tag TEXT, created_at {big} NOT NULL,
            size {big} NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (wallet_id, event_offset)
        )
        """
    )
    await db.execute(
        """
        CREATE TABLE payfeed.seen (
            wallet_id TEXT NOT NULL, direction TEXT NOT NULL,
            payment_hash TEXT NOT NULL, status TEXT NOT NULL,
            PRIMARY KEY (wallet_id, direction, payment_hash, status)
        )
        """
    )
    await db.execute(
        f"""
        CREATE TABLE payfeed.access_keys (
            id TEXT PRIMARY KEY, wallet_id TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL, scopes TEXT NOT NULL, created_at {big} NOT NULL,
            expires_at {big}, revoked_at {big}, last_used_at {big},
            acked {big} NOT NULL
        )
        """
    )
    await db.execute(
        f"CREATE TABLE payfeed.state (name TEXT PRIMARY KEY, value {big} NOT NULL)"
    )


async def m002_idempotency_keys(db: Any) -> None:
    big = db.big_int
    await db.execute(
        f"""
        CREATE TABLE payfeed.idempotency_keys (
            wallet_id TEXT NOT NULL, key_hash TEXT NOT NULL,
            content_hash TEXT NOT NULL, event_id TEXT NOT NULL,
            created_at {big} NOT NULL, PRIMARY KEY (wallet_id, key_hash)
        )
        """
    )


async def m003_filters(db: Any) -> None:
    """New tables and indexes only: the version before runs on them for a while."""
    is_sqlite = db.type == "SQLITE"
    await db.execute(
        f"""
        CREATE TABLE payfeed.payments (
            wallet_id TEXT NOT NULL, event_offset {db.big_int} NOT NULL,
            payment_hash TEXT NOT NULL, external_id TEXT,
            PRIMARY KEY (wallet_id, event_offset)
        ) {"WITHOUT ROWID" if is_sqlite else ""}
        """
    )
    # up to which offset every payment of a feed has its row in `payments`
    await db.execute(
        f"""
        CREATE TABLE payfeed.indexed_feeds (
            wallet_id TEXT PRIMARY KEY, epoch TEXT NOT NULL,
            until_offset {db.big_int} NOT NULL
        )
        """
    )
    # PostgreSQL's indexes have no room for the long tags that 0.1.0 stored
    tag = " tag," if is_sqlite else ""
    indexes = [
        ("payments_by_hash", "payments (wallet_id, payment_hash)"),
        (
            "payments_by_external_id",
            "payments (wallet_id, external_id) WHERE external_id IS NOT NULL",
        ),
        # all of an event but its body, which is most of it
        (
            "events_without_bodies",
            "events (wallet_id, event_offset, type, custom, direction, status,"
            f" amount_msat,{tag} size, created_at)",
        ),
    ]
    if not is_sqlite:
        by_tag = "events (wallet_id, left(tag, 64), event_offset) WHERE tag IS NOT NULL"
        indexes.append(("events_by_tag", by_tag))
    for name, columns in indexes:
        index, table = ("payfeed.", "") if is_sqlite else ("", "payfeed.")
        await db.execute(f"CREATE INDEX {index}{name} ON {table}{columns}")


async def m004_webhooks(db: Any) -> None:
    big = db.big_int
    await db.execute(
        f"""
        CREATE TABLE payfeed.webhooks (
            id TEXT PRIMARY KEY, wallet_id TEXT NOT NULL, url TEXT NOT NULL,
            description TEXT NOT NULL, event_filter TEXT NOT NULL,
            ordered BOOLEAN NOT NULL, secret TEXT NOT NULL, created_at {big} NOT NULL,
            previous_secret TEXT, previous_until {big}, version {big} NOT NULL,
            disabled TEXT, disabled_at {big}, is_reported BOOLEAN NOT NULL,
            epoch TEXT NOT NULL, cursor_offset {big} NOT NULL,
            failures {big} NOT NULL, first_failure_at {big},
            next_probe_at {big} NOT NULL,
            lease_holder TEXT, lease_until {big} NOT NULL
        )
        """
    )
    await db.execute(
        f"""
        CREATE TABLE payfeed.webhook_deliveries (
            webhook_id TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,
            event_offset {big} NOT NULL, event_at {big} NOT NULL,
            attempts {big} NOT NULL, next_at {big}, last_at {big} NOT NULL,
            error TEXT, body TEXT, PRIMARY KEY (webhook_id, event_id)
        )
        """
    )
    await db.execute(
        f"""
        CREATE TABLE payfeed.webhook_attempts (
            webhook_id TEXT NOT NULL, id {big} NOT NULL, event_id TEXT NOT NULL,
            type TEXT NOT NULL, event_offset {big} NOT NULL, event_at {big} NOT NULL,
            is_probe BOOLEAN NOT NULL, delivered BOOLEAN NOT NULL,
            duration_ms {big} NOT NULL, status {big}, reply TEXT NOT NULL, error TEXT,
            PRIMARY KEY (webhook_id, id)
        )
        """
    )
    # SQLite has the schema before the index, PostgreSQL before the table
    indexes = (
        ("webhooks_wallet", "webhooks", "wallet_id"),
        (
            "webhook_deliveries_due",
            "webhook_deliveries",
            "webhook_id, next_at, event_at, event_offset",
        ),
        (
            "webhook_deliveries_newest",
            "webhook_deliveries",
            "webhook_id, event_at, event_offset",
        ),
    )
    for name, table, columns in indexes:
        if db.type == "SQLITE":
            name = f"payfeed.{name}"
        else:
            table = f"payfeed.{table}"
        await db.execute(f"CREATE INDEX {name} ON {table} ({columns})")


async def m005_narrowed_keys(db: Any) -> None:
    """A table of its own: 0.1.0 would open the whole feed to a key that it finds."""
    big = db.big_int
    await db.execute(
        f"""
        CREATE TABLE payfeed.narrowed_keys (
            id TEXT PRIMARY KEY, wallet_id TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL, event_filter TEXT NOT NULL, is_public BOOLEAN NOT NULL,
            created_at {big} NOT NULL, expires_at {big}, revoked_at {big},
            last_used_at {big}, acked {big} NOT NULL
        )
        """
    )


async def m006_feed_settings(db: Any) -> None:
    """What `feeds` has no columns for; a feed without a row has the defaults."""
    await db.execute(
        f"""
        CREATE TABLE payfeed.feed_settings (
            wallet_id TEXT PRIMARY KEY, extra_members TEXT NOT NULL,
            previous_secret TEXT, previous_until {db.big_int}, erased TEXT
        )
        """
    )


async def m007_displays(db: Any) -> None:
    """Version 0.1.0 knows no displays; their keys are narrowed ones."""
    await db.execute(
        f"""
        CREATE TABLE payfeed.displays (
            id TEXT PRIMARY KEY, wallet_id TEXT NOT NULL, name TEXT NOT NULL,
            options TEXT NOT NULL, key_id TEXT NOT NULL, access_key TEXT NOT NULL,
            created_at {db.big_int} NOT NULL
        )
        """
    )
    # SQLite has the schema before the index, PostgreSQL before the table
    is_sqlite = db.type == "SQLITE"
    index, table = ("payfeed.", "") if is_sqlite else ("", "payfeed.")
    await db.execute(
        f"CREATE INDEX {index}displays_wallet ON {table}displays (wallet_id)"
    )
