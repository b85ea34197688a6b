"""DescribeConfigs, AlterConfigs, IncrementalAlterConfigs, ListConfigResources, DescribeLogDirs."""

from __future__ import annotations

from typing import Any, Optional

from golden.script.requests import create, new_topic, numbered, produce
from golden.steps import Scenario, all_versions, scenario

TOPIC, BROKER, LOGGER, CLIENT_METRICS, GROUP = 2, 4, 8, 16, 32
SET, DELETE, APPEND, SUBTRACT = 0, 1, 2, 3


def _wanted(kind: int, name: str, *keys: str) -> dict[str, Any]:
    return {"ResourceType": kind, "ResourceName": name, "ConfigurationKeys": list(keys) or None}


@scenario
def describe_configs(s: Scenario) -> None:
    """Topics and brokers: all keys of a topic, some of a broker, unknown resources."""
    create(s, new_topic("dc", configs=[("retention.ms", "5000"), ("cleanup.policy", "compact,delete")]))
    some = ("retention.ms", "cleanup.policy", "no.such", "retention.ms")
    for version in all_versions("DescribeConfigs"):
        for synonyms in (False, True):
            label = "some, with synonyms" if synonyms else "some"
            s.ask("DescribeConfigs", version, label, Resources=[_wanted(TOPIC, "dc", *some)], IncludeSynonyms=synonyms)
        s.ask(
            "DescribeConfigs", version, "not there", Resources=[_wanted(TOPIC, n) for n in ("dc-nope", "", "bad name")]
        )
        s.ask("DescribeConfigs", version, "none", Resources=[])
    s.ask("DescribeConfigs", 4, "all of a topic", Resources=[_wanted(TOPIC, "dc")], IncludeSynonyms=True)
    documented = [_wanted(TOPIC, "dc", "retention.ms")]
    s.ask("DescribeConfigs", 4, "documented", Resources=documented, IncludeDocumentation=True)
    empty = {"ResourceType": TOPIC, "ResourceName": "dc", "ConfigurationKeys": []}
    s.ask("DescribeConfigs", 4, "empty list of keys", Resources=[empty])
    twice = [_wanted(TOPIC, "dc", "retention.ms"), _wanted(TOPIC, "dc", "retention.bytes")]
    s.ask("DescribeConfigs", 4, "twice", Resources=twice)
    keys = (
        "num.partitions",
        "log.retention.ms",
        "log.retention.hours",
        "auto.create.topics.enable",
        "message.max.bytes",
    )
    for version in (1, 4):
        for name in ("1", "", "2", "x"):
            resources = [_wanted(BROKER, name, *keys)]
            s.ask("DescribeConfigs", version, f"broker {name!r}", Resources=resources, IncludeSynonyms=True)
    s.ask("DescribeConfigs", 4, "group", Resources=[_wanted(GROUP, "dc-group", "consumer.session.timeout.ms")])
    s.ask("DescribeConfigs", 4, "client metrics", Resources=[_wanted(CLIENT_METRICS, "dc-metrics")])
    for kind in (0, 1, 3, 9, 64, -1):
        s.ask("DescribeConfigs", 4, f"type {kind}", to=f"type {kind}", Resources=[_wanted(kind, "x")])


def _see(s: Scenario, label: str, topic: str, *keys: str) -> None:
    s.ask("DescribeConfigs", 4, label, Resources=[_wanted(TOPIC, topic, *keys)], IncludeSynonyms=True)


@scenario
def alter_configs(s: Scenario) -> None:
    """AlterConfigs: configs that are not named return to their defaults."""
    create(s, new_topic("ac", configs=[("retention.ms", "5000")]))

    def alter(
        label: str, *rows: tuple[int, str, list[tuple[str, Optional[str]]]], version: int = 2, **more: Any
    ) -> None:
        resources = [
            {"ResourceType": kind, "ResourceName": name, "Configs": [{"Name": k, "Value": v} for k, v in pairs]}
            for kind, name, pairs in rows
        ]
        s.ask("AlterConfigs", version, label, Resources=resources, **more)

    for version in all_versions("AlterConfigs"):
        alter("good", (TOPIC, "ac", [("segment.bytes", str(2_000_000 + version))]), version=version)
        _see(s, f"after version {version}", "ac", "retention.ms", "segment.bytes")
        alter("validated", (TOPIC, "ac", [("retention.ms", "1")]), version=version, ValidateOnly=True)
        bad: list[tuple[int, str, list[tuple[str, Optional[str]]]]] = [
            (TOPIC, "ac", [("no.such", "1")]),
            (TOPIC, "ac-nope", [("retention.ms", "1")]),
            (TOPIC, "", [("retention.ms", "1")]),
        ]
        alter("bad", *bad, version=version)
        alter("none", version=version)
    alter("null", (TOPIC, "ac", [("retention.ms", None)]))
    alter("twice", (TOPIC, "ac", [("retention.ms", "1")]), (TOPIC, "ac", [("retention.ms", "2")]))
    alter("key twice", (TOPIC, "ac", [("retention.ms", "1"), ("retention.ms", "2")]))
    alter("no configs", (TOPIC, "ac", []))
    _see(s, "after no configs", "ac", "retention.ms", "segment.bytes")
    for kind, name in ((BROKER, "2"), (BROKER, "x"), (GROUP, "ac-group"), (0, "x"), (99, "x"), (-1, "x")):
        alter(f"type {kind} {name}", (kind, name, [("no.such", "1")]))


@scenario
def incremental_alter_configs(s: Scenario) -> None:
    """Set, delete, append, subtract."""
    create(s, new_topic("ic", configs=[("retention.ms", "5000")]))

    def alter(label: str, *edits: tuple[str, int, Optional[str]], version: int = 1, **more: Any) -> None:
        kind, name = more.pop("kind", TOPIC), more.pop("name", "ic")
        configs = [{"Name": key, "ConfigOperation": op, "Value": value} for key, op, value in edits]
        resource = {"ResourceType": kind, "ResourceName": name, "Configs": configs}
        s.ask("IncrementalAlterConfigs", version, label, Resources=[resource], **more)

    for version in all_versions("IncrementalAlterConfigs"):
        alter("set", ("retention.ms", SET, str(6000 + version)), ("segment.bytes", SET, "3000000"), version=version)
        _see(s, f"set {version}", "ic", "retention.ms", "segment.bytes")
        alter("delete", ("retention.ms", DELETE, None), ("segment.bytes", DELETE, "x"), version=version)
        _see(s, f"delete {version}", "ic", "retention.ms", "segment.bytes")
        alter("append", ("cleanup.policy", APPEND, "compact"), version=version)
        _see(s, f"append {version}", "ic", "cleanup.policy")
        alter("subtract", ("cleanup.policy", SUBTRACT, "delete"), version=version)
        _see(s, f"subtract {version}", "ic", "cleanup.policy")
        alter("validated", ("retention.ms", SET, "1"), version=version, ValidateOnly=True)
        alter("not there", ("retention.ms", SET, "1"), version=version, name="ic-nope")
    for label, edits in (
        ("append to a number", [("retention.ms", APPEND, "1")]),
        ("subtract from a number", [("retention.ms", SUBTRACT, "1")]),
        ("append again", [("cleanup.policy", APPEND, "compact")]),
        ("append a bad one", [("cleanup.policy", APPEND, "foo")]),
        ("subtract all", [("cleanup.policy", SUBTRACT, "compact")]),
        ("subtract what is not there", [("cleanup.policy", SUBTRACT, "foo")]),
        ("operation 4", [("retention.ms", 4, "1")]),
        ("operation -1", [("retention.ms", -1, "1")]),
        ("set null", [("retention.ms", SET, None)]),
        ("append null", [("cleanup.policy", APPEND, None)]),
        ("unknown key", [("no.such", SET, "1")]),
        ("delete unknown key", [("no.such", DELETE, None)]),
        ("empty key", [("", SET, "1")]),
        ("key twice", [("retention.ms", SET, "1"), ("retention.ms", SET, "2")]),
        ("set and delete", [("retention.ms", SET, "1"), ("retention.ms", DELETE, None)]),
        ("bad value", [("retention.ms", SET, "abc")]),
        ("bad beside good", [("retention.ms", SET, "abc"), ("segment.bytes", SET, "4000000")]),
        ("nothing", []),
    ):
        alter(label, *edits)
    _see(s, "in the end", "ic", "retention.ms", "segment.bytes", "cleanup.policy")
    for kind, name in ((BROKER, "2"), (BROKER, "x"), (GROUP, ""), (0, "x"), (99, "x"), (-1, "x"), (TOPIC, "")):
        alter(f"type {kind} {name!r}", ("no.such", SET, "1"), kind=kind, name=name)
    double = [{"ResourceType": TOPIC, "ResourceName": "ic", "Configs": []}] * 2
    s.ask("IncrementalAlterConfigs", 1, "resource twice", Resources=double)
    s.ask("IncrementalAlterConfigs", 1, "none", Resources=[])


@scenario
def broker_configs(s: Scenario) -> None:
    """Dynamic broker configs, and how lists show them."""

    def alter(label: str, name: str, key: str, operation: int, value: Optional[str], kind: int = BROKER) -> None:
        edits = [{"Name": key, "ConfigOperation": operation, "Value": value}]
        resources = [{"ResourceType": kind, "ResourceName": name, "Configs": edits}]
        s.ask("IncrementalAlterConfigs", 1, label, Resources=resources)

    def see(label: str, name: str, *keys: str) -> None:
        s.ask("DescribeConfigs", 4, label, Resources=[_wanted(BROKER, name, *keys)], IncludeSynonyms=True)

    for version in all_versions("ListConfigResources"):
        s.ask("ListConfigResources", version, "before", ResourceTypes=[TOPIC, BROKER] if version else [])
    alter("cluster default", "", "log.retention.ms", SET, "123456789")
    alter("of the broker", "1", "message.max.bytes", SET, "2000000")
    alter("read only", "1", "num.network.threads.x", SET, "1")
    alter("bad value", "1", "message.max.bytes", SET, "x")
    see("both", "1", "log.retention.ms", "message.max.bytes")
    see("default", "", "log.retention.ms", "message.max.bytes")
    for version in all_versions("ListConfigResources"):
        for kinds in ([], [TOPIC], [BROKER], [CLIENT_METRICS], [GROUP], [LOGGER], [BROKER, BROKER], [77]):
            if version or not kinds:
                s.ask("ListConfigResources", version, f"types {kinds}", ResourceTypes=kinds)
    alter("cluster default gone", "", "log.retention.ms", DELETE, None)
    alter("of the broker gone", "1", "message.max.bytes", DELETE, None)
    see("gone", "1", "log.retention.ms", "message.max.bytes")
    alter("group", "bc-group", "consumer.session.timeout.ms", SET, "50000", kind=GROUP)
    alter("group, bad", "bc-group", "consumer.session.timeout.ms", SET, "1", kind=GROUP)
    alter("metrics", "bc-metrics", "interval.ms", SET, "1000", kind=CLIENT_METRICS)
    alter("metrics, bad", "bc-metrics", "interval.ms", SET, "1", kind=CLIENT_METRICS)
    alter("metrics gone", "bc-metrics", "interval.ms", DELETE, None, kind=CLIENT_METRICS)


@scenario
def log_dirs(s: Scenario) -> None:
    """Sizes of partitions, and moving them, which has no other folder to go to."""
    create(s, new_topic("ld", 2))
    produce(s, "some", "ld", numbered(5))
    for version in all_versions("DescribeLogDirs"):
        s.ask("DescribeLogDirs", version, "one topic", Topics=[{"Topic": "ld", "Partitions": [0, 1, 7]}])
        s.ask("DescribeLogDirs", version, "no such", Topics=[{"Topic": "ld-nope", "Partitions": [0]}])
        s.ask("DescribeLogDirs", version, "no partitions", Topics=[{"Topic": "ld", "Partitions": []}])
        s.ask("DescribeLogDirs", version, "none", Topics=[])
    for version in all_versions("AlterReplicaLogDirs"):
        for path in ("/nowhere", "relative", ""):
            parts = [{"Name": "ld", "Partitions": [0, 7]}, {"Name": "ld-nope", "Partitions": [0]}]
            s.ask("AlterReplicaLogDirs", version, f"to {path!r}", Dirs=[{"Path": path, "Topics": parts}])
        s.ask("AlterReplicaLogDirs", version, "none", Dirs=[])
