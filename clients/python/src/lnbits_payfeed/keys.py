"""`payfeed keys`: manage the access keys of a wallet with its admin key."""

import json
from collections.abc import Sequence
from typing import Any

import click

from .options import (
    FILTER_OPTIONS,
    JSON_OPTION,
    Common,
    examples,
    filter_body,
    reading_answer,
    with_common_options,
    with_options,
)
from .terminal import local_time, print_line

OK = 0


@click.group(
    no_args_is_help=False,
    short_help="Manage access keys; needs the wallet's admin key.",
)
def keys() -> None:
    """Access keys of a wallet. Needs its admin key."""


@keys.command(
    "list", short_help="List access keys.", epilog=examples("payfeed keys list --json")
)
@with_common_options
@JSON_OPTION
async def list_command(common: Common, as_json: bool) -> int:
    """List the access keys of the wallet; the keys themselves are not shown."""
    with reading_answer():
        for key in await common.api().list_keys():
            print_line(json.dumps(key) if as_json else describe(key))
    return OK


@keys.command(
    short_help="Create an access key.",
    epilog=examples(
        "payfeed keys create till",
        "payfeed keys create door --scope read --scope notify --tag lnurlp",
    ),
)
@with_common_options
@JSON_OPTION
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("read",),
    show_default=True,
    type=click.Choice(("read", "notify", "balance")),
    help="May be repeated.",
)
@click.option("--expires-at", type=int, metavar="TIME", help="Unix seconds.")
@click.option("--public", is_flag=True, help="Leave out the texts of payments.")
@with_options(FILTER_OPTIONS)
@click.argument("name")
async def create(
    common: Common,
    as_json: bool,
    name: str,
    scopes: Sequence[str],
    expires_at: int | None,
    public: bool,
    types: str,
    **payment_filter: Any,
) -> int:
    """Create a key with this NAME, and print it: it is shown only now."""
    made = await common.api().create_key(
        name,
        scopes=scopes,
        expires_at=expires_at,
        filter=filter_body(types, payment_filter),
        public=public,
    )
    with reading_answer():
        if as_json:
            print_line(json.dumps(made))
        else:
            print_line(f"id: {made['id']}")
            print_line(f"key: {made['key']}")
    return OK


@keys.command(
    short_help="Rename an access key.", epilog=examples("payfeed keys rename ID bar")
)
@with_common_options
@JSON_OPTION
@click.argument("key_id", metavar="ID")
@click.argument("name")
async def rename(common: Common, as_json: bool, key_id: str, name: str) -> int:
    """Give the key with this ID another NAME."""
    key = await common.api().rename_key(key_id, name)
    print_line(json.dumps(key) if as_json else f"{key_id} is renamed")
    return OK


@keys.command(
    short_help="Revoke an access key.", epilog=examples("payfeed keys revoke ID")
)
@with_common_options
@JSON_OPTION
@click.argument("key_id", metavar="ID")
async def revoke(common: Common, as_json: bool, key_id: str) -> int:
    """Revoke the key with this ID, and close its connections."""
    key = await common.api().revoke_key(key_id)
    print_line(json.dumps(key) if as_json else f"{key_id} is revoked")
    return OK


def describe(key: dict[str, Any]) -> str:
    words = [key["id"], key["name"], ",".join(key["scopes"])]
    if key.get("revoked_at"):
        words.append("revoked")
    if key.get("expires_at"):
        words.append(f"expires {local_time(key['expires_at'])}")
    if key.get("acked"):
        words.append(f"acked {key['acked']}")
    return "  ".join(words)
