"""librdkafka's own load generator, `rdkafka_performance`."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from typing import IO

from .machine import BIN
from .record import Meter, Record
from .servers import Server

#: What it says at the end; messages and milliseconds are `count` and `ms`.
PRODUCED = r"(?P<count>\d+) delivered \(offset -?\d+, (?P<failed>\d+) failed\) in (?P<ms>\d+)ms"
CONSUMED = r"(?P<count>\d+) messages \((?P<bytes>\d+) bytes\) consumed in (?P<ms>\d+)ms"


class Client:
    """One process that produces to a partition, or consumes from it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.is_producer = arguments[0] == "-P"
        self.out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        command = [os.path.join(BIN, "rdkafka_performance"), *arguments]
        self.process = subprocess.Popen(command, stdout=self.out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def end(self, timeout: float = 150) -> tuple[int, float]:
        """(messages, seconds) as the tool counts them."""
        mode = "P" if self.is_producer else "C"
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"rdkafka_performance {mode} gave up after {timeout} s") from None
        self.out.seek(0)
        text = self.out.read().decode(errors="replace")
        found = re.search(PRODUCED if self.is_producer else CONSUMED, text)
        if not found or (self.is_producer and int(found["failed"])):
            raise RuntimeError(f"rdkafka_performance {mode}: {text[-300:]}")
        return int(found["count"]), int(found["ms"]) / 1000


def produce(
    server: Server, topic: str, size: int, count: int, partition: int = 0, extra: Sequence[str] = ()
) -> list[str]:
    arguments = ["-P", "-t", topic, "-p", str(partition), "-b", server.address, "-s", str(size), "-c", str(count)]
    arguments += ["-a", "-1", "-q", "-X", "linger.ms=5"]
    for setting in extra:
        arguments += ["-X", setting]
    return arguments


def consume(server: Server, topic: str, count: int, partition: int = 0) -> list[str]:
    arguments = ["-C", "-t", topic, "-p", str(partition), "-b", server.address, "-c", str(count)]
    return [*arguments, "-o", "beginning", "-q"]


def run(record: Record, server: Server, name: str, size: int, count: int, arguments: Sequence[str]) -> None:
    """One client, measured."""
    with Meter(server) as meter:
        messages, seconds = Client(arguments).end()
    if messages < count:
        raise RuntimeError(f"{name}: {messages} of {count} messages")
    gigabytes = messages * size / 1e9
    record.add(f"{name}.msg_s", messages / seconds)
    record.add(f"{name}.mb_s", messages * size / 1e6 / seconds)
    record.add(f"{name}.server_cpu_s_gb", meter.server_cpu_s / gigabytes)
    record.add(f"{name}.client_cpu_s_gb", meter.client_cpu_s / gigabytes)
    record.add(f"{name}.wall_s", meter.wall_s)
    record.add(f"{name}.{meter.others_key}", meter.others_cores)
