"""Transactions with librdkafka: exactly once, fencing, restarts and time-outs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from tansu_cffi import BrokerConfig, TansuBroker

LIMIT_S = 30.0


@pytest.fixture(params=["memory", "file", "always"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    folder = f"file://{tmp_path}/data"
    urls: dict[str, str] = {"memory": "memory://", "file": folder, "always": f"{folder}?fsync=always"}
    return urls[request.param]


@pytest.fixture
def broker(url: str) -> Iterator[TansuBroker]:
    with TansuBroker(BrokerConfig(storage_url=url)) as broker:
        yield broker


def producer(broker: TansuBroker, **more: Any) -> Producer:
    config = {"bootstrap.servers": broker.bootstrap_servers, "transactional.id": "tx", **more}
    made = Producer({key: value for key, value in config.items() if value is not None})
    if config["transactional.id"]:
        made.init_transactions(LIMIT_S)
    return made


def consumer(broker: TansuBroker, group: str, **more: Any) -> Consumer:
    config = {"bootstrap.servers": broker.bootstrap_servers, "group.id": group, "auto.offset.reset": "earliest"}
    return Consumer({**config, "enable.auto.commit": False, "enable.partition.eof": True, **more})


def values(broker: TansuBroker, topic: str, partitions: int, isolation: str = "read_committed") -> list[bytes]:
    """All that a consumer reads up to the end."""
    reader = consumer(broker, "reader", **{"isolation.level": isolation})
    try:
        reader.assign([TopicPartition(topic, index, 0) for index in range(partitions)])
        found: list[bytes] = []
        ends, deadline = 0, time.monotonic() + LIMIT_S
        while ends < partitions:
            assert time.monotonic() < deadline, found
            message = reader.poll(0.1)
            if message is None:
                continue
            error = message.error()
            if error is None:
                value = message.value()
                assert value is not None
                found.append(value)
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                ends += 1
        return found
    finally:
        reader.close()


def test_what_is_read_and_written_in_transactions_is_there_once(broker: TansuBroker) -> None:
    """Each third transaction is aborted, and its input read again."""
    broker.create_topic("in", 1)
    broker.create_topic("out", 2)
    source = producer(broker, **{"transactional.id": None})
    wanted = [b"%d" % number for number in range(60)]
    for value in wanted:
        source.produce("in", value)
    source.flush(LIMIT_S)
    writer, reader = producer(broker), consumer(broker, "g", **{"isolation.level": "read_committed"})
    reader.subscribe(["in"])
    try:
        done = rounds = 0
        while done < len(wanted):
            rounds += 1
            read = [message for message in reader.consume(7, 0.5) if message.error() is None]
            writer.begin_transaction()
            for message in read:
                writer.produce("out", message.value(), partition=rounds % 2)
            if rounds % 3 == 0:
                writer.flush(LIMIT_S)
                writer.abort_transaction(LIMIT_S)
                reader.seek(TopicPartition("in", 0, done))
                continue
            done += len(read)
            where = [TopicPartition("in", 0, done)]
            writer.send_offsets_to_transaction(where, reader.consumer_group_metadata(), LIMIT_S)
            writer.commit_transaction(LIMIT_S)
        assert reader.committed([TopicPartition("in", 0)], LIMIT_S)[0].offset == len(wanted)
    finally:
        reader.close()
    assert sorted(values(broker, "out", 2)) == sorted(wanted)
    assert len(values(broker, "out", 2, "read_uncommitted")) > len(wanted)


def test_a_producer_that_was_replaced_is_fenced(broker: TansuBroker) -> None:
    broker.create_topic("t", 1)
    first = producer(broker)
    first.begin_transaction()
    first.produce("t", b"of the first")
    first.flush(LIMIT_S)
    second = producer(broker)
    with pytest.raises(KafkaException) as raised:
        first.commit_transaction(LIMIT_S)
    assert raised.value.args[0].fatal()
    second.begin_transaction()
    second.produce("t", b"of the second")
    second.commit_transaction(LIMIT_S)
    assert values(broker, "t", 1) == [b"of the second"]


@pytest.mark.parametrize("url", ["file", "always"], indirect=True)
def test_what_was_open_at_a_stop_is_aborted_by_the_next_producer(url: str, broker: TansuBroker) -> None:
    broker.create_topic("t", 1)
    first = producer(broker)
    for value in (b"committed", b"aborted"):
        first.begin_transaction()
        first.produce("t", value)
        first.flush(LIMIT_S)
        first.commit_transaction(LIMIT_S) if value == b"committed" else first.abort_transaction(LIMIT_S)
    first.begin_transaction()
    first.produce("t", b"open")
    first.flush(LIMIT_S)
    broker.close()
    with TansuBroker(BrokerConfig(storage_url=url)) as again:
        assert values(again, "t", 1) == [b"committed"]
        second = producer(again)
        second.begin_transaction()
        second.produce("t", b"later")
        second.commit_transaction(LIMIT_S)
        assert values(again, "t", 1) == [b"committed", b"later"]


def test_a_transaction_that_takes_too_long_is_aborted(broker: TansuBroker) -> None:
    """And no longer holds up readers of what was committed behind it."""
    broker.create_topic("t", 1)
    slow = producer(broker, **{"transaction.timeout.ms": 1_000})
    slow.begin_transaction()
    slow.produce("t", b"slow")
    slow.flush(LIMIT_S)
    other = producer(broker, **{"transactional.id": "other"})
    other.begin_transaction()
    other.produce("t", b"other")
    other.commit_transaction(LIMIT_S)
    until(lambda: values(broker, "t", 1) == [b"other"])
    with pytest.raises(KafkaException):
        slow.commit_transaction(LIMIT_S)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < end
