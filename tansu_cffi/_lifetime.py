"""What outlives a call: the slots that callbacks are looked up by, the live brokers, and the hooks for exit and fork.

The `user_data` of a callback is no pointer but a number that is never given out twice. So a late callback finds nothing
instead of something that died, whatever a garbage collector did in between.

The dicts here are changed by single operations, each of which is atomic with and without a GIL. They need no lock: a
finalizer or a signal handler may come in at any point of any thread, this module included.
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

#: How long a broker may take at exit to finish requests in work, even if its config allows more.
EXIT_GRACE_S = 2.0
#: How long the exit waits for all brokers to close their ports and flush their storages.
EXIT_STOP_S = 8.0
#: How long it then waits for handlers that do not come back.
EXIT_HANDLERS_S = 1.0
#: A wait inside the library lasts no longer than this at a time, so that Ctrl-C is seen.
SLICE_MS = 50

_numbers = itertools.count(1)
#: For the numbers, which a free-threaded interpreter's `count` does not promise to give out once. Re-entrant; a forked
#: child gets a new one.
_numbering = threading.RLock()
#: Slot number to broker, from before the native broker exists until the library has released the slot.
_slots: dict[int, Core] = {}
#: Slot number to broker, until its handle is freed. Strong references: the exit hook must reach a broker that nobody
#: refers to any more and that no finalizer has seen yet (PyPy).
_live: dict[int, Core] = {}
#: The last hook has run: a broker that is started now would be stopped by nobody.
_exiting = False


def new_slot(core: Core) -> int:
    """A number for the callbacks of this broker."""
    with _numbering:
        number = next(_numbers)
    _slots[number] = core
    _live[number] = core
    return number


def find(slot: int) -> Optional[Core]:
    """The broker of a callback; None if it is gone."""
    return _slots.get(slot)


def released(slot: int) -> None:
    """The library will not use this slot again."""
    _slots.pop(slot, None)


def freed(slot: int) -> None:
    """The handle of this broker is gone."""
    _live.pop(slot, None)


def live_count() -> tuple[int, int]:
    """Slots and handles in use; for tests of leaks."""
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
    """The interpreter's own module about interpreters, by its name from 3.13 on and the one before; None on PyPy."""
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
    """Tells an exception that has nowhere to go, as the interpreter tells those of finalizers."""
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
    # The interpreter's own hook takes nothing but the interpreter's own argument type.
    if sys.stderr is not None:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        sys.stderr.write(f"Exception ignored in a handler of a TansuBroker: {culprit!r}\n{''.join(lines)}")


def trampoline_failed(kind: type[BaseException], error: BaseException, trace: TracebackType) -> None:
    """An exception in a trampoline itself, outside of any handler."""
    report_unraisable(error, None)


def stop_all() -> None:
    """Stops every broker of this process and waits, each step bounded; afterwards none enters the interpreter again.

    Only direct calls and threads that exist: a thread cannot be started any more when this runs.
    """
    pid = os.getpid()
    brokers = [core for core in _snapshot() if core.pid == pid]
    for core in brokers:
        core.stop_at_exit(EXIT_GRACE_S)
    interrupted = _wait_for(lambda core: core.has_ended(), brokers, EXIT_STOP_S)
    # Those have closed their port and flushed; only a handler can still be at it.
    interrupted = interrupted or _wait_for(lambda core: core.join(SLICE_MS), brokers, EXIT_HANDLERS_S)
    for core in brokers:
        core.detach(0 if interrupted else SLICE_MS)


def _wait_for(done: Any, brokers: list[Core], seconds: float) -> bool:
    """Waits until it is done for all; True if Ctrl-C cut it short."""
    end = time.monotonic() + seconds
    waiting = list(brokers)
    try:
        while waiting:
            waiting = [core for core in waiting if not done(core)]
            if not waiting or time.monotonic() >= end:
                return False
            # Sleeps in the library, where the broker's threads can have the interpreter.
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
    # Nothing of the parent's brokers exists here but memory; it is left as it is.
    _numbering = threading.RLock()
    _slots.clear()
    _live.clear()
    _logs.forget_after_fork()


def _register() -> None:
    global _exiting
    try:
        # Before the interpreter waits for non-daemon threads, of which one may be waiting for a broker.
        threading._register_atexit(stop_all)  # type: ignore[attr-defined]
    except AttributeError:
        pass
    except RuntimeError:
        # First imported while the interpreter is exiting: no hook that is registered now is sure to be called.
        _exiting = True
    atexit.register(_last_hook)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork_in_child)


_register()
