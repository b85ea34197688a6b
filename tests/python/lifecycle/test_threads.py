"""Everything at once, from many threads, with the interpreter switching as often as it can."""

from __future__ import annotations

from typing import Callable

from support.interpreters import Installed

HAMMER = """
import random, sys, threading
from tansu_cffi import BrokerError, BrokerEventHandler, TansuBroker

if hasattr(sys, "setswitchinterval"):
    sys.setswitchinterval(1e-6)

class Handler(BrokerEventHandler):
    def __init__(self): self.names = []
    def on_started(self, port): self.names.append("started")
    def on_error(self, error): self.names.append("error")
    def on_fatal(self, error): self.names.append("fatal")
    def on_stopped(self): self.names.append("stopped")

def calls(broker):
    return [
        broker.start, broker.start_nowait, lambda: broker.stop(0), broker.stop, lambda: broker.wait(0.001),
        broker.info, broker.topics, broker.metrics, lambda: broker.state, lambda: repr(broker),
        lambda: broker.port, lambda: broker.bootstrap_servers, lambda: broker.is_running, broker.close,
    ]

def hammer(broker, seed, go):
    chosen = random.Random(seed)
    go.wait()
    for _ in range(30):
        try:
            chosen.choice(calls(broker))()
        except BrokerError:
            pass

unexpected = []
threading.excepthook = lambda args: unexpected.append(args.exc_value)
for round_number in range(int(sys.argv[1])):
    handler = Handler()
    broker = TansuBroker(event_handler=handler)
    go = threading.Event()
    threads = [threading.Thread(target=hammer, args=(broker, f"{round_number}-{n}", go)) for n in range(8)]
    for thread in threads: thread.start()
    go.set()
    for thread in threads: thread.join()
    broker.close()
    assert not unexpected, (round_number, unexpected)
    assert not broker.handler_errors, broker.handler_errors
    assert handler.names in ([], ["stopped"], ["started", "stopped"]), (round_number, handler.names)
"""


def test_hammer(interpreter: Installed, counts: Callable[[str], int]) -> None:
    ran = interpreter.run(HAMMER, str(counts("lifecycle.hammer")), timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")
