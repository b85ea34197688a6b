"""Ctrl-C and SIGTERM interrupt every wait of the program, and the broker stops."""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager
from collections.abc import Iterator

import pytest
from support.interpreters import Installed
from support.tansu_storages import with_tansus_storages

#: Each prints "waiting" when it waits, or is about to, and is sent a signal then.
WAITS = {
    "wait": """
broker = TansuBroker().start()
try:
    print("waiting", flush=True)
    broker.wait()
except KeyboardInterrupt:
    print("interrupted", broker.is_running)
    broker.stop()
    broker.wait(20)
print(broker.state.name)
""",
    "start": """
# An address without answers: the storage opens slowly, so start() waits.
listener = socket.create_server(("127.0.0.1", 0))
url = f"postgres://user@127.0.0.1:{listener.getsockname()[1]}/x"
broker = TansuBroker(BrokerConfig(storage_url=url), event_handler=EventLog())
try:
    tell_when_waiting()
    broker.start()
except KeyboardInterrupt:
    print("interrupted", broker.is_running)
    broker.wait(20)
print(broker.state.name)
""",
    "blocking": """
broker = TansuBroker(event_handler=EventLog(), blocking=True)
broker.start()
print(broker.state.name)
""",
    "with": """
try:
    with TansuBroker() as broker:
        print("waiting", flush=True)
        broker.wait()
except KeyboardInterrupt:
    print("interrupted", broker.is_running)
print(broker.state.name)
""",
    "nothing": """
broker = TansuBroker().start()
print("waiting", flush=True)
threading.Event().wait()
""",
}

BEGIN = """
import socket, sys, threading
from tansu_cffi import BrokerConfig, BrokerEventHandler, TansuBroker

class EventLog(BrokerEventHandler):
    def on_started(self, port): print("waiting", flush=True)
    def on_fatal(self, error): print("fatal", error.kind.name, flush=True)
"""

#: For `start`, which no callback tells of: the connection that the storage makes does.
STORAGE_CONNECTS = """
held = []  # open for as long as the program runs

def tell_when_waiting():
    def accept():
        held.append(listener.accept())
        print("waiting", flush=True)
    threading.Thread(target=accept, daemon=True).start()
"""


@contextmanager
def _running(interpreter: Installed, program: str) -> Iterator[subprocess.Popen[str]]:
    process = interpreter.start(program)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _interrupted(interpreter: Installed, program: str, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    with _running(interpreter, program) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        said, complaints = process.communicate(timeout=60)
        return process.returncode, said, complaints


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("wait", "interrupted True\nSTOPPED\n"),
        ("start", "interrupted False\nSTOPPED\n"),
        ("blocking", "STOPPED\n"),
        ("with", "interrupted False\nSTOPPED\n"),
    ],
)
def test_ctrl_c(interpreter: Installed, where: str, said: str) -> None:
    program = BEGIN + WAITS[where]
    if where == "start":
        program = with_tansus_storages(BEGIN + STORAGE_CONNECTS + WAITS[where])
    assert _interrupted(interpreter, program) == (0, said, "")


def test_uncaught_ctrl_c_ends_the_program(interpreter: Installed) -> None:
    code, said, complaints = _interrupted(interpreter, BEGIN + WAITS["nothing"])
    assert (code, said) in ((-signal.SIGINT, ""), (1, ""))
    assert complaints.rstrip().endswith("KeyboardInterrupt")


def test_sigterm_is_the_programs(interpreter: Installed) -> None:
    """No handler of ours: what the system does by default happens."""
    assert _interrupted(interpreter, BEGIN + WAITS["nothing"], signal.SIGTERM) == (-signal.SIGTERM, "", "")


def test_the_handlers_of_the_program_run_on_its_main_thread(interpreter: Installed) -> None:
    program = (
        BEGIN
        + """
import os, signal
seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(threading.current_thread() is threading.main_thread()))
before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)}
with TansuBroker():
    for _ in range(50):
        os.kill(os.getpid(), signal.SIGUSR1)
    assert before == {number: signal.getsignal(number) for number in before}
    # Every thread of the library has the signal blocked, so only those of the program can have run it.
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        if fields["Name"].strip().startswith("tansu-"):
            assert int(fields["SigBlk"], 16) >> (signal.SIGUSR1 - 1) & 1, fields
print(bool(seen), all(seen))
"""
    )
    ran = interpreter.run(program)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "True True\n", "")


#: Prints what the process blocks, ignores and catches before, while and after a broker runs, each once.
LOOKS = """
import re, socket, threading
from pathlib import Path

def masks():
    text = Path("/proc/self/status").read_text()
    return tuple(re.findall(r"^Sig(?:Blk|Ign|Cgt):\\s*(\\w+)$", text, re.MULTILINE))

# The C library catches a signal of its own from the first thread on.
thread = threading.Thread(target=masks)
thread.start()
thread.join()
seen = [masks()]
from tansu_cffi import TansuBroker
seen.append(masks())
with TansuBroker() as broker:
    seen.append(masks())
    # A client that is gone before its answer: a write that could raise SIGPIPE.
    for _ in range(100):
        client = socket.create_connection(("127.0.0.1", broker.port))
        client.sendall(bytes.fromhex("0000000a00120000000000010000") * 50)
        client.close()
    seen.append(masks())
seen.append(masks())
print(len(seen[0]), len(set(seen)))
"""


def test_no_signal_is_handled_blocked_or_ignored(interpreter: Installed) -> None:
    ran = interpreter.run(LOOKS)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "3 1\n", "")
