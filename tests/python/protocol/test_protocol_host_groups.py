"""Groups as the embedding program sees them: listed, described, and waited for.

A program's test polled with an admin client, or slept, until its consumer was done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from wire_client import PATIENCE_S, Connection

from tansu_cffi import (
    BrokerArgumentError,
    BrokerStateError,
    BrokerStorageError,
    BrokerTimeoutError,
    GroupPartition,
    TansuBroker,
)

Start = Callable[..., TansuBroker]
#: Kafka's ConsumerPartitionAssignor: topic t, partitions 0 and 1.
ASSIGNMENT = b"\0\1\0\0\0\1\0\1t\0\0\0\2\0\0\0\0\0\0\0\1\xff\xff\xff\xff"


@pytest.fixture(params=["memory", "file"])
def broker(start: Start, tmp_path: Path, request: pytest.FixtureRequest) -> TansuBroker:
    return start({"storage.url": "memory://" if request.param == "memory" else f"file://{tmp_path}/data"})


@pytest.fixture
def client(broker: TansuBroker) -> Iterator[Connection]:
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.create_topic("t", 2)
        connection.ask(10, 3, Key="g", KeyType=0)
        yield connection


def _join(client: Connection) -> tuple[str, int]:
    """Joins and assigns both partitions of the topic."""
    values: dict[str, Any] = {"GroupId": "g", "SessionTimeoutMs": 60_000, "RebalanceTimeoutMs": 60_000}
    protocols = [{"Name": "range", "Metadata": b"\0\1\0\0\0\1\0\1t\xff\xff\xff\xff"}]
    joined = client.ask(11, 3, MemberId="", ProtocolType="consumer", Protocols=protocols, **values)
    member, generation = joined["MemberId"], joined["GenerationId"]
    assignments = [{"MemberId": member, "Assignment": ASSIGNMENT}]
    synced = client.ask(14, 1, GroupId="g", GenerationId=generation, MemberId=member, Assignments=assignments)
    assert synced["ErrorCode"] == 0
    return str(member), int(generation)


def _commit(client: Connection, offset: int, partition: int = 0, member: str = "", generation: int = -1) -> None:
    partitions = [{"PartitionIndex": partition, "CommittedOffset": offset, "CommittedMetadata": "m"}]
    topics = [{"Name": "t", "Partitions": partitions}]
    values = {"GroupId": "g", "GenerationIdOrMemberEpoch": generation, "MemberId": member, "Topics": topics}
    answer = client.ask(8, 7, **values)
    assert answer["Topics"][0]["Partitions"][0]["ErrorCode"] == 0


def test_a_group_is_described(broker: TansuBroker, client: Connection) -> None:
    assert (broker.groups(), broker.group("g"), broker.group_offsets("g")) == ([], None, [])
    member, generation = _join(client)
    group = broker.wait_for_group("g", members=1, state="Stable")
    assert (group.name, group.state, group.type, group.protocol_type) == ("g", "Stable", "classic", "consumer")
    assert (group.protocol, group.members[0].partitions) == ("range", {"t": (0, 1)})
    assert (group.members[0].member_id, group.members[0].client_id) == (member, "test")
    assert broker.groups() == [group] and broker.group("g") == group
    client.produce("t", kafka.batch(b"v"))
    _commit(client, 1, 0, member, generation)
    assert broker.group_offsets("g") == [
        GroupPartition("t", 0, committed=1, metadata="m", high_watermark=1, lag=0),
        GroupPartition("t", 1, committed=None, metadata="", high_watermark=0, lag=0),
    ]
    client.ask(13, 1, GroupId="g", MemberId=member)
    assert broker.wait_for_group("g", members=0).state == "Empty"


def test_a_wait_ends_with_what_it_waits_for(broker: TansuBroker, client: Connection) -> None:
    client.produce("t", kafka.batch(b"v"))
    client.produce("t", kafka.batch(b"v"))
    _commit(client, 1)
    waits: list[Callable[[], object]] = [
        lambda: broker.wait_for_lag("g", timeout=None),
        lambda: broker.wait_for_lag("g", "t", timeout=None),
        lambda: broker.wait_for_offset("g", "t", 0, 2, timeout=None),
    ]
    ended: list[object] = []
    threads = [threading.Thread(target=lambda wait=wait: ended.append(wait())) for wait in waits]
    for thread in threads:
        thread.start()
    assert broker.wait_for_lag("g", at_most=1)[0].lag == 1
    assert not ended
    _commit(client, 2)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(ended) == len(waits)
    assert ended[0] == [GroupPartition("t", 0, committed=2, metadata="m", high_watermark=2, lag=0)]


def test_a_wait_that_is_late_says_what_is_there(broker: TansuBroker, client: Connection) -> None:
    with pytest.raises(BrokerTimeoutError, match="group 'g' is Stable: not in time; there is no group 'g'"):
        broker.wait_for_group("g", timeout=0)
    with pytest.raises(BrokerTimeoutError, match="lag of at most 0: not in time; group 'g' has committed nothing"):
        broker.wait_for_lag("g", timeout=0.01)
    client.produce("t", kafka.batch(b"v"))
    _commit(client, 0)
    with pytest.raises(BrokerTimeoutError, match=r"t-0 has offset 0 committed of 1 \(lag 1\)") as late:
        broker.wait_for_offset("g", "t", 0, 1, timeout=0)
    assert late.value.retriable
    with pytest.raises(BrokerTimeoutError, match="with 2 members: not in time; group 'g' is Empty with 0 members"):
        broker.wait_for_group("g", members=2, timeout=0)


def test_a_stop_ends_a_wait(broker: TansuBroker) -> None:
    errors: list[BaseException] = []

    def wait() -> None:
        try:
            broker.wait_for_group("never", timeout=None)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    broker.stop()
    thread.join(PATIENCE_S)
    assert [type(error) for error in errors] == [BrokerStateError]


def test_wrong_arguments_are_named(broker: TansuBroker) -> None:
    wrong: Any = 1
    for call, name in (
        (lambda: broker.group(wrong), "group"),
        (lambda: broker.wait_for_group("g", members=-1), "members"),
        (lambda: broker.wait_for_group("g", state=wrong), "state"),
        (lambda: broker.wait_for_group("g", timeout=-1), "timeout"),
        (lambda: broker.wait_for_lag("g", at_most=-1), "lag"),
        (lambda: broker.wait_for_offset("g", wrong, 0, 0), "topic"),
        (lambda: broker.wait_for_offset("g", "t", True, 0), "partition"),
    ):
        with pytest.raises(BrokerArgumentError, match=name):
            call()


@pytest.mark.needs("Tansu's storages")
def test_a_storage_that_does_not_tell_says_so(start: Start) -> None:
    broker = start({"storage.url": "tansu+memory://"})
    with pytest.raises(BrokerStorageError, match="does not tell of its groups"):
        broker.groups()
