"""Converts responses to a comparable form: random values get names, unordered arrays are sorted."""

from __future__ import annotations

import base64
import json
import re
import struct
from typing import Any, Callable, Union

import kafka_bytes as kafka

#: Where an error message says between which times a record's may lie.
_WINDOW = re.compile(r"within \[-?\d+, -?\d+\]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

#: Fields whose values a broker draws or counts: named in the order of their appearance within a scenario.
_NAMED = {
    "ProducerId": "producer",
    "SessionId": "session",
    "SubscriptionId": "subscription",
}
#: What these say when there is none.
_UNASSIGNED = {"ProducerId": (-1,), "SessionId": (0,), "SubscriptionId": (0,)}
#: Fields that tell of the machine, or of how often a node's own log was written: only whether they are set counts.
_MASKED = {
    "TotalBytes",
    "UsableBytes",
    "FinalizedFeaturesEpoch",
}
_MASKED_IN = {
    "DescribeQuorum": {
        *("Port", "HighWatermark", "LogEndOffset", "LeaderEpoch", "LastFetchTimestamp", "LastCaughtUpTimestamp"),
    },
}

#: Fields that say what an element is about.
_ABOUT = (
    *("ResourceName", "ResourceType", "Name", "TopicName", "Topic", "TopicId", "GroupId", "Feature"),
    *("PartitionIndex", "Index", "Partition", "PartitionId", "ApiKey", "Key", "NodeId", "BrokerId", "BatchIndex"),
    *("GroupInstanceId", "MemberId", "ReplicaId", "ProducerId", "BaseOffset"),
)

#: Arrays that Apache Kafka fills from hash maps or sets: their order says nothing, and clients do not look at it.
UNORDERED = {
    ("AlterConfigs", "Responses"),
    ("AlterPartitionReassignments", "Responses"),
    ("AlterPartitionReassignments", "Responses.Partitions"),
    ("AlterReplicaLogDirs", "Results"),
    ("AlterReplicaLogDirs", "Results.Partitions"),
    ("ApiVersions", "SupportedFeatures"),
    ("ApiVersions", "FinalizedFeatures"),
    ("CreatePartitions", "Results"),
    ("CreateTopics", "Topics"),
    ("CreateTopics", "Topics.Configs"),
    ("DeleteGroups", "Results"),
    ("DeleteRecords", "Topics"),
    ("DeleteRecords", "Topics.Partitions"),
    ("DeleteTopics", "Responses"),
    ("DescribeConfigs", "Results"),
    ("DescribeConfigs", "Results.Configs"),
    ("DescribeGroups", "Groups"),
    ("DescribeGroups", "Groups.Members"),
    ("DescribeLogDirs", "Results.Topics"),
    ("DescribeLogDirs", "Results.Topics.Partitions"),
    ("DescribeProducers", "Topics.Partitions.ActiveProducers"),
    ("Fetch", "Responses"),
    ("Fetch", "Responses.Partitions"),
    ("ElectLeaders", "ReplicaElectionResults"),
    ("ElectLeaders", "ReplicaElectionResults.PartitionResult"),
    ("IncrementalAlterConfigs", "Responses"),
    ("JoinGroup", "Members"),
    ("ListConfigResources", "ConfigResources"),
    ("ListGroups", "Groups"),
    ("ListOffsets", "Topics"),
    ("ListOffsets", "Topics.Partitions"),
    ("Metadata", "Topics"),
    ("OffsetCommit", "Topics"),
    ("OffsetCommit", "Topics.Partitions"),
    ("OffsetDelete", "Topics"),
    ("OffsetDelete", "Topics.Partitions"),
    ("OffsetFetch", "Topics"),
    ("OffsetFetch", "Topics.Partitions"),
    ("OffsetFetch", "Groups.Topics"),
    ("OffsetFetch", "Groups.Topics.Partitions"),
    ("OffsetForLeaderEpoch", "Topics"),
    ("OffsetForLeaderEpoch", "Topics.Partitions"),
    ("Produce", "Responses"),
    ("Produce", "Responses.PartitionResponses"),
}


def about(element: Any) -> str:
    """Returns a readable identifier of an array's element; empty if it has none."""
    if not isinstance(element, dict):
        return ""
    if "ResourceName" in element:
        return f"{element.get('ResourceType', '')} {element['ResourceName']}"
    return next((str(element[name]) or "''" for name in _ABOUT if element.get(name) not in (None, "<no id>")), "")


class Names:
    """The names of random values in one scenario."""

    def __init__(self, port: int, times: Callable[[], tuple[int, int]]) -> None:
        self._port = port
        self._times = times
        self._known: dict[tuple[str, Any], str] = {}
        self._texts: dict[str, str] = {}

    def name(self, kind: str, value: Any, *, learn: bool) -> str:
        if (kind, value) not in self._known:
            if not learn:
                return f"{kind} ?"
            number = sum(known == kind for known, _ in self._known) + 1
            self._known[kind, value] = f"{kind} {number}"
        return self._known[kind, value]

    def answer(self, api: str, values: dict[str, Any]) -> Any:
        """The canonical form of an answer."""
        return self._struct(api, "", values, learn=True)

    def _struct(self, api: str, path: str, values: dict[str, Any], *, learn: bool) -> dict[str, Any]:
        named = {}
        for key, value in values.items():
            where = f"{path}.{key}" if path else key
            named[key] = self._value(api, where, key, value, learn=learn)
        return named

    def _value(self, api: str, path: str, key: str, value: Any, *, learn: bool) -> Any:
        if isinstance(value, dict):
            return self._struct(api, path, value, learn=learn)
        if isinstance(value, list):
            if (api, path) in UNORDERED:
                value = sorted(value, key=lambda one: self._place(api, path, key, one))
            return [self._value(api, path, key, one, learn=learn) for one in value]
        if isinstance(value, bytes):
            return self._bytes(key, value, learn=learn)
        if isinstance(value, str):
            return "<log dir>" if key == "LogDir" and value else self._text(value, learn=learn)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(api, key, value, learn=learn)
        return value

    def _place(self, api: str, path: str, key: str, value: Any) -> str:
        """By what the element is about, so that one wrong field does not make pairs of strangers."""
        plain = self._value(api, path, key, value, learn=False)
        return json.dumps([[plain.get(name) for name in _ABOUT] if isinstance(plain, dict) else [], plain])

    def _number(self, api: str, key: str, value: int, *, learn: bool) -> Union[int, str]:
        if (key in _MASKED or key in _MASKED_IN.get(api, ())) and value >= 0:
            return "<set>"
        if key == "Port" and value == self._port:
            return "<port>"
        if key in _NAMED and value not in _UNASSIGNED[key]:
            return f"<{self.name(_NAMED[key], value, learn=learn)}>"
        first, last = self._times()
        return "<now>" if first <= value <= last else value

    def _bytes(self, key: str, value: bytes, *, learn: bool) -> Any:
        if key in ("TopicId", "ClientInstanceId", "ReplicaDirectoryId"):
            if not any(value):
                return "<no id>"
            name = self.name(key, value, learn=learn)
            if learn:
                # Error messages write it as Java does.
                self._texts[base64.urlsafe_b64encode(value).decode().rstrip("=")] = f"<{name}>"
            return f"<{name}>"
        if key == "Records":
            return list(self._records(value, learn=learn))
        return "0x" + value.hex()

    def _text(self, value: str, *, learn: bool) -> str:
        value = _UUID.sub(lambda found: f"<{self.name('uuid', found.group(), learn=learn)}>", value)
        for text, name in self._texts.items():
            value = value.replace(text, name)
        value = _WINDOW.sub("within <window>", value)
        return value.replace(f":{self._port}", ":<port>")

    def _records(self, raw: bytes, *, learn: bool) -> Any:
        at = 0
        for base, last, one in kafka.batches(raw):
            at += len(one)
            epoch, magic, crc = struct.unpack_from(">ibI", one, 12)
            attributes, _, first_time, max_time, producer, producer_epoch, sequence, count = struct.unpack_from(
                ">hiqqqhii", one, 21
            )
            batch = {
                "BaseOffset": base,
                "LastOffset": last,
                "LeaderEpoch": epoch,
                "Magic": magic,
                "CrcIsRight": crc == kafka.crc32c(one[21:]),
                "Attributes": attributes,
                "FirstTimestamp": first_time,
                "MaxTimestamp": max_time,
                "ProducerId": producer,
                "ProducerEpoch": producer_epoch,
                "BaseSequence": sequence,
                "Count": count,
                "Data": one[61:],
            }
            yield self._struct("", "", batch, learn=learn)
        if at < len(raw):
            yield {"BytesOfACutBatch": len(raw) - at}
