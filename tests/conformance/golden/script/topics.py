"""CreateTopics, CreatePartitions, DeleteTopics, DescribeTopicPartitions."""

from __future__ import annotations

import uuid
from typing import Any, Optional

from golden.script.requests import NO_SUCH_ID, create, new_topic, topic_id
from golden.steps import Scenario, all_versions, scenario

NO_ID = uuid.UUID(int=0)


def _create(s: Scenario, label: str, *topics: dict[str, Any], version: int = 7, **more: Any) -> Any:
    return s.ask("CreateTopics", version, label, Topics=list(topics), **{"timeoutMs": 5000, **more})


@scenario
def create_topics(s: Scenario) -> None:
    """Names, counts, assignments and configs, good and bad."""
    for version in all_versions("CreateTopics"):
        name = f"ct-{version}"
        _create(s, "good", new_topic(name, 2), new_topic(f"{name}-default", -1, -1), version=version)
        _create(s, "exists", new_topic(name), version=version)
        bad = [new_topic("ct bad"), new_topic(f"{name}-none", 0), new_topic(f"{name}-three", 1, 3)]
        _create(s, "bad", *bad, new_topic(f"{name}-conf", configs=[("no.such", "1")]), version=version)
        _create(s, "only validated", new_topic(f"{name}-validated"), version=version, validateOnly=True)
        _create(s, "twice in it", new_topic(f"{name}-twice"), new_topic(f"{name}-twice", 2), version=version)
        _create(s, "none", version=version)
    rows = [("p0", 0, 1), ("p-2", -2, 1), ("r0", 1, 0), ("r3", 1, 3), ("r-2", 1, -2), ("p0r0", 0, 0), ("r3p2", 2, 3)]
    _create(s, "counts", *(new_topic(f"ct-{name}", parts, replicas) for name, parts, replicas in rows))
    _create(s, "too many partitions", new_topic("ct-many", 10_001))
    _create(s, "too many together", new_topic("ct-many-1", 6_000), new_topic("ct-many-2", 6_000))
    _create(s, "highest count", new_topic("ct-max", 0x7FFF_FFFF))
    names = ("", ".", "..", "x" * 250, "y" * 249, "ct b", "ct-é", "__cluster_metadata", "ct/a", "a" * 200 + "/")
    _create(s, "names", *(new_topic(name) for name in names))
    _create(s, "collide", new_topic("ct.b_c"), new_topic("ct_b.c"))
    _create(s, "collide with one that is there", new_topic("ct_b_c"))
    _create(s, "exists and bad", new_topic("ct-7", 0, 7))
    _create(s, "bad twice", new_topic("ct d"), new_topic("ct d", 2), new_topic(""), new_topic(""))
    _create(s, "validated", new_topic("ct-v", 2), new_topic("ct-7"), new_topic("ct-v3", 1, 3), validateOnly=True)
    _create(s, "no time", new_topic("ct-no-time"), timeoutMs=0)
    _create(s, "less than no time", new_topic("ct-less-time"), timeoutMs=-1)
    lists: list[tuple[str, list[tuple[int, list[int]]]]] = [
        ("good", [(0, [1]), (1, [1])]),
        ("unknown broker", [(0, [2])]),
        ("broker twice", [(0, [1, 1])]),
        ("no brokers", [(0, [])]),
        ("begins at 1", [(1, [1])]),
        ("partition twice", [(0, [1]), (0, [1])]),
        ("other sizes", [(0, [1]), (1, [1, 2])]),
        ("backwards", [(1, [1]), (0, [1])]),
        ("with a hole", [(0, [1]), (2, [1])]),
        ("below zero", [(-1, [1])]),
        ("broker -1", [(0, [-1])]),
        ("second without", [(0, [1]), (1, [])]),
        ("also unknown", [(0, [1, 2])]),
    ]
    assigned = [new_topic(f"ct-as-{label.replace(' ', '-')}", -1, -1, assignments=parts) for label, parts in lists]
    _create(s, "assigned", *assigned)
    counted = [(1, 1), (1, -1), (-1, 1), (0, -1)]
    _create(
        s,
        "assigned and counted",
        *(new_topic(f"ct-asc{i}", parts, n, assignments=[(0, [1])]) for i, (parts, n) in enumerate(counted)),
    )


@scenario
def topic_configs(s: Scenario) -> None:
    """Configs at creation: values, ranges, lists, dependencies."""
    rows: list[list[tuple[str, Optional[str]]]] = [
        [("no.such", "1")],
        [("no.such", None)],
        [("", "1")],
        [("retention.ms", "abc")],
        [("retention.ms", None)],
        [("retention.ms", "-2")],
        [("retention.ms", " 5 ")],
        [("retention.ms", "")],
        [("retention.ms", "+5")],
        [("retention.ms", "99999999999999999999")],
        [("retention.ms", "1"), ("retention.ms", "2")],
        [("retention.ms", "-1")],
        [("retention.bytes", "-7")],
        [("segment.bytes", "100")],
        [("segment.bytes", "1e6")],
        [("segment.bytes", "3000000000")],
        [("segment.ms", "0")],
        [("cleanup.policy", "foo")],
        [("cleanup.policy", "")],
        [("cleanup.policy", "compact, delete")],
        [("cleanup.policy", "Compact")],
        [("cleanup.policy", "compact,,delete")],
        [("cleanup.policy", "compact,compact")],
        [("preallocate", "maybe")],
        [("preallocate", "TRUE")],
        [("min.cleanable.dirty.ratio", "1.5")],
        [("min.cleanable.dirty.ratio", "x")],
        [("min.cleanable.dirty.ratio", "1e-1")],
        [("compression.type", "foo")],
        [("compression.type", "GZIP")],
        [("compression.gzip.level", "0")],
        [("compression.zstd.level", "23")],
        [("message.timestamp.type", "x")],
        [("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")],
        [("leader.replication.throttled.replicas", "x")],
        [("leader.replication.throttled.replicas", "*")],
        [("leader.replication.throttled.replicas", "0:1,1:2")],
        [("remote.storage.enable", "true")],
        [("local.retention.ms", "-3")],
        [("local.retention.ms", "999999999999")],
        [("max.message.bytes", "-1")],
        [("min.insync.replicas", "0")],
        [("min.insync.replicas", "5")],
        [("flush.messages", "0")],
        [("message.format.version", "3.0")],
        [("message.downconversion.enable", "true")],
        [("unclean.leader.election.enable", "true")],
        [("retention.ms", "x"), ("no.such", "1")],
        [("retention.ms", "x"), ("segment.bytes", "1")],
    ]
    for number, pairs in enumerate(rows):
        label = "; ".join(f"{key}={value}" for key, value in pairs)
        topic = new_topic(f"tc-{number}", configs=pairs)
        s.ask("CreateTopics", 7, label, Topics=[topic], timeoutMs=5000, validateOnly=True)


@scenario
def create_partitions(s: Scenario) -> None:
    """More, fewer and equal counts, with assignments."""
    create(s, *(new_topic(f"cp-{number}", 2) for number in range(8)))

    def grow(label: str, *topics: tuple[str, int], version: int = 3, brokers: Any = None, **more: Any) -> None:
        rows: list[dict[str, Any]] = [{"Name": name, "Count": count, "Assignments": None} for name, count in topics]
        if brokers is not None:
            rows[0]["Assignments"] = [{"BrokerIds": ids} for ids in brokers]
        values = {"Topics": rows, "TimeoutMs": 5000, "ValidateOnly": False, **more}
        s.ask("CreatePartitions", version, label, **values)

    for version in all_versions("CreatePartitions"):
        grow("one more", ("cp-0", 3 + version), version=version)
        counts = [("cp-1", 2), ("cp-2", 1), ("cp-3", 0), ("cp-4", -1), ("cp-nope", 3), ("bad name", 3), ("", 2)]
        grow("odd counts", *counts, version=version)
        grow("twice", ("cp-1", 3), ("cp-2", 3), ("cp-1", 4), version=version, ValidateOnly=True)
        grow("only validated", ("cp-1", 5), ("cp-nope", 5), version=version, ValidateOnly=True)
        grow("none", version=version)
    for label, count, brokers in (
        ("assigned", 3, [[1]]),
        ("unknown broker", 3, [[2]]),
        ("broker twice", 3, [[1, 1]]),
        ("no broker", 3, [[]]),
        ("too few", 4, [[1]]),
        ("too many", 3, [[1], [1]]),
        ("empty list", 3, []),
        ("more replicas", 3, [[1, 2]]),
        ("broker -1", 3, [[-1]]),
        ("fewer than there are", 1, [[1]]),
    ):
        grow(f"assigned: {label}", ("cp-5", count), brokers=brokers, ValidateOnly=True)
    for count in (10_002, 10_003, 20_000, 0x7FFF_FFFF):
        grow(f"to {count}", ("cp-5", count), ValidateOnly=True)
    grow("together too many", ("cp-5", 6_000), ("cp-6", 6_000), ValidateOnly=True)
    grow("no time", ("cp-6", 5), ("cp-nope", 5), TimeoutMs=0, ValidateOnly=True)
    s.ask("Metadata", 12, "after it", Topics=[{"Name": f"cp-{number}"} for number in range(8)])


@scenario
def delete_topics(s: Scenario) -> None:
    """By name, by id, by both, twice, unknown."""
    made = create(s, *(new_topic(f"dt-{number}") for number in range(20)))
    for version in (1, 2, 3, 4, 5):
        names = [f"dt-{version}", "dt-nope"]
        s.ask("DeleteTopics", version, "two", TopicNames=names, TimeoutMs=5000)
        s.ask("DeleteTopics", version, "none", TopicNames=[], TimeoutMs=5000)
    odd = ["dt-6", "dt-6", "dt-7", "dt-nope", "dt-nope", "bad name", "", "__cluster_metadata"]
    s.ask("DeleteTopics", 5, "odd", TopicNames=odd, TimeoutMs=5000)
    for label, wait in (("no time", 0), ("less than no time", -1)):
        s.ask("DeleteTopics", 5, label, TopicNames=["dt-19", "dt-nope"], TimeoutMs=wait)

    def states(label: str, *topics: tuple[Optional[str], Any]) -> None:
        rows = [{"Name": name, "TopicId": ident} for name, ident in topics]
        s.ask("DeleteTopics", 6, label, Topics=rows, TimeoutMs=5000)

    states("by name", ("dt-8", NO_ID), ("dt-nope", NO_ID), ("dt-8", NO_ID))
    states("by id", (None, topic_id(made, "dt-9")), (None, NO_SUCH_ID))
    states("by id twice", (None, topic_id(made, "dt-10")), (None, topic_id(made, "dt-10")), (None, NO_SUCH_ID))
    states("by name and id", ("dt-11", topic_id(made, "dt-11")), ("dt-12", NO_ID))
    states("by neither", (None, NO_ID), ("dt-13", NO_ID))
    states("name and id of the same", ("dt-14", NO_ID), (None, topic_id(made, "dt-14")))
    states("odd names", ("", NO_ID), ("bad name", NO_ID), ("__cluster_metadata", NO_ID))
    states("none")
    states("gone already", ("dt-8", NO_ID), (None, topic_id(made, "dt-9")))
    again = create(s, new_topic("dt-8", 2), label="again")
    s.ask("Metadata", 12, "again", Topics=[{"Name": "dt-8"}, {"Name": "dt-9"}], AllowAutoTopicCreation=False)
    states("the new id", (None, topic_id(again, "dt-8")))


@scenario
def describe_topic_partitions(s: Scenario) -> None:
    """Pages of partitions, sorted by topic."""
    create(s, new_topic("dtp-a", 4), new_topic("dtp-b", 3), new_topic("dtp-c"))

    def page(label: str, names: list[str], limit: int = 2000, after: Optional[tuple[str, int]] = None) -> None:
        cursor = None if after is None else {"TopicName": after[0], "PartitionIndex": after[1]}
        topics = [{"Name": name} for name in names]
        s.ask("DescribeTopicPartitions", 0, label, Topics=topics, ResponsePartitionLimit=limit, Cursor=cursor)

    three = ["dtp-c", "dtp-a", "dtp-nope", "dtp-b"]
    page("all of three", three)
    page("odd names", ["bad name", "dtp-nope", "dtp-c", "dtp-c"])
    page("empty name", ["", "dtp-c"])
    for limit in (1, 3, 4, 5, 7, 8, 0, -1, 100_000):
        page(f"limit {limit}", three, limit)
    for topic, partition in (
        ("dtp-a", 2),
        ("dtp-a", 4),
        ("dtp-a", 9),
        ("dtp-b", 0),
        ("dtp-aa", 0),
        ("dtp-z", 0),
        ("", 0),
    ):
        page(f"after {topic!r} {partition}", three, 3, (topic, partition))
    page("after below zero", three, 3, ("dtp-a", -1))
    page("cursor and nope", ["dtp-nope"], 3, ("dtp-nope", 0))
