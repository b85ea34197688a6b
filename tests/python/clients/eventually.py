"""Waits for a condition that another process or thread fulfils, and reports the last value on a timeout."""

from __future__ import annotations

import time
from typing import Callable

from drivers.base import PATIENCE_S


def until(met: Callable[[], bool], seen: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Calls `met` until it is true. The called function waits (a poll); this one does not sleep."""
    deadline = time.monotonic() + patience_s
    while not met():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {patience_s} s; last seen: {seen()}")
