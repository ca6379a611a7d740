"""All SQL, one file for each family of tables. Parameters are always bound."""

from .events import (
    count_events,
    expire_idempotency_keys,
    first_offset_at,
    get_events,
    get_events_before,
    get_first_message,
    get_large_payments,
    get_newest_time,
    get_oldest,
    replace_body,
)
from .expiry import (
    expire_events,
)
from .feeds import (
    end_epoch,
    get_feed,
    get_feeds,
    get_state,
    insert_feed,
    resume_feed,
    rotate_epoch,
    set_state,
    suspend_feed,
    update_feed,
)
from .keys import (
    ack,
    get_key_by_hash,
    get_keys,
    insert_key,
    revoke_key,
    touch_keys,
)
from .lnbits import (
    count_payments,
    find_wallets,
    get_enabled_wallets,
    get_final_payments,
    is_enabled,
)
from .log import (
    append,
)
from .seen import (
    count_seen,
    get_seen,
)
from .statements import (
    ORIGIN,
    close_databases,
    core_db,
    db,
    execute,
    fetch_all,
    open_databases,
    transaction,
)

__all__ = [
    "ORIGIN",
    "ack",
    "append",
    "close_databases",
    "core_db",
    "count_events",
    "count_payments",
    "count_seen",
    "db",
    "end_epoch",
    "execute",
    "expire_events",
    "expire_idempotency_keys",
    "fetch_all",
    "find_wallets",
    "first_offset_at",
    "get_enabled_wallets",
    "get_events",
    "get_events_before",
    "get_feed",
    "get_feeds",
    "get_final_payments",
    "get_first_message",
    "get_key_by_hash",
    "get_keys",
    "get_large_payments",
    "get_newest_time",
    "get_oldest",
    "get_seen",
    "get_state",
    "insert_feed",
    "insert_key",
    "is_enabled",
    "open_databases",
    "replace_body",
    "resume_feed",
    "revoke_key",
    "rotate_epoch",
    "set_state",
    "suspend_feed",
    "touch_keys",
    "transaction",
    "update_feed",
]
