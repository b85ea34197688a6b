"""The machine that is measured on: its cores, the load on them, and the priority of the harness."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

#: The folder of the peers' programs; see ../peers/build.sh.
BIN = os.environ.get("BENCH_BIN", "bin")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = {CORES[0]}, {CORES[-1]}
TICK = os.sysconf("SC_CLK_TCK")


def busy_s() -> float:
    """CPU seconds that all cores have spent: all but idle and iowait, and what the host took from us is in it."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def is_ahead() -> bool:
    return os.getpriority(os.PRIO_PROCESS, 0) < -10


def put_ahead() -> None:
    """Where allowed (root), schedule servers and clients, which inherit this, ahead of whatever else runs here."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        with contextlib.suppress(PermissionError):
            os.setsid()  # An autogroup of our own; nice alone counts only within one.
        with open("/proc/self/autogroup", "w", encoding="ascii") as autogroup:
            autogroup.write("-20")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Held during all suites of one server, so that several harnesses on one machine take turns."""
    path = os.environ.get("BENCH_LOCK")
    if not path:
        yield
        return
    with open(path, "a", encoding="utf-8") as lock:
        begun = time.monotonic()
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(f"  waited {time.monotonic() - begun:.0f} s for the lock", flush=True)
        yield
