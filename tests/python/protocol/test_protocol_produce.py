"""Accepted and refused Produce requests, with the errors of Apache Kafka 4.3.1 (each was tried on it)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from wire_client import Closed, Connection, produce_values

from tansu_cffi import TansuBroker

Connect = Callable[..., Connection]
STORAGES = ("memory", "file")

CORRUPT_MESSAGE, UNKNOWN_TOPIC_OR_PARTITION, MESSAGE_TOO_LARGE, INVALID_REQUIRED_ACKS = 2, 3, 10, 21
INVALID_TIMESTAMP, INVALID_RECORD = 32, 87


def now_ms() -> int:
    return int(time.time() * 1000)


REFUSED: dict[str, tuple[int, bytes]] = {
    "checksum": (CORRUPT_MESSAGE, kafka.batch(b"a", crc=1)),
    "count too high": (INVALID_RECORD, kafka.batch(b"a", b"b", count=3)),
    "count too low": (INVALID_RECORD, kafka.batch(b"a", b"b", count=1)),
    "count 2^32-1": (INVALID_RECORD, kafka.batch(b"a", count=2**32 - 1)),
    "count 0": (INVALID_RECORD, kafka.batch(b"a", count=0, last_offset_delta=0)),
    "last offset too high": (INVALID_RECORD, kafka.batch(b"a", b"b", last_offset_delta=5)),
    "last offset too low": (INVALID_RECORD, kafka.batch(b"a", b"b", last_offset_delta=0)),
    "count and last offset": (INVALID_RECORD, kafka.batch(b"a", b"b", count=9, last_offset_delta=8)),
    "two batches": (INVALID_RECORD, kafka.batch(b"a") + kafka.batch(b"b")),
    "magic 1": (INVALID_RECORD, kafka.batch(b"a", magic=1)),
    "magic 0": (INVALID_RECORD, kafka.batch(b"a", magic=0)),
    "magic 3": (CORRUPT_MESSAGE, kafka.batch(b"a", magic=3)),
    "no batch": (INVALID_RECORD, b""),
    "half a batch": (INVALID_RECORD, kafka.batch(b"a")[:40]),
    "length below its header": (CORRUPT_MESSAGE, kafka.batch(b"a", length=0)),
    "negative length": (CORRUPT_MESSAGE, kafka.batch(b"a", length=-5)),
    "length beyond the end": (INVALID_RECORD, kafka.batch(b"a", length=1_000)),
    "no records": (INVALID_RECORD, kafka.batch()),
    "a control batch": (INVALID_RECORD, kafka.batch(b"a", attributes=0x20)),
    "a base offset": (INVALID_RECORD, kafka.batch(b"a", base_offset=5)),
    "a record shorter than it says": (INVALID_RECORD, kafka.batch(b"a", records=kafka.varint(3) + bytes(3))),
    "over a megabyte": (MESSAGE_TOO_LARGE, kafka.batch(bytes(1_100_000))),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_batch_is_refused_and_nothing_is_stored(client: Connection, topic: str, what: str) -> None:
    code, raw = REFUSED[what]
    answer = client.produce(topic, raw)
    assert (answer["ErrorCode"], answer["BaseOffset"]) == (code, -1)
    assert client.fetch(topic, 0)["HighWatermark"] == 0
    assert client.produce(topic, kafka.batch(b"good"))["BaseOffset"] == 0


def test_records_that_are_garbage_are_refused(client: Connection, topic: str) -> None:
    # Kafka answers UNKNOWN_SERVER_ERROR to some of these; any error will do.
    for raw in (
        kafka.batch(b"a", records=b"\xff" * 30),
        kafka.batch(b"a", attributes=7),
        kafka.batch(b"a", attributes=1),
    ):
        assert client.produce(topic, raw)["ErrorCode"] != 0
    assert client.fetch(topic, 0)["HighWatermark"] == 0


def test_null_records_are_refused(client: Connection, topic: str) -> None:
    # Kafka 4.3.1 never answers this one; refusing or closing are both better.
    try:
        assert client.produce(topic, None)["ErrorCode"] != 0
    except Closed:
        pass


def test_a_good_batch(client: Connection, topic: str) -> None:
    first = client.produce(topic, kafka.batch(b"a", b"b"))
    second = client.produce(topic, kafka.batch(b"c"))
    assert (first["ErrorCode"], first["BaseOffset"]) == (0, 0)
    assert (second["ErrorCode"], second["BaseOffset"]) == (0, 2)
    for answer in (first, second):
        assert (answer["LogAppendTimeMs"], answer["LogStartOffset"]) == (-1, 0)


@pytest.mark.parametrize("version", range(3, 12))
def test_every_version(client: Connection, topic: str, version: int) -> None:
    answer = client.ask(kafka.PRODUCE, version, **produce_values(topic, kafka.batch(b"a")))
    part = answer["Responses"][0]["PartitionResponses"][0]
    assert (answer["Responses"][0]["Name"], part["Index"], part["ErrorCode"], part["BaseOffset"]) == (topic, 0, 0, 0)


def test_a_timestamp_beyond_the_window(client: Connection, topic: str) -> None:
    assert client.produce(topic, kafka.batch(b"a", timestamp=now_ms() + 7_200_000))["ErrorCode"] == INVALID_TIMESTAMP
    ten_years = 10 * 365 * 86_400_000
    assert client.produce(topic, kafka.batch(b"a", timestamp=now_ms() - ten_years))["ErrorCode"] == 0
    assert client.produce(topic, kafka.batch(b"a", timestamp=now_ms() + 60_000))["ErrorCode"] == 0


def test_max_message_bytes_of_the_topic(client: Connection) -> None:
    client.create_topic("small", **{"max.message.bytes": "500"})
    assert client.produce("small", kafka.batch(bytes(600)))["ErrorCode"] == MESSAGE_TOO_LARGE
    assert client.produce("small", kafka.batch(bytes(300)))["ErrorCode"] == 0
    client.create_topic("large", **{"max.message.bytes": "3000000"})
    assert client.produce("large", kafka.batch(bytes(2_000_000)))["ErrorCode"] == 0


def test_log_append_time(client: Connection) -> None:
    client.create_topic("stamped", **{"message.timestamp.type": "LogAppendTime"})
    before = now_ms()
    answer = client.produce("stamped", kafka.batch(b"a", timestamp=1_000))
    assert before <= answer["LogAppendTimeMs"] <= now_ms()


def test_a_keyless_record_on_a_compacted_topic(client: Connection) -> None:
    client.create_topic("compacted", **{"cleanup.policy": "compact"})
    assert client.produce("compacted", kafka.batch(b"a"))["ErrorCode"] == INVALID_RECORD


@pytest.mark.parametrize("name", ["not-there", "", "a/b", "x" * 300])
def test_a_topic_that_is_not_there(client: Connection, name: str) -> None:
    assert client.produce(name, kafka.batch(b"a"))["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("partition", [-1, 9, 2**31 - 1])
def test_a_partition_that_is_not_there(client: Connection, topic: str, partition: int) -> None:
    assert client.produce(topic, kafka.batch(b"a"), partition=partition)["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION


def test_no_topics(client: Connection) -> None:
    assert client.ask(kafka.PRODUCE, 9, Acks=-1, TimeoutMs=1_000, TopicData=[])["Responses"] == []


def test_acks_that_do_not_exist(client: Connection, topic: str) -> None:
    assert client.produce(topic, kafka.batch(b"a"), acks=2)["ErrorCode"] == INVALID_REQUIRED_ACKS
    assert client.fetch(topic, 0)["HighWatermark"] == 0


def test_one_bad_partition_does_not_spoil_the_others(client: Connection, topic: str) -> None:
    client.create_topic("three", 3)
    parts = [
        {"Index": 0, "Records": kafka.batch(b"a")},
        {"Index": 1, "Records": kafka.batch(b"a", crc=1)},
        {"Index": 2, "Records": kafka.batch(b"a")},
    ]
    data = [{"Name": "three", "PartitionData": parts}, {"Name": "not-there", "PartitionData": parts[:1]}]
    answer = client.ask(kafka.PRODUCE, 9, Acks=-1, TimeoutMs=1_000, TopicData=data)
    codes = {(t["Name"], p["Index"]): p["ErrorCode"] for t in answer["Responses"] for p in t["PartitionResponses"]}
    assert codes == {("three", 0): 0, ("three", 1): 2, ("three", 2): 0, ("not-there", 0): 3}


class TestWithoutAcknowledgement:
    """acks=0: no response, not even for an error."""

    def ask(self, client: Connection, values: dict[str, Any]) -> None:
        client.send(kafka.request(kafka.PRODUCE, 9, 5, **values))

    def test_nothing_is_answered_and_the_record_is_there(self, client: Connection, topic: str) -> None:
        for number in range(10):
            self.ask(client, produce_values(topic, kafka.batch(b"%d" % number), acks=0))
        # The next answer on the connection is the next request's.
        assert client.fetch(topic, 0)["HighWatermark"] == 10

    def test_an_error_closes_the_connection(self, connect: Connect, topic: str) -> None:
        for values in (
            produce_values("not-there", kafka.batch(b"a"), acks=0),
            produce_values(topic, kafka.batch(b"a", crc=1), acks=0),
        ):
            failing = connect()
            self.ask(failing, values)
            assert failing.is_closed()


def test_a_producer_may_leave_without_waiting(start: Callable[..., TansuBroker], tmp_path: Path) -> None:
    """Received batches are stored even if the client disconnects while the first one is written."""
    broker = start({"storage.url": f"file://{tmp_path}/data?fsync=always"})
    address = ("127.0.0.1", broker.port)
    batch = kafka.batch(b"x")
    with Connection(address) as reader:
        reader.create_topic("t")
        with Connection(address) as leaver:
            values = produce_values("t", batch, acks=0)
            leaver.send(b"".join(kafka.request(kafka.PRODUCE, 9, i, **values) for i in range(50)))
        part = reader.fetch("t", 0, max_wait=10_000, min_bytes=50 * len(batch))
        assert (part["HighWatermark"], len(part["Records"])) == (50, 50 * len(batch))
