"""What the shell costs: the same requests to `python -m tansu_cffi run` and to upstream's own broker.

    (cd rust-ffi && cargo build --release --ignore-rust-version -p tansu-upstream -F bench --example upstream_broker)
    python benches/overhead.py TARGET/release/examples/upstream_broker

One connection, one request at a time; rounds alternate between the two. CPU is user and system time of the server
process, out of /proc.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kafka_raw import Connection, batch

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("upstream", help="the built example")
    options.add_argument("--reps", type=int, default=5)
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--storage", default="memory://")
    args = options.parse_args()

    ours = [sys.executable, "-m", "tansu_cffi", "run", "--storage", args.storage, "--port"]
    samples: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(args.reps):
        for name, command in (
            ("ours", lambda port: [*ours, str(port)]),
            ("upstream", lambda port: [args.upstream, str(port), "memory://tansu/"]),
        ):
            for request, figures in _measure(command, args.requests).items():
                samples.setdefault((request, name), []).append(figures)
    print("| request | ours, CPU us | upstream, CPU us | ours, round trip us | upstream, round trip us |")
    print("|---|---|---|---|---|")
    for request in dict.fromkeys(request for request, _ in samples):
        cpu = [_middle(samples[request, name], 0) for name in ("ours", "upstream")]
        wall = [_middle(samples[request, name], 1) for name in ("ours", "upstream")]
        print("| " + " | ".join([request, *cpu, *wall]) + " |")


def _middle(figures: list[tuple[float, float]], index: int) -> str:
    values = [figure[index] for figure in figures]
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


def _measure(command, requests: int) -> dict[str, tuple[float, float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    figures = {}
    with _server(command(port)) as pid:
        connection = _connected(port)
        connection.metadata("t")
        records = batch(b"x" * 100)
        connection.produce("t", records)
        for name, call, share in (
            ("ApiVersions", connection.api_versions, 1),
            ("Metadata, one topic", lambda: connection.metadata("t"), 1),
            ("Produce, 100 bytes", lambda: connection.produce("t", records), 10),
        ):
            count = requests // share
            for _ in range(count // 10):
                call()
            cpu, begun = _cpu(pid), time.perf_counter()
            for _ in range(count):
                call()
            wall = time.perf_counter() - begun
            figures[name] = ((_cpu(pid) - cpu) / count * 1e6, wall / count * 1e6)
    return figures


@contextmanager
def _server(command: list[str]) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _connected(port: int) -> Connection:
    deadline = time.monotonic() + 20
    while True:
        try:
            connection = Connection(port)
            connection.api_versions()
            return connection
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
