"""Produce and the sequences of idempotent producers."""

from __future__ import annotations

from golden.script.requests import (
    NO_SUCH_ID,
    create,
    fetch_of,
    init_producer,
    new_topic,
    numbered,
    place,
    produce,
    produce_to,
    topic_id,
)
from golden.steps import Scenario, all_versions, batch, scenario

#: Longer ahead than any clock difference: beyond `message.timestamp.after.max.ms`.
FAR = 4_102_444_800_000


@scenario
def produce_versions(s: Scenario) -> None:
    """One request of each version: a known partition, an unknown one, an unknown topic."""
    ident = topic_id(create(s, new_topic("pv", 2)), "pv")
    for version in all_versions("Produce"):
        s.ask("Produce", version, "leader", **produce_to("pv", ident, numbered(2), acks=1))
        s.ask("Produce", version, "all", **produce_to("pv", ident, numbered(3)))
        s.ask("Produce", version, "no partition", **produce_to("pv", ident, numbered(1), partition=2))
        s.ask("Produce", version, "no topic", **produce_to("pv-nope", NO_SUCH_ID, numbered(1)))
        s.ask("Produce", version, "nothing", Acks=1, TimeoutMs=1000, TopicData=[])
        if version == 12:
            s.ask("Produce", version, "no records", to="null", **produce_to("pv", ident, None))
        s.ask("Produce", version, "empty records", **produce_to("pv", ident, b""))
    for acks in (2, -2, 32767):
        s.ask("Produce", 12, f"acks {acks}", to=f"acks {acks}", **produce_to("pv", ident, numbered(1), acks=acks))
    s.send("Produce", 9, "without an answer", **produce_to("pv", ident, numbered(1), acks=0))
    s.ask("Produce", 9, "after it", **produce_to("pv", ident, numbered(1)))
    s.send("Produce", 9, "fails without an answer", **produce_to("pv-nope", ident, numbered(1), acks=0))
    s.ask("Produce", 9, "after the failure", **produce_to("pv", ident, numbered(1)))
    s.ask(
        "Produce", 9, "same partition twice", to="b", **produce_to("pv", ident, numbered(1), numbered(2), partition=1)
    )
    s.ask("Produce", 9, "negative partition", to="b", **produce_to("pv", ident, numbered(1), partition=-1))
    s.ask("Produce", 9, "bad name", to="b", **produce_to("bad name", ident, numbered(1)))
    s.ask("Produce", 9, "empty name", to="b", **produce_to("", ident, numbered(1)))


@scenario
def odd_batches(s: Scenario) -> None:
    """Invalid batches."""
    create(s, new_topic("odd"))
    good = numbered(1)
    for label, records in (
        ("two batches", [good, numbered(2)]),
        ("magic 0", batch(magic=0)),
        ("magic 1", batch(magic=1)),
        ("magic 3", batch(magic=3)),
        ("magic -1", batch(magic=-1)),
        ("wrong crc", batch(crc=1)),
        ("count too high", batch(b"a", b"b", count=3, last_offset_delta=2)),
        ("count too low", batch(b"a", b"b", count=1, last_offset_delta=0)),
        ("count 0", batch(count=0)),
        ("count -1", batch(count=-1)),
        ("count of 2^31-1", batch(count=0x7FFF_FFFF)),
        ("no records in it", batch(records=b"", count=0, last_offset_delta=0)),
        ("last offset too high", batch(b"a", b"b", last_offset_delta=5)),
        ("last offset too low", batch(b"a", b"b", last_offset_delta=0)),
        ("last offset -1", batch(last_offset_delta=-1)),
        ("garbage for records", batch(records=b"\xff" * 20)),
        ("garbage after records", batch(records=b"\x0e\x00\x00\x00\x01\x02v\x00" + b"\x00\x01")),
        ("gzip of nothing", batch(attributes=1)),
        ("snappy of nothing", batch(attributes=2)),
        ("lz4 of nothing", batch(attributes=3)),
        ("zstd of nothing", batch(attributes=4)),
        ("codec 5", batch(attributes=5)),
        ("codec 7", batch(attributes=7)),
        ("control batch", batch(attributes=0x20)),
        ("transactional without an id", batch(attributes=0x10)),
        ("log append time", batch(attributes=0x08)),
        ("delete horizon", batch(attributes=0x40)),
        ("unused attribute", batch(attributes=0x80)),
        ("base offset 7", batch(base_offset=7)),
        ("base offset -1", batch(base_offset=-1)),
        ("no timestamp", batch(timestamp=-1)),
        ("timestamp -2", batch(timestamp=-2)),
        ("timestamp 0", batch(timestamp=0)),
        ("timestamp far ahead", batch(timestamp=FAR)),
        ("length too short", batch(length=30)),
        ("length below the header", batch(length=10)),
        ("length too long", batch(length=500)),
        ("length -1", batch(length=-1)),
        ("sequence without a producer", batch(producer=(-1, -1, 5))),
        ("epoch without a producer", batch(producer=(-1, 3, -1))),
        ("producer without an epoch", batch(producer=(77, -1, 0))),
        ("producer without a sequence", batch(producer=(77, 0, -1))),
    ):
        connection = f"c {label}"
        produce(s, label, "odd", records, to=connection)
    for label, raw in (("half a header", b"\x00" * 30), ("zeros", b"\x00" * 100), ("text", b"hello, broker" * 10)):
        produce(s, label, "odd", raw, to=label)
    s.ask("Fetch", 12, "what became of them", **fetch_of("odd", NO_SUCH_ID, place(0)))


#: One record, and the same in a zstd frame with one raw block.
_RECORD = b"\x0e\x00\x00\x00\x01\x02v\x00"
_ZSTD = b"\x28\xb5\x2f\xfd\x20" + bytes([len(_RECORD), len(_RECORD) << 3 | 1, 0, 0]) + _RECORD


@scenario
def zstd_versions(s: Scenario) -> None:
    """KIP-110: the codec may be sent from version 7 on, and every version of Fetch reads it."""
    ident = topic_id(
        create(s, new_topic("zstd"), new_topic("zstd-topic", configs=[("compression.type", "zstd")])), "zstd"
    )
    one = batch(records=_ZSTD, attributes=4)
    for version in all_versions("Produce"):
        s.ask("Produce", version, "zstd", **produce_to("zstd", ident, one))
        s.ask("Produce", version, "two batches", to=f"two {version}", **produce_to("zstd", ident, [one, one]))
        s.ask(
            "Produce",
            version,
            "wrong crc",
            to=f"crc {version}",
            **produce_to("zstd", ident, batch(attributes=4, crc=1)),
        )
    for version in (4, 9, 10, 12):
        s.ask("Fetch", version, "zstd", **fetch_of("zstd", NO_SUCH_ID, place(0)))
        s.ask("Fetch", version, "zstd topic", **fetch_of("zstd-topic", NO_SUCH_ID, place(0)))


@scenario
def topic_rules(s: Scenario) -> None:
    """Limits by a topic's configs."""
    create(
        s,
        new_topic("rule-append", configs=[("message.timestamp.type", "LogAppendTime")]),
        new_topic("rule-small", configs=[("max.message.bytes", "100")]),
        new_topic("rule-compact", configs=[("cleanup.policy", "compact")]),
        new_topic("rule-both", configs=[("cleanup.policy", "compact,delete")]),
        new_topic("rule-before", configs=[("message.timestamp.before.max.ms", "1000")]),
        new_topic("rule-isr", configs=[("min.insync.replicas", "2")]),
        new_topic("rule-gzip", configs=[("compression.type", "gzip")]),
    )
    for version in (3, 5, 8, 9, 12):
        s.ask("Produce", version, "append time", **produce_to("rule-append", NO_SUCH_ID, numbered(2)))
        s.ask("Produce", version, "too large", **produce_to("rule-small", NO_SUCH_ID, batch(b"x" * 200)))
        s.ask("Produce", version, "no key", **produce_to("rule-compact", NO_SUCH_ID, numbered(2)))
        s.ask("Produce", version, "too old", **produce_to("rule-before", NO_SUCH_ID, numbered(2)))
        s.ask("Produce", version, "too new", **produce_to("rule-small", NO_SUCH_ID, batch(timestamp=FAR)))
    produce(s, "fits", "rule-small", batch(b"x"))
    produce(s, "no key, both", "rule-both", numbered(2))
    keyed = b"\x10\x00\x00\x00\x02k\x02v\x00"
    produce(s, "with a key", "rule-compact", batch(records=keyed))
    produce(s, "append time again", "rule-append", batch(timestamp=FAR))
    s.ask("Fetch", 12, "append time", **fetch_of("rule-append", NO_SUCH_ID, place(0)))
    s.ask("Produce", 9, "replicas, all", **produce_to("rule-isr", NO_SUCH_ID, numbered(1)))
    s.ask("Produce", 9, "replicas, leader", **produce_to("rule-isr", NO_SUCH_ID, numbered(1), acks=1))


@scenario
def idempotence(s: Scenario) -> None:
    """Sequences: in order, repeated, with a gap, of another epoch, at the largest number."""
    create(s, new_topic("idem", 6))
    for version in all_versions("InitProducerId"):
        init_producer(s, version=version)
    mine = init_producer(s, "mine")
    who, epoch = mine["ProducerId"], mine["ProducerEpoch"]

    def send(
        label: str, sequence: int, count: int = 1, *, epoch: object = epoch, who: object = who, at: int = 0
    ) -> None:
        produce(s, label, "idem", numbered(count, producer=(who, epoch, sequence)), partition=at)

    send("first", 0, 3)
    send("second", 3)
    send("second again", 3)
    send("first again", 0, 3)
    send("overlaps", 2, 3)
    send("gap", 9)
    for number in range(4, 10):
        send(f"number {number}", number)
    send("oldest known", 5)
    send("too old", 3)
    send("too old of three", 0, 3)
    send("epoch 5 not at 0", 7, epoch=5)
    send("epoch 5 at 0", 0, epoch=5)
    send("epoch 0 again", 10)
    send("epoch 5 goes on", 1, epoch=5)
    send("begins at 7", 7, at=1)
    send("goes on at 8", 8, at=1)
    send("begins at 0", 0, 2, who=4242, epoch=0, at=2)
    send("begins at epoch 3", 0, 2, who=4243, epoch=3, at=2)
    send("near the end", 0x7FFF_FFFE, 2, who=4244, epoch=0, at=3)
    send("round the end", 0, who=4244, epoch=0, at=3)
    send("over the end", 0x7FFF_FFFF, 3, who=4245, epoch=0, at=3)
    send("after over the end", 2, who=4245, epoch=0, at=3)
    send("highest epoch", 0, who=4246, epoch=32767, at=4)
    produce(s, "wrong crc", "idem", numbered(1, producer=(4247, 0, 0), crc=1), partition=5)
    send("right crc", 0, who=4247, epoch=0, at=5)
    wanted = [
        {"Name": "idem", "PartitionIndexes": [0, 1, 2, 3, 4, 5, 9, -1]},
        {"Name": "idem-nope", "PartitionIndexes": [0]},
    ]
    s.ask("DescribeProducers", 0, "all", Topics=wanted)
    s.ask("DescribeProducers", 0, "none", Topics=[])
    s.ask("DescribeProducers", 0, "no partitions", Topics=[{"Name": "idem", "PartitionIndexes": []}])
    s.ask("DescribeProducers", 0, "twice", Topics=[{"Name": "idem", "PartitionIndexes": [2, 2]}])
    s.ask("DescribeProducers", 0, "odd names", Topics=[{"Name": n, "PartitionIndexes": [0]} for n in ("", "bad name")])
    s.ask("Fetch", 12, "in the log", **fetch_of("idem", NO_SUCH_ID, place(0), place(0, 3)))
    for version in (3, 4, 5):
        init_producer(s, "id without a transaction", version=version, ProducerId=5, ProducerEpoch=0)
        init_producer(s, "epoch without an id", version=version, ProducerId=-1, ProducerEpoch=3)
        init_producer(s, "id without an epoch", version=version, ProducerId=5, ProducerEpoch=-1)
    init_producer(s, "no name for the transaction", TransactionalId="")
    init_producer(s, "timeout 0", TransactionTimeoutMs=0)
    init_producer(s, "timeout -1", TransactionTimeoutMs=-1)
