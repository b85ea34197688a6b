"""A killed broker on `file:///` loses no acknowledged record.

Four idempotent producers write down, in a process of their own, what is acknowledged; the broker dies by SIGKILL at a
moment that a seed chooses, is started on the same folder again, and Confluent's consumer reads everything back.
A kill takes no pages of the operating system: what a power cut may take is another matter, and no test's.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from killed_broker import PATIENCE_S, SEED, Broker
from writers import PRODUCERS, name_of, value

PARTITIONS = 3
ACKNOWLEDGED_MIN = 1000


class Writers:
    """The process of the producers."""

    def __init__(self, broker: Broker, topic: str, folder: Path, seed: int) -> None:
        folder.mkdir()
        self._folder = folder
        program = Path(__file__).with_name("writers.py")
        command = [sys.executable, "-I", str(program), broker.servers, topic, str(PARTITIONS), str(folder), str(seed)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def wait_for(self, more: int, label: str) -> None:
        """Until that many more records are acknowledged."""
        wanted, deadline = self._written() + more, time.monotonic() + PATIENCE_S
        while self._written() < wanted:
            assert self._process.poll() is None, f"{label}: {self._process.communicate()[1]}"
            assert time.monotonic() < deadline, f"{label}: {self._written()} of {wanted} acknowledged in {PATIENCE_S} s"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.005)

    def finish(self, label: str) -> None:
        """No more records; those that were sent become acknowledged."""
        _, errors = self._process.communicate(timeout=2 * PATIENCE_S)
        assert (self._process.returncode, errors) == (0, ""), label

    def kill(self) -> None:
        assert self._process.poll() is None, self._process.communicate()[1]
        self.end()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def acknowledged(self) -> list[Acknowledged]:
        return [Acknowledged(writer, *row) for writer in range(PRODUCERS) for row in self._rows(f"acks-{writer}")]

    def sent(self) -> dict[tuple[int, int], int]:
        """How many records each writer sent to each partition; known after `finish`."""
        return {(writer, row[0]): row[1] for writer in range(PRODUCERS) for row in self._rows(f"sent-{writer}")}

    def _written(self) -> int:
        return sum(self._text(f"acks-{writer}").count(b"\n") for writer in range(PRODUCERS))

    def _rows(self, name: str) -> list[list[int]]:
        return [[int(word) for word in line.split()] for line in self._text(name).splitlines()]

    def _text(self, name: str) -> bytes:
        path = self._folder / name
        return path.read_bytes() if path.exists() else b""


class Acknowledged(NamedTuple):
    """A record, and its acknowledged place."""

    writer: int
    partition: int
    offset: int
    number: int


FSYNCS = ("interval", "always")


def rounds_of(fsync: str, counts: Callable[[str], int]) -> int:
    return counts("kill.rounds" if fsync == "interval" else "kill.synced_rounds")


@pytest.mark.parametrize("fsync", FSYNCS)
def test_what_was_acknowledged_is_there_after_a_kill(
    fsync: str, tmp_path: Path, seed: int, counts: Callable[[str], int], started: list[Any]
) -> None:
    """The producers die with the broker; all rounds on one folder."""
    broker = Broker(tmp_path, fsync)
    started.append(broker)
    broker.start()
    ends: dict[str, list[int]] = {}
    for number in range(rounds_of(fsync, counts)):
        rng, topic, label = random.Random(f"{seed} {number}"), f"round-{number}", f"{SEED}={seed}, round {number}"
        _create(broker, topic)
        writers = Writers(broker, topic, tmp_path / topic, rng.randrange(1_000_000))
        started.append(writers)
        writers.wait_for(ACKNOWLEDGED_MIN, label)
        broker.kill_after(rng.uniform(0, 0.4))
        writers.kill()

        broker.start()
        log = _read(broker, topic)
        _check(log, writers.acknowledged(), label)
        # What the last round found is still so, one more death later; then it goes.
        for name, before in ends.items():
            assert _ends(broker, name) == before, label
            _delete(broker, name)
        ends = {topic: [len(records) for records in log]}


@pytest.mark.parametrize("fsync", FSYNCS)
def test_producers_that_outlive_the_broker_write_each_record_once(
    fsync: str, tmp_path: Path, seed: int, counts: Callable[[str], int], started: list[Any]
) -> None:
    """The producers send unacknowledged records again: the broker recognises duplicates from its folder."""
    broker = Broker(tmp_path, fsync)
    started.append(broker)
    broker.start()
    for number in range(rounds_of(fsync, counts)):
        rng, topic, label = random.Random(f"{seed} {number}"), f"round-{number}", f"{SEED}={seed}, round {number}"
        _create(broker, topic)
        writers = Writers(broker, topic, tmp_path / topic, rng.randrange(1_000_000))
        started.append(writers)
        writers.wait_for(ACKNOWLEDGED_MIN, label)
        broker.kill_after(rng.uniform(0, 0.4))
        # Now and then it dies again while it reads its folder or has just begun to serve.
        for _ in range(rng.choice([0, 0, 1, 2])):
            broker.spawn()
            broker.kill_after(rng.uniform(0, 0.5))
        broker.start()
        writers.wait_for(1, label)
        writers.finish(label)

        log = _read(broker, topic)
        _check(log, writers.acknowledged(), label)
        held = Counter(name_of(record)[:2] for records in log for record in records)
        assert held == {key: count for key, count in writers.sent().items() if count}, label
        _delete(broker, topic)


def _check(log: list[list[bytes]], acknowledged: list[Acknowledged], label: str) -> None:
    assert len(acknowledged) >= ACKNOWLEDGED_MIN, label
    for writer, partition, offset, number in acknowledged:
        records = log[partition]
        assert offset < len(records), f"{label}: {writer}'s {number} was acknowledged at {partition}/{offset}, lost"
        assert records[offset] == value(writer, partition, number), f"{label}: another record at {partition}/{offset}"
    for partition, records in enumerate(log):
        # Each writer's records are there from the first on, in their order, each once: also those not acknowledged.
        following: Counter[int] = Counter()
        for offset, record in enumerate(records):
            writer, _, number = name_of(record)
            assert number == following[writer], f"{label}: {partition}/{offset} is {writer}'s {number}, not its next"
            assert record == value(writer, partition, number), f"{label}: {partition}/{offset} is damaged"
            following[writer] += 1


def _admin(broker: Broker) -> AdminClient:
    return AdminClient({"bootstrap.servers": broker.servers, "log_level": 0})


def _create(broker: Broker, topic: str) -> None:
    # The smallest segments that there are: some rounds begin a second one.
    new = NewTopic(topic, PARTITIONS, 1, config={"segment.bytes": "1048576"})
    admin = _admin(broker)  # kept, or its requests end with it
    admin.create_topics([new])[topic].result(PATIENCE_S)


def _delete(broker: Broker, topic: str) -> None:
    admin = _admin(broker)
    admin.delete_topics([topic])[topic].result(PATIENCE_S)


@contextmanager
def _consumer(broker: Broker) -> Iterator[Consumer]:
    consumer = Consumer(
        {"bootstrap.servers": broker.servers, "group.id": "reader", "enable.auto.commit": False, "check.crcs": True}
    )
    try:
        yield consumer
    finally:
        consumer.close()


def _ends(broker: Broker, topic: str) -> list[int]:
    with _consumer(broker) as consumer:
        return [_end(consumer, topic, partition) for partition in range(PARTITIONS)]


def _end(consumer: Consumer, topic: str, partition: int) -> int:
    begin, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE_S)
    assert begin == 0
    return int(end)


def _read(broker: Broker, topic: str) -> list[list[bytes]]:
    """The values of each partition; a record's offset is its index."""
    log: list[list[bytes]] = [[] for _ in range(PARTITIONS)]
    with _consumer(broker) as consumer:
        left = sum(_end(consumer, topic, partition) for partition in range(PARTITIONS))
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        while left:
            messages = consumer.consume(min(left, 10_000), timeout=PATIENCE_S)
            assert messages, f"{left} records of {topic} are not there"
            for message in messages:
                assert message.error() is None, message.error()
                records = log[message.partition()]
                assert message.offset() == len(records), f"{topic}/{message.partition()} has a gap at {len(records)}"
                records.append(message.value())
            left -= len(messages)
    return log
