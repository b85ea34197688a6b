"""Committed offsets: commit, fetch, delete."""

from __future__ import annotations

from typing import Any, Optional

from golden.script.groups import Group
from golden.script.requests import NO_SUCH_ID, create, new_topic, topic_id
from golden.steps import From, Scenario, all_versions, scenario

GROUP = "co"
Topics = list[tuple[str, list[tuple[int, int]]]]


class Commits:
    """Requests about one group's offsets, with the ids of its topics."""

    def __init__(self, s: Scenario, group: str, ids: dict[str, Any]) -> None:
        self.s, self.group, self.ids = s, group, ids

    def commit(self, label: str, topics: Topics, *, version: int = 9, **more: Any) -> None:
        metadata, epoch = more.pop("metadata", "m"), more.pop("epoch", 3)
        group = more.pop("group", self.group)
        rows = [
            {
                "Name": name,
                "TopicId": self.ids.get(name, NO_SUCH_ID),
                "Partitions": [
                    {
                        "PartitionIndex": index,
                        "CommittedOffset": offset,
                        "CommittedLeaderEpoch": epoch,
                        "CommittedMetadata": metadata,
                    }
                    for index, offset in parts
                ],
            }
            for name, parts in topics
        ]
        self.s.ask("OffsetCommit", version, label, GroupId=group, Topics=rows, **more)

    def fetch(
        self, label: str, topics: Optional[list[tuple[str, list[int]]]], *groups: str, version: int = 9, **more: Any
    ) -> From:
        rows = None
        if topics is not None:
            rows = [
                {"Name": name, "TopicId": self.ids.get(name, NO_SUCH_ID), "PartitionIndexes": parts}
                for name, parts in topics
            ]
        if version < 8:
            old = None if rows is None else [{k: v for k, v in row.items() if k != "TopicId"} for row in rows]
            return self.s.ask("OffsetFetch", version, label, GroupId=self.group, Topics=old, **more)
        wanted = [{"GroupId": group, "Topics": rows} for group in groups or (self.group,)]
        return self.s.ask("OffsetFetch", version, label, Groups=wanted, **more)

    def delete(self, label: str, topics: list[tuple[str, list[int]]], group: Optional[str] = None) -> None:
        rows = [{"Name": name, "Partitions": [{"PartitionIndex": i} for i in parts]} for name, parts in topics]
        self.s.ask("OffsetDelete", 0, label, GroupId=self.group if group is None else group, Topics=rows)


@scenario
def commits(s: Scenario) -> None:
    """By a client outside of groups."""
    made = create(s, new_topic("co-1", 2), new_topic("co-2", 2))
    c = Commits(s, GROUP, {name: topic_id(made, name) for name in ("co-1", "co-2")})
    c.fetch("before", None)
    for version in all_versions("OffsetCommit"):
        rows: Topics = [
            ("co-1", [(0, 10 + version), (1, 20), (5, 1), (-1, 1)]),
            ("co-nope", [(0, 1)]),
            ("co-2", [(1, 3)]),
        ]
        c.commit("several", rows, version=version)
        c.commit("unknown generation", [("co-1", [(0, 5)])], version=version, GenerationIdOrMemberEpoch=4, MemberId="x")
        c.commit("nothing", [], version=version)
    for version in all_versions("OffsetFetch"):
        c.fetch("named", [("co-1", [0, 1, 2]), ("co-nope", [0]), ("co-2", [0, 1])], version=version)
        if version > 1:
            c.fetch("all", None, version=version)
        c.fetch("no topics", [], version=version)
        if version > 6:
            c.fetch("stable", None, version=version, RequireStable=True)
        if version > 7:
            c.fetch("three groups", None, GROUP, "co-none", GROUP, version=version)
            s.ask("OffsetFetch", version, "no groups", Groups=[])
    c.fetch("topic twice", [("co-1", [0]), ("co-1", [1, 0, 0])])
    for label, metadata in (
        ("null", None),
        ("empty", ""),
        ("4096", "x" * 4096),
        ("4097", "x" * 4097),
        ("wide", "ü" * 4096),
    ):
        c.commit(f"metadata {label}", [("co-2", [(0, 5)])], metadata=metadata)
        if label != "wide" and label != "4096":
            c.fetch(f"metadata {label}", [("co-2", [0])])
    for offset, epoch in ((-1, -1), (-5, -7), (1 << 62, 0x7FFF_FFFF)):
        c.commit(f"offset {offset}", [("co-2", [(0, offset)])], epoch=epoch)
        c.fetch(f"offset {offset}", [("co-2", [0])])
    c.commit("as a member", [("co-1", [(0, 5)])], MemberId="someone")
    c.commit("as an instance", [("co-1", [(0, 5)])], GroupInstanceId="i")
    c.commit("generation 0", [("co-1", [(0, 5)])], GenerationIdOrMemberEpoch=0)
    c.commit("empty group", [("co-1", [(0, 5)])], group="")
    c.fetch("empty group", None, "")
    c.commit("only unknown", [("co-nope", [(0, 5)])], group="co-new-1")
    c.commit("nothing in it", [], group="co-new-2")
    c.commit("only too large", [("co-1", [(0, 5)])], group="co-new-3", metadata="x" * 5000)
    c.commit("retention", [("co-1", [(0, 5)])], group="co-new-4", version=4, RetentionTimeMs=1000)
    odd: list[tuple[str, Topics]] = [
        ("no partitions", [("co-1", [])]),
        ("unknown without partitions", [("co-nope", [])]),
        ("topic twice", [("co-1", [(0, 1)]), ("co-1", [(1, 1), (1, 2)])]),
    ]
    for label, rows in odd:
        c.commit(label, rows, group="co-new-5")
    c.delete("some", [("co-nope", []), ("co-1", []), ("co-1", [0]), ("co-1", [0, 1])], "co-new-5")
    s.ask("DescribeGroups", 6, "made", Groups=[GROUP, "", *(f"co-new-{number}" for number in range(1, 6))])
    c.delete("unknown group", [("co-1", [0])], "co-none")
    c.delete("empty name", [("co-1", [0])], "")
    c.delete("nothing", [])
    c.delete("odd", [("co-1", [1, 1, 7]), ("co-nope", [0]), ("co-2", [0, 1])])
    c.fetch("what is left", None)
    for version in all_versions("DeleteGroups"):
        s.ask("DeleteGroups", version, "group", GroupsNames=[GROUP, "", "co-new-1"])
    c.fetch("deleted", None)


@scenario
def member_commits(s: Scenario) -> None:
    """Members commit with their generation; offsets of a subscribed topic cannot be deleted."""
    made = create(s, new_topic("t1", 2), new_topic("t2", 2))
    ids = {name: topic_id(made, name) for name in ("t1", "t2")}
    c, group = Commits(s, "mc", ids), Group(s, "mc")
    c.commit("before", [("t1", [(0, 5)]), ("t2", [(0, 6)])])
    joined = group.alone()
    me: dict[str, Any] = {"MemberId": joined["MemberId"], "GenerationIdOrMemberEpoch": joined["GenerationId"]}
    for version in all_versions("OffsetCommit"):
        c.commit("right", [("t1", [(0, version)])], version=version, **me)
        c.commit("generation", [("t1", [(0, 9)])], version=version, **{**me, "GenerationIdOrMemberEpoch": 9})
        c.commit("other member", [("t1", [(0, 9)])], version=version, **{**me, "MemberId": "other"})
        c.commit("nobody", [("t1", [(0, 9)])], version=version)
    c.commit("instance", [("t1", [(0, 5)])], GroupInstanceId="i", **me)
    c.fetch("by name", [("t1", [0])])
    for member, epoch in ((joined["MemberId"], 1), (joined["MemberId"], 9), ("other", 1)):
        word = f"member {'other' if member == 'other' else 'right'}, epoch {epoch}"
        wanted = {"GroupId": "mc", "MemberId": member, "MemberEpoch": epoch, "Topics": None}
        s.ask("OffsetFetch", 9, word, Groups=[wanted])
    c.delete("subscribed and not", [("t1", [0]), ("t2", [0])])
    waiting = group.new_member("second", to="b")
    joining = group.joining("second joins", waiting, to="b")
    c.commit("while it rebalances", [("t1", [(0, 77)])], **me)
    group.join("first again", joined["MemberId"])
    s.receive(joining, to="b")
    c.commit("before the sync", [("t1", [(0, 78)])], **{**me, "GenerationIdOrMemberEpoch": 2})
    c.fetch("in the end", None)
