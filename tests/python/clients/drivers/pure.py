"""kafka-python, a client in pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

from drivers.base import PATIENCE_S, SESSION_MS, Driver, Got, Member, Message, TopicExists


class KafkaPython(Driver):
    name = "kafka-python"

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
        producer = KafkaProducer(
            bootstrap_servers=servers, compression_type=compression, enable_idempotence=idempotent, acks=acks
        )
        try:
            sent = [
                producer.send(
                    topic,
                    value=m.value,
                    key=m.key,
                    headers=list(m.headers),
                    partition=m.partition,
                    timestamp_ms=m.timestamp,
                )
                for m in messages
            ]
            producer.flush(PATIENCE_S)
            done = [future.get(PATIENCE_S) for future in sent]
            return [(one.partition, one.offset) for one in done]
        finally:
            producer.close(PATIENCE_S)

    def read(self, servers: str, topic: str, count: int) -> list[Got]:
        consumer = KafkaConsumer(
            topic,
            bootstrap_servers=servers,
            auto_offset_reset="earliest",
            group_id=None,
            enable_auto_commit=False,
            consumer_timeout_ms=int(PATIENCE_S * 1000),
        )
        try:
            got: list[Got] = []
            while len(got) < count:
                batches = consumer.poll(timeout_ms=int(PATIENCE_S * 1000))
                if not batches:
                    break
                got += _all(batches)
            return got
        finally:
            consumer.close()

    def member(self, servers: str, topic: str, group: str) -> Member:
        return _PureMember(servers, topic, group)

    def committed(self, servers: str, group: str, topic: str, partition: int) -> Optional[int]:
        consumer = KafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
        try:
            committed: Optional[int] = consumer.committed(TopicPartition(topic, partition))
            return committed
        finally:
            consumer.close()

    def ends(self, servers: str, topic: str, partition: int) -> tuple[int, int]:
        consumer = KafkaConsumer(bootstrap_servers=servers)
        try:
            place = TopicPartition(topic, partition)
            return consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        finally:
            consumer.close()

    def offset_at(self, servers: str, topic: str, partition: int, timestamp: int) -> Optional[int]:
        consumer = KafkaConsumer(bootstrap_servers=servers)
        try:
            place = TopicPartition(topic, partition)
            found = consumer.offsets_for_times({place: timestamp})[place]
            return None if found is None else int(found.offset)
        finally:
            consumer.close()

    def create_topic(self, servers: str, topic: str, partitions: int) -> None:
        admin = KafkaAdminClient(bootstrap_servers=servers)
        try:
            admin.create_topics([NewTopic(topic, partitions, 1)])
        except TopicAlreadyExistsError as error:
            raise TopicExists(topic) from error
        finally:
            admin.close()

    def delete_topic(self, servers: str, topic: str) -> None:
        admin = KafkaAdminClient(bootstrap_servers=servers)
        try:
            admin.delete_topics([topic])
        finally:
            admin.close()

    def topics(self, servers: str) -> dict[str, int]:
        admin = KafkaAdminClient(bootstrap_servers=servers)
        try:
            return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
        finally:
            admin.close()


class _PureMember(Member):
    def __init__(self, servers: str, topic: str, group: str) -> None:
        self._consumer = KafkaConsumer(
            topic,
            bootstrap_servers=servers,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=500,
        )
        # kafka-python 3.0.12 joins before it knows the topic's partitions, and joins again once it does. When a poll
        # ends in the middle of that second join, it never looks at the answer, and has no partitions for ever.
        self._consumer.partitions_for_topic(topic)

    def poll(self, seconds: float = 0.1) -> list[Got]:
        return _all(self._consumer.poll(timeout_ms=int(seconds * 1000)))

    def assignment(self) -> set[int]:
        return {place.partition for place in self._consumer.assignment()}

    def commit(self) -> None:
        self._consumer.commit()

    def close(self) -> None:
        self._consumer.close()


def _all(batches: Any) -> list[Got]:
    return [
        Got(r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        for records in batches.values()
        for r in records
    ]
