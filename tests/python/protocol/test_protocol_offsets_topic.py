"""What groups write to `__consumer_offsets`: what Apache Kafka 4.3.1 writes, but for ids and times."""

from __future__ import annotations

import struct
import time
import uuid
from collections.abc import Iterator
from typing import Any, Optional

import kafka_bytes as kafka
from wire_client import Connection

STORAGES = ("memory", "file")
#: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: Kafka's coordinator may take a moment.
NOT_READY = (14, 15, 16)
PARTITIONS = 50
TOMBSTONE = None
#: To no topic, with user data. Kafka never answers a join whose subscription it cannot read.
SUBSCRIPTION = b"\0\1\0\0\0\0\0\0\0\4user"


class Group:
    """The requests of the only member of a group."""

    def __init__(self, client: Connection, topic: str) -> None:
        self.client, self.topic, self.name = client, topic, f"group-{uuid.uuid4().hex[:12]}"
        self.member, self.generation = "", -1
        self.ask("FindCoordinator", 4, KeyType=0, CoordinatorKeys=[self.name])

    def ask(self, api: str, version: int, **values: Any) -> dict[str, Any]:
        """Asks again until the coordinator of an Apache Kafka is loaded."""
        while True:
            answer = self.client.ask(kafka.KEYS[api], version, **values)
            codes = [answer.get("ErrorCode", 0), *(one["ErrorCode"] for one in answer.get("Coordinators", []))]
            if not any(code in NOT_READY for code in codes):
                return answer

    def join(self) -> None:
        values = {
            "GroupId": self.name,
            "SessionTimeoutMs": 45_000,
            "RebalanceTimeoutMs": 60_000,
            "ProtocolType": "consumer",
            "Protocols": [{"Name": "range", "Metadata": SUBSCRIPTION}],
        }
        self.member = self.ask("JoinGroup", 9, MemberId="", **values)["MemberId"]
        joined = self.ask("JoinGroup", 9, MemberId=self.member, **values)
        assert joined["ErrorCode"] == 0
        self.generation = joined["GenerationId"]
        synced = self.ask(
            "SyncGroup",
            5,
            GroupId=self.name,
            GenerationId=self.generation,
            MemberId=self.member,
            ProtocolType="consumer",
            ProtocolName="range",
            Assignments=[{"MemberId": self.member, "Assignment": b"assignment"}],
        )
        assert synced["ErrorCode"] == 0

    def commit(self, version: int = 9, **more: Any) -> None:
        part = {
            "PartitionIndex": 0,
            "CommittedOffset": 7,
            "CommittedLeaderEpoch": 0,
            "CommittedMetadata": "note",
        }
        topics = [{"Name": self.topic, "Partitions": [part]}]
        values = {"GroupId": self.name, "GenerationIdOrMemberEpoch": self.generation, "MemberId": self.member}
        answer = self.ask("OffsetCommit", version, Topics=topics, **values, **more)
        assert answer["Topics"][0]["Partitions"][0]["ErrorCode"] == 0

    def leave(self) -> None:
        self.ask("LeaveGroup", 5, GroupId=self.name, Members=[{"MemberId": self.member}])

    def delete(self) -> None:
        answer = self.client.ask(kafka.KEYS["DeleteGroups"], 2, GroupsNames=[self.name])
        assert answer["Results"][0]["ErrorCode"] == 0

    def records(self) -> list[tuple[bytes, Optional[bytes]]]:
        """Keys and values of the group's records."""
        raw = self.client.fetch("__consumer_offsets", 0, partition=_partition_of(self.name))["Records"] or b""
        pairs = (pair for _, _, batch in kafka.batches(raw) for pair in _pairs(batch))
        # Another group may have the same partition.
        return [(key, value) for key, value in pairs if key[2:].startswith(_text(self.name))]


def _partition_of(group: str) -> int:
    code = 0
    for char in group:
        code = (code * 31 + ord(char)) & 0xFFFF_FFFF
    return (code & 0x7FFF_FFFF if code < 1 << 31 else (1 << 32) - code) % PARTITIONS


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (raw[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if raw[at - 1] < 0x80:
            return number >> 1 ^ -(number & 1), at


def _pairs(batch: bytes) -> Iterator[tuple[bytes, Optional[bytes]]]:
    (count,) = struct.unpack_from(">i", batch, 57)
    at = 61
    for _ in range(count):
        length, at = _varint(batch, at)
        end, at = at + length, at + 1
        pair: list[Optional[bytes]] = []
        _, at = _varint(batch, at)
        _, at = _varint(batch, at)
        for _ in range(2):
            size, at = _varint(batch, at)
            pair.append(None if size < 0 else batch[at : at + size])
            at += max(size, 0)
        assert pair[0] is not None
        yield pair[0], pair[1]
        at = end


def _text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def _data(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _group_key(group: Group) -> bytes:
    return b"\0\2" + _text(group.name)


def _offset_key(group: Group) -> bytes:
    return b"\0\1" + _text(group.name) + _text(group.topic) + struct.pack(">i", 0)


def _is_recent(ms: int) -> bool:
    return abs(ms / 1000 - time.time()) < 600


def _check_empty(value: Optional[bytes], protocol_type: str, generation: int) -> None:
    """A group without members: no protocol, no leader."""
    assert value is not None
    head = b"\0\3" + _text(protocol_type) + struct.pack(">i", generation) + b"\xff\xff\xff\xff"
    assert value.startswith(head) and value.endswith(b"\0\0\0\0") and len(value) == len(head) + 12
    assert _is_recent(struct.unpack_from(">q", value, len(head))[0])


def test_the_life_of_a_group(client: Connection, topic: str) -> None:
    group = Group(client, topic)
    group.join()
    group.commit()
    group.leave()
    group.delete()
    new, stable, offset, empty, *deleted = group.records()

    assert new[0] == stable[0] == empty[0] == _group_key(group)
    _check_empty(new[1], "", 0)
    _check_empty(empty[1], "consumer", 2)

    assert stable[1] is not None
    head = b"\0\3" + _text("consumer") + struct.pack(">i", 1) + _text("range") + _text(group.member)
    assert stable[1].startswith(head)
    assert _is_recent(struct.unpack_from(">q", stable[1], len(head))[0])
    member = struct.pack(">i", 1) + _text(group.member) + b"\xff\xff" + _text("test") + _text("/127.0.0.1")
    member += struct.pack(">ii", 60_000, 45_000) + _data(SUBSCRIPTION) + _data(b"assignment")
    assert stable[1][len(head) + 8 :] == member

    assert offset[0] == _offset_key(group) and offset[1] is not None
    head = b"\0\4" + struct.pack(">qi", 7, 0) + b"\5note"
    assert offset[1].startswith(head)
    assert _is_recent(struct.unpack_from(">q", offset[1], len(head))[0])
    # One tagged field: the topic's id.
    assert offset[1][len(head) + 8 :][:3] == b"\1\0\x10" and len(offset[1]) == len(head) + 8 + 3 + 16

    assert deleted == [(_offset_key(group), TOMBSTONE), (_group_key(group), TOMBSTONE)]


def test_a_group_that_only_commits_has_no_record_of_its_own(client: Connection, topic: str) -> None:
    group = Group(client, topic)
    group.commit(4, RetentionTimeMs=3_600_000)
    group.commit()
    (expiring_key, expiring), (key, _) = group.records()
    assert expiring_key == key == _offset_key(group) and expiring is not None
    # Version 1: with a time at which it expires, without a leader epoch.
    head = b"\0\1" + struct.pack(">q", 7) + _text("note")
    committed_ms, expires_ms = struct.unpack_from(">qq", expiring, len(head))
    assert expiring.startswith(head) and len(expiring) == len(head) + 16
    assert _is_recent(committed_ms) and expires_ms == committed_ms + 3_600_000
    group.delete()
    assert group.records()[2:] == [(_offset_key(group), TOMBSTONE), (_group_key(group), TOMBSTONE)]
