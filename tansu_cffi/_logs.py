"""The library's log records in Python's `logging`.

The library has one log for all brokers of the process. Records arrive on a thread of its own, in order, and go to
`logging.getLogger("tansu")` and its children. The level is pushed down, so that a record nobody wants is never made.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any, Optional

from tansu_cffi._loader import ffi, lib

#: Levels of the library, and what they are to `logging`. TRACE has no name there.
_LEVELS = {
    lib.TANSU_LOG_ERROR: logging.ERROR,
    lib.TANSU_LOG_WARN: logging.WARNING,
    lib.TANSU_LOG_INFO: logging.INFO,
    lib.TANSU_LOG_DEBUG: logging.DEBUG,
    lib.TANSU_LOG_TRACE: 5,
}
_FLUSH_MS = 1000


class _Root:
    """A logger that records go to, with the children that were asked for by target. Replaced as a whole."""

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
# As a library should: without it, a program that never set up logging would find our warnings on its stderr.
_root.logger.addHandler(logging.NullHandler())

#: The process that the bridge was set up in, and the level that the library was told.
_pid: Optional[int] = None
_pushed = lib.TANSU_LOG_OFF
_off_for_good = False
#: Held by the thread that tells the library a level. Never waited for but at exit: that thread also pushes what another
#: one has changed meanwhile, and a logging handler may change a level while its own thread holds this.
_pushing = threading.Lock()
#: A level may have changed since the library was told one.
_stale = False


def attach(logger: Optional[logging.Logger]) -> None:
    """Turns the bridge on; `logger`, if given, takes the place of "tansu" for the whole process."""
    global _root, _pid
    if logger is not None and logger is not _root.logger:
        _root = _Root(logger)
    _pid = os.getpid()
    _watch(_root.logger)
    push_level()


def push_level() -> None:
    """Tells the library which levels are wanted now, or leaves that to the thread that is at it."""
    global _stale
    _stale = True
    while _stale and _pushing.acquire(blocking=False):
        try:
            # First: what changes from here on is for the next turn.
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
    # Refused to a logging handler that changes levels while it handles a record of ours, and in a forked child of a
    # process that had logs (the log thread is gone): neither is a reason to fail.
    if status == lib.TANSU_OK:
        _pushed = level


def deliver(level: int, target: str, message: str) -> None:
    """One record, on the library's log thread."""
    logger = _root.child(target)
    number = _LEVELS.get(level, logging.INFO)
    if logger.isEnabledFor(number):
        # No args: a message is text, and a % in it stands for itself.
        logger.handle(logger.makeRecord(logger.name, number, "(tansu)", 0, message, (), None))


def shut_down() -> None:
    """No record enters the interpreter after this."""
    global _off_for_good
    _off_for_good = True
    # A push in another thread has begun before; it must not come after this. Nothing is pushed any more, so it is kept.
    _pushing.acquire(timeout=_FLUSH_MS / 1000)
    if _pid == os.getpid():
        lib.tansu_log_set(lib.TANSU_LOG_OFF, ffi.NULL, ffi.NULL, ffi.NULL, ffi.NULL)
        lib.tansu_log_flush(_FLUSH_MS)


def forget_after_fork() -> None:
    """The parent's log thread does not exist in the child."""
    global _pid, _pushed, _pushing
    _pid = None
    _pushed = lib.TANSU_LOG_OFF
    _pushing = threading.Lock()


def _wanted() -> int:
    logger = _root.logger
    for level, number in _LEVELS.items():
        if not logger.isEnabledFor(number):
            return int(level) - 1
    return int(lib.TANSU_LOG_TRACE)


class _Watched(dict[int, bool]):
    """A logger's cache of enabled levels. `logging` clears all of them whenever a level changes anywhere, which is the
    only sign of it that there is."""

    def clear(self) -> None:
        super().clear()
        push_level()


def _watch(logger: Any) -> None:
    cache = getattr(logger, "_cache", None)
    if type(cache) is dict:
        logger._cache = _Watched()
