"""An event for waiting threads that Ctrl-C can interrupt at any point."""

from __future__ import annotations

import threading
import time
from typing import Optional

#: Seconds between checks of a waiter: an interrupted waiter may fail to pass the wake-up on.
RETRY_INTERVAL_S = 1.0


class InterruptibleEvent:
    """Like threading.Event, made of one lock. On PyPy, Ctrl-C in the wait of an Event may raise "cannot release
    un-acquired lock", because it interrupts the condition while that reacquires its lock.
    """

    def __init__(self) -> None:
        self._set = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        """Sets the event; from any thread, any number of times."""
        if not self._set:
            self._set = True
            self._open()

    def wait(self, seconds: Optional[float] = None) -> bool:
        """Waits at most that many seconds and returns whether the event is set; None waits without a limit."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._set:
            left = RETRY_INTERVAL_S if end is None else min(end - time.monotonic(), RETRY_INTERVAL_S)
            if left <= 0:
                break
            if self._gate.acquire(timeout=left):
                self._open()  # for the next one
        return self._set

    def _open(self) -> None:
        try:
            self._gate.release()
        except RuntimeError:
            pass  # two threads set it at the same time
