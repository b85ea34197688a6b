"""A flag that a thread waits for; what Ctrl-C interrupts leaves it whole."""

from __future__ import annotations

import threading
import time
from typing import Optional

#: A waiter looks this often by itself: the wake-up of one that was interrupted at the wrong moment is not passed on.
RETRY_INTERVAL_S = 1.0


class InterruptibleEvent:
    """Like threading.Event, made of one lock. An Event that is waited for on PyPy may answer Ctrl-C with "cannot
    release un-acquired lock": the interrupt hits the condition while it takes its own lock back.
    """

    def __init__(self) -> None:
        self._set = False
        self._gate = threading.Lock()
        self._gate.acquire()

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        """From any thread, any number of times."""
        if not self._set:
            self._set = True
            self._open()

    def wait(self, seconds: Optional[float] = None) -> bool:
        """Whether it is set, at the latest after that many seconds; None waits for ever."""
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
            pass  # two that set it at once
