"""Sequences of an idempotent producer, with the error codes of Apache Kafka 4.3.1."""

from __future__ import annotations

from typing import Callable

import kafka_bytes as kafka
import pytest
from wire_client import Connection

from tansu_cffi import TansuBroker

OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH = 45, 47
STORAGES = ("memory", "file")


class Producer:
    """A producer id, its epoch and a connection."""

    def __init__(self, client: Connection, topic: str) -> None:
        self._client, self._topic = client, topic
        answer = client.ask(kafka.INIT_PRODUCER_ID, 1, TransactionalId=None, TransactionTimeoutMs=60_000)
        assert answer["ErrorCode"] == 0
        self.id, self.epoch = answer["ProducerId"], answer["ProducerEpoch"]

    def send(self, sequence: int, *, count: int = 1, epoch: int | None = None) -> tuple[int, int]:
        """Error code and base offset."""
        identity = (self.id, self.epoch if epoch is None else epoch, sequence)
        answer = self._client.produce(self._topic, kafka.batch(*[b"v"] * count, producer=identity))
        return answer["ErrorCode"], answer["BaseOffset"]


@pytest.fixture
def producer(client: Connection, topic: str) -> Producer:
    return Producer(client, topic)


def test_two_producers_have_two_ids(client: Connection, topic: str) -> None:
    assert Producer(client, topic).id != Producer(client, topic).id


def test_a_batch_sent_again_is_answered_with_its_first_offset(producer: Producer) -> None:
    assert producer.send(0, count=3) == (0, 0)
    assert producer.send(3) == (0, 3)
    assert producer.send(3) == (0, 3)
    assert producer.send(0, count=3) == (0, 0)
    assert producer.send(4) == (0, 4), "the duplicates were not stored"


def test_any_of_the_last_five_batches_is_known(producer: Producer) -> None:
    for sequence in range(8):
        assert producer.send(sequence) == (0, sequence)
    for sequence in range(3, 8):
        assert producer.send(sequence) == (0, sequence)
    assert producer.send(8) == (0, 8)


def test_a_gap_is_refused_and_may_be_filled(producer: Producer) -> None:
    assert producer.send(0) == (0, 0)
    assert producer.send(2) == (OUT_OF_ORDER_SEQUENCE_NUMBER, -1)
    assert producer.send(1) == (0, 1)


def test_a_batch_that_overlaps_is_refused(producer: Producer) -> None:
    assert producer.send(0, count=3) == (0, 0)
    assert producer.send(2, count=3) == (OUT_OF_ORDER_SEQUENCE_NUMBER, -1)


def test_an_older_epoch_is_refused(producer: Producer) -> None:
    newer = producer.epoch + 1
    assert producer.send(0) == (0, 0)
    assert producer.send(5, epoch=newer) == (OUT_OF_ORDER_SEQUENCE_NUMBER, -1)
    # Idempotent clients raise the epoch by themselves after an error (KIP-360).
    assert producer.send(0, epoch=newer) == (0, 1)
    assert producer.send(1) == (INVALID_PRODUCER_EPOCH, -1)


def test_an_unknown_producer_begins_anywhere(producer: Producer) -> None:
    assert producer.send(7) == (0, 0)
    assert producer.send(0) == (OUT_OF_ORDER_SEQUENCE_NUMBER, -1)
    assert producer.send(8) == (0, 1)


@pytest.mark.needs("Tansu's storages")
def test_an_unknown_producer_begins_at_zero(start: Callable[..., TansuBroker], topic: str) -> None:
    """Kafka lets an unknown producer begin anywhere. Upstream does not, and the broker does not know the
    sequences: docs/storages.md."""
    port = start({"storage.url": "tansu+memory://"}).port
    with Connection(("127.0.0.1", port)) as client:
        client.create_topic(topic)
        producer = Producer(client, topic)
        assert producer.send(7) == (OUT_OF_ORDER_SEQUENCE_NUMBER, -1)
        assert producer.send(0) == (0, 0)


def test_a_refused_batch_does_not_become_a_duplicate(client: Connection, topic: str, producer: Producer) -> None:
    identity = (producer.id, producer.epoch, 0)
    assert client.produce(topic, kafka.batch(b"v", producer=identity, crc=1))["ErrorCode"] == 2
    assert client.produce(topic, kafka.batch(b"v", b"w", producer=identity, count=7))["ErrorCode"] == 87
    assert producer.send(0) == (0, 0)
    assert client.fetch(topic, 0)["HighWatermark"] == 1
