"""A port for a broker that begins later, or again."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """Below those that the system hands out: nobody who connects to somewhere is given it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
