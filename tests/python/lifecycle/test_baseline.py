"""Brokers leave nothing behind: threads, descriptors, memory, Python objects."""

from __future__ import annotations

import gc
import os
import threading
import time
from typing import Any, Callable

import pytest
from support.interpreters import Installed
from support.tansu_storages import on_tansus_storage

from tansu_cffi import TansuBroker, _lifetime

CYCLES = """
import gc, os, socket, sys, time
from tansu_cffi import BrokerEventHandler, TansuBroker, _lifetime

class Handler(BrokerEventHandler):
    pass

def cycle():
    with TansuBroker(event_handler=Handler()) as broker:
        socket.create_connection(("localhost", broker.port), 10).close()

def figures():
    gc.collect()
    with open("/proc/self/statm") as statm:
        memory = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), _lifetime.live_count(), memory

cycles = int(sys.argv[1])
# Allocators and caches warm up; PyPy's compiler takes its time for it.
for _ in range(max(300 if sys.implementation.name == "pypy" else 10, cycles // 4)):
    cycle()
# The kernel lists an ended thread for a moment longer.
before = min(figures() for _ in range(20))
for _ in range(cycles):
    cycle()
after = figures()
until = time.monotonic() + 20
while after[0] > before[0] and time.monotonic() < until:
    os.sched_yield()
    after = figures()
assert after[:3] == before[:3], (before, after)
grown = (after[3] - before[3]) / cycles
assert grown < 8192, f"{grown:.0f} bytes of resident memory a cycle"
"""


def test_cycles_come_back_to_the_baseline(interpreter: Installed, counts: Callable[[str], int]) -> None:
    ran = interpreter.run(CYCLES, str(counts("lifecycle.cycles")), timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_cycles_on_tansus_storage_come_back_to_the_baseline(
    this_interpreter: Installed, counts: Callable[[str], int]
) -> None:
    ran = this_interpreter.run(on_tansus_storage(CYCLES), str(counts("lifecycle.cycles")), timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")


def _threads() -> set[str]:
    return set(os.listdir("/proc/self/task"))


def _come_back_to(before: set[str]) -> bool:
    """The kernel lists an ended thread for a moment longer."""
    until = time.monotonic() + 20
    while not _threads() <= before and time.monotonic() < until:
        os.sched_yield()
    return _threads() <= before


def test_nothing_runs_when_wait_has_returned(make_broker: Any) -> None:
    make_broker().close()  # the log's thread, if this is the first broker of the process, stays
    before, slots = _threads(), _lifetime.live_count()
    broker = make_broker().start()
    assert _threads() > before
    broker.stop()
    broker.wait()
    assert _come_back_to(before)
    broker.close()
    assert _lifetime.live_count() == slots


def test_a_broker_that_was_never_started_leaves_nothing() -> None:
    before, slots = _threads(), _lifetime.live_count()
    for _ in range(20):
        TansuBroker()
    gc.collect()
    assert _come_back_to(before)
    assert _lifetime.live_count() == slots


def test_a_broker_that_could_not_be_made_leaves_nothing() -> None:
    from tansu_cffi import BrokerConfig, BrokerConfigError

    slots = _lifetime.live_count()
    for _ in range(20):
        with pytest.raises(BrokerConfigError):
            TansuBroker(BrokerConfig(storage_url="mongodb://x"))
    assert _lifetime.live_count() == slots


def test_threads_of_the_library_have_no_python_objects_left(make_broker: Any) -> None:
    before = len(threading.enumerate())
    for _ in range(10):
        with make_broker():
            pass
    assert len(threading.enumerate()) == before
