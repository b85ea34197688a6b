"""Clients that need a Python process of their own. `python -m load.workers KIND ARGUMENTS...`"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable

from .record import percentile
from .servers import environment

#: The only setting changed in Python clients that are measured "with defaults".
HUSH = {"log_level": 2}


def start(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "load.workers", kind, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment())


def first_line(worker: subprocess.Popen[bytes]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().decode().strip()


def e2e_consumer(address: str, topic: str, count: int) -> None:
    """Prints "ready" once a record has come, and at the end how old the others were when they came."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": address, "group.id": "e2e", "enable.auto.commit": False, **HUSH})
    consumer.assign([TopicPartition(topic, 0, 0)])
    while not (message := consumer.poll(1)) or message.error():
        pass
    print("ready", flush=True)
    ages: list[int] = []
    while len(ages) < count:
        message = consumer.poll(1)  # Not consume(n): that waits for n messages.
        if message and not message.error() and len(value := message.value() or b"") == 100:
            ages.append(time.monotonic_ns() - struct.unpack_from(">q", value)[0])
    ages_ms = sorted(age / 1e6 for age in ages[count // 5 :])  # The first second is warm-up.
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "p999_ms": 0.999}
    print(json.dumps({**{k: percentile(ages_ms, v) for k, v in shares.items()}, "max_ms": ages_ms[-1]}), flush=True)
    os._exit(0)


def e2e_producer(address: str, topic: str, count: int, rate: int) -> None:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": address, "linger.ms": 0, "acks": "all", **HUSH})
    producer.list_topics(topic, timeout=10)
    pad, begun, sent = b"x" * 92, time.monotonic(), 0
    while sent < count:
        for _ in range(min(rate // 1000, count - sent)):
            producer.produce(topic, struct.pack(">q", time.monotonic_ns()) + pad, partition=0)
            sent += 1
        producer.poll(0)
        time.sleep(max(0, begun + sent / rate - time.monotonic()))
    reached = sent / (time.monotonic() - begun)
    producer.flush(20)
    print(json.dumps({"rate": reached}))


def idle_consumers(address: str, topic: str, count: int) -> None:
    """Each in a group of its own, so that each has the partition."""
    from confluent_kafka import Consumer

    consumers = [
        Consumer({"bootstrap.servers": address, "group.id": f"idle-{index}", **HUSH}) for index in range(count)
    ]
    for consumer in consumers:
        consumer.subscribe([topic])
    end = time.monotonic() + 60
    while (left := [consumer for consumer in consumers if not consumer.assignment()]) and time.monotonic() < end:
        for consumer in left:
            consumer.poll(0.01)
    print("ready" if not left else f"{len(left)} of {count} never got their partition", flush=True)
    time.sleep(120)


def main(kind: str, address: str, topic: str, *numbers: str) -> None:
    kinds: dict[str, Callable[..., None]] = {
        "e2e_consumer": e2e_consumer,
        "e2e_producer": e2e_producer,
        "idle_consumers": idle_consumers,
    }
    kinds[kind](address, topic, *(int(number) for number in numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
