"""A killed broker on `file:///` keeps transactions whole: all records of one are read, or none.

A transactional producer writes down, in a process of its own, which transactions were committed and aborted. The broker
dies by SIGKILL at a moment that a seed chooses and is started on the same folder again. The next producer with the same
id ends what was open, and a consumer with `read_committed` reads everything back.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from killed_broker import PATIENCE_S, SEED, Broker
from transactor import RECORDS

PARTITIONS = 3
ENDED_MIN = 20


class Transactor:
    """The process of the producer."""

    def __init__(self, broker: Broker, topic: str, told: Path) -> None:
        program = Path(__file__).with_name("transactor.py")
        command = [sys.executable, "-I", str(program), broker.servers, topic, str(PARTITIONS), str(told)]
        self._told = told
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def wait_for(self, ended: int, label: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while len(self.numbers("committed")) < ended:
            assert self._process.poll() is None, f"{label}: {self._process.communicate()[1]}"
            assert time.monotonic() < deadline, label
            try:
                self._process.wait(0.005)
            except subprocess.TimeoutExpired:
                pass

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def numbers(self, word: str) -> set[int]:
        lines = self._told.read_text(encoding="ascii").splitlines() if self._told.exists() else []
        return {int(line.split()[1]) for line in lines if line.split()[0] == word and len(line.split()) == 2}


@pytest.mark.parametrize("fsync", ["interval", "always"])
def test_a_transaction_is_whole_after_a_kill(
    fsync: str, tmp_path: Path, seed: int, counts: Callable[[str], int], started: list[Any]
) -> None:
    broker = Broker(tmp_path, fsync)
    started.append(broker)
    broker.start()
    for number in range(counts("kill.transaction_rounds")):
        rng, topic, label = random.Random(f"{seed} {number}"), f"round-{number}", f"{SEED}={seed}, round {number}"
        _create(broker, topic)
        transactor = Transactor(broker, topic, tmp_path / topic)
        started.append(transactor)
        transactor.wait_for(ENDED_MIN, label)
        broker.kill_after(rng.uniform(0, 0.2))
        transactor.end()
        broker.start()
        # Ends what was open; without it the time of the transaction would have to run out.
        Producer({"bootstrap.servers": broker.servers, "transactional.id": "kill"}).init_transactions(PATIENCE_S)
        _check(_read(broker, topic), transactor, label)


def _check(read: Counter[str], transactor: Transactor, label: str) -> None:
    committed, aborted = transactor.numbers("committed"), transactor.numbers("aborted")
    for number in transactor.numbers("begun"):
        found = [read[f"{number} {index}"] for index in range(RECORDS)]
        if number in committed:
            assert found == [1] * RECORDS, f"{label}: transaction {number} was committed, and {found} are read"
        elif number in aborted:
            assert found == [0] * RECORDS, f"{label}: transaction {number} was aborted, and {found} are read"
        else:
            assert found in ([0] * RECORDS, [1] * RECORDS), f"{label}: a part of transaction {number}: {found}"


def _create(broker: Broker, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.servers, "log_level": 0})
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(PATIENCE_S)


def _read(broker: Broker, topic: str) -> Counter[str]:
    """How often each record is read, up to the ends of all partitions, which nothing may hold back."""
    config = {"bootstrap.servers": broker.servers, "group.id": "reader", "isolation.level": "read_committed"}
    consumer = Consumer({**config, "enable.auto.commit": False, "enable.partition.eof": True})
    read: Counter[str] = Counter()
    try:
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, i), PATIENCE_S)[1] for i in range(PARTITIONS)]
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        reached: dict[int, int] = {}
        deadline = time.monotonic() + PATIENCE_S
        while len(reached) < PARTITIONS:
            assert time.monotonic() < deadline, f"{topic}: read to {reached} of {ends}"
            message = consumer.poll(0.1)
            if message is None:
                continue
            error, value, partition = message.error(), message.value(), message.partition()
            if error is None:
                assert value is not None
                read[value.decode()] += 1
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                assert partition is not None
                reached[partition] = message.offset() or 0
        assert [reached[partition] for partition in range(PARTITIONS)] == ends
    finally:
        consumer.close()
    return read
