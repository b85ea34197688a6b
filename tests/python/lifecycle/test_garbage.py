"""Brokers that were not stopped, and garbage collection at the worst moment."""

from __future__ import annotations

import gc
import sys
import threading
import warnings
import weakref
from typing import Any, Callable

import pytest
from recorder import Recorder
from support.interpreters import Installed

from tansu_cffi import BrokerEventHandler, TansuBroker, _lifetime

if sys.implementation.name != "cpython":
    collect_now = lambda: [gc.collect() for _ in range(3)]  # noqa: E731
else:
    collect_now = gc.collect


def test_a_forgotten_broker_warns_and_stops() -> None:
    slots = _lifetime.live_count()
    broker = TansuBroker().start()
    port = broker.port
    with pytest.warns(ResourceWarning, match=rf"<TansuBroker memory:// localhost:{port} RUNNING> was never stopped"):
        del broker
        collect_now()
    assert _lifetime.live_count() == slots


def test_a_broker_in_a_cycle_with_its_handler_can_be_forgotten() -> None:
    class Handler(BrokerEventHandler):
        broker: TansuBroker

    slots = _lifetime.live_count()
    handler = Handler()
    handler.broker = TansuBroker(event_handler=handler).start()
    gone = weakref.ref(handler)
    with pytest.warns(ResourceWarning):
        del handler
        collect_now()
    # The recorded warning held its source, the broker; from CPython 3.15 on a weak reference outlives such a finalizer.
    collect_now()
    assert gone() is None
    assert _lifetime.live_count() == slots


@pytest.mark.parametrize("end", ["close", "stop", "never started", "failed"])
def test_no_warning_for_one_that_was_ended(end: str) -> None:
    from tansu_cffi import BrokerBindError, BrokerConfig

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        broker = TansuBroker()
        if end != "never started":
            broker.start()
        if end == "failed":
            with pytest.raises(BrokerBindError):
                TansuBroker(BrokerConfig(listener_port=broker.port)).start()
            broker.close()
        elif end == "close":
            broker.close()
        elif end == "stop":
            broker.stop()
            broker.wait()
        del broker
        collect_now()


def test_the_handler_is_let_go(make_broker: Any) -> None:
    handler = Recorder()
    gone = weakref.ref(handler)
    broker = TansuBroker(event_handler=handler).start()
    broker.close()
    del broker, handler
    collect_now()
    assert gone() is None


def test_a_broker_may_be_forgotten_inside_its_own_handler() -> None:
    done = threading.Event()
    holder: list[TansuBroker] = []

    def inside(port: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            holder.clear()
            collect_now()
        done.set()

    holder.append(TansuBroker(event_handler=Recorder(started=inside)))
    holder[0].start_nowait()
    assert done.wait(20)


STORM = """
import gc, sys, threading
from tansu_cffi import BrokerEventHandler, TansuBroker

stop = threading.Event()

class Handler(BrokerEventHandler):
    def __init__(self): self.names = []
    def on_started(self, port): self.names.append("started")
    def on_stopped(self): self.names.append("stopped")

def storm():
    while not stop.wait(0.001):  # a breath: a thread that only collects keeps PyPy's lock to itself
        gc.collect()

class Cycle:
    def __init__(self): self.self = self

storms = [threading.Thread(target=storm) for _ in range(2)]
for thread in storms: thread.start()
if hasattr(gc, "set_threshold"):
    gc.set_threshold(5)
for _ in range(int(sys.argv[1])):
    Cycle()
    handler = Handler()
    with TansuBroker(event_handler=handler) as broker:
        broker.create_topic("t")
        assert len(broker.topics()) == 1
    assert handler.names == ["started", "stopped"], handler.names
stop.set()
for thread in storms: thread.join()
"""


def test_collections_all_the_time(interpreter: Installed, counts: Callable[[str], int]) -> None:
    ran = interpreter.run(STORM, str(counts("lifecycle.storm")), timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")
