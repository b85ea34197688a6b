"""Unusual requests of every served API: unknown tagged fields, nulls, very many elements."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from wire_client import Closed, Connection

Connect = Callable[..., Connection]
Values = dict[str, Any]

#: So long that no field that is known ends up in it.
TAGS = {5_000: b"\xff" * 40, 5_001: b""}
MANY = 10_000


def _scalar(kind: str) -> bool:
    return kind in ("bool", "uuid", "string", "bytes", "records", "float64") or "int" in kind


def _tagged(fields: list[kafka.Field], version: int, values: Values) -> Values:
    """The same with unknown tagged fields in every struct."""
    out: Values = {**values, "_tags": TAGS}
    for field in fields:
        value, kind = values.get(field["name"]), field["type"].removeprefix("[]")
        if _scalar(kind) or version not in kafka.versions(field["versions"]):
            continue
        if isinstance(value, list):
            out[field["name"]] = [_tagged(field["fields"], version, one) for one in value]
        elif isinstance(value, dict):
            out[field["name"]] = _tagged(field["fields"], version, value)
    return out


def _nulls(
    fields: list[kafka.Field], version: int, values: Values, path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Yields the places of nulls, and whether the schema allows them."""
    for field in fields:
        if version not in kafka.versions(field["versions"]) or field["name"] not in values:
            continue
        name, kind = field["name"], field["type"]
        if kind.startswith("[]") or kind in ("string", "bytes", "records") or "nullableVersions" in field:
            nullable = version in kafka.versions(field.get("nullableVersions", "none"))
            if nullable or _scalar(kind) or kind.startswith("[]"):
                yield (*path, name), nullable
        value = values[name]
        if isinstance(value, list) and not _scalar(kind[2:]):
            yield from _nulls(field["fields"], version, value[0], (*path, name, 0))
        elif isinstance(value, dict):
            yield from _nulls(field["fields"], version, value, (*path, name))


def _with_null(values: Values, path: tuple[Any, ...]) -> Values:
    out = copy.deepcopy(values)
    inner: Any = out
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = None
    return out


def _meaningful(key: int, values: Values) -> Values:
    """Kafka closes on an ACL filter whose types are unknown, as the zeros of a sample are."""
    any_filter = dict.fromkeys(("ResourceTypeFilter", "PatternTypeFilter", "Operation", "PermissionType"), 1)
    if key == kafka.KEYS["DescribeAcls"]:
        return {**values, **any_filter}
    if key == kafka.KEYS["DeleteAcls"]:
        return {**values, "Filters": [{**one, **any_filter} for one in values["Filters"]]}
    return values


def _samples(client: Connection) -> Iterator[tuple[int, int, Values]]:
    """Yields a request of each served version, with an element in every array."""
    for key, served in client.served().items():
        for version in served:
            if version in kafka.schema_range(key):
                values = _meaningful(key, kafka.sample(kafka.request_fields(key), version))
                # Without acknowledgement there is no answer.
                yield key, version, {**values, "Acks": -1} if key == kafka.PRODUCE else values


def test_unknown_tagged_fields_change_no_answer(connect: Connect, client: Connection) -> None:
    asked = 0
    for key, version, values in _samples(client):
        if not kafka.is_flexible(key, version):
            continue
        where = f"{kafka.NAMES[key]} v{version}"
        other = connect()

        def ask(raw: bytes, values: Values, key: int = key, version: int = version, to: Connection = other) -> Any:
            header = kafka.header(key, version, 3)[:-1] + raw
            to.send(kafka.frame(header + kafka.body(key, version, values)))
            try:
                return to.answer(key, version, 3)
            except Closed:
                return "closed"

        # The first may change something; the ones after it are alike, but for what is random.
        _, plain, again = (ask(b"\0", values) for _ in range(3))
        tagged = ask(b"\x01\x88\x27\x02hi", _tagged(kafka.request_fields(key), version, values))
        assert (tagged == "closed") == (plain == "closed"), where
        assert plain != again or tagged == plain, where
        other.close()
        asked += 1
    assert asked > 40


def test_a_null_is_answered_only_where_there_may_be_one(connect: Connect, client: Connection) -> None:
    counts = {True: 0, False: 0}
    for key, version, values in _samples(client):
        for path, nullable in _nulls(kafka.request_fields(key), version, values):
            where = f"{kafka.NAMES[key]} v{version} {path}"
            other = connect()
            other.send(kafka.request(key, version, 3, **_with_null(values, path)))
            try:
                # Strictly decoded: a null in the answer where the schema has none fails here.
                other.answer(key, version, 3)
                answered = True
            except Closed:
                answered = False
            other.close()
            # Kafka 4.3.1 never answers a Produce of null records; closing is better.
            assert answered == nullable or path[-1] == "Records", where
            counts[nullable] += 1
    assert min(counts.values()) > 40, counts


def _names(count: int) -> list[str]:
    return [f"not-there-{number}" for number in range(count)]


def _named(field: str, **more: Any) -> list[Values]:
    return [{field: name, **more} for name in _names(MANY)]


_PLACE = {"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1_000}
_BATCH = {"Index": 0, "Records": kafka.batch(b"v")}
_OFFSET = {"PartitionIndex": 0, "CommittedOffset": 1, "CommittedLeaderEpoch": -1}
#: Requests of very many topics or groups: version, values, and the array of the answer.
LONG: dict[str, tuple[int, Values, str]] = {
    "Produce": (9, {"Acks": -1, "TopicData": _named("Name", PartitionData=[_BATCH])}, "Responses"),
    "Fetch": (11, {"SessionEpoch": -1, "Topics": _named("Topic", Partitions=[_PLACE])}, "Responses"),
    "ListOffsets": (
        6,
        {"ReplicaId": -1, "Topics": _named("Name", Partitions=[{"PartitionIndex": 0, "Timestamp": -1}])},
        "Topics",
    ),
    "OffsetForLeaderEpoch": (
        4,
        {"Topics": _named("Topic", Partitions=[{"Partition": 0, "CurrentLeaderEpoch": -1, "LeaderEpoch": 0}])},
        "Topics",
    ),
    "DeleteRecords": (2, {"Topics": _named("Name", Partitions=[{"PartitionIndex": 0, "Offset": 0}])}, "Topics"),
    "OffsetCommit": (8, {"GroupId": "g", "Topics": _named("Name", Partitions=[_OFFSET])}, "Topics"),
    "OffsetFetch": (7, {"GroupId": "g", "Topics": _named("Name", PartitionIndexes=[0])}, "Topics"),
    "CreateTopics": (
        4,
        {"validateOnly": True, "Topics": _named("Name", NumPartitions=1, ReplicationFactor=1)},
        "Topics",
    ),
    "DeleteTopics": (5, {"TopicNames": _names(MANY), "TimeoutMs": 1_000}, "Responses"),
    "CreatePartitions": (3, {"Topics": _named("Name", Count=2), "TimeoutMs": 1_000}, "Results"),
    "DescribeConfigs": (4, {"Resources": _named("ResourceName", ResourceType=2)}, "Results"),
    "DescribeProducers": (0, {"Topics": _named("Name", PartitionIndexes=[0])}, "Topics"),
    "DescribeGroups": (5, {"Groups": _names(MANY)}, "Groups"),
    "DeleteGroups": (2, {"GroupsNames": _names(MANY)}, "Results"),
    "FindCoordinator": (4, {"CoordinatorKeys": _names(MANY)}, "Coordinators"),
}


@pytest.mark.parametrize("api", LONG)
def test_ten_thousand_in_one_request_are_ten_thousand_in_the_answer(client: Connection, api: str) -> None:
    version, values, array = LONG[api]
    answer = client.ask(kafka.KEYS[api], version, **values)
    assert len(answer[array]) == MANY
    assert client.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0
    made = [topic for topic in client.ask(kafka.METADATA, 9, Topics=None)["Topics"] if not topic["IsInternal"]]
    assert made == [], "asking has made something"
