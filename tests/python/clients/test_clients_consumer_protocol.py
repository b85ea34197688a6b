"""Groups of the consumer protocol (KIP-848), with librdkafka."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tansu_cffi import BrokerConfig, TansuBroker

SETTLED_IN = 10.0


@pytest.fixture(params=["memory", "file"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TansuBroker]:
    url = "memory://" if request.param == "memory" else f"file://{tmp_path}/data"
    with TansuBroker(BrokerConfig(storage_url=url)) as broker:
        yield broker


@pytest.fixture
def servers(broker: TansuBroker) -> str:
    return broker.bootstrap_servers


@pytest.fixture
def join(servers: str) -> Iterator[Callable[..., Consumer]]:
    joined: list[Consumer] = []

    def join(topic: str, group: str = "g", instance: Optional[str] = None) -> Consumer:
        config = {"bootstrap.servers": servers, "group.id": group, "group.protocol": "consumer"}
        if instance:
            config["group.instance.id"] = instance
        consumer = Consumer(config)
        consumer.subscribe([topic])
        joined.append(consumer)
        return consumer

    yield join
    for consumer in joined:
        consumer.close()


def create(servers: str, topic: str, partitions: int) -> None:
    admin = AdminClient({"bootstrap.servers": servers})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result()


def settle(consumers: list[Consumer], counts: list[int]) -> None:
    """Polls until the consumers have so many partitions."""
    end = time.monotonic() + SETTLED_IN
    assigned: list[int] = []
    while assigned != counts:
        assert time.monotonic() < end, assigned
        for consumer in consumers:
            consumer.poll(0.01)
        assigned = [len(consumer.assignment()) for consumer in consumers]


def test_partitions_move_when_members_join_and_leave(servers: str, join: Callable[..., Consumer]) -> None:
    create(servers, "t", 4)
    first = join("t")
    settle([first], [4])
    second = join("t")
    settle([first, second], [2, 2])
    second.close()
    settle([first], [4])


def test_a_member_commits_and_reads_its_offsets(servers: str, join: Callable[..., Consumer]) -> None:
    create(servers, "t", 1)
    member = join("t")
    settle([member], [1])
    member.commit(offsets=[TopicPartition("t", 0, 5)], asynchronous=False)
    assert member.committed([TopicPartition("t", 0)], timeout=10)[0].offset == 5


def test_the_embedding_program_sees_the_group(broker: TansuBroker, join: Callable[..., Consumer]) -> None:
    create(broker.bootstrap_servers, "t", 2)
    member = join("t")
    settle([member], [2])
    group = broker.wait_for_group("g", members=1, state="Stable")
    assert (group.type, group.protocol, group.members[0].partitions) == ("consumer", "uniform", {"t": (0, 1)})
    member.commit(offsets=[TopicPartition("t", 0, 0), TopicPartition("t", 1, 0)], asynchronous=False)
    assert [partition.committed for partition in broker.wait_for_lag("g")] == [0, 0]
    member.close()
    assert broker.wait_for_group("g", members=0).state == "Empty"


def test_a_pattern_matches_topics_that_are_created_later(servers: str, join: Callable[..., Consumer]) -> None:
    create(servers, "orders-1", 1)
    member = join("^orders-.*", instance="i")
    settle([member], [1])
    create(servers, "orders-2", 2)
    settle([member], [3])
    member.close()
    settle([join("^orders-.*", instance="i")], [3])
