"""Fork: the child cannot use the parent's brokers and exits normally, and the parent's broker is not affected."""

from __future__ import annotations

from typing import Callable

import pytest
from support.interpreters import Installed
from support.tansu_storages import on_tansus_storage

PARENT_AND_CHILD = """
import os, socket, sys
from tansu_cffi import BrokerConfig, BrokerStateError, TansuBroker

def child(broker):
    assert "forked" not in repr(broker)
    for call in (broker.start, broker.start_nowait, broker.stop, broker.wait, broker.topics, broker.info):
        try:
            call()
        except BrokerStateError as error:
            assert "after fork" in str(error), error
        else:
            raise AssertionError(call)
    assert broker.state.name == "RUNNING", broker.state
    broker.close()
    with TansuBroker() as own:  # after the fork is fine
        socket.create_connection(("127.0.0.1", own.port), 10).close()

def as_child(body):
    pid = os.fork()
    if pid == 0:
        body()  # and then to the end of the program, exit hooks and all
        sys.exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

if not hasattr(os, "waitstatus_to_exitcode"):  # PyPy 3.9 has it; this is for the reader
    raise SystemExit("no waitstatus_to_exitcode")

broker = TansuBroker().start()
for _ in range(int(sys.argv[1])):
    assert as_child(lambda: child(broker)) == 0
    socket.create_connection(("127.0.0.1", broker.port), 10).close()
broker.create_topic("still-here")
broker.close()
print("parent", broker.state.name)
"""

CHILD_SLEEPS = """
import os, signal, socket, sys
from tansu_cffi import TansuBroker

broker = TansuBroker().start()
client = socket.create_connection(("127.0.0.1", broker.port), 10)
client.settimeout(20)
# The broker has taken the connection once it has answered: ApiVersions 0.
client.sendall(bytes.fromhex("0000000a 0012 0000 00000001 ffff".replace(" ", "")))
assert client.recv(4)
pid = os.fork()
if pid == 0:
    signal.pause()  # holds every descriptor that it has inherited
try:
    broker.stop(0)
    broker.wait(20)
    while True:  # the rest of the answer, then the end
        if not client.recv(4096):
            break
    try:
        socket.create_connection(("127.0.0.1", broker.port), 10)
    except ConnectionRefusedError:
        print("closed")
    with TansuBroker(broker.config.replace(listener_port=broker.port)) as again:
        print("taken again" if again.port == broker.port else "another port")
finally:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
"""

BUSY_THREADS = """
import os, socket, sys, threading
from tansu_cffi import TansuBroker

broker = TansuBroker().start()
over = threading.Event()
odd = []

def work():
    try:
        while not over.is_set():
            broker.metrics(), broker.state, repr(broker)
            with TansuBroker() as other:
                other.topics()
    except BaseException as error:
        odd.append(error)

threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(int(sys.argv[1])):
    pid = os.fork()
    if pid == 0:
        sys.exit(7)  # with the exit hooks, whatever the other threads held at that moment
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
over.set()
for thread in threads:
    thread.join()
assert not odd, odd
broker.close()
"""

MULTIPROCESSING = """
import multiprocessing, socket, sys
from tansu_cffi import TansuBroker

def work(port):
    socket.create_connection(("127.0.0.1", port), 10).close()
    with TansuBroker() as own:
        return own.port != port

if __name__ == "__main__":
    with TansuBroker() as broker:
        with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
            assert pool.map(work, [broker.port] * 4) == [True] * 4
        assert broker.is_running
"""


def _silent(ran: object, said: str = "") -> None:
    lines = [line for line in ran.stderr.splitlines() if "DeprecationWarning" not in line and "os.fork()" not in line]
    assert (ran.returncode, ran.stdout, lines) == (0, said, []), (ran.returncode, ran.stdout, ran.stderr)


def test_the_child_is_refused_and_exits_and_the_parent_goes_on(
    interpreter: Installed, counts: Callable[[str], int]
) -> None:
    _silent(interpreter.run(PARENT_AND_CHILD, str(counts("fork.each")), timeout=200), "parent STOPPED\n")


def test_the_child_has_none_of_tansus_storage_either(this_interpreter: Installed, counts: Callable[[str], int]) -> None:
    program = on_tansus_storage(PARENT_AND_CHILD)
    _silent(this_interpreter.run(program, str(counts("fork.each")), timeout=200), "parent STOPPED\n")


def test_a_child_that_holds_the_descriptors_keeps_nothing_open(interpreter: Installed) -> None:
    _silent(interpreter.run(CHILD_SLEEPS, timeout=100), "closed\ntaken again\n")


def test_a_fork_among_busy_threads(interpreter: Installed, counts: Callable[[str], int]) -> None:
    _silent(interpreter.run(BUSY_THREADS, str(counts("fork.each")), timeout=200))


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(interpreter: Installed, method: str) -> None:
    program = interpreter.folder / "work.py"
    program.write_text(MULTIPROCESSING, encoding="utf-8")
    _silent(interpreter.run(program, method, timeout=200))
