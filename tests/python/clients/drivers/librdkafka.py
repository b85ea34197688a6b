"""confluent-kafka: librdkafka, the client behind most languages that are not Java."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Optional

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from drivers.base import PATIENCE_S, SESSION_MS, Driver, Got, Member, Message, TopicExists

NO_TIMESTAMP = 0


class Confluent(Driver):
    name = "confluent-kafka"

    def produce(
        self,
        servers: str,
        topic: str,
        messages: Sequence[Message],
        *,
        compression: Optional[str] = None,
        idempotent: bool = False,
        acks: Any = "all",
    ) -> list[tuple[int, int]]:
        producer = Producer(
            {
                "bootstrap.servers": servers,
                "compression.type": compression or "none",
                "enable.idempotence": idempotent,
                "acks": acks,
                "linger.ms": 5,
            }
        )
        done: dict[int, tuple[int, int]] = {}
        errors: list[Any] = []

        def delivered(number: int, error: Any, message: Any) -> None:
            if error is not None:
                errors.append(error)
            else:
                done[number] = (message.partition(), message.offset())

        for number, m in enumerate(messages):
            producer.produce(
                topic,
                value=m.value,
                key=m.key,
                headers=list(m.headers),
                partition=-1 if m.partition is None else m.partition,
                timestamp=m.timestamp or NO_TIMESTAMP,
                on_delivery=lambda error, message, number=number: delivered(number, error, message),
            )
            producer.poll(0)
        left = producer.flush(PATIENCE_S)
        assert not errors, errors[0]
        assert not left, f"{left} of {len(messages)} records were not delivered in {PATIENCE_S} s"
        return [done[number] for number in range(len(messages))]

    def read(self, servers: str, topic: str, count: int) -> list[Got]:
        # Without a group nothing subscribes in librdkafka: each partition is assigned.
        consumer = _consumer(servers, "no-group")
        try:
            partitions = consumer.list_topics(topic, timeout=PATIENCE_S).topics[topic].partitions
            consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
            got: list[Got] = []
            while len(got) < count:
                messages = consumer.consume(count - len(got), timeout=PATIENCE_S)
                if not messages:
                    break
                got += _all(messages)
            return got
        finally:
            consumer.close()

    def member(self, servers: str, topic: str, group: str) -> Member:
        return _ConfluentMember(servers, topic, group)

    def committed(self, servers: str, group: str, topic: str, partition: int) -> Optional[int]:
        consumer = _consumer(servers, group)
        try:
            place = consumer.committed([TopicPartition(topic, partition)], timeout=PATIENCE_S)[0]
            assert place.error is None, place.error
            return None if place.offset == OFFSET_INVALID else place.offset
        finally:
            consumer.close()

    def ends(self, servers: str, topic: str, partition: int) -> tuple[int, int]:
        consumer = _consumer(servers, "no-group")
        try:
            begin, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE_S)
            return begin, end
        finally:
            consumer.close()

    def offset_at(self, servers: str, topic: str, partition: int, timestamp: int) -> Optional[int]:
        consumer = _consumer(servers, "no-group")
        try:
            place = consumer.offsets_for_times([TopicPartition(topic, partition, timestamp)], timeout=PATIENCE_S)[0]
            assert place.error is None, place.error
            return None if place.offset < 0 else place.offset
        finally:
            consumer.close()

    def create_topic(self, servers: str, topic: str, partitions: int) -> None:
        admin = AdminClient({"bootstrap.servers": servers})  # kept, or its requests end with it
        _wait(admin.create_topics([NewTopic(topic, partitions, 1)]))

    def delete_topic(self, servers: str, topic: str) -> None:
        admin = AdminClient({"bootstrap.servers": servers})
        _wait(admin.delete_topics([topic], operation_timeout=PATIENCE_S))

    def topics(self, servers: str) -> dict[str, int]:
        found = AdminClient({"bootstrap.servers": servers}).list_topics(timeout=PATIENCE_S).topics
        return {name: len(topic.partitions) for name, topic in found.items()}


class _ConfluentMember(Member):
    def __init__(self, servers: str, topic: str, group: str) -> None:
        self._consumer = _consumer(servers, group)
        self._topic = topic
        self._seen: dict[int, int] = {}
        self._consumer.subscribe([topic])

    def poll(self, seconds: float = 0.1) -> list[Got]:
        got = _all(self._consumer.consume(500, timeout=seconds))
        for record in got:
            self._seen[record.partition] = record.offset + 1
        return got

    def assignment(self) -> set[int]:
        return {place.partition for place in self._consumer.assignment()}

    def commit(self) -> None:
        seen = [TopicPartition(self._topic, partition, offset) for partition, offset in self._seen.items()]
        for place in self._consumer.commit(offsets=seen, asynchronous=False):
            assert place.error is None, place.error

    def close(self) -> None:
        self._consumer.close()


def _consumer(servers: str, group: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": SESSION_MS,
            "heartbeat.interval.ms": 500,
            "fetch.wait.max.ms": 200,
        }
    )


def _all(messages: Any) -> list[Got]:
    got = []
    for m in messages:
        if m.error() is not None:
            raise AssertionError(m.error())
        headers = tuple((name, value) for name, value in m.headers() or ())
        got.append(Got(m.partition(), m.offset(), m.key(), m.value(), headers, m.timestamp()[1]))
    return got


def _wait(futures: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    for topic, future in futures.items():
        try:
            future.result(timeout=deadline - time.monotonic())
        except KafkaException as error:
            if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                raise TopicExists(topic) from error
            raise
