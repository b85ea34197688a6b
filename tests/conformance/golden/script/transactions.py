"""Transactions: producers, their partitions and ends, offsets in them, and what readers see."""

from __future__ import annotations

from typing import Any

from golden.script.requests import NO_SUCH_ID, batch, create, fetch_of, new_topic, place, produce_to, topic_id
from golden.steps import Batch, From, Scenario, all_versions, scenario

#: The attribute of a batch that is part of a transaction.
TRANSACTIONAL = 0x10


class Transaction:
    """Requests of one transactional id."""

    def __init__(self, s: Scenario, name: str, topic: str, topic_id: Any = NO_SUCH_ID) -> None:
        self.s, self.name, self.topic, self.topic_id = s, name, topic, topic_id

    def init(self, label: str, *, version: int = 5, expected: Any = (-1, -1), **more: Any) -> From:
        values = {"TransactionTimeoutMs": 60_000, "ProducerId": expected[0], "ProducerEpoch": expected[1], **more}
        return self.s.ask("InitProducerId", version, label, TransactionalId=self.name, **values)

    def add(self, label: str, of: Any, *partitions: int, version: int = 3, topic: str = "") -> None:
        topics = [{"Name": topic or self.topic, "Partitions": list(partitions)}]
        values = {"V3AndBelowProducerId": of[0], "V3AndBelowProducerEpoch": of[1], "V3AndBelowTopics": topics}
        self.s.ask("AddPartitionsToTxn", version, label, V3AndBelowTransactionalId=self.name, **values)

    def verify(self, label: str, of: Any, *partitions: int, version: int = 5) -> None:
        topics = [{"Name": self.topic, "Partitions": list(partitions)}]
        values = {"TransactionalId": self.name, "ProducerId": of[0], "ProducerEpoch": of[1], "Topics": topics}
        self.s.ask("AddPartitionsToTxn", version, label, Transactions=[{**values, "VerifyOnly": True}])

    def produce(self, label: str, of: Any, sequence: int, *, version: int = 11, partition: int = 0) -> None:
        records = transactional(of, sequence)
        values = produce_to(self.topic, self.topic_id, records, partition=partition)
        self.s.ask("Produce", version, label, **{**values, "TransactionalId": self.name})

    def end(self, label: str, of: Any, committed: bool, *, version: int = 4) -> From:
        values = {"ProducerId": of[0], "ProducerEpoch": of[1], "Committed": committed}
        return self.s.ask("EndTxn", version, label, TransactionalId=self.name, **values)

    def describe(self, label: str) -> None:
        self.s.ask("DescribeTransactions", 0, label, to="admin", TransactionalIds=[self.name])

    def fetch(self, label: str, offset: int = 0, *, committed: bool = True, version: int = 12) -> None:
        values = fetch_of(self.topic, self.topic_id, place(offset), IsolationLevel=int(committed))
        self.s.ask("Fetch", version, label, to="reader", **values)

    def latest(self, label: str, timestamp: int = -1) -> None:
        partition = {"PartitionIndex": 0, "Timestamp": timestamp}
        topics = [{"Name": self.topic, "Partitions": [partition]}]
        # A consumer. Brokers, and who debugs them, see what is not committed.
        for isolation in (0, 1):
            word = f"{label}, isolation {isolation}"
            self._list(word, isolation, topics, replica=-1)
        self._list(f"{label}, of a debugger", 1, topics, replica=-2)

    def _list(self, label: str, isolation: int, topics: list[Any], *, replica: int) -> None:
        values = {"ReplicaId": replica, "IsolationLevel": isolation, "Topics": topics}
        self.s.ask("ListOffsets", 7, label, to="reader", **values)


def transactional(of: Any, sequence: int) -> Batch:
    return batch(b"v", producer=(of[0], of[1], sequence), attributes=TRANSACTIONAL)


def given(answer: From) -> tuple[From, From]:
    return answer["ProducerId"], answer["ProducerEpoch"]


def made(s: Scenario, name: str, partitions: int = 2) -> Any:
    """The records are years older than the markers, which would begin a new segment."""
    configs = [("segment.ms", str((1 << 63) - 1))]
    return topic_id(create(s, new_topic(name, partitions, configs=configs)), name)


@scenario
def unknown_transactions(s: Scenario) -> None:
    """Of ids that were never initialized."""
    t = Transaction(s, "tx-nope", "tx-u", made(s, "tx-u"))
    for version in all_versions("AddPartitionsToTxn"):
        if version <= 3:
            t.add("unknown id", (1, 0), 0, version=version)
            t.add("unknown topic too", (1, 0), 0, version=version, topic="tx-none")
    for version in all_versions("EndTxn"):
        t.end("unknown id", (1, 0), True, version=version)
    for version in all_versions("AddOffsetsToTxn"):
        values = {"ProducerId": 1, "ProducerEpoch": 0, "GroupId": "tx-g"}
        s.ask("AddOffsetsToTxn", version, "unknown id", TransactionalId="tx-nope", **values)
    for version in (3, 9, 10, 11, 12):
        t.produce("unknown id", (1, 0), 0, version=version)
    t.describe("unknown id")
    s.ask("DescribeTransactions", 0, "none", to="admin", TransactionalIds=[])
    s.ask("DescribeTransactions", 0, "empty", to="admin", TransactionalIds=[""])
    for version in all_versions("InitProducerId"):
        t.init("timeout beyond the limit", version=version, TransactionTimeoutMs=900_001)


@scenario
def a_transaction(s: Scenario) -> None:
    """Of a client that names its partitions: commit, abort, and what is refused."""
    t = Transaction(s, "tx-1", "tx-t", made(s, "tx-t"))
    me = given(t.init("first"))
    t.describe("empty")
    t.end("nothing to commit", me, True)
    t.end("nothing to abort", me, False)
    t.produce("partition was not added", me, 0)
    t.produce("partition was not added", me, 0, version=9)
    t.add("one", me, 0)
    t.add("again", me, 0)
    t.add("unknown partition", me, 0, 7)
    t.verify("two", me, 0, 1)
    t.verify("two", me, 0, 1, version=4)
    t.produce("first", me, 0)
    t.produce("other partition", me, 0, partition=1)
    t.produce("retry", me, 0)
    t.describe("open")
    s.ask("DescribeProducers", 0, "open", to="admin", Topics=[{"Name": "tx-t", "PartitionIndexes": [0, 1]}])
    t.fetch("open")
    t.fetch("open, not committed", committed=False)
    t.latest("open")
    t.latest("open by time", 0)
    t.latest("open by the largest time", -3)
    t.end("commit", me, True)
    t.end("commit again", me, True)
    t.end("abort what was committed", me, False)
    t.describe("committed")
    t.fetch("committed")
    t.add("second", me, 0)
    t.produce("second", me, 1)
    t.end("abort", me, False)
    t.end("abort again", me, False)
    t.fetch("aborted")
    t.fetch("aborted, not committed", committed=False)
    t.fetch("behind what was aborted", 4)
    t.latest("aborted")
    s.ask("DescribeProducers", 0, "aborted", to="admin", Topics=[{"Name": "tx-t", "PartitionIndexes": [0, 1]}])
    t.describe("aborted")
    for version in (0, 1, 2):
        t.end("older versions", me, False, version=version)


@scenario
def a_transaction_with_new_epochs(s: Scenario) -> None:
    """Of a client whose epoch changes with each end (KIP-890)."""
    t = Transaction(s, "tx-2", "tx-v2", made(s, "tx-v2"))
    first = given(t.init("first"))
    t.produce("adds the partition", first, 0, version=12)
    t.describe("open")
    second = given(t.end("commit", first, True, version=5))
    t.end("commit again", first, True, version=5)
    t.end("abort what was committed", first, False, version=5)
    t.produce("late", first, 1, version=12)
    t.describe("committed")
    t.produce("out of order", second, 1, version=12)
    t.produce("second", second, 0, version=12)
    third = given(t.end("abort", second, False, version=5))
    fourth = given(t.end("abort without anything", third, False, version=5))
    t.end("commit without anything", fourth, True, version=5)
    t.describe("aborted twice")
    t.fetch("what readers see")
    s.ask("DescribeProducers", 0, "after all", to="admin", Topics=[{"Name": "tx-v2", "PartitionIndexes": [0]}])


@scenario
def fenced_producers(s: Scenario) -> None:
    """A second producer of an id; one that goes on after an error (KIP-360)."""
    t = Transaction(s, "tx-3", "tx-f", made(s, "tx-f"))
    first = given(t.init("first"))
    t.add("first", first, 0)
    t.produce("first", first, 0)
    t.init("while a transaction is open")
    second = given(t.init("second"))
    for version in all_versions("EndTxn"):
        t.end("of the first", first, True, version=version)
    for version in (0, 1, 2, 3):
        t.add("of the first", first, 0, version=version)
    t.produce("of the first", first, 1)
    t.produce("of the first", first, 1, version=12)
    t.fetch("what was aborted")
    for version in (3, 4, 5):
        t.init("of the first goes on", version=version, expected=first)
    third = given(t.init("goes on", expected=second))
    t.init("goes on again", expected=second)
    t.init("another producer id", expected=(999_999, 0))
    t.add("third", third, 0)
    t.describe("third")
    t.end("third", third, False)


@scenario
def offsets_in_transactions(s: Scenario) -> None:
    """TxnOffsetCommit: pending, committed, aborted."""
    t = Transaction(s, "tx-4", "tx-o", made(s, "tx-o"))
    me = given(t.init("first"))

    def commit(label: str, offset: int, *, version: int = 3, **more: Any) -> None:
        parts = [{"PartitionIndex": 0, "CommittedOffset": offset, "CommittedMetadata": "m"}]
        topics = [{"Name": "tx-o", "Partitions": parts}]
        values = {"GenerationId": -1, "MemberId": "", **more} if version >= 3 else more
        who = {"TransactionalId": "tx-4", "GroupId": "tx-g", "ProducerId": me[0], "ProducerEpoch": me[1]}
        s.ask("TxnOffsetCommit", version, label, **{**who, "Topics": topics, **values})

    def fetch(label: str) -> None:
        group = {"GroupId": "tx-g", "Topics": [{"Name": "tx-o", "PartitionIndexes": [0, 1]}]}
        for stable in (False, True):
            s.ask("OffsetFetch", 8, f"{label}, stable: {stable}", to="reader", Groups=[group], RequireStable=stable)

    s.ask("FindCoordinator", 4, "of the group", to="warm", KeyType=0, CoordinatorKeys=["tx-g"])
    for version in (0, 3, 4):
        commit("group was not added", 5, version=version)
    values = {"ProducerId": me[0], "ProducerEpoch": me[1], "GroupId": "tx-g"}
    s.ask("AddOffsetsToTxn", 3, "first", TransactionalId="tx-4", **values)
    for version in (0, 1, 2, 3, 4):
        commit("pending", 10 + version, version=version)
    commit("of a member", 99, GenerationId=3, MemberId="x")
    fetch("pending")
    t.describe("with offsets")
    t.end("commit", me, True)
    fetch("committed")
    s.ask("AddOffsetsToTxn", 3, "second", TransactionalId="tx-4", **values)
    commit("second", 50)
    fetch("second")
    t.end("abort", me, False)
    fetch("aborted")
    commit("adds the group", 60, version=5)
    fetch("added")
    t.describe("added")
    t.end("commit with a new epoch", me, True, version=5)
    fetch("with a new epoch")


@scenario
def listed_transactions(s: Scenario) -> None:
    """ListTransactions by state, producer and pattern."""
    t = Transaction(s, "tx-5", "tx-l", made(s, "tx-l"))
    me = given(t.init("first"))
    t.add("first", me, 0)
    base: dict[str, Any] = {"StateFilters": [], "ProducerIdFilters": []}
    for version in all_versions("ListTransactions"):
        s.ask("ListTransactions", version, "open", to="admin", **{**base, "StateFilters": ["Ongoing"]})
        s.ask("ListTransactions", version, "unknown", to="admin", **{**base, "StateFilters": ["Nope", "PrepareAbort"]})
        s.ask("ListTransactions", version, "producer", to="admin", **{**base, "ProducerIdFilters": [me[0]]})
    s.ask("ListTransactions", 1, "older than an hour", to="admin", **base, DurationFilter=3_600_000)
    s.ask("ListTransactions", 2, "pattern", to="admin", **base, TransactionalIdPattern="tx-[45]")
    s.ask("ListTransactions", 2, "broken pattern", to="admin", **base, TransactionalIdPattern="(")
    t.end("abort", me, False)


@scenario
def written_markers(s: Scenario) -> None:
    """WriteTxnMarkers, as an administrator ends what no coordinator knows."""
    made(s, "tx-m")

    def write(label: str, version: int, **more: Any) -> None:
        topics = [{"Name": "tx-m", "PartitionIndexes": [0, 9]}, {"Name": "tx-none", "PartitionIndexes": [0]}]
        marker = {"ProducerId": 4_711, "ProducerEpoch": 0, "TransactionResult": False, "CoordinatorEpoch": 0}
        s.ask("WriteTxnMarkers", version, label, to="admin", Markers=[{**marker, "Topics": topics, **more}])

    for version in all_versions("WriteTxnMarkers"):
        write("without a transaction", version)
        write("again", version, ProducerEpoch=version)
    write("older epoch", 1)
    write("newer coordinator", 1, ProducerEpoch=9, CoordinatorEpoch=3)
    write("older coordinator", 1, ProducerEpoch=9, CoordinatorEpoch=2)
