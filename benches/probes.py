"""What is measured. Each probe runs in a fresh interpreter (`python probes.py NAME`) and prints its figures as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Callable

PROBES: dict[str, Callable[[], dict[str, float]]] = {}


def probe(function: Callable[[], dict[str, float]]) -> Callable[[], dict[str, float]]:
    PROBES[function.__name__] = function
    return function


def _memory_kib() -> dict[str, int]:
    """Resident memory, and the part of it that no other process shares."""
    fields: dict[str, int] = {}
    with open("/proc/self/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup.readlines()[1:]:
            name, value = line.split()[:2]
            fields[name.rstrip(":")] = int(value)
    return {"rss": fields["Rss"], "private": fields["Private_Clean"] + fields["Private_Dirty"]}


def _topic(broker, connection) -> None:
    """Makes the topic t, and waits until it takes a record."""
    from kafka_raw import batch

    connection.metadata("t")
    connection.produce("t", batch(b"first"))


@probe
def importing() -> dict[str, float]:
    begun = time.perf_counter()
    import tansu_cffi  # noqa: F401

    return {"import, ms": (time.perf_counter() - begun) * 1e3}


@probe
def first_ack() -> dict[str, float]:
    from kafka_raw import Connection, batch
    from tansu_cffi import TansuBroker

    records = batch(b"hello world")
    begun = time.perf_counter()
    broker = TansuBroker()
    broker.start()
    ready = time.perf_counter()
    connection = Connection(broker.port)
    connection.metadata("t")
    connection.produce("t", records)
    acknowledged = time.perf_counter()
    connection.close()
    stopping = time.perf_counter()
    broker.stop()
    broker.wait()
    stopped = time.perf_counter()
    return {
        "construct to ready, ms": (ready - begun) * 1e3,
        "construct to first acknowledgement, ms": (acknowledged - begun) * 1e3,
        "stop, idle, ms": (stopped - stopping) * 1e3,
    }


@probe
def stop_with_waiting_fetches() -> dict[str, float]:
    from kafka_raw import Connection
    from tansu_cffi import TansuBroker

    broker = TansuBroker().start()
    _topic(broker, Connection(broker.port))
    waiting = [Connection(broker.port) for _ in range(100)]
    for connection in waiting:
        connection.api_versions()
        connection.send_fetch("t", 1, 30_000)
    # The fetches are parked once a later request on another connection has been answered by the one worker.
    Connection(broker.port).metadata("t")
    begun = time.perf_counter()
    broker.stop()
    broker.wait()
    return {"stop, 100 waiting fetches, ms": (time.perf_counter() - begun) * 1e3}


@probe
def memory() -> dict[str, float]:
    bare = _memory_kib()
    import tansu_cffi

    imported = _memory_kib()
    with tansu_cffi.TansuBroker():
        running = _memory_kib()
    return {
        "import over the bare interpreter, resident MiB": (imported["rss"] - bare["rss"]) / 1024,
        "idle broker over the bare interpreter, resident MiB": (running["rss"] - bare["rss"]) / 1024,
        "idle broker over the bare interpreter, private MiB": (running["private"] - bare["private"]) / 1024,
    }


@probe
def idle_connections() -> dict[str, float]:
    from tansu_cffi import TansuBroker

    with TansuBroker() as broker:
        with _Clients(broker.port, 100):
            before = _memory_kib()
            with _Clients(broker.port, 1000):
                after = _memory_kib()
    return {"per idle connection, private KiB": (after["private"] - before["private"]) / 1000}


class _Clients:
    """Open connections, held by another process: only the broker's ends are to be counted."""

    def __init__(self, port: int, count: int) -> None:
        self._command = [sys.executable, __file__, "hold", str(port), str(count)]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"held\n":
            raise RuntimeError("the connections were not made")

    def __exit__(self, *_: object) -> None:
        self._process.communicate(b"")


def _hold(port: int, count: int) -> None:
    from kafka_raw import Connection

    held = [Connection(port) for _ in range(count)]
    for connection in held:
        connection.api_versions()
    print("held", flush=True)
    sys.stdin.read()


@probe
def idle_cpu() -> dict[str, float]:
    from tansu_cffi import TansuBroker

    with TansuBroker():
        begun = time.process_time()
        threading.Event().wait(10)
        return {"idle, CPU ms a second": (time.process_time() - begun) * 1e3 / 10}


@probe
def idle_cpu_of_consumers() -> dict[str, float]:
    from kafka_raw import Connection
    from tansu_cffi import TansuBroker

    with TansuBroker() as broker:
        _topic(broker, Connection(broker.port))
        waiting = [Connection(broker.port) for _ in range(100)]
        for connection in waiting:
            connection.send_fetch("t", 1, 60_000)
        begun = time.process_time()
        threading.Event().wait(10)
        return {"100 waiting fetches, CPU ms a second": (time.process_time() - begun) * 1e3 / 10}


@probe
def wake() -> dict[str, float]:
    """From the moment a producer has its acknowledgement to the moment a waiting consumer has the record."""
    from kafka_raw import Connection, batch
    from tansu_cffi import TansuBroker

    with TansuBroker() as broker:
        producer, consumer = Connection(broker.port), Connection(broker.port)
        _topic(broker, producer)
        latencies = []
        for offset in range(1, 201):
            records = batch(b"x" * 100)
            consumer.send_fetch("t", offset, 10_000)
            begun = time.perf_counter()
            producer.produce("t", records)
            consumer.receive()
            latencies.append(time.perf_counter() - begun)
        latencies.sort()
        return {"produce to a waiting consumer, ms": latencies[len(latencies) // 2] * 1e3}


@probe
def round_trip() -> dict[str, float]:
    from kafka_raw import Connection, batch
    from tansu_cffi import TansuBroker

    with TansuBroker() as broker:
        connection = Connection(broker.port)
        _topic(broker, connection)
        figures = {}
        for name, call in (
            ("ApiVersions", connection.api_versions),
            ("Metadata", lambda: connection.metadata("t")),
            ("Produce of 100 bytes", lambda: connection.produce("t", records)),
        ):
            records = batch(b"x" * 100)
            rounds = 2000
            begun = time.perf_counter()
            for _ in range(rounds):
                call()
            figures[f"{name}, round trip us"] = (time.perf_counter() - begun) / rounds * 1e6
        return figures


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        _hold(int(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(PROBES[sys.argv[1]]()))
