"""Fetch: places, limits, waiting, sessions."""

from __future__ import annotations

import uuid
from typing import Any

from golden.script.requests import NO_SUCH_ID, create, fetch_of, new_topic, numbered, place, produce, topic_id
from golden.steps import Scenario, all_versions, batch, scenario

NO_ID = uuid.UUID(int=0)


@scenario
def fetch(s: Scenario) -> None:
    """Offsets before, in, between and after batches, and unknown partitions."""
    ident = topic_id(create(s, new_topic("fe", 2)), "fe")
    for number in range(3):
        produce(s, f"batch {number}", "fe", numbered(number + 2, timestamp=1_700_000_000_000 + number))
    for version in all_versions("Fetch"):
        for offset in (0, 1, 2, 4, 8, 9, 10, -1):
            s.ask("Fetch", version, f"at {offset}", **fetch_of("fe", ident, place(offset)))
        s.ask("Fetch", version, "empty partition", **fetch_of("fe", ident, place(0, 1)))
        s.ask("Fetch", version, "no partition", **fetch_of("fe", ident, place(0, 2), place(0, -1), place(9)))
        s.ask("Fetch", version, "no topic", **fetch_of("fe-nope", NO_SUCH_ID, place(0)))
        s.ask("Fetch", version, "nothing", MaxWaitMs=0, MinBytes=0, Topics=[])
        s.ask("Fetch", version, "committed", **fetch_of("fe", ident, place(4), IsolationLevel=1))
    for version in (12, 13, 18):
        s.ask("Fetch", version, "zero id", **fetch_of("", NO_ID, place(0)))
        for leader in (0, 1, -2):
            s.ask(
                "Fetch", version, f"leader epoch {leader}", **fetch_of("fe", ident, place(8, CurrentLeaderEpoch=leader))
            )
        for last in (0, 1, -2):
            s.ask("Fetch", version, f"last epoch {last}", **fetch_of("fe", ident, place(8, LastFetchedEpoch=last)))
        s.ask("Fetch", version, "last epoch beyond the end", **fetch_of("fe", ident, place(20, LastFetchedEpoch=0)))
        s.ask("Fetch", version, "twice", **fetch_of("fe", ident, place(8), place(5)))
    for version in (4, 11, 12):
        s.ask("Fetch", version, "replica 5", to=f"replica {version}", **fetch_of("fe", ident, place(8), ReplicaId=5))
    s.ask("Fetch", 11, "bad name", **fetch_of("bad name", ident, place(0)))
    s.ask("Fetch", 11, "empty name", **fetch_of("", ident, place(0)))
    s.ask("Fetch", 12, "isolation 2", to="isolation", **fetch_of("fe", ident, place(8), IsolationLevel=2))
    s.ask("Fetch", 12, "cluster id", to="cluster", **fetch_of("fe", ident, place(8), ClusterId="another"))


@scenario
def fetch_limits(s: Scenario) -> None:
    """Limits of bytes; the first batch is complete."""
    create(s, new_topic("limit", 2))
    for number in range(4):
        for partition in (0, 1):
            produce(s, f"{partition}-{number}", "limit", batch(bytes([97 + number]) * 200), partition=partition)
    for label, one, total in (
        ("all", 1 << 20, 1 << 20),
        ("partition 0", 0, 1 << 20),
        ("partition -1", -1, 1 << 20),
        ("partition 1", 1, 1 << 20),
        ("partition 300", 300, 1 << 20),
        ("partition 600", 600, 1 << 20),
        ("total 0", 1 << 20, 0),
        ("total -1", 1 << 20, -1),
        ("total 1", 1 << 20, 1),
        ("total 300", 1 << 20, 300),
        ("total 700", 1 << 20, 700),
        ("both 0", 0, 0),
    ):
        places = [place(1, number, PartitionMaxBytes=one) for number in (0, 1)]
        s.ask("Fetch", 12, label, **fetch_of("limit", NO_SUCH_ID, *places, MaxBytes=total))


@scenario
def fetch_waits(s: Scenario) -> None:
    """A fetch at the end waits for bytes or for its time."""
    create(s, new_topic("wait", 2))
    for version, end in ((4, 0), (12, 2)):
        last = s.send("Fetch", version, "waits", **fetch_of("wait", NO_SUCH_ID, place(end), MaxWaitMs=15_000))
        produce(s, f"wakes {version}", "wait", numbered(2), to="b")
        s.receive(last, to="a")
        s.ask("Fetch", version, "time is over", **fetch_of("wait", NO_SUCH_ID, place(0, 1), MaxWaitMs=200))
        s.ask("Fetch", version, "error", **fetch_of("wait", NO_SUCH_ID, place(0, 1), place(99), MaxWaitMs=15_000))
        s.ask("Fetch", version, "no minimum", **fetch_of("wait", NO_SUCH_ID, place(0, 1), MaxWaitMs=15_000, MinBytes=0))
        s.drop("a", str(version))
        create(s, new_topic(f"wait-{version}"), label=f"wait-{version}")
    large = s.send(
        "Fetch", 12, "wants more", **fetch_of("wait", NO_SUCH_ID, place(4), MaxWaitMs=1500, MinBytes=100_000)
    )
    produce(s, "not enough", "wait", numbered(1), to="b")
    s.receive(large, to="a")


@scenario
def fetch_sessions(s: Scenario) -> None:
    """KIP-227: partitions are named once, then only changed ones; wrong epochs and ids are errors."""
    ident = topic_id(create(s, new_topic("sess", 3)), "sess")
    produce(s, "first", "sess", numbered(1))
    for version in (7, 11, 12, 13, 16, 18):

        def more(
            label: str,
            session: object,
            epoch: int,
            *places: dict[str, object],
            forget: int = -1,
            version: int = version,
        ) -> None:
            values = fetch_of("sess", ident, *places, SessionId=session, SessionEpoch=epoch)
            if not places:
                values["Topics"] = []
            if forget >= 0:
                values["ForgottenTopicsData"] = [{"Topic": "sess", "TopicId": ident, "Partitions": [forget]}]
            s.ask("Fetch", version, label, **values)

        opened = s.ask("Fetch", version, "opens", **fetch_of("sess", ident, place(0), place(0, 1), SessionEpoch=0))
        session = opened["SessionId"]
        more("nothing new", session, 1, place(9, 0))
        more("out of range stays", session, 2)
        produce(s, f"for version {version}", "sess", numbered(1), partition=1)
        more("something new", session, 3)
        more("one more partition", session, 4, place(0, 2))
        more("forgets one", session, 5, forget=0)
        more("after it forgot", session, 6)
        more("no such partition", session, 7, place(0, 9))
        more("no such partition again", session, 8)
        more("wrong epoch", session, 7)
        more("epoch goes on", session, 9)
        more("unknown session", 123_456, 4)
        more("closes", session, -1, place(0))
        more("closed", session, 10)
    gone = fetch_of("sess-nope", NO_SUCH_ID, place(0), SessionEpoch=0)
    nothing: dict[str, Any] = {"MaxWaitMs": 0, "MinBytes": 1, "Topics": []}
    for version in (12, 13):
        opened = s.ask("Fetch", version, "opens with unknown topic", **gone)
        s.ask("Fetch", version, "unknown topic again", **nothing, SessionId=opened["SessionId"], SessionEpoch=1)
    empty = s.ask("Fetch", 12, "opens with nothing", **nothing, SessionEpoch=0)
    s.ask("Fetch", 12, "nothing in it", **nothing, SessionId=empty["SessionId"], SessionEpoch=1)
    by_name = s.ask("Fetch", 12, "opens by name", **fetch_of("sess", ident, place(0), SessionEpoch=0))
    by_id = fetch_of("sess", ident, place(0), SessionId=by_name["SessionId"], SessionEpoch=1)
    s.ask("Fetch", 13, "goes on by id", **by_id)
    s.ask("Fetch", 12, "sessionless", **fetch_of("sess", ident, place(0), SessionId=0, SessionEpoch=-1))
    s.ask("Fetch", 12, "negative epoch", **fetch_of("sess", ident, place(0), SessionId=0, SessionEpoch=-2))


@scenario
def fetch_session_of_a_recreated_topic(s: Scenario) -> None:
    """A session knows a topic by its id and by the name that it had: it is told that it is gone, then another's."""
    for version in (13, 16, 18):
        name = f"again-{version}"
        ident = topic_id(create(s, new_topic(name), label=name), name)
        produce(s, f"before {version}", name, numbered(1))
        session = s.ask("Fetch", version, "opens", **fetch_of(name, ident, place(0), SessionEpoch=0))["SessionId"]

        def more(label: str, epoch: int, *, version: int = version, session: object = session) -> None:
            nothing: dict[str, Any] = {"MaxWaitMs": 0, "MinBytes": 1, "Topics": []}
            s.ask("Fetch", version, label, **nothing, SessionId=session, SessionEpoch=epoch)

        s.ask("DeleteTopics", 6, f"deletes {version}", to="admin", Topics=[{"Name": name}], TimeoutMs=10_000)
        more("it is gone", 1)
        s.ask("Fetch", version, "no session", **fetch_of(name, ident, place(0), SessionEpoch=-1))
        create(s, new_topic(name), label=f"{name} again")
        more("it is another", 2)
        more("still another", 3)
