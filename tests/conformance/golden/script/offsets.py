"""ListOffsets, OffsetForLeaderEpoch and DeleteRecords."""

from __future__ import annotations

from golden.script.requests import NO_SUCH_ID, create, fetch_of, new_topic, numbered, offsets_of, place, produce
from golden.steps import Scenario, all_versions, scenario

BEGIN = 1_700_000_000_000


def _records(s: Scenario, topic: str) -> None:
    for number, time in enumerate((100, 200, 300, 50)):
        produce(s, f"batch {number}", topic, numbered(2, timestamp=BEGIN + time))


@scenario
def list_offsets(s: Scenario) -> None:
    """By time and by the special timestamps, from -1 (latest) to -6 (unknown)."""
    create(s, new_topic("lo", 2))
    _records(s, "lo")
    times = [-1, -2, -3, -4, -5, -6, -7, 0, BEGIN + 100, BEGIN + 101, BEGIN + 300, BEGIN + 301]
    for version in all_versions("ListOffsets"):
        for time in times:
            label = f"time {time - BEGIN if time > 0 else time}"
            s.ask("ListOffsets", version, label, **offsets_of("lo", (0, time), (1, time)))
        s.ask("ListOffsets", version, "no partition", **offsets_of("lo", (2, -1), (-1, -1)))
        s.ask("ListOffsets", version, "no topic", **offsets_of("lo-nope", (0, -1)))
        s.ask("ListOffsets", version, "twice", **offsets_of("lo", (0, -1), (0, -2), (1, -1)))
        s.ask("ListOffsets", version, "nothing", ReplicaId=-1, Topics=[])
        s.ask("ListOffsets", version, "committed", **offsets_of("lo", (0, -1), (0, BEGIN), IsolationLevel=1))
    for version in (4, 11):
        for leader in (0, 1, -2):
            parts = [{"PartitionIndex": 0, "Timestamp": time, "CurrentLeaderEpoch": leader} for time in (-1,)]
            topics = [{"Name": "lo", "Partitions": parts}]
            s.ask("ListOffsets", version, f"leader epoch {leader}", ReplicaId=-1, Topics=topics)
        for replica in (-2, 1, 7):
            s.ask("ListOffsets", version, f"replica {replica}", **{**offsets_of("lo", (0, -1)), "ReplicaId": replica})
        s.ask(
            "ListOffsets",
            version,
            "isolation 2",
            to=f"isolation {version}",
            **offsets_of("lo", (0, -1), IsolationLevel=2),
        )
        odd = [
            {"Name": name, "Partitions": [{"PartitionIndex": 0, "Timestamp": -1}]} for name in ("", "bad name", "lo")
        ]
        s.ask("ListOffsets", version, "odd names", ReplicaId=-1, Topics=odd)
        s.ask("ListOffsets", version, "topic twice", ReplicaId=-1, Topics=[odd[2], odd[2]])


@scenario
def leader_epochs(s: Scenario) -> None:
    """The end offsets of epochs; there was only one leader."""
    create(s, new_topic("le", 2))
    _records(s, "le")

    def wanted(topic: str, *parts: tuple[int, int, int]) -> dict[str, object]:
        rows = [{"Partition": index, "CurrentLeaderEpoch": now, "LeaderEpoch": epoch} for index, now, epoch in parts]
        return {"Topic": topic, "Partitions": rows}

    for version in all_versions("OffsetForLeaderEpoch"):
        for epoch in (-1, 0, 1, -2, 5):
            s.ask(
                "OffsetForLeaderEpoch", version, f"epoch {epoch}", Topics=[wanted("le", (0, -1, epoch), (1, -1, epoch))]
            )
        for now in (0, 1, -2):
            s.ask("OffsetForLeaderEpoch", version, f"current {now}", Topics=[wanted("le", (0, now, 0))])
        s.ask(
            "OffsetForLeaderEpoch",
            version,
            "not there",
            Topics=[wanted("le", (2, -1, 0)), wanted("le-nope", (0, -1, 0))],
        )
        s.ask("OffsetForLeaderEpoch", version, "nothing", Topics=[])
        s.ask("OffsetForLeaderEpoch", version, "twice", Topics=[wanted("le", (0, -1, 0), (0, -1, 1))])
        s.ask("OffsetForLeaderEpoch", version, "replica", ReplicaId=-1, Topics=[wanted("le", (0, -1, 0))])


@scenario
def delete_records(s: Scenario) -> None:
    """DeleteRecords moves the log start offset."""
    create(s, new_topic("dr", 3), new_topic("dr-compact", configs=[("cleanup.policy", "compact")]))
    _records(s, "dr")

    def delete(version: int, label: str, *parts: tuple[int, int], topic: str = "dr", timeout: int = 5000) -> None:
        rows = [{"PartitionIndex": index, "Offset": offset} for index, offset in parts]
        s.ask("DeleteRecords", version, label, Topics=[{"Name": topic, "Partitions": rows}], TimeoutMs=timeout)

    for version in all_versions("DeleteRecords"):
        delete(version, "one more", (0, version + 1))
        delete(version, "before the start", (0, 0))
        delete(version, "beyond the end", (0, 9))
        delete(version, "below -1", (0, -2))
        delete(version, "empty partition", (1, 0), (1, -1))
        delete(version, "not there", (3, 0), (-1, 0))
        delete(version, "no topic", (0, 0), topic="dr-nope")
        delete(version, "compacted", (0, 0), topic="dr-compact")
        s.ask("DeleteRecords", version, "nothing", Topics=[], TimeoutMs=1000)
    delete(2, "twice", (0, 4), (0, 5))
    delete(2, "no time", (0, 5), timeout=0)
    delete(2, "less than no time", (0, 5), timeout=-1)
    for name in ("", "bad name", "__cluster_metadata"):
        delete(2, f"name {name!r}", (0, 0), topic=name)
    for offset in (3, 4, 5, 6):
        s.ask("Fetch", 12, f"at {offset}", **fetch_of("dr", NO_SUCH_ID, place(offset)))
    times = [(0, time) for time in (-2, -1, -3, -4, BEGIN, BEGIN + 100, BEGIN + 200, BEGIN + 300)]
    for index, time in times:
        s.ask("ListOffsets", 8, f"time {time - BEGIN if time > 0 else time}", **offsets_of("dr", (index, time)))
    produce(s, "tells the start", "dr", numbered(1))
    delete(2, "all", (0, -1))
    s.ask("ListOffsets", 8, "all gone", **offsets_of("dr", (0, -2)))
    epoch = [{"Topic": "dr", "Partitions": [{"Partition": 0, "LeaderEpoch": 0}]}]
    s.ask("OffsetForLeaderEpoch", 4, "all gone", Topics=epoch)
    produce(s, "goes on", "dr", numbered(1))
