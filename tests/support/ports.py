"""A free port for a broker that starts later, or again."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """Below the system's range: no outgoing connection gets the port meanwhile."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
