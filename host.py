"""Every difference between LNbits versions; every LNbits call beyond plain API."""

import asyncio
import contextlib
import functools
import inspect
import json
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

import asyncpg
import lnbits.core.crud as core_crud
import lnbits.exceptions
from lnbits.core.models import Account, Payment, Wallet
from lnbits.core.services import websocket_manager
from lnbits.decorators import check_user_exists
from lnbits.middleware import AuditMiddleware
from lnbits.settings import settings
from lnbits.tasks import create_permanent_unique_task, wait_for_paid_invoices
from loguru import logger
from sqlalchemy.engine import make_url
from starlette.requests import Request
from starlette.websockets import WebSocketState

from . import crud, logs
from .models import HostWallet, PaymentFacts, WalletRow
from .whole import whole

try:
    from lnbits.task_manager import task_manager
except ImportError:  # before LNbits 1.6
    task_manager = None

EXT_ID = "payfeed"
PUSH_SECONDS = 5
PATIENCE = 0.25  # of the seconds between two pings, beyond these
HAS_SHARES = "shared_wallet_id" in Wallet.__fields__  # LNbits 1.4 and later
HAS_ACTIVATION = "activated" in Account.__fields__  # LNbits 1.5 and later
KEEPS_SETTLEMENT = "labels" in Payment.__fields__  # LNbits 1.4.2 and later


def text_setting(name: str) -> str:
    """A setting from the environment, else from LNbits' `.env`, else empty."""
    return os.environ.get(name) or _env_file().get(name) or ""


def setting(name: str, default: int) -> int:
    """A limit, a positive whole number; else the default."""
    value = text_setting(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number > 0:
        return number
    logger.warning(f"payfeed: {name} is not a positive whole number, using {default}")
    return default


def message_bytes() -> int:
    """How long a custom message may be."""
    return setting("PAYFEED_MESSAGE_BYTES", 16384)


def _env_file() -> dict[str, str]:
    path = settings.Config.env_file
    try:
        with open(str(path)) as lines:
            pairs = (line.strip().split("=", 1) for line in lines if "=" in line)
            return {name.strip(): value.strip("\"' ") for name, value in pairs}
    except OSError:
        return {}


async def find_wallet(key: str) -> HostWallet | None:
    """The wallet that an invoice or admin key opens; None if unknown or deleted."""
    for row in await crud.find_wallets("key", key, HAS_SHARES):
        if key in (row.inkey, row.adminkey):
            return await _host_wallet(row, key)
    return None


async def find_wallet_again(
    presented_id: str, is_key: Callable[[str], bool]
) -> HostWallet | None:
    """What a known key opens now, by the wallet it was of; None if it does not."""
    for row in await crud.find_wallets("id", presented_id, HAS_SHARES):
        for key in (row.inkey, row.adminkey):
            if is_key(key):
                return await _host_wallet(row, key)
    return None


async def _host_wallet(row: WalletRow, key: str) -> HostWallet | None:
    source = row
    if row.shared_wallet_id:
        found = await crud.find_wallets("id", row.shared_wallet_id, HAS_SHARES)
        if not found or found[0].shared_wallet_id:
            return None
        source = found[0]
    return HostWallet(
        presented_id=row.id,
        wallet_id=source.id,
        owner=source.owner,
        visitor=row.owner,
        is_admin_key=key == row.adminkey,
        is_share=source is not row,
        may_view=source is row or _may_view(source, row.id),
    )


def _may_view(source: WalletRow, share_id: str) -> bool:
    """May this share view the payments of its source? LNbits >= 1.4 only."""
    shares = json.loads(source.share_settings or "{}").get("shared_with") or []
    return any(
        share.get("shared_with_wallet_id") == share_id
        and share.get("status") == "approved"
        and "view-payments" in (share.get("permissions") or [])
        for share in shares
    )


async def wallet_owner(wallet_id: str) -> str | None:
    """The user id of a wallet's owner; None if the wallet is unknown or deleted."""
    rows = await crud.find_wallets("id", wallet_id, HAS_SHARES)
    return rows[0].owner if rows else None


@whole
async def wallet_balance(wallet_id: str) -> tuple[int, str] | None:
    """Balance in millisatoshi, and the invoice key's channel for the mirror."""
    wallet = await core_crud.get_wallet(wallet_id, deleted=False)
    return (int(wallet.balance_msat), wallet.inkey) if wallet else None


async def is_enabled(user: str) -> bool:
    """May this user use the extension, and has the user enabled it?"""
    if EXT_ID in settings.lnbits_deactivated_extensions:
        return False
    if settings.is_admin_extension(EXT_ID) and not settings.is_admin_user(user):
        return False
    return await crud.is_enabled(user, HAS_ACTIVATION)


@whole
async def is_administrator(request: Any, access_token: str | None) -> bool:
    """Does LNbits let this token (or the browser's cookie) in as an administrator?"""
    token = access_token or request.cookies.get("cookie_access_token")
    # LNbits refuses an extension's paths to who has not enabled it, but no other path
    for scope in (request.scope, request.scope | {"path": "/"}):
        with contextlib.suppress(Exception):
            user = await check_user_exists(Request(scope), token, None)
            return bool(user.admin and user.has_password)
    return False


@whole
async def get_payment(checking_id: str) -> Any:
    return await core_crud.get_payment(checking_id)


def moment(value: Any) -> float:
    """Unix seconds of LNbits' times: aware, naive (UTC) or a number."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return aware.timestamp()
    return float(value or 0)


def payment_key(amount: int, payment_hash: str, status: str) -> tuple[str, str, str]:
    final = {"success": "confirmed"}.get(str(status), str(status))
    return ("in" if amount > 0 else "out", payment_hash, final)


def payment_facts(payment: Any, settled_at: int) -> PaymentFacts:
    """LNbits' payment in our words: millisatoshi, never negative."""
    direction, payment_hash, status = payment_key(
        payment.amount, payment.payment_hash, payment.status
    )
    extra = payment.extra if isinstance(payment.extra, dict) else {}
    return PaymentFacts(
        wallet_id=payment.wallet_id,
        payment_hash=payment_hash,
        direction=direction,
        status=status,
        amount_msat=abs(payment.amount),
        # LNbits keeps its reserve for fees in a payment that failed
        fee_msat=0 if status == "failed" else abs(payment.fee or 0),
        memo=payment.memo or "",
        settled_at=settled_at,
        tag=_text(payment.tag) or _text(extra.get("tag")) or _text(payment.extension),
        comment=_comment(extra.get("comment")),
        fiat=_fiat(extra),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _comment(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return _text(value)


def _fiat(extra: dict[str, Any]) -> dict[str, Any] | None:
    for prefix in ("", "wallet_"):
        currency = extra.get(f"{prefix}fiat_currency")
        amount = extra.get(f"{prefix}fiat_amount")
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            if currency and amount is not None and abs(float(amount)) < 1e15:
                return {"currency": str(currency), "amount": abs(float(amount))}
    return None


def settlement_time(payment: Any, default: int) -> int:
    """`updated_at`, where LNbits refreshes it on settling."""
    return int(moment(payment.updated_at)) if KEEPS_SETTLEMENT else default


def are_times_local() -> bool:
    """Are LNbits' times on PostgreSQL in the zone of PostgreSQL, instead of UTC?"""
    return not KEEPS_SETTLEMENT


def take_over(stop: Callable[[], None]) -> None:
    """End what runs already and remember `stop` for the next copy of this package.

    LNbits 1.6 imports the package anew at every activation and forgets the old copy,
    whose readers nobody would wake any more.
    """
    place: Any = logging.getLogger(EXT_ID)  # the same for all copies in a process
    earlier = getattr(place, "stop", None)
    if earlier:
        earlier()
    place.stop = stop


def redact_logs() -> None:
    """Keep keys out of what LNbits and uvicorn write about the extension's paths.

    This is never undone: clients keep sending requests while the extension is
    deactivated or removed. LNbits' functions are wrapped once per process; the wrappers
    use the `logs` module of the newest copy of this package.
    """
    place: Any = logging.getLogger(EXT_ID)  # the same for all copies in a process
    is_wrapped = hasattr(place, "logs")
    place.logs = logs
    for name in logs.LOGGERS:
        _replace_filter(logging.getLogger(name))
    if not is_wrapped:
        _redact_audit(place)
        _redact_exceptions(place)


def _replace_filter(target: logging.Logger) -> None:
    """Older filters are found by a mark: each copy of the package has its own class."""
    for found in [one for one in target.filters if hasattr(one, "is_payfeed")]:
        target.removeFilter(found)
    redacting: Any = logs.RedactingFilter()
    redacting.is_payfeed = True
    target.addFilter(redacting)


def _redact_audit(place: Any) -> None:
    """LNbits' audit reads the query before the request reaches a route."""
    middleware: Any = AuditMiddleware
    original = middleware._request_details

    async def request_details(self: Any, request: Any) -> Any:
        details = await original(self, request)
        is_own = details and place.logs.is_own_path(request.scope["path"])
        return place.logs.redact_details(details) if is_own else details

    middleware._request_details = request_details


def _redact_exceptions(place: Any) -> None:
    """LNbits logs the path of every request that it answers with 404."""

    def patch(record: Any) -> None:
        record["message"] = place.logs.redact(record["message"])

    module: Any = lnbits.exceptions
    log = module.logger
    module.logger = log.patch(patch)


def start_task(name: str, run: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    """A task that LNbits restarts when it fails; the same name replaces the old."""
    task: asyncio.Task[None] = create_permanent_unique_task(f"ext_{EXT_ID}_{name}", run)
    return task


def cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


def listen_for_payments(
    on_paid: Callable[[Any], Awaitable[None]],
) -> Callable[[], None]:
    """Call `on_paid` for every paid invoice until the returned function is called."""
    if task_manager is None:
        old = start_task("invoices", wait_for_paid_invoices(EXT_ID, on_paid))
        return lambda: cancel(old)
    task = task_manager.register_invoice_listener(on_paid, f"ext_{EXT_ID}")

    def stop() -> None:
        with contextlib.suppress(ValueError):
            task_manager.cancel_task(task)

    return stop


def has_sockets() -> bool:
    """Is anybody connected to LNbits' own sockets in this process?"""
    return bool(websocket_manager.active_connections)


def abort_socket(route: asyncio.Task[Any] | None) -> None:
    """Free the WebSocket that this task serves, whose peer does not read.

    The server would first flush to it, and ASGI has no word for giving up: the
    server's own coroutine holds the transport.
    """
    _abort(_server_of(route))


def abort_answer(scope: Any) -> None:
    """The same for an answer; its task may lie below tasks of LNbits' middlewares."""
    for task in asyncio.all_tasks():
        server = _server_of(task)
        if getattr(server, "scope", None) is scope:
            _abort(server)


def _server_of(task: asyncio.Task[Any] | None) -> Any:
    frame = getattr(task.get_coro(), "cr_frame", None) if task else None
    return frame.f_locals.get("self") if frame else None


def _abort(server: Any) -> None:
    transport = getattr(server, "transport", None)
    if transport:
        transport.abort()


def ping_socket(route: asyncio.Task[Any] | None, seconds: float) -> Callable[[], None]:
    """Ping the WebSocket that this task serves; returns what ends that.

    A peer that does not answer is gone within two and a quarter times `seconds`. The
    server's own pings follow LNbits' settings, by default 80 seconds.
    """
    server = _server_of(route)
    if not hasattr(server, "ping"):
        _warn_of_connections()
        return lambda: None
    pings = asyncio.create_task(_ping(server, seconds))
    return lambda: cancel(pings)


async def _ping(server: Any, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        own = getattr(server, "keepalive_ping_task", None)
        if own:
            own.cancel()
        pong = asyncio.create_task(_pong(server))
        await asyncio.wait({pong}, timeout=seconds)
        # a second time: after a standstill of this loop the pong is still unread
        await asyncio.wait({pong}, timeout=seconds * PATIENCE)
        if not pong.done():
            _abort(server)
            return


async def _pong(server: Any) -> None:
    with contextlib.suppress(Exception):  # the connection has ended
        await (await server.ping())


def limit_silence(scope: Any, seconds: float) -> None:
    """End the connection of this answer if its peer acknowledges nothing.

    Event streams have no pings: after a heartbeat the system waits for so long instead
    of a quarter of an hour.
    """
    for connection in _connections():
        if getattr(connection, "scope", None) is scope:
            _limit_silence(connection.transport.get_extra_info("socket"), seconds)
            return
    _warn_of_connections()


def _limit_silence(used: Any, seconds: float) -> None:
    if used and hasattr(socket, "TCP_USER_TIMEOUT"):
        # a copy, as event loops do not hand out all of a socket
        same = socket.socket(fileno=os.dup(used.fileno()))
        limit_ms = int(seconds * (1 + PATIENCE) * 1000)
        with same, contextlib.suppress(OSError):  # not TCP
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit_ms)


def _connections() -> Any:
    """uvicorn's open connections; none where another server runs LNbits."""
    handler: Any = signal.getsignal(signal.SIGTERM)
    while hasattr(handler, "previous"):
        handler = handler.previous
    state = getattr(getattr(handler, "__self__", None), "server_state", None)
    return getattr(state, "connections", ())


@functools.cache
def _warn_of_connections() -> None:
    logger.warning("payfeed: this server hides its connections, dead readers stay long")


async def push(channel: str, frame: str) -> None:
    """Send to LNbits' own sockets on `channel`; dead and stalled ones are dropped."""
    served: set[int] = set()
    for conn in websocket_manager.get_connections(channel):
        state = conn.websocket
        if WebSocketState.DISCONNECTED in (
            state.client_state,
            state.application_state,
        ):
            _drop(conn)
        else:
            _watch(state, served)
    try:
        await asyncio.wait_for(websocket_manager.send(channel, frame), PUSH_SECONDS)
    except Exception:
        await _push_one_by_one(channel, frame, served)


def _watch(websocket: Any, served: set[int]) -> None:
    async def send_text(text: str) -> None:
        await type(websocket).send_text(websocket, text)
        served.add(id(websocket))

    websocket.send_text = send_text


async def _push_one_by_one(channel: str, frame: str, served: set[int]) -> None:
    async def serve(conn: Any) -> None:
        try:
            sending = type(conn.websocket).send_text(conn.websocket, frame)
            await asyncio.wait_for(sending, PUSH_SECONDS)
        except Exception:
            _drop(conn)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(conn.websocket.close(), 1)

    rest = [
        conn
        for conn in websocket_manager.get_connections(channel)
        if id(conn.websocket) not in served
    ]
    await asyncio.gather(*(serve(conn) for conn in rest))


def _drop(conn: Any) -> None:
    with contextlib.suppress(ValueError):
        websocket_manager.active_connections.remove(conn)


def on_terminate(callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback` in the loop at SIGTERM or SIGINT, before the server's own wait.

    LNbits tells extensions nothing at shutdown, and the server waits for open
    answers; the previous handlers still run.
    """
    loop = asyncio.get_running_loop()

    def tell() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(callback)

    try:
        undo = [_chain(number, tell) for number in (signal.SIGTERM, signal.SIGINT)]
    except ValueError:
        logger.warning("payfeed: not in the main thread, shutdown may wait for readers")
        return lambda: None

    def stop() -> None:
        for restore in undo:
            restore()

    return stop


def _chain(number: int, tell: Callable[[], None]) -> Callable[[], None]:
    previous = signal.getsignal(number)

    def handle(signum: int, frame: Any) -> None:
        tell()
        if callable(previous):
            previous(signum, frame)

    handle.previous = previous  # type: ignore[attr-defined]
    signal.signal(number, handle)

    def restore() -> None:
        if signal.getsignal(number) is handle:
            signal.signal(number, previous)

    return restore


def has_other_processes() -> bool:
    """May other LNbits processes use the same database? Only PostgreSQL serves them."""
    return str(settings.lnbits_database_url or "").startswith("postgres://")


async def connect_to_postgres(**options: Any) -> Any:
    """A connection of asyncpg's own; the address is read as LNbits' driver reads it."""
    address = str(settings.lnbits_database_url)
    url = make_url(address.replace("postgres://", "postgresql+asyncpg://", 1))
    _, known = url.get_dialect()().create_connect_args(url)
    for name in inspect.signature(asyncpg.connect).parameters.keys() & known.keys():
        options[name] = known[name]
    return await asyncpg.connect(**options)
