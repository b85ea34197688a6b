"""Committed offsets: commits a second and their latency, another client during a storm of them, groups in memory.

    python benches/commits.py [SECONDS]

Runs a broker of the installed package in a process of its own for each storage. One client commits one offset after the
other. Then eight do, while a ninth asks for ApiVersions ten times a second. At last 10,000 groups commit ten offsets
each.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import tansu_cffi

STORAGES = ("memory://", "file://{}?fsync=interval", "file://{}?fsync=always")
GROUPS, OFFSETS = 10_000, 10


def _text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def _frame(key: int, version: int, body: bytes) -> bytes:
    head = struct.pack(">hhi", key, version, 1) + _text("bench")
    return struct.pack(">i", len(head) + len(body)) + head + body


def _create(topic: str, partitions: int) -> bytes:
    body = (
        struct.pack(">i", 1)
        + _text(topic)
        + struct.pack(">ihii", partitions, 1, 0, 0)
        + struct.pack(">i?", 9000, False)
    )
    return _frame(19, 4, body)


def _commit(group: str, topic: str, partitions: int, offset: int) -> bytes:
    rows = b"".join(struct.pack(">iqi", index, offset, -1) + _text("") for index in range(partitions))
    topics = struct.pack(">i", 1) + _text(topic) + struct.pack(">i", partitions) + rows
    return _frame(8, 7, _text(group) + struct.pack(">i", -1) + _text("") + b"\xff\xff" + topics)


class Client:
    """A connection that waits for each answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, frame: bytes) -> bytes:
        self.socket.sendall(frame)
        (size,) = struct.unpack(">i", self._read(4))
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self.socket.recv(size - len(data)) or sys.exit("the broker has closed the connection")
        return data

    def commit(self, group: str, offset: int, partitions: int = 1) -> None:
        answer = self.ask(_commit(group, "t", partitions, offset))
        assert answer[-2:] == b"\0\0", answer


def _serve(url: str, pipe: Any) -> None:
    with tansu_cffi.TansuBroker(tansu_cffi.BrokerConfig(storage_url=url)) as broker:
        pipe.send(broker.port)
        while pipe.poll(None) and pipe.recv() == "memory":
            rollup = Path("/proc/self/smaps_rollup").read_text()
            pipe.send(next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Private_Dirty")))


def _percentile(times: list[float], part: float) -> float:
    return sorted(times)[int(len(times) * part)] * 1e6


def _alone(port: int, seconds: float) -> tuple[float, float, float]:
    client, times, end = Client(port), [], time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        client.commit("alone", len(times))
        times.append(time.perf_counter() - begun)
    return len(times) / seconds, statistics.median(times) * 1e6, _percentile(times, 0.99)


def _storm(port: int, seconds: float) -> tuple[float, float]:
    """Median and 99th percentile of ApiVersions on another connection, in microseconds."""
    stop = threading.Event()

    def commit(number: int) -> None:
        client, offset = Client(port), 0
        while not stop.is_set():
            client.commit(f"storm-{number}", offset)
            offset += 1

    threads = [threading.Thread(target=commit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    probe, times = Client(port), []
    for _ in range(int(seconds * 100)):
        begun = time.perf_counter()
        probe.ask(_frame(18, 0, b""))
        times.append(time.perf_counter() - begun)
        stop.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    return statistics.median(times) * 1e6, _percentile(times, 0.99)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    heads = ("commits/s", "p50 us", "p99 us", "probe p50", "probe p99", "10k groups")
    print(f"{'storage':26}", *(f"{head:>10}" for head in heads))
    for storage in STORAGES:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
            url = storage.format(folder + "/data")
            here, there = multiprocessing.get_context("spawn").Pipe()
            broker = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, there))
            broker.start()
            port = here.recv()
            Client(port).ask(_create("t", OFFSETS))
            alone = _alone(port, seconds)
            storm = _storm(port, seconds)
            here.send("memory")
            before = here.recv()
            client = Client(port)
            for number in range(GROUPS):
                client.commit(f"group-{number}", 1, OFFSETS)
            here.send("memory")
            grown = (here.recv() - before) / 1024
            here.send("stop")
            broker.join()
        name = storage.format("")
        figures = (*alone, *storm)
        print(f"{name:26}", *(f"{figure:10.0f}" for figure in figures), f"{grown:6.1f} MiB", flush=True)


if __name__ == "__main__":
    main()
