"""Consumer groups with the clients' defaults: how long until a member has something to do."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any, Callable

from confluent_kafka import Consumer, Producer

from ..record import Options, Record
from ..servers import Server
from ..workers import HUSH

CONSUMER_GROUP_HEARTBEAT = 68


def group(record: Record, options: Options) -> None:
    if record.skips("group"):
        return
    with Server(record.row) as server:
        protocols = {"group": "classic"}
        if CONSUMER_GROUP_HEARTBEAT in server.raw.apis:
            protocols["group848"] = "consumer"
        topic = server.topic(4, "grp")
        producer = Producer({"bootstrap.servers": server.address, **HUSH})
        for index in range(100):
            producer.produce(topic, b"x", partition=index % 4)
        producer.flush(20)
        for tag, protocol in protocols.items():
            for _ in options.repeat(5, 3, 25):
                try:
                    _once(record, server, topic, protocol, tag)
                except RuntimeError as error:
                    record.note(f"{tag}: {error}")
                    break


def _until(reached: Callable[[], Any], what: str, begun: float) -> float:
    while not reached():
        if time.monotonic() - begun > 30:
            raise RuntimeError(f"{what}: not after 30 s")
    return (time.monotonic() - begun) * 1000


def _once(record: Record, server: Server, topic: str, protocol: str, tag: str) -> None:
    """One member, a second one, and the first alone again."""
    settings: dict[str, Any] = {"bootstrap.servers": server.address, "group.id": uuid.uuid4().hex}
    settings |= {"auto.offset.reset": "earliest", **HUSH}
    if protocol != "classic":
        settings["group.protocol"] = protocol
    opened: list[Consumer] = []

    def member() -> Consumer:
        consumer = Consumer(settings)
        opened.append(consumer)
        consumer.subscribe([topic])
        return consumer

    def has_record() -> bool:
        message = first.poll(0.05)
        if message is not None and message.error():
            record.note(f"{tag} poll: {message.error()}")
        return message is not None and not message.error()

    def has_all(timeout: float) -> bool:
        first.poll(timeout)
        return len(first.assignment()) == 4

    def is_split() -> bool:
        first.poll(0.001), second.poll(0.001)
        counts = len(first.assignment()), len(second.assignment())
        return all(counts) and sum(counts) == 4

    try:
        begun = time.monotonic()
        first = member()
        record.add(f"{tag}.first_record_ms", _until(has_record, "first record", begun))
        _until(lambda: has_all(0.01), "first member owns all", time.monotonic())
        begun = time.monotonic()
        second = member()
        record.add(f"{tag}.second_joins_ms", _until(is_split, "second member joins", begun))
        begun = time.monotonic()
        closing = threading.Thread(target=second.close)
        closing.start()
        opened.remove(second)
        record.add(f"{tag}.after_leave_ms", _until(lambda: has_all(0.001), "leave", begun))
        closing.join()
    finally:
        for consumer in opened:
            consumer.close()
