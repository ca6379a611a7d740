"""Background tasks and the invoice listener, as LNbits runs them.

LNbits restarts a task that raises after five seconds. Starting a task by a name that is
taken cancels the one before, whichever copy of the package started it.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

try:
    from lnbits.task_manager import task_manager
except ImportError:  # before LNbits 1.6
    task_manager = None
try:
    from lnbits import tasks as old_tasks
except ImportError:  # deprecated since LNbits 1.6
    old_tasks = None

Listener = Callable[[Any], Awaitable[None]]


def start(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run `run` until `stop(name)`, restarted when it raises."""
    _end_version_0_1_0()
    if task_manager is not None:
        task_manager.create_permanent_task(run, name=name)
    else:
        old_tasks.create_permanent_unique_task(name, run)


def _end_version_0_1_0() -> None:
    """LNbits before 1.6 starts the old copy once more during a live upgrade.

    Version 0.1.0 left a function on a logger that ends its copy.
    """
    place: Any = logging.getLogger("payfeed")
    end = place.__dict__.pop("stop", None)
    if end:
        end()


def stop(name: str) -> None:
    """Cancel the task of this name, whichever copy of the package started it."""
    if task_manager is not None:
        found = task_manager.get_task(name)
        if found is not None:
            task_manager.cancel_task(found)
    else:
        found = old_tasks.unique_tasks.pop(name, None)
        if found is not None:
            found.cancel()


def listen_for_payments(name: str, on_paid: Listener) -> Callable[[], None]:
    """Call `on_paid` for every paid invoice until the returned function is called.

    `on_paid` must not raise and must not wait: LNbits calls it for one payment at a
    time, and loses payments when it raises.
    """
    if task_manager is None:
        task = old_tasks.create_permanent_unique_task(
            name, old_tasks.wait_for_paid_invoices(name, on_paid)
        )
        return lambda: _cancel(task)
    listener = task_manager.register_invoice_listener(on_paid, name)

    def stop_listening() -> None:
        if listener in task_manager.tasks:
            task_manager.cancel_task(listener)

    return stop_listening


def _cancel(task: Any) -> None:
    task.cancel()
