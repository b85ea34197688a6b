"""Waiting for what another process or thread does: ask until it is so, or say what was seen last."""

from __future__ import annotations

import time
from typing import Callable

from drivers.base import PATIENCE_S


def until(met: Callable[[], bool], seen: Callable[[], object], *, patience_s: float = PATIENCE_S) -> None:
    """Asks `met` until it is true. What it calls does the waiting (a poll); nothing sleeps here."""
    deadline = time.monotonic() + patience_s
    while not met():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {patience_s} s; last seen: {seen()}")
