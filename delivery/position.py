"""Where a reader begins: `since` as an offset of the log."""

from dataclasses import dataclass
from typing import Any

from .. import crud
from ..errors import Malformed
from ..feed.protocol import parse_id, parse_number
from ..feed.tail import Tail


@dataclass(frozen=True)
class StreamPosition:
    """Delivery begins after `offset`. `gap`: a frame about missing events."""

    offset: int
    gap: dict[str, Any] | None = None


async def resolve_position(
    tail: Tail, since: str | None, acked: int | None
) -> StreamPosition:
    """The position that `since` names: an id, `start`, `@<unix seconds>`, `acked`.

    None means after the head. `acked` is the offset that the access key has
    acknowledged. Raises Malformed for anything else.
    """
    if since is None:
        return StreamPosition(tail.head)
    if since == "start":
        return StreamPosition(0)
    if since.startswith("@"):
        return StreamPosition(await first_at(tail, since, "since") - 1)
    if since == "acked":
        if acked is None:
            raise Malformed("since=acked needs an access key.")
        epoch, offset = tail.feed.epoch, acked
        since = tail.id_of(acked)
    else:
        epoch, offset = parse_id(since)
    oldest = await crud.get_oldest(tail.feed.wallet_id)
    if epoch != tail.feed.epoch or offset > tail.head:
        return StreamPosition(0, gap_frame(tail, since, oldest, "unknown"))
    first = first_kept(tail, oldest)
    if offset + 1 < first:
        return StreamPosition(first - 1, gap_frame(tail, since, oldest, "expired"))
    return StreamPosition(offset)


async def first_at(tail: Tail, moment: str, name: str) -> int:
    """The first offset that was recorded at `@<unix seconds>` or later.

    After the head if there is none. Raises Malformed, which names the parameter.
    """
    timestamp = parse_number(moment[1:], name, 0, 10**15)
    first = await crud.first_offset_at(tail.feed.wallet_id, timestamp)
    return tail.head + 1 if first is None else first


def first_kept(tail: Tail, oldest: int | None) -> int:
    """The first offset that a reader can be sent; all events may be erased."""
    return tail.head + 1 if oldest is None else oldest


def gap_frame(
    tail: Tail, since: str, oldest: int | None, reason: str
) -> dict[str, Any]:
    first = tail.id_of(oldest) if oldest is not None else None
    return {"type": "gap", "since": since, "oldest": first, "reason": reason}
