"""Requests about the nodes of a cluster with one node."""

from __future__ import annotations

import uuid
from typing import Any, Optional

from golden.script.requests import create, new_topic
from golden.steps import Scenario, all_versions, scenario

SOME_ID, NO_ID = uuid.UUID(int=0x0707_0707_0707_0707_0707_0707_0707_0707), uuid.UUID(int=0)


@scenario
def cluster(s: Scenario) -> None:
    """DescribeCluster, and brokers that cannot be unregistered."""
    for version in all_versions("DescribeCluster"):
        s.ask("DescribeCluster", version, "plain")
        s.ask("DescribeCluster", version, "authorized", IncludeClusterAuthorizedOperations=True)
        for kind in (0, 2, 3, -1) if version else ():
            s.ask("DescribeCluster", version, f"endpoint {kind}", EndpointType=kind)
    s.ask("DescribeCluster", 2, "fenced too", IncludeFencedBrokers=True)
    for broker in (99, -1):
        s.ask("UnregisterBroker", 0, f"broker {broker}", BrokerId=broker)


@scenario
def quorum(s: Scenario) -> None:
    """DescribeQuorum and voters."""
    meta = "__cluster_metadata"
    for version in all_versions("DescribeQuorum"):
        for label, topics in (
            ("metadata", [(meta, [0])]),
            ("another topic", [("quorum", [0])]),
            ("another partition", [(meta, [1])]),
            ("two partitions", [(meta, [0, 1])]),
            ("no partition", [(meta, [])]),
            ("two topics", [("quorum", [0]), (meta, [0])]),
            ("none", []),
        ):
            asked = [{"TopicName": n, "Partitions": [{"PartitionIndex": i} for i in parts]} for n, parts in topics]
            s.ask("DescribeQuorum", version, label, Topics=asked)
    listener = {"Name": "CONTROLLER", "Host": "localhost", "Port": 5}
    voters: list[tuple[str, Optional[str], int, uuid.UUID, list[dict[str, Any]]]] = [
        ("no listeners", None, 2, SOME_ID, []),
        ("other cluster", "other", 2, SOME_ID, [listener]),
        ("voter -1", None, -1, SOME_ID, [listener]),
        ("no directory", None, 2, NO_ID, [listener]),
        ("new voter", None, 2, SOME_ID, [listener]),
        ("itself", None, 1, SOME_ID, [listener]),
        ("other listener", None, 2, SOME_ID, [{**listener, "Name": "X"}]),
        ("listener twice", None, 2, SOME_ID, [listener, {**listener, "Port": 6}]),
    ]
    for version in all_versions("AddRaftVoter"):
        for name, cluster_id, voter, directory, listeners in voters:
            s.ask(
                "AddRaftVoter",
                version,
                name,
                ClusterId=cluster_id,
                TimeoutMs=500,
                VoterId=voter,
                VoterDirectoryId=directory,
                Listeners=listeners,
            )
    for name, cluster_id, voter, directory in (
        ("unknown", None, 2, SOME_ID),
        ("other cluster", "other", 2, SOME_ID),
        ("voter -1", None, -1, SOME_ID),
        ("no directory", None, 2, NO_ID),
        ("itself", None, 1, SOME_ID),
    ):
        s.ask("RemoveRaftVoter", 0, name, ClusterId=cluster_id, VoterId=voter, VoterDirectoryId=directory)


@scenario
def features(s: Scenario) -> None:
    """UpdateFeatures, which is only validated: the levels stay as they are."""

    def update(version: int, label: str, *rows: tuple[str, int, int], dry: bool = True) -> None:
        updates = [
            {"Feature": name, "MaxVersionLevel": level, "UpgradeType": kind, "AllowDowngrade": kind > 1}
            for name, level, kind in rows
        ]
        s.ask("UpdateFeatures", version, label, FeatureUpdates=updates, ValidateOnly=dry, timeoutMs=5000)

    for version in all_versions("UpdateFeatures"):
        for dry in (True, False) if version else (False,):
            word = "validated" if dry else "done"
            update(version, f"same, {word}", ("metadata.version", 30, 1), dry=dry)
            update(version, f"too high, {word}", ("metadata.version", 31, 1), dry=dry)
            update(version, f"lower, {word}", ("metadata.version", 29, 1), dry=dry)
            update(version, f"too low, {word}", ("metadata.version", 6, 1), dry=dry)
            update(version, f"unknown, {word}", ("no.such", 1, 1), ("metadata.version", 30, 1), dry=dry)
            update(version, f"twice, {word}", ("metadata.version", 30, 1), ("metadata.version", 30, 1), dry=dry)
            update(version, f"none, {word}", dry=dry)
            update(version, f"negative, {word}", ("metadata.version", -1, 1), dry=dry)
            update(version, f"group too high, {word}", ("group.version", 5, 1), dry=dry)
        for kind in (0, 2, 3, 4) if version else ():
            update(version, f"type {kind}", ("metadata.version", 29, kind))
    for name in ("group", "share", "streams", "transaction", "eligible.leader.replicas", "kraft"):
        for level in (0, 1):
            for kind in (1, 2):
                update(2, f"{name} to {level} by {kind}", (f"{name}.version", level, kind))


@scenario
def elections(s: Scenario) -> None:
    """ElectLeaders and reassignments: the only replica stays where it is."""
    create(s, new_topic("el", 3))

    def elect(version: int, label: str, topics: Any, kind: int = 0, timeout: int = 5000) -> None:
        rows = None if topics is None else [{"Topic": name, "Partitions": parts} for name, parts in topics]
        s.ask("ElectLeaders", version, label, ElectionType=kind, TopicPartitions=rows, TimeoutMs=timeout)

    for version in all_versions("ElectLeaders"):
        for kind in (0, 1) if version else (0,):
            elect(version, f"preferred {kind}", [("el", [0, 1, 9])], kind)
            elect(version, f"not there {kind}", [("el-nope", [0]), ("", [0])], kind)
            elect(version, f"none {kind}", [], kind)
            elect(version, f"topic without partitions {kind}", [("el", [])], kind)
        elect(version, "twice", [("el", [0, 0])])
        elect(version, "no time", [("el", [0])], timeout=0)
    elect(2, "type 2", [("el", [0])], kind=2)

    def move(version: int, label: str, *topics: tuple[str, list[tuple[int, Any]]], timeout: int = 5000) -> None:
        rows = [
            {"Name": name, "Partitions": [{"PartitionIndex": i, "Replicas": ids} for i, ids in parts]}
            for name, parts in topics
        ]
        s.ask("AlterPartitionReassignments", version, label, TimeoutMs=timeout, Topics=rows)

    for version in all_versions("AlterPartitionReassignments"):
        move(version, "moves", ("el", [(0, [1]), (1, None), (2, [2]), (9, [1])]), ("el-nope", [(0, None)]))
        move(version, "odd replicas", ("el", [(0, [1, 1]), (1, []), (2, [1, 2]), (9, None)]))
        move(version, "broker -1", ("el", [(0, [-1])]))
        move(version, "none")
        move(version, "no time", ("el", [(0, [1])]), timeout=0)
    for wanted in (None, [("el", [0])], [("el-nope", [0])], []):
        topics = None if wanted is None else [{"Name": n, "PartitionIndexes": parts} for n, parts in wanted]
        s.ask("ListPartitionReassignments", 0, f"of {wanted}", TimeoutMs=5000, Topics=topics)


@scenario
def telemetry(s: Scenario) -> None:
    """Not advertised, but served: there are no subscriptions."""
    s.ask("GetTelemetrySubscriptions", 0, "new", ClientInstanceId=NO_ID)
    s.ask("GetTelemetrySubscriptions", 0, "known", ClientInstanceId=SOME_ID)
    s.ask("GetTelemetrySubscriptions", 0, "known, again", ClientInstanceId=SOME_ID)

    def push(label: str, ident: uuid.UUID, *, last: bool = False, kind: int = 0, metrics: bytes = b"x") -> None:
        values: dict[str, Any] = {
            "ClientInstanceId": ident,
            "SubscriptionId": 5,
            "Terminating": last,
            "CompressionType": kind,
        }
        s.ask("PushTelemetry", 0, label, **values, Metrics=metrics)

    push("no id", NO_ID)
    push("unknown subscription", SOME_ID)
    push("again", SOME_ID)
    push("unknown compression", uuid.UUID(int=9), kind=9)


@scenario
def acls(s: Scenario) -> None:
    """Without an authorizer; what is unknown closes the connection."""
    any_acl = {"ResourceTypeFilter": 1, "PatternTypeFilter": 1, "Operation": 1, "PermissionType": 1}
    topic = {"ResourceTypeFilter": 2, "ResourceNameFilter": "t", "PatternTypeFilter": 3, "PrincipalFilter": "User:a"}
    topic = {**any_acl, **topic, "HostFilter": "*"}
    acl = {"ResourceType": 2, "ResourceName": "t", "ResourcePatternType": 3, "Principal": "User:a", "Host": "*"}
    acl = {**acl, "Operation": 3, "PermissionType": 3}
    for version in all_versions("DescribeAcls"):
        s.ask("DescribeAcls", version, "any", **any_acl)
        s.ask("DescribeAcls", version, "topic", **topic)
        s.ask("DescribeAcls", version, "type 99", **{**any_acl, "ResourceTypeFilter": 99})
        for name in any_acl:
            s.ask("DescribeAcls", version, f"{name} 0", to=f"d {name} {version}", **{**any_acl, name: 0})
    for version in all_versions("CreateAcls"):
        s.ask("CreateAcls", version, "two", Creations=[acl, acl])
        s.ask("CreateAcls", version, "none", Creations=[])
        s.ask("CreateAcls", version, "odd principal", Creations=[{**acl, "Principal": "odd"}])
        for name in ("ResourceType", "ResourcePatternType", "Operation", "PermissionType"):
            s.ask("CreateAcls", version, f"{name} 0", to=f"c {name} {version}", Creations=[acl, {**acl, name: 0}])
    for version in all_versions("DeleteAcls"):
        s.ask("DeleteAcls", version, "two", Filters=[any_acl, topic])
        s.ask("DeleteAcls", version, "none", Filters=[])
        for name in any_acl:
            s.ask("DeleteAcls", version, f"{name} 0", to=f"e {name} {version}", Filters=[{**any_acl, name: 0}])
