"""Requests that many scenarios send."""

from __future__ import annotations

import uuid
from typing import Any

from golden.steps import Batch, From, Scenario, batch

#: A topic id that no topic has.
NO_SUCH_ID = uuid.UUID(int=0x6E6F_7375_6368_6964_0000_0000_0000_0001)


def new_topic(name: str, partitions: int = 1, replicas: int = 1, **more: Any) -> dict[str, Any]:
    """A topic of CreateTopics; `configs` as pairs, `assignments` as lists of broker ids."""
    topic: dict[str, Any] = {"Name": name, "NumPartitions": partitions, "ReplicationFactor": replicas}
    if "configs" in more:
        topic["Configs"] = [{"Name": key, "Value": value} for key, value in more["configs"]]
    if "assignments" in more:
        topic["Assignments"] = [{"PartitionIndex": index, "BrokerIds": ids} for index, ids in more["assignments"]]
    return topic


def create(s: Scenario, *topics: dict[str, Any], label: str = "topics") -> From:
    return s.ask("CreateTopics", 7, label, to="admin", Topics=list(topics), timeoutMs=10_000)


def topic_id(created: From, name: str) -> From:
    return created["Topics"].where(Name=name)["TopicId"]


def produce_to(topic: str, ident: Any, *records: Any, partition: int = 0, acks: int = -1) -> dict[str, Any]:
    """A Produce request of every version for one partition, which is named as often as there are records."""
    data = [{"Index": partition, "Records": one} for one in records]
    return {"Acks": acks, "TimeoutMs": 10_000, "TopicData": [{"Name": topic, "TopicId": ident, "PartitionData": data}]}


def produce(s: Scenario, label: str, topic: str, records: Any, *, partition: int = 0, to: str = "a") -> From:
    """At the last version that names topics."""
    return s.ask("Produce", 12, label, to=to, **produce_to(topic, NO_SUCH_ID, records, partition=partition))


def fetch_of(topic: str, ident: Any, *places: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Fetch request of every version for partitions of one topic."""
    return {
        "MaxWaitMs": 0,
        "MinBytes": 1,
        "Topics": [{"Topic": topic, "TopicId": ident, "Partitions": list(places)}],
        **more,
    }


def place(offset: int, partition: int = 0, **more: Any) -> dict[str, Any]:
    return {"Partition": partition, "FetchOffset": offset, "PartitionMaxBytes": 1 << 20, **more}


def offsets_of(topic: str, *wanted: tuple[int, int], **more: Any) -> dict[str, Any]:
    """A ListOffsets request: partitions and timestamps."""
    parts = [{"PartitionIndex": index, "Timestamp": time} for index, time in wanted]
    return {"ReplicaId": -1, "Topics": [{"Name": topic, "Partitions": parts}], **more}


def numbered(count: int, *, producer: tuple[Any, Any, int] = (-1, -1, -1), **bent: Any) -> Batch:
    """A batch of short, different records."""
    return batch(*(b"v%d" % number for number in range(count)), producer=producer, **bent)


def init_producer(s: Scenario, label: str = "", *, version: int = 4, **values: Any) -> From:
    values = {"TransactionalId": None, "TransactionTimeoutMs": 60_000, **values}
    return s.ask("InitProducerId", version, label, **values)
