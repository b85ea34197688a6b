"""Transactions a second, and how soon a new transactional producer is ready.

    python benches/transactions.py [SECONDS] [KFAKE]

Runs a broker of the installed package in a process of its own for each storage, and the program KFAKE if it is given.
librdkafka commits one transaction after the other, each with one record.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

import tansu_cffi

STORAGES = ("memory://", "file://{}?fsync=interval", "file://{}?fsync=always")
LIMIT_S = 30.0


def _serve(url: str, pipe: Any) -> None:
    with tansu_cffi.TansuBroker(tansu_cffi.BrokerConfig(storage_url=url)) as broker:
        pipe.send(broker.port)
        pipe.recv()


@contextlib.contextmanager
def _ours(storage: str) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        here, there = context.Pipe()
        broker = context.Process(target=_serve, args=(storage.format(folder + "/data"), there))
        broker.start()
        yield here.recv()
        here.send("stop")
        broker.join()


@contextlib.contextmanager
def _kfake(program: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen([program, "-port", str(port)], stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _measure(port: int, seconds: float) -> tuple[float, float]:
    servers = f"localhost:{port}"
    admin = AdminClient({"bootstrap.servers": servers})
    admin.create_topics([NewTopic("t", 1, 1)])["t"].result(LIMIT_S)
    begun = time.perf_counter()
    producer = Producer({"bootstrap.servers": servers, "transactional.id": "bench", "linger.ms": 0})
    producer.init_transactions(LIMIT_S)
    ready = time.perf_counter() - begun
    count, begun = 0, time.perf_counter()
    while time.perf_counter() < begun + seconds:
        producer.begin_transaction()
        producer.produce("t", b"v")
        producer.commit_transaction(LIMIT_S)
        count += 1
    return count / (time.perf_counter() - begun), ready * 1e3


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    print(f"{'broker':26} {'transactions/s':>15} {'ready, ms':>10}")
    for storage in STORAGES:
        with _ours(storage) as port:
            rate, ready = _measure(port, seconds)
        print(f"{storage.format(''):26} {rate:15.0f} {ready:10.1f}", flush=True)
    for program in sys.argv[2:]:
        with _kfake(program) as port:
            rate, ready = _measure(port, seconds)
        print(f"{'kfake':26} {rate:15.0f} {ready:10.1f}", flush=True)


if __name__ == "__main__":
    main()
