"""How long one record takes: to its acknowledgement, alone, and to its consumer, at 10,000 a second."""

from __future__ import annotations

import json
import subprocess
import time

from confluent_kafka import Producer

from .. import workers
from ..record import Options, Record, percentile
from ..servers import Server

RATE, COUNT = 10_000, 50_000


def latency(record: Record, options: Options) -> None:
    with Server(record.row) as server:
        for _ in options.repeat(5, 3, 40):
            producer = Producer({"bootstrap.servers": server.address, "acks": "all", "linger.ms": 0, **workers.HUSH})
            _one_at_a_time(record, server, producer)
            if not record.skips("e2e"):
                _end_to_end(record, server, producer)


def _one_at_a_time(record: Record, server: Server, producer: Producer) -> None:
    topic = server.topic(tag="sync")
    errors: list[str] = []
    times_ms = []

    def delivered(error: object, _message: object) -> None:
        if error:
            errors.append(str(error))

    for index in range(2200):
        begun = time.perf_counter_ns()
        producer.produce(topic, b"x" * 100, on_delivery=delivered, partition=0)
        producer.flush(10)
        if index >= 200:
            times_ms.append((time.perf_counter_ns() - begun) / 1e6)
    if errors:
        raise RuntimeError(errors[0])
    times_ms.sort()
    record.add("sync.p50_ms", percentile(times_ms, 0.5))
    record.add("sync.p99_ms", percentile(times_ms, 0.99))


def _end_to_end(record: Record, server: Server, producer: Producer) -> None:
    """Producer and consumer in processes of their own."""
    topic = server.topic(tag="e2e")
    consumer = workers.start("e2e_consumer", server.address, topic, str(COUNT))
    producer.produce(topic, b"warm", partition=0)
    producer.flush(10)
    if workers.first_line(consumer) != "ready":
        raise RuntimeError("e2e consumer: " + consumer.communicate(timeout=10)[0].decode()[-200:])
    cpu_s, begun = server.cpu_s(), time.monotonic()
    sender = workers.start("e2e_producer", server.address, topic, str(COUNT), str(RATE))
    try:
        got = json.loads(consumer.communicate(timeout=40)[0])
    except subprocess.TimeoutExpired:
        for worker in (consumer, sender):
            worker.kill()
            worker.wait()
        raise RuntimeError("e2e: not all records arrived in 40 s") from None
    sent = json.loads(sender.communicate(timeout=20)[0])
    for name, value in got.items():
        record.add(f"e2e.{name}", value)
    record.add("e2e.rate", sent["rate"])
    record.add("e2e.server_cpu_pct", 100 * (server.cpu_s() - cpu_s) / (time.monotonic() - begun))
