"""State that outlives a call: the slots of callbacks, the live brokers, and the hooks for exit and fork.

The `user_data` of a callback is a number that is never reused, not a pointer. So a late callback finds no broker
instead of a collected object.

The dicts are changed by single operations, which are atomic with and without a GIL. They need no lock: a finalizer or a
signal handler may run at any point of any thread, also in this module.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import itertools
import os
import sys
import threading
import time
import traceback
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Optional

from tansu_cffi import _logs

if TYPE_CHECKING:
    from tansu_cffi._core import Core

#: Seconds for requests in work at exit, even if the config allows more.
EXIT_GRACE_S = 2.0
#: Seconds that the exit waits for all brokers to stop.
EXIT_STOP_S = 8.0
#: Seconds that it then waits for handlers that do not return.
EXIT_HANDLERS_S = 1.0
#: Longest single wait inside the library, so that Ctrl-C is handled.
SLICE_MS = 50

_numbers = itertools.count(1)
#: Guards the numbers: `count` of a free-threaded interpreter does not promise unique ones. Re-entrant; a forked child
#: gets a new one.
_numbering = threading.RLock()
#: Slot number to broker, from before the native broker exists until the library has released the slot.
_slots: dict[int, Core] = {}
#: Slot number to broker, until its handle is freed. Strong references: the exit hook must reach a broker
#: that is unreachable but not finalized yet (PyPy).
_live: dict[int, Core] = {}
#: Whether the last hook has run: a broker that is started now would never be stopped.
_exiting = False


def new_slot(core: Core) -> int:
    """Returns a new number for the callbacks of this broker."""
    with _numbering:
        number = next(_numbers)
    _slots[number] = core
    _live[number] = core
    return number


def find(slot: int) -> Optional[Core]:
    """Returns the broker of a callback; None if it is freed."""
    return _slots.get(slot)


def released(slot: int) -> None:
    """Removes a slot that the library does not use any more."""
    _slots.pop(slot, None)


def freed(slot: int) -> None:
    """Removes a broker whose handle was freed."""
    _live.pop(slot, None)


def live_count() -> tuple[int, int]:
    """Returns the number of slots and handles in use, for tests of leaks."""
    return len(_slots), len(_live)


def is_exiting() -> bool:
    """Whether the last exit hook has begun."""
    return _exiting


def in_main_interpreter() -> bool:
    """Whether this is the main interpreter; a subinterpreter gets no callbacks from foreign threads."""
    interpreters = _interpreters()
    if interpreters is None:
        return True
    return _id(interpreters.get_current()) == _id(interpreters.get_main())


def _interpreters() -> Any:
    """Returns the interpreter's module for subinterpreters, whose name changed in 3.13; None on PyPy."""
    names = ("_interpreters", "_xxsubinterpreters")
    for name in names:
        if sys.modules.get(name) is not None:
            return sys.modules[name]
    for name in names:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return None


def _id(interpreter: Any) -> int:
    # A bare id up to 3.12, a tuple that begins with it from 3.13 on.
    return int(interpreter[0] if isinstance(interpreter, tuple) else interpreter)


def report_unraisable(error: BaseException, culprit: Any) -> None:
    """Reports an exception through `sys.unraisablehook`, as the interpreter does for finalizers."""
    hook = sys.unraisablehook
    if hook is not sys.__unraisablehook__:
        args: Any = SimpleNamespace(
            exc_type=type(error),
            exc_value=error,
            exc_traceback=error.__traceback__,
            err_msg="Exception ignored in a handler of a TansuBroker",
            object=culprit,
        )
        try:
            hook(args)
            return
        except Exception as second:
            error = second
    # The interpreter's hook accepts only its own argument type.
    if sys.stderr is not None:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        sys.stderr.write(f"Exception ignored in a handler of a TansuBroker: {culprit!r}\n{''.join(lines)}")


def trampoline_failed(kind: type[BaseException], error: BaseException, trace: TracebackType) -> None:
    """Reports an exception in a trampoline, outside of any handler."""
    report_unraisable(error, None)


def stop_all() -> None:
    """Stops all brokers of this process and waits for a bounded time; afterwards none calls the interpreter.

    It starts no thread, because that is impossible when this runs.
    """
    pid = os.getpid()
    brokers = [core for core in _snapshot() if core.pid == pid]
    for core in brokers:
        core.stop_at_exit(EXIT_GRACE_S)
    interrupted = _wait_for(lambda core: core.has_ended(), brokers, EXIT_STOP_S)
    # These have stopped; only a handler may still be running.
    interrupted = interrupted or _wait_for(lambda core: core.join(SLICE_MS), brokers, EXIT_HANDLERS_S)
    for core in brokers:
        core.detach(0 if interrupted else SLICE_MS)


def _wait_for(done: Any, brokers: list[Core], seconds: float) -> bool:
    """Waits until `done` for all brokers; returns True if Ctrl-C interrupted it."""
    end = time.monotonic() + seconds
    waiting = list(brokers)
    try:
        while waiting:
            waiting = [core for core in waiting if not done(core)]
            if not waiting or time.monotonic() >= end:
                return False
            # Waits inside the library, which releases the GIL for the broker's threads.
            waiting[0].join(SLICE_MS)
    except KeyboardInterrupt:
        return True
    return False


def _snapshot() -> list[Core]:
    while True:
        try:
            return list(_live.values())
        except RuntimeError:  # a finalizer took one out in the middle
            continue


def _last_hook() -> None:
    global _exiting
    _exiting = True
    stop_all()
    _logs.shut_down()


def _after_fork_in_child() -> None:
    global _numbering
    # Only the memory of the parent's brokers exists here; it is left as it is.
    _numbering = threading.RLock()
    _slots.clear()
    _live.clear()
    _logs.forget_after_fork()


def _register() -> None:
    global _exiting
    try:
        # Runs before the interpreter waits for non-daemon threads, which may wait for a broker.
        threading._register_atexit(stop_all)  # type: ignore[attr-defined]
    except AttributeError:
        pass
    except RuntimeError:
        # First imported during the interpreter's exit: hooks registered now may not be called.
        _exiting = True
    atexit.register(_last_hook)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork_in_child)


_register()
