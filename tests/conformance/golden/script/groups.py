"""Groups of the classic protocol: joining, syncing, leaving, describing, listing."""

from __future__ import annotations

from typing import Any, Optional

from golden.steps import From, Scenario, all_versions, scenario

#: A subscription to `t1`, as consumers write it.
SUBSCRIBED = b"\x00\x00\x00\x00\x00\x01\x00\x02t1\xff\xff\xff\xff"
#: The same with user data.
OTHERWISE = b"\x00\x00\x00\x00\x00\x01\x00\x02t1\x00\x00\x00\x01x"


class Group:
    """Requests of one group's members; connections are named after the members."""

    def __init__(self, s: Scenario, name: str) -> None:
        self.s, self.name = s, name

    def join_values(self, member: Any = "", **more: Any) -> dict[str, Any]:
        protocols = more.pop("protocols", (("range", SUBSCRIBED),))
        return {
            "GroupId": self.name,
            "SessionTimeoutMs": 60_000,
            "RebalanceTimeoutMs": 60_000,
            "MemberId": member,
            "ProtocolType": "consumer",
            "Protocols": [{"Name": name, "Metadata": metadata} for name, metadata in protocols],
            **more,
        }

    def join(self, label: str, member: Any = "", *, to: str = "a", version: int = 9, **more: Any) -> From:
        return self.s.ask("JoinGroup", version, label, to=to, **self.join_values(member, **more))

    def joining(self, label: str, member: Any = "", *, to: str, version: int = 9, **more: Any) -> From:
        return self.s.send("JoinGroup", version, label, to=to, **self.join_values(member, **more))

    def new_member(self, label: str, *, to: str = "a", **more: Any) -> From:
        """KIP-394: the first answer gives the member's id."""
        return self.join(f"{label}: id", to=to, **more)["MemberId"]

    def sync_values(self, joined: Any, *shares: tuple[Any, bytes], **more: Any) -> dict[str, Any]:
        return {
            "GroupId": self.name,
            "GenerationId": joined["GenerationId"],
            "MemberId": joined["MemberId"],
            "ProtocolType": "consumer",
            "ProtocolName": "range",
            "Assignments": [{"MemberId": member, "Assignment": share} for member, share in shares],
            **more,
        }

    def sync(self, label: str, joined: Any, *shares: Any, to: str = "a", version: int = 5, **more: Any) -> From:
        return self.s.ask("SyncGroup", version, label, to=to, **self.sync_values(joined, *shares, **more))

    def syncing(self, label: str, joined: Any, *, to: str, **more: Any) -> From:
        return self.s.send("SyncGroup", 5, label, to=to, **self.sync_values(joined, **more))

    def heartbeat(
        self, label: str, member: Any, generation: Any, *, to: str = "a", version: int = 4, **more: Any
    ) -> None:
        values = {"GroupId": self.name, "MemberId": member, "GenerationId": generation, **more}
        self.s.ask("Heartbeat", version, label, to=to, **values)

    def leave(self, label: str, *members: tuple[Any, Optional[str]], to: str = "admin", version: int = 5) -> None:
        values: dict[str, Any] = {"GroupId": self.name}
        if version < 3:
            values["MemberId"] = members[0][0]
        else:
            values["Members"] = [{"MemberId": member, "GroupInstanceId": instance} for member, instance in members]
        self.s.ask("LeaveGroup", version, label, to=to, **values)

    def describe(self, label: str, *, version: int = 6, authorized: bool = False) -> None:
        self.s.ask(
            "DescribeGroups",
            version,
            label,
            to="admin",
            Groups=[self.name],
            IncludeAuthorizedOperations=authorized,
        )

    def alone(self, label: str = "alone", *, to: str = "a", **more: Any) -> From:
        """One member, which has its share."""
        member = self.new_member(label, to=to, **more)
        joined = self.join(f"{label}: joins", member, to=to, **more)
        self.sync(f"{label}: syncs", joined, (member, b"share"), to=to)
        return joined


@scenario
def coordinators(s: Scenario) -> None:
    """FindCoordinator: every type of key, and malformed keys."""
    for version in all_versions("FindCoordinator"):
        for kind in (0, 1, 3, -1) if version else (0,):
            values: dict[str, Any] = {"Key": "k", "CoordinatorKeys": ["a", "", "a"] if version > 3 else []}
            s.ask("FindCoordinator", version, f"type {kind}", KeyType=kind, **values)
    s.ask("FindCoordinator", 3, "empty key", Key="")
    s.ask("FindCoordinator", 6, "no keys", CoordinatorKeys=[])


@scenario
def unknown_groups(s: Scenario) -> None:
    """They have no members, and a request does not create them."""
    for name in ("ug-nope", ""):
        group = Group(s, name)
        word = name or "empty"
        joined = {"GenerationId": 1, "MemberId": "m"}
        for version in all_versions("Heartbeat"):
            group.heartbeat(word, "m", 1, version=version)
        for version in all_versions("LeaveGroup"):
            group.leave(word, ("m", None), version=version)
        for version in all_versions("SyncGroup"):
            group.sync(word, joined, version=version)
        for version in all_versions("JoinGroup"):
            group.join(f"{word}, unknown member", "m", version=version)
        for version in all_versions("DescribeGroups"):
            group.describe(word, version=version, authorized=version > 3)
        for version in all_versions("DeleteGroups"):
            s.ask("DeleteGroups", version, word, GroupsNames=[name, name])
    group = Group(s, "ug-nope")
    for timeout in (-1, 99, 1_800_001):
        group.join(f"session of {timeout}", SessionTimeoutMs=timeout)
    group.join("no protocols", Protocols=[])
    group.join("no protocol type", ProtocolType="")
    group.leave("nobody")
    s.ask("DescribeGroups", 6, "no groups", Groups=[])
    s.ask("DescribeGroups", 6, "twice", Groups=["ug-nope", "ug-nope"])
    s.ask("DeleteGroups", 2, "no groups", GroupsNames=[])
    for version in all_versions("ListGroups"):
        s.ask("ListGroups", version, "nothing was made")


@scenario
def lone_member(s: Scenario) -> None:
    """A member joins, syncs, and sends invalid requests."""
    group = Group(s, "lm")
    joined = group.alone()
    member = joined["MemberId"]
    for version in all_versions("DescribeGroups"):
        group.describe("stable", version=version, authorized=True)
    for version in all_versions("ListGroups"):
        s.ask("ListGroups", version, "one")
    for states, kinds in (
        (["STABLE"], []),
        (["stable", "Empty"], []),
        (["Dead"], []),
        (["nonsense"], []),
        ([], ["Classic"]),
        ([], ["classic", "consumer"]),
        ([], ["nonsense"]),
        ([" Stable "], []),
        (["Stable"], ["share"]),
    ):
        s.ask("ListGroups", 5, f"{states} {kinds}", StatesFilter=states, TypesFilter=kinds)
    for version in all_versions("Heartbeat"):
        group.heartbeat("right", member, 1, version=version)
        group.heartbeat("older generation", member, 0, version=version)
        group.heartbeat("other member", "other", 1, version=version)
    group.heartbeat("unknown instance", member, 1, GroupInstanceId="i")
    group.heartbeat("nobody", "", -1)
    for version in all_versions("SyncGroup"):
        group.sync("again", joined, version=version)
    group.sync("other protocol", joined, ProtocolName="x")
    group.sync("other type", joined, ProtocolType="x")
    group.sync("null names", joined, ProtocolType=None, ProtocolName=None)
    group.sync("other generation", joined, GenerationId=7)
    group.join("other type", to="b", ProtocolType="connect")
    group.join("other protocol", to="b", protocols=(("x", b""),))
    group.join("same again", member)
    group.join("with an instance", member, GroupInstanceId="i")
    group.join("unknown", "unknown")
    joined = group.join("other metadata", member, protocols=(("range", OTHERWISE),))
    group.heartbeat("while it rebalances", member, joined["GenerationId"])
    group.describe("rebalances")
    s.ask("DeleteGroups", 2, "not empty", GroupsNames=["lm"])
    group.leave("odd", (member, None), (member, None), ("", None), ("", "x"), ("y", "x"))
    group.describe("empty")
    group.heartbeat("left", member, 2)
    group.join("left", member)
    group.sync("left", joined)
    other = group.new_member("connect", ProtocolType="connect", protocols=(("c", b"z"),))
    group.leave("before it joins", (other, None))
    group.leave("again", (other, None), version=2)
    s.ask("DeleteGroups", 2, "empty", GroupsNames=["lm", "lm-nope", "lm"])
    group.describe("deleted")


@scenario
def join_versions(s: Scenario) -> None:
    """Each version joins, syncs and leaves in its own way."""
    for version in all_versions("JoinGroup"):
        group = Group(s, f"jv-{version}")
        member: Any = ""
        if version >= 4:
            member = group.new_member(str(version), version=version)
        joined = group.join("joins", member, version=version)
        group.sync(f"{version} syncs", joined, (joined["MemberId"], b"share"), version=min(version, 5))
        group.leave(f"{version} leaves", (joined["MemberId"], None), version=min(version, 5))
        group.describe(f"{version} left")


@scenario
def two_members(s: Scenario) -> None:
    """The second member waits for the first; the leader assigns; one leaves."""
    group = Group(s, "tm")
    first = group.alone()["MemberId"]
    second = group.new_member("second", to="b")
    waiting = group.joining("second joins", second, to="b")
    group.describe("prepares")
    group.heartbeat("is told", first, 1)
    a = group.join("first joins again", first)
    b = s.receive(waiting, to="b")
    syncing = group.syncing("second syncs", b, to="b")
    group.heartbeat("completes", first, 2)
    group.sync("first syncs", a, (first, b"one"), (second, b"two"))
    s.receive(syncing, to="b")
    group.describe("stable")
    group.join("follower again", second, to="b")
    waiting = group.joining("follower with other metadata", second, to="b", protocols=(("range", OTHERWISE),))
    group.leave("leader leaves", (first, None))
    b = s.receive(waiting, to="b")
    group.sync("second leads", b, (second, b"all"), to="b")
    group.leave("all", (second, None), (first, None))
    group.describe("empty")


@scenario
def votes(s: Scenario) -> None:
    """The protocol with the most votes of those that all members support."""
    group = Group(s, "vo")

    def likes(*names: str) -> dict[str, Any]:
        return {"protocols": tuple((name, name.encode()) for name in names)}

    first = group.new_member("a", **likes("a", "b"))
    group.join("a alone", first, **likes("a", "b"))
    second = group.new_member("b", to="b", **likes("b", "a"))
    third = group.new_member("c", to="c", **likes("c", "b"))
    waiting = [group.joining("b", second, to="b", **likes("b", "a"))]
    waiting.append(group.joining("c", third, to="c", **likes("c", "b")))
    group.join("d knows none", to="d", **likes("z"))
    group.join("a joins again", first, **likes("a", "b"))
    s.receive(waiting[0], to="b")
    s.receive(waiting[1], to="c")
    other = Group(s, "vo-twice")
    member = other.new_member("twice", to="e", **likes("r", "r"))
    other.join("same protocol twice", member, to="e", protocols=(("r", b"1"), ("r", b"2")))


@scenario
def static_members(s: Scenario) -> None:
    """KIP-345: a returning static member takes its place; the earlier one is fenced."""
    group = Group(s, "sm")
    a = group.join("i1 joins", GroupInstanceId="i1")
    group.sync("i1 syncs", a, (a["MemberId"], b"1"), GroupInstanceId="i1")
    waiting = group.joining("i2 joins", to="b", GroupInstanceId="i2")
    a = group.join("i1 joins again", a["MemberId"], GroupInstanceId="i1")
    b = s.receive(waiting, to="b")
    syncing = group.syncing("i2 syncs", b, to="b", GroupInstanceId="i2")
    shares = ((a["MemberId"], b"1"), (b["MemberId"], b"2"))
    group.sync("i1 shares", a, *shares, GroupInstanceId="i1")
    s.receive(syncing, to="b")
    group.describe("stable")
    for version in (5, 8, 9):
        c = group.join("i2 comes back", to="c", version=version, GroupInstanceId="i2")
        group.sync(f"i2 came back {version}", c, to="c", GroupInstanceId="i2")
        a = group.join("i1 comes back", to="c", version=version, GroupInstanceId="i1")
        group.sync(f"i1 came back {version}", a, to="c", GroupInstanceId="i1")
    old = b["MemberId"]
    group.heartbeat("fenced", old, 2, to="b", GroupInstanceId="i2")
    group.heartbeat("fenced, no instance", old, 2, to="b")
    group.leave("fenced", (old, "i2"))
    group.sync("fenced", b, to="b", GroupInstanceId="i2")
    for version in (6, 9):
        group.join("fenced", old, to="b", version=version, GroupInstanceId="i2")
    group.leave("by instance", ("", "i2"), ("", "i9"), ("x", "i1"))
    group.describe("one is left")


@scenario
def expiry(s: Scenario) -> None:
    """A silent member is removed after its session timeout; a rebalance ends without members that do not rejoin."""
    group = Group(s, "ex")
    member = group.new_member("short", SessionTimeoutMs=1500)
    joined = group.join("short joins", member, SessionTimeoutMs=1500)
    group.sync("short syncs", joined, (member, b"1"))
    s.pause(2.5, "past the session")
    group.describe("expired")
    group.heartbeat("expired", member, 1)
    other = Group(s, "ex-rebalance")
    first = other.new_member("first", RebalanceTimeoutMs=1000)
    joined = other.join("first joins", first, RebalanceTimeoutMs=1000)
    other.sync("first syncs", joined, (first, b"1"))
    second = other.new_member("second", to="b", RebalanceTimeoutMs=1000)
    waiting = other.joining("second joins", second, to="b", RebalanceTimeoutMs=1000)
    s.receive(waiting, to="b")
    other.heartbeat("did not come", first, 1)
    other.describe("without the first")
