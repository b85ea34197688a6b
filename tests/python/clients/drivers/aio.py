"""aiokafka, in an event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Optional, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from drivers.base import PATIENCE_S, SESSION_MS, Driver, Got, Member, Message, TopicExists

T = TypeVar("T")
TOPIC_ALREADY_EXISTS = 36


class AioKafka(Driver):
    name = "aiokafka"

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
        async def run() -> list[tuple[int, int]]:
            producer = AIOKafkaProducer(
                bootstrap_servers=servers, compression_type=compression, enable_idempotence=idempotent, acks=acks
            )
            await producer.start()
            try:
                sent = [
                    await producer.send(topic, m.value, m.key, m.partition, m.timestamp, list(m.headers))
                    for m in messages
                ]
                return [(done.partition, done.offset) for done in await asyncio.gather(*sent) if done]
            finally:
                await producer.stop()

        return asyncio.run(run())

    def read(self, servers: str, topic: str, count: int) -> list[Got]:
        async def run() -> list[Got]:
            consumer = AIOKafkaConsumer(
                topic, bootstrap_servers=servers, auto_offset_reset="earliest", group_id=None, enable_auto_commit=False
            )
            await consumer.start()
            try:
                got: list[Got] = []
                while len(got) < count:
                    batches = await consumer.getmany(timeout_ms=int(PATIENCE_S * 1000))
                    if not batches:
                        break
                    got += _all(batches)
                return got
            finally:
                await consumer.stop()

        return asyncio.run(run())

    def member(self, servers: str, topic: str, group: str) -> Member:
        return _AioMember(servers, topic, group)

    def committed(self, servers: str, group: str, topic: str, partition: int) -> Optional[int]:
        async def ask(consumer: AIOKafkaConsumer, place: TopicPartition) -> Optional[int]:
            return await consumer.committed(place)

        return _ask(servers, topic, partition, ask, group)

    def ends(self, servers: str, topic: str, partition: int) -> tuple[int, int]:
        async def ask(consumer: AIOKafkaConsumer, place: TopicPartition) -> tuple[int, int]:
            begin = await consumer.beginning_offsets([place])
            end = await consumer.end_offsets([place])
            return begin[place], end[place]

        return _ask(servers, topic, partition, ask)

    def offset_at(self, servers: str, topic: str, partition: int, timestamp: int) -> Optional[int]:
        async def ask(consumer: AIOKafkaConsumer, place: TopicPartition) -> Optional[int]:
            found = (await consumer.offsets_for_times({place: timestamp}))[place]
            return None if found is None else found.offset

        return _ask(servers, topic, partition, ask)

    def create_topic(self, servers: str, topic: str, partitions: int) -> None:
        answer = _admin(servers, lambda admin: admin.create_topics([NewTopic(topic, partitions, 1)]))
        _check(answer.topic_errors)

    def delete_topic(self, servers: str, topic: str) -> None:
        _check(_admin(servers, lambda admin: admin.delete_topics([topic])).topic_error_codes)

    def topics(self, servers: str) -> dict[str, int]:
        found = _admin(servers, lambda admin: admin.describe_topics())
        return {topic["topic"]: len(topic["partitions"]) for topic in found}


class _AioMember(Member):
    def __init__(self, servers: str, topic: str, group: str) -> None:
        self._loop = _LoopThread()
        self._seen: dict[TopicPartition, int] = {}
        self._consumer = self._loop.run(self._start(servers, topic, group))

    async def _start(self, servers: str, topic: str, group: str) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=servers,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=500,
        )
        await consumer.start()
        return consumer

    def poll(self, seconds: float = 0.1) -> list[Got]:
        batches = self._loop.run(self._consumer.getmany(timeout_ms=int(seconds * 1000)))
        for place, records in batches.items():
            self._seen[place] = records[-1].offset + 1
        return _all(batches)

    def assignment(self) -> set[int]:
        return {place.partition for place in self._consumer.assignment()}

    def commit(self) -> None:
        self._loop.run(self._consumer.commit(self._seen))

    def close(self) -> None:
        self._loop.run(self._consumer.stop())
        self._loop.close()


class _LoopThread:
    """An event loop that always runs, as a consumer's heartbeats need it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="aiokafka")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S * 2)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _ask(servers: str, topic: str, partition: int, ask: Any, group: Optional[str] = None) -> Any:
    async def run() -> Any:
        consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            place = TopicPartition(topic, partition)
            consumer.assign([place])
            return await ask(consumer, place)
        finally:
            await consumer.stop()

    return asyncio.run(run())


def _admin(servers: str, ask: Any) -> Any:
    async def run() -> Any:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        await admin.start()
        try:
            return await ask(admin)
        finally:
            await admin.close()

    return asyncio.run(run())


def _check(errors: Any) -> None:
    for topic, code, *message in errors:
        if code == TOPIC_ALREADY_EXISTS:
            raise TopicExists(topic)
        if code:
            raise AssertionError(f"{topic}: error {code} {message}")


def _all(batches: Any) -> list[Got]:
    return [
        Got(r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        for records in batches.values()
        for r in records
    ]
