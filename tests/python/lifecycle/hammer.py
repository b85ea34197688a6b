"""Many threads call all methods on shared and on separate brokers, preempted as often as possible.

A program, run in an interpreter that has the package: `hammer.py ROUNDS SEED`. Beside the short switch interval, a
trace function gives the processor away between two lines of the package, at random: a thread then stops between the
check of a state and the action that depends on it, with and without a GIL.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import sys
import threading
import time
from typing import Any, Callable, Optional

import tansu_cffi
from tansu_cffi import BrokerError, BrokerEventHandler, BrokerState, TansuBroker, _lifetime, _logs

THREADS = 8
CALLS = 25
PACKAGE = os.path.dirname(tansu_cffi.__file__)
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL)

unexpected: list[Any] = []
yields = random.Random()


class Handler(BrokerEventHandler):
    """Records its events, and calls its broker."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.broker: Optional[TansuBroker] = None

    def on_started(self, port: int) -> None:
        self.names.append("started")
        if self.broker is not None:
            repr(self.broker)

    def on_error(self, error: BrokerError) -> None:
        self.names.append("error")

    def on_fatal(self, error: BrokerError) -> None:
        self.names.append("fatal")

    def on_stopped(self) -> None:
        self.names.append("stopped")


def preempt(frame: Any, event: str, arg: Any) -> Any:
    """A trace function that switches threads between lines of the package."""
    if event == "call":
        return preempt if frame.f_code.co_filename.startswith(PACKAGE) else None
    if event == "line" and yields.random() < 0.1:
        time.sleep(0)
    return preempt


def use_own() -> None:
    """A separate broker of this thread, which the others must not affect."""
    handler = Handler()
    with TansuBroker(event_handler=handler) as broker:
        assert broker.state is BrokerState.RUNNING, broker
        assert broker.info()["port"] == broker.port
        broker.create_topic("own")
        assert [topic.name for topic in broker.topics()] == ["own"]
    assert broker.state is BrokerState.STOPPED, broker
    assert handler.names == ["started", "stopped"], handler.names


def set_level(chosen: random.Random) -> None:
    logging.getLogger("tansu").setLevel(chosen.choice(LEVELS))


def calls(broker: TansuBroker, chosen: random.Random) -> list[Callable[[], Any]]:
    return [
        *(broker.start, broker.start_nowait, lambda: broker.stop(0), broker.stop, lambda: broker.wait(0.001)),
        *(broker.info, broker.topics, broker.metrics, lambda: broker.state, lambda: repr(broker)),
        *(lambda: broker.port, lambda: broker.bootstrap_servers, lambda: broker.is_running, broker.close),
        *(lambda: broker.create_topic("t"), lambda: set_level(chosen), lambda: set_level(chosen)),
    ]


def hammer(broker: TansuBroker, seed: str, go: threading.Event) -> None:
    chosen = random.Random(seed)
    last = BrokerState.NEW
    own_at = chosen.randrange(CALLS)
    go.wait()
    for number in range(CALLS):
        if number == own_at:
            use_own()
        try:
            chosen.choice(calls(broker, chosen))()
        except BrokerError:
            pass  # refused in this state
        state = broker.state
        assert state >= last, f"{last.name} became {state.name}"
        last = state


def one_round(seed: str) -> None:
    handler = Handler()
    handler.broker = broker = TansuBroker(event_handler=handler)
    go = threading.Event()
    threads = [threading.Thread(target=hammer, args=(broker, f"{seed}-{n}", go)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    broker.close()
    handler.broker = None
    assert not unexpected, (seed, unexpected)
    assert not broker.handler_errors, (seed, broker.handler_errors)
    assert handler.names in ([], ["stopped"], ["started", "stopped"]), (seed, handler.names)
    assert broker.state is (BrokerState.STOPPED if handler.names else BrokerState.NEW), (seed, broker, handler.names)
    assert _logs._pushed == _logs._wanted(), (seed, _logs._pushed, _logs._wanted())


def figures() -> tuple[int, int, tuple[int, int]]:
    gc.collect()
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), _lifetime.live_count()


def main(rounds: int, seed: str) -> None:
    logging.getLogger("tansu").addHandler(logging.NullHandler())
    logging.getLogger("tansu").setLevel(logging.DEBUG)
    threading.excepthook = lambda args: unexpected.append(args.exc_value)
    use_own()  # the log's thread, which stays
    before = figures()
    yields.seed(seed)
    if hasattr(sys, "setswitchinterval"):
        sys.setswitchinterval(1e-6)
    threading.settrace(preempt)
    for number in range(rounds):
        one_round(f"{seed}-{number}")
    # A thread that has ended is the kernel's for a moment longer.
    until = time.monotonic() + 20
    while figures() != before and time.monotonic() < until:
        os.sched_yield()
    assert figures() == before, (before, figures())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
