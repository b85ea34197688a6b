"""Kafka's own Java tools. BENCH_JAVA_CP names a file that holds their class path."""

from __future__ import annotations

import os
import re
import subprocess

from ..record import Meter, Options, Record
from ..servers import Server

SENT = r"(\d+) records sent, ([\d.]+) records/sec \(([\d.]+) MB/sec\).*?([\d.]+) ms 50th.*?([\d.]+) ms 99th"


def java(record: Record, options: Options) -> None:
    count = int(1_000_000 * options.scale)
    gigabytes = count * 1024 / 1e9
    for _ in options.repeat(3, 3):
        with Server(record.row) as server:
            topic = server.topic(tag="b-s1024")
            with Meter(server) as meter:
                out = _tool("ProducerPerformance", "--topic", topic, "--num-records", str(count), "--record-size",
                            "1024", "--throughput", "-1", "--producer-props", f"bootstrap.servers={server.address}",
                            "acks=all", "linger.ms=5")  # fmt: skip
            sent = re.findall(SENT, out)
            if not sent or int(sent[-1][0]) != count:
                record.note("java produce: " + out[-250:])
            else:
                record.add("java_produce.mb_s", float(sent[-1][1]) * 1024 / 1e6)
                record.add("java_produce.server_cpu_s_gb", meter.server_cpu_s / gigabytes)
            if record.skips("consume") or record.skips("java_consume"):
                continue
            with Meter(server) as meter:
                out = _tool("ConsumerPerformance", "--bootstrap-server", server.address, "--topic", topic,
                            "--num-records", str(count), "--timeout", "30000")  # fmt: skip
            rows = [line.split(", ") for line in out.splitlines() if re.match(r"\d{4}-\d\d-\d\d.*, ", line)]
            if not rows or int(rows[-1][4]) < count:
                record.note("java consume: " + out[-250:])
            else:
                record.add("java_consume.fetch_mb_s", float(rows[-1][8]) * 1.048576)
                record.add("java_consume.server_cpu_s_gb", meter.server_cpu_s / gigabytes)


def _tool(name: str, *arguments: str) -> str:
    with open(os.environ["BENCH_JAVA_CP"], encoding="utf-8") as file:
        class_path = file.read().strip()
    command = ["java", "-Xmx512m", "-cp", class_path, "org.apache.kafka.tools." + name, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    return ran.stdout + ran.stderr
