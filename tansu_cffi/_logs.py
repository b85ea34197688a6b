"""Passes the library's log records to Python's `logging`.

The library has one log for all brokers of the process. Records arrive in order on the log thread and go to
`logging.getLogger("tansu")` and its children. The level is passed down, so that disabled records are not created.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any, Callable, Optional

from tansu_cffi._loader import ffi, lib

#: Levels of the library and of `logging`, which has no name for TRACE.
_LEVELS = {
    lib.TANSU_LOG_ERROR: logging.ERROR,
    lib.TANSU_LOG_WARN: logging.WARNING,
    lib.TANSU_LOG_INFO: logging.INFO,
    lib.TANSU_LOG_DEBUG: logging.DEBUG,
    lib.TANSU_LOG_TRACE: 5,
}
_FLUSH_MS = 1000


class _Root:
    """A logger for records, with its children by target. Replaced as a whole."""

    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger
        self._children: dict[str, logging.Logger] = {}

    def child(self, target: str) -> logging.Logger:
        logger = self._children.get(target)
        if logger is None:
            suffix = target.removeprefix("tansu.")
            logger = self.logger if suffix in ("", "tansu") else self.logger.getChild(suffix)
            self._children[target] = logger
        return logger


_root = _Root(logging.getLogger("tansu"))
# As the logging documentation recommends: without it, warnings would go to stderr in a program that has not set up
# logging.
_root.logger.addHandler(logging.NullHandler())

#: Receives records beside the logger, from this level of `logging` on: level, target, message.
Tap = Callable[[int, str, str], None]
_tap: Optional[tuple[int, Tap]] = None

#: The process that set the bridge up, and the level last passed to the library.
_pid: Optional[int] = None
_pushed = lib.TANSU_LOG_OFF
_off_for_good = False
#: Held by the thread that passes a level to the library. Only the exit waits for it: its holder also passes changes
#: that other threads made meanwhile, and a logging handler may change a level while its own thread holds it.
_pushing = threading.Lock()
#: Whether a level may have changed since the last call of the library.
_stale = False


def attach(logger: Optional[logging.Logger]) -> None:
    """Turns the bridge on; a given `logger` replaces "tansu" for the whole process."""
    global _root, _pid
    if logger is not None and logger is not _root.logger:
        _root = _Root(logger)
    _pid = os.getpid()
    _watch(_root.logger)
    push_level()


def set_tap(level: int, tap: Optional[Tap]) -> None:
    """Passes records of this level and above to a function too, on the log thread; None ends it.

    The logger and its level do not change: a record that the logger does not take goes to the function alone.
    """
    global _tap
    _tap = None if tap is None else (level, tap)
    push_level()


def flush() -> None:
    """Waits until the records so far are delivered, at most a second."""
    if _pid == os.getpid():
        lib.tansu_log_flush(_FLUSH_MS)


def push_level() -> None:
    """Passes the enabled level to the library, or leaves that to the thread that is doing so."""
    global _stale
    _stale = True
    while _stale and _pushing.acquire(blocking=False):
        try:
            # Cleared first: later changes are for the next round.
            _stale = False
            _push()
        finally:
            _pushing.release()


def _push() -> None:
    global _pushed
    if _pid != os.getpid() or _off_for_good:
        return
    level = _wanted()
    if level == _pushed:
        return
    status = lib.tansu_log_set(level, lib.tansu_py_log, ffi.NULL, ffi.NULL, ffi.NULL)
    # The library refuses this in a logging handler that changes levels while it handles a record, and in a forked
    # child of a process with a log thread. Neither is an error here.
    if status == lib.TANSU_OK:
        _pushed = level


def deliver(level: int, target: str, message: str) -> None:
    """Handles one record, on the library's log thread."""
    logger = _root.child(target)
    number = _LEVELS.get(level, logging.INFO)
    tap = _tap
    if tap is not None and number >= tap[0]:
        tap[1](number, target, message)
    if logger.isEnabledFor(number):
        # No args, so that a % in the message is literal.
        logger.handle(logger.makeRecord(logger.name, number, "(tansu)", 0, message, (), None))


def shut_down() -> None:
    """Ends logging: no record enters the interpreter afterwards."""
    global _off_for_good
    _off_for_good = True
    # Waits for a push that has begun in another thread. The lock is kept, so that no other push begins.
    _pushing.acquire(timeout=_FLUSH_MS / 1000)
    if _pid == os.getpid():
        lib.tansu_log_set(lib.TANSU_LOG_OFF, ffi.NULL, ffi.NULL, ffi.NULL, ffi.NULL)
        lib.tansu_log_flush(_FLUSH_MS)


def forget_after_fork() -> None:
    """Resets the bridge in a forked child, which has no log thread."""
    global _pid, _pushed, _pushing
    _pid = None
    _pushed = lib.TANSU_LOG_OFF
    _pushing = threading.Lock()


def _wanted() -> int:
    logger, tap = _root.logger, _tap
    for level, number in _LEVELS.items():
        if not logger.isEnabledFor(number) and not (tap is not None and number >= tap[0]):
            return int(level) - 1
    return int(lib.TANSU_LOG_TRACE)


class _Watched(dict[int, bool]):
    """A logger's cache of enabled levels. `logging` clears all caches when any level changes, which is the only
    notification of a change."""

    def clear(self) -> None:
        super().clear()
        push_level()


def _watch(logger: Any) -> None:
    cache = getattr(logger, "_cache", None)
    if type(cache) is dict:
        logger._cache = _Watched()
