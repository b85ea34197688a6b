"""Groups of the consumer protocol (KIP-848): heartbeats, describing, offsets."""

from __future__ import annotations

from typing import Any

from golden.steps import From, Scenario, all_versions, scenario

#: Kafka assigns no more often than that by default.
_ASSIGNMENT_INTERVAL_S = 1.1


class Group:
    """Requests of the members of one group."""

    def __init__(self, s: Scenario, name: str, topic: str) -> None:
        self.s, self.name, self.topic = s, name, topic

    def beat(self, label: str, member: str, epoch: Any, *, version: int = 1, **more: Any) -> From:
        values = {"GroupId": self.name, "MemberId": member, "MemberEpoch": epoch, "RebalanceTimeoutMs": -1, **more}
        return self.s.ask("ConsumerGroupHeartbeat", version, label, **values)

    def join(self, label: str, member: str, *, version: int = 1, **more: Any) -> From:
        values: dict[str, Any] = {"RebalanceTimeoutMs": 60_000, "SubscribedTopicNames": [self.topic]}
        return self.beat(label, member, 0, version=version, **{**values, "TopicPartitions": [], **more})

    def describe(self, label: str, *, version: int = 1, authorized: bool = False) -> None:
        values = {"GroupIds": [self.name], "IncludeAuthorizedOperations": authorized}
        self.s.ask("ConsumerGroupDescribe", version, label, to="admin", **values)

    def commit(self, label: str, member: str, epoch: Any, *, version: int = 9) -> None:
        partition = {"PartitionIndex": 0, "CommittedOffset": 0, "CommittedMetadata": "m"}
        topics = [{"Name": self.topic, "Partitions": [partition]}]
        values = {"GroupId": self.name, "MemberId": member, "GenerationIdOrMemberEpoch": epoch, "Topics": topics}
        self.s.ask("OffsetCommit", version, label, **values)

    def fetch(self, label: str, member: Any, epoch: Any) -> None:
        topics = [{"Name": self.topic, "PartitionIndexes": [0, 1]}]
        group = {"GroupId": self.name, "MemberId": member, "MemberEpoch": epoch, "Topics": topics}
        self.s.ask("OffsetFetch", 9, label, Groups=[group])


@scenario
def refused_heartbeats(s: Scenario) -> None:
    """Of unknown groups and members, and malformed ones: none of them creates a group."""
    for version in all_versions("ConsumerGroupHeartbeat"):
        for name in ("cg-nope", ""):
            group = Group(s, name, "t1")
            word = name or "empty"
            group.beat(f"{word}: unknown member", "m", 1, version=version)
            group.beat(f"{word}: leaves", "m", -1, version=version)
            group.beat(f"{word}: joins without topics", "m", 0, version=version, RebalanceTimeoutMs=1_000)
        group = Group(s, "cg-nope", "t1")
        group.beat("epoch of -3", "m", -3, version=version)
        group.join("no time for rebalances", "m", version=version, RebalanceTimeoutMs=-1)
        group.join("owns something", "m", version=version, TopicPartitions=None)
        group.join("empty instance", "m", version=version, InstanceId="")
        group.join("unknown assignor", "m", version=version, ServerAssignor="sticky")
        group.beat("static leave without instance", "m", -2, version=version)
    group = Group(s, "cg-nope", "t1")
    group.join("no member id", "")
    group.join("a pattern that does not end", "m", SubscribedTopicNames=None, SubscribedTopicRegex="(")
    for version in all_versions("ConsumerGroupDescribe"):
        group.describe("nothing was made", version=version)
        s.ask("ConsumerGroupDescribe", version, "empty", to="admin", GroupIds=[""])
        s.ask("ConsumerGroupDescribe", version, "no groups", to="admin", GroupIds=[])


@scenario
def consumer_group(s: Scenario) -> None:
    """Two members of a group: epochs, assignments, offsets, and the ends of both."""
    s.ask("CreateTopics", 7, Topics=[{"Name": "cg-t", "NumPartitions": 2, "ReplicationFactor": 1}], timeoutMs=10_000)
    group = Group(s, "cg", "cg-t")
    first = group.join("first joins", "m1", InstanceId="i1")
    epoch = first["MemberEpoch"]
    group.beat("first again", "m1", epoch)
    group.beat("an epoch ahead", "m1", 99)
    group.beat("another instance", "m2", 0, InstanceId="i1", RebalanceTimeoutMs=60_000)
    for version in all_versions("ConsumerGroupDescribe"):
        group.describe("one member", version=version, authorized=version > 0)
    group.commit("first", "m1", epoch)
    group.commit("a later epoch", "m1", 99)
    group.commit("of an unknown member", "m9", epoch)
    group.commit("too old a request", "m1", epoch, version=8)
    group.fetch("first", "m1", epoch)
    group.fetch("a later epoch", "m1", 99)
    group.fetch("of an unknown member", "m9", epoch)
    group.fetch("without a member", None, -1)
    for version in all_versions("DescribeGroups"):
        s.ask("DescribeGroups", version, "of a consumer group", to="admin", Groups=["cg"])
    s.ask("ListGroups", 5, "consumer groups", to="admin", StatesFilter=[], TypesFilter=["consumer"])
    s.ask("DeleteGroups", 2, "with members", to="admin", GroupsNames=["cg"])
    offsets = [{"Name": "cg-t", "Partitions": [{"PartitionIndex": 0}]}]
    s.ask("OffsetDelete", 0, "of a subscribed topic", to="admin", GroupId="cg", Topics=offsets)
    s.pause(_ASSIGNMENT_INTERVAL_S, "until Kafka assigns again")
    group.beat("first leaves for a while", "m1", -2, InstanceId="i1")
    again = group.join("first is back", "m3", InstanceId="i1")
    group.beat("the one before is fenced", "m1", epoch, InstanceId="i1")
    group.beat("leaves", "m3", -1, InstanceId="i1")
    group.beat("after its end", "m3", again["MemberEpoch"], InstanceId="i1")
    group.describe("empty")
    s.ask("DeleteGroups", 2, "empty", to="admin", GroupsNames=["cg"])
    group.describe("deleted")
