"""State that outlives its connection is bounded in bytes: docs/internals/budgets.md, a test a row.

Each test fills the state under a limit of the address space. An allocation that failed would end the broker's process.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Connection

Start = Callable[..., BrokerProcess]

MIB = 1 << 20
POLICY_VIOLATION, COORDINATOR_NOT_AVAILABLE = 44, 15
#: What a broker takes beside the state: buffers of connections, and the stacks and arenas of its threads.
OTHER = 192 * MIB


@pytest.fixture
def start(start_process: Start) -> Callable[[int], BrokerProcess]:
    """Starts a broker that may map so much more than it does then."""

    def run(limit: int) -> BrokerProcess:
        broker = start_process()
        with Connection(broker.address) as client:
            client.create_topic("t", 250)
            client.served()
        broker.tell(f"limit {limit}")
        return broker

    return run


def _until(code: int, codes: Iterator[int], most: int) -> int:
    """How many requests were taken before the first one was refused with this code."""
    for taken, got in enumerate(codes):
        if got == code:
            return taken
        assert got == 0, f"error {got} after {taken}"
        assert taken < most, f"{taken + 1} were taken and none was refused"
    raise AssertionError("no request is left")


def _serves_on(broker: BrokerProcess) -> None:
    assert broker.is_alive()
    with Connection(broker.address) as client:
        name = f"t{uuid.uuid4().hex[:8]}"
        assert client.produce("t", kafka.batch(b"v"))["ErrorCode"] == 0
        client.ask(kafka.METADATA, 9, Topics=[{"Name": name}], AllowAutoTopicCreation=False)


def test_members_of_groups(start: Callable[[int], BrokerProcess]) -> None:
    """Eighteen members with 60 MB of metadata each ended a host process with 1.5 GB."""
    broker = start(256 * MIB + OTHER)
    metadata = bytes(1_000_000)

    def join(group: str) -> int:
        protocols = [{"Name": "range", "Metadata": metadata}]
        asked = {"SessionTimeoutMs": 1_800_000, "RebalanceTimeoutMs": 60_000, "ProtocolType": "consumer"}
        with Connection(broker.address) as client:
            return int(client.ask(11, 3, GroupId=group, Protocols=protocols, **asked)["ErrorCode"])

    taken = _until(COORDINATOR_NOT_AVAILABLE, (join(f"g{number}") for number in range(400)), 270)
    assert taken > 200
    _serves_on(broker)


def test_members_of_consumer_groups(start: Callable[[int], BrokerProcess]) -> None:
    """Their records are in memory, too, once for each change."""
    broker = start(3 * 256 * MIB + OTHER)
    # As many names as a record takes.
    names = [f"{number:05}{'n' * 240}" for number in range(3_500)]

    def join(group: str) -> int:
        asked = {"GroupId": group, "MemberId": "m", "MemberEpoch": 0, "RebalanceTimeoutMs": 60_000}
        asked |= {"SubscribedTopicNames": names, "TopicPartitions": []}
        with Connection(broker.address) as client:
            return int(client.ask(kafka.KEYS["ConsumerGroupHeartbeat"], 1, **asked)["ErrorCode"])

    taken = _until(COORDINATOR_NOT_AVAILABLE, (join(f"g{number}") for number in range(500)), 340)
    assert taken > 100
    _serves_on(broker)


def test_committed_offsets(start: Callable[[int], BrokerProcess]) -> None:
    """44 commits of 24 MB ended the process, and every later start of its folder."""
    # The offsets, and their records in `__consumer_offsets`.
    broker = start(2 * 256 * MIB + OTHER)
    metadata = "m" * 4_000
    partitions = [
        {"PartitionIndex": index, "CommittedOffset": 1, "CommittedMetadata": metadata} for index in range(200)
    ]

    def commit(group: str) -> int:
        asked = {"GenerationIdOrMemberEpoch": -1, "MemberId": "", "Topics": [{"Name": "t", "Partitions": partitions}]}
        with Connection(broker.address) as client:
            answer = client.ask(8, 7, GroupId=group, **asked)
        (code,) = {part["ErrorCode"] for part in answer["Topics"][0]["Partitions"]}
        return int(code)

    taken = _until(COORDINATOR_NOT_AVAILABLE, (commit(f"g{number}") for number in range(500)), 340)
    assert taken > 150
    _serves_on(broker)


def _init(client: Connection, transactional_id: str) -> Any:
    asked = {"TransactionTimeoutMs": 900_000, "ProducerId": -1, "ProducerEpoch": -1}
    return client.ask(kafka.INIT_PRODUCER_ID, 4, TransactionalId=transactional_id, **asked)


def test_transactional_ids(start: Callable[[int], BrokerProcess]) -> None:
    """The ids, and their records in `__transaction_state`."""
    broker = start(2 * 256 * MIB + OTHER)
    ids = (f"{number}-".ljust(30_000, "x") for number in range(10_000))
    with Connection(broker.address) as client:
        taken = _until(COORDINATOR_NOT_AVAILABLE, (int(_init(client, one)["ErrorCode"]) for one in ids), 9_500)
    assert taken > 8_000
    _serves_on(broker)


def test_offsets_of_transactions(start: Callable[[int], BrokerProcess]) -> None:
    """The offsets that are pending, and their records in `__consumer_offsets`."""
    broker = start(2 * 256 * MIB + OTHER)
    parts = [{"PartitionIndex": index, "CommittedOffset": 1, "CommittedMetadata": "m" * 4_000} for index in range(200)]
    topics = [{"Name": "t", "Partitions": parts}]
    with Connection(broker.address) as client:
        given = _init(client, "tx")

    def commit(group: str) -> int:
        who = {"ProducerId": given["ProducerId"], "ProducerEpoch": given["ProducerEpoch"], "GenerationId": -1}
        asked = {"TransactionalId": "tx", "GroupId": group, "MemberId": "", "Topics": topics, **who}
        with Connection(broker.address) as client:
            answer = client.ask(kafka.KEYS["TxnOffsetCommit"], 5, **asked)
        (code,) = {part["ErrorCode"] for part in answer["Topics"][0]["Partitions"]}
        return int(code)

    taken = _until(COORDINATOR_NOT_AVAILABLE, (commit(f"g{number}") for number in range(500)), 340)
    assert taken > 150
    _serves_on(broker)


@pytest.mark.parametrize("name_length", [10, 30_000])
def test_fetch_sessions(start: Callable[[int], BrokerProcess], name_length: int) -> None:
    """Partitions in number alone did not bound them: a name may have 32 KB."""
    broker = start(160 * MIB + OTHER)
    given = 0
    # A thousand partitions a session, or two megabytes of names.
    topics_each, partitions_each = (10, 100) if name_length < 100 else (70, 1)
    with Connection(broker.address) as client:
        for number in range(500):
            places = [{"Partition": index, "PartitionMaxBytes": 1} for index in range(partitions_each)]
            names = [f"{number}-{topic}-".ljust(name_length, "x") for topic in range(topics_each)]
            topics = [{"Topic": name, "Partitions": places} for name in names]
            asked = {"MaxWaitMs": 0, "MinBytes": 0, "MaxBytes": 1, "SessionId": 0, "SessionEpoch": 0}
            given += client.ask(kafka.FETCH, 11, Topics=topics, **asked)["SessionId"] != 0
    assert 10 < given < 500
    _serves_on(broker)


def test_topics(start: Callable[[int], BrokerProcess]) -> None:
    broker = start(512 * MIB + OTHER)

    def create(number: int) -> int:
        topic = {"Name": f"many-{number}", "NumPartitions": 9_000, "ReplicationFactor": 1}
        with Connection(broker.address) as client:
            answer = client.ask(kafka.CREATE_TOPICS, 5, Topics=[topic], timeoutMs=60_000)
        return int(answer["Topics"][0]["ErrorCode"])

    taken = _until(POLICY_VIOLATION, (create(number) for number in range(100)), 35)
    assert taken > 20
    _serves_on(broker)


def test_changed_configs(start: Callable[[int], BrokerProcess]) -> None:
    """Client metrics need no subscriber to have configs."""
    broker = start(80 * MIB + OTHER)
    text = "m" * 30_000

    def alter(number: int) -> int:
        config = {"Name": "metrics", "ConfigOperation": 0, "Value": text}
        resource = {"ResourceType": 16, "ResourceName": f"s{number}", "Configs": [config]}
        with Connection(broker.address) as client:
            return int(client.ask(44, 1, Resources=[resource])["Responses"][0]["ErrorCode"])

    taken = _until(POLICY_VIOLATION, (alter(number) for number in range(5_000)), 600)
    assert taken > 400
    _serves_on(broker)


def test_producers(start: Callable[[int], BrokerProcess]) -> None:
    """A client may claim any producer id, and each was remembered for a day."""
    broker = start(64 * MIB + OTHER)
    sent = 150_000
    header = kafka.header(kafka.PRODUCE, 3, 1)
    template = kafka.body(kafka.PRODUCE, 3, {"Acks": 0, "TimeoutMs": 1_000, "TopicData": []})[:-4]

    def request(producer_id: int) -> bytes:
        batch = kafka.batch(b"", producer=(producer_id, 0, 0))
        data = struct.pack(">ih1sii", 1, 1, b"t", 1, 0) + struct.pack(">i", len(batch)) + batch
        return kafka.frame(header + template + data)

    with Connection(broker.address) as client:
        for first in range(0, sent, 1_000):
            client.send(b"".join(request(number) for number in range(first, first + 1_000)))
        answer = client.ask(61, 0, Topics=[{"Name": "t", "PartitionIndexes": [0]}])
    known = answer["Topics"][0]["Partitions"][0]["ActiveProducers"]
    assert 70_000 < len(known) <= 100_000
    assert known[-1]["ProducerId"] == sent - 1
    _serves_on(broker)


def test_records_in_memory(start: Callable[[int], BrokerProcess]) -> None:
    """Memory does not wait for the next check of retention."""
    broker = start(64 * MIB + OTHER)
    batch = kafka.batch(bytes(900_000))
    with Connection(broker.address) as client:
        client.create_topic("kept", 1, **{"retention.bytes": str(16 * MIB)})
        for _ in range(600):
            assert client.produce("kept", batch)["ErrorCode"] == 0
    _serves_on(broker)


def test_warnings(start: Callable[[int], BrokerProcess]) -> None:
    """Each of these clients has a name of its own, which is as long as a name may be."""
    broker = start(16 * MIB + OTHER)
    for number in range(3_000):
        with Connection(broker.address) as client:
            client.send(kafka.frame(kafka.header(kafka.FETCH, 99, 1, client_id=f"{number}".ljust(30_000, "c"))))
            assert client.is_closed()
    _serves_on(broker)


def test_every_row_has_a_test() -> None:
    from support import REPOSITORY

    text = (REPOSITORY / "docs" / "internals" / "budgets.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    tests: dict[str, Any] = {
        "Members of classic groups": test_members_of_groups,
        "Members of consumer groups": test_members_of_consumer_groups,
        "Committed offsets": test_committed_offsets,
        "Transactional ids": test_transactional_ids,
        "Offsets of transactions": test_offsets_of_transactions,
        "Fetch sessions": test_fetch_sessions,
        "Topics, partitions": test_topics,
        "Changed configs": test_changed_configs,
        "Idempotent producers": test_producers,
        "Records in memory": test_records_in_memory,
        "Warnings of refused requests": test_warnings,
        "Records of the log": None,  # tests/c/logs.c: a slow callback loses records, which are counted
    }
    assert len(rows) - 1 == len(tests)
    for name in tests:
        assert sum(row.startswith(name) for row in rows) == 1, name
