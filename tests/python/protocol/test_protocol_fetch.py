"""Fetch: its results, its waits and its wake-ups."""

from __future__ import annotations

import struct
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Connection, fetch_values

Connect = Callable[..., Connection]
STORAGES = ("memory", "file")

OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID = 1, 3, 100


def _offsets(part: dict[str, Any]) -> list[tuple[int, int]]:
    return [(base, last) for base, last, _ in kafka.batches(part["Records"] or b"")]


@pytest.fixture
def three_batches(client: Connection, topic: str) -> list[bytes]:
    """Produces offsets 0-3, 4-4 and 5-6; returns the stored batches."""
    written = [kafka.batch(b"a", b"b", b"c", b"d"), kafka.batch(b"e"), kafka.batch(b"f", b"g")]
    for raw in written:
        assert client.produce(topic, raw)["ErrorCode"] == 0
    return written


def test_an_offset_in_the_middle_of_a_batch_returns_that_batch(
    client: Connection, topic: str, three_batches: list[bytes]
) -> None:
    assert _offsets(client.fetch(topic, 0)) == [(0, 3), (4, 4), (5, 6)]
    assert _offsets(client.fetch(topic, 2)) == [(0, 3), (4, 4), (5, 6)]
    assert _offsets(client.fetch(topic, 6)) == [(5, 6)]


def test_a_batch_comes_back_as_it_was_sent(client: Connection, topic: str, three_batches: list[bytes]) -> None:
    got = [raw for _, _, raw in kafka.batches(client.fetch(topic, 0)["Records"])]
    # Base offset and leader epoch are the broker's; the checksum covers the rest.
    assert [raw[16:] for raw in got] == [raw[16:] for raw in three_batches]


def test_the_watermarks(client: Connection, topic: str, three_batches: list[bytes]) -> None:
    part = client.fetch(topic, 7)
    assert (part["HighWatermark"], part["LastStableOffset"], part["LogStartOffset"]) == (7, 7, 0)
    assert _offsets(part) == []


@pytest.mark.parametrize("offset", [8, 2**62, -1, -2])
def test_an_offset_out_of_range(client: Connection, topic: str, three_batches: list[bytes], offset: int) -> None:
    assert client.fetch(topic, offset)["ErrorCode"] == OFFSET_OUT_OF_RANGE
    # At once: there is nothing to wait for.
    began = time.monotonic()
    assert client.fetch(topic, offset, max_wait=10_000)["ErrorCode"] == OFFSET_OUT_OF_RANGE
    assert time.monotonic() - began < 5


def test_the_first_batch_comes_whole_whatever_the_limits(
    client: Connection, topic: str, three_batches: list[bytes]
) -> None:
    for limits in (
        {"partition_bytes": 1},
        {"max_bytes": 1},
        {"partition_bytes": 0},
        {"partition_bytes": 1, "max_bytes": 1},
    ):
        assert _offsets(client.fetch(topic, 0, **limits))[:1] == [(0, 3)], limits


def test_the_limits_hold_beyond_the_first_batch(client: Connection, topic: str) -> None:
    for _ in range(20):
        client.produce(topic, kafka.batch(bytes(10_000)))
    assert 1 <= len(_offsets(client.fetch(topic, 0, partition_bytes=35_000))) <= 4
    assert 1 <= len(_offsets(client.fetch(topic, 0, max_bytes=35_000))) <= 4
    assert len(_offsets(client.fetch(topic, 0))) == 20


def test_unknown_places(client: Connection, topic: str) -> None:
    assert client.fetch(topic, 0, partition=9)["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION
    assert client.fetch("not-there", 0)["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION
    assert client.fetch("", 0)["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION
    place = {"Partition": 0, "FetchOffset": 0, "PartitionMaxBytes": 1_000}
    topics = [{"TopicId": uuid.uuid4(), "Partitions": [place]}]
    answer = client.ask(kafka.FETCH, 13, MaxWaitMs=0, MinBytes=1, MaxBytes=1_000, SessionEpoch=-1, Topics=topics)
    assert answer["Responses"][0]["Partitions"][0]["ErrorCode"] == UNKNOWN_TOPIC_ID


def test_no_topics(client: Connection) -> None:
    answer = client.ask(kafka.FETCH, 11, MaxWaitMs=0, MinBytes=1, MaxBytes=1_000, SessionEpoch=-1)
    assert (answer["ErrorCode"], answer["Responses"]) == (0, [])


def test_every_version(client: Connection, topic: str, three_batches: list[bytes]) -> None:
    metadata = client.ask(kafka.METADATA, 12, Topics=[{"Name": topic}])
    topic_id = metadata["Topics"][0]["TopicId"]
    for version in client.served()[kafka.FETCH]:
        values = fetch_values(topic, 0)
        values["Topics"][0]["TopicId"] = topic_id
        answer = client.ask(kafka.FETCH, version, **values)
        part = answer["Responses"][0]["Partitions"][0]
        assert part["ErrorCode"] == 0, version
        assert _offsets(part) == [(0, 3), (4, 4), (5, 6)], version


def test_a_fetch_without_waiting_answers_with_its_topic(client: Connection, topic: str) -> None:
    answer = client.ask(kafka.FETCH, 11, **fetch_values(topic, 0, max_wait=0))
    assert [found["Topic"] for found in answer["Responses"]] == [topic]
    assert answer["Responses"][0]["Partitions"][0]["HighWatermark"] == 0


def test_a_fetch_waits_as_long_as_it_was_told(client: Connection, topic: str) -> None:
    client.produce(topic, kafka.batch(b"there"))
    began = time.monotonic()
    part = client.fetch(topic, 1, max_wait=400)
    waited = time.monotonic() - began
    assert _offsets(part) == []
    assert 0.39 <= waited < 5


def test_a_waiting_fetch_is_woken_by_a_produce(connect: Connect, client: Connection, topic: str) -> None:
    late = []
    for number in range(20):
        reader = connect()
        reader.send(kafka.request(kafka.FETCH, 11, 5, **fetch_values(topic, number, max_wait=10_000)))
        # The reader's answer to a request behind it would come later: the fetch is waiting once the writer is served.
        client.produce(topic, kafka.batch(b"wake"))
        began = time.monotonic()
        part = reader.answer(kafka.FETCH, 11, 5)["Responses"][0]["Partitions"][0]
        late.append(time.monotonic() - began)
        assert _offsets(part) == [(number, number)]
        reader.close()
    late.sort()
    print(f"a fetch woken by a produce: p50 {late[10] * 1000:.2f} ms, worst {late[-1] * 1000:.2f} ms after the ack")
    assert late[-1] < 2, "it slept out a poll instead"


def test_min_bytes_are_waited_for(connect: Connect, client: Connection, topic: str) -> None:
    one = kafka.batch(bytes(1_000))
    reader = connect()
    wanted = fetch_values(topic, 0, max_wait=20_000, min_bytes=len(one) * 3)
    reader.send(kafka.request(kafka.FETCH, 11, 5, **wanted))
    for _ in range(3):
        client.produce(topic, one)
    part = reader.answer(kafka.FETCH, 11, 5)["Responses"][0]["Partitions"][0]
    assert _offsets(part) == [(0, 0), (1, 1), (2, 2)]
    # What is there already is not waited for.
    assert len(_offsets(client.fetch(topic, 0, max_wait=20_000, min_bytes=len(one) * 3))) == 3


def test_a_waiting_fetch_ends_when_its_topic_is_deleted(connect: Connect, client: Connection, topic: str) -> None:
    reader = connect()
    reader.send(kafka.request(kafka.FETCH, 11, 5, **fetch_values(topic, 0, max_wait=15_000)))
    began = time.monotonic()
    client.ask(kafka.KEYS["DeleteTopics"], 5, TopicNames=[topic], TimeoutMs=5_000)
    part = reader.answer(kafka.FETCH, 11, 5)["Responses"][0]["Partitions"][0]
    assert part["ErrorCode"] == UNKNOWN_TOPIC_OR_PARTITION
    assert time.monotonic() - began < 10


def test_a_hundred_idle_consumers_cost_no_cpu(start_process: Callable[..., BrokerProcess]) -> None:
    broker = start_process()
    readers = [Connection(broker.address) for _ in range(100)]
    readers[0].create_topic("t")
    for reader in readers:
        reader.fetch("t", 0)  # warm: each has been served once
    before = broker.cpu_seconds()
    for reader in readers:
        reader.send(kafka.request(kafka.FETCH, 11, 5, **fetch_values("t", 0, max_wait=3_000)))
    for reader in readers:
        reader.answer(kafka.FETCH, 11, 5)
    spent = broker.cpu_seconds() - before
    print(f"100 fetches that wait 3 s each: {spent * 1000:.0f} ms of CPU")
    assert spent < 0.3
    for reader in readers:
        reader.close()


def test_sessions(connect: Connect, client: Connection, topic: str) -> None:
    """Kafka's full fetch sessions, or none at all: session 0 means that the client continues without one."""
    first = client.ask(kafka.FETCH, 11, **{**fetch_values(topic, 0), "SessionId": 0, "SessionEpoch": 0})
    assert first["ErrorCode"] == 0
    unknown = client.ask(kafka.FETCH, 11, **{**fetch_values(topic, 0), "SessionId": 777, "SessionEpoch": 5})
    # FETCH_SESSION_ID_NOT_FOUND makes the client begin anew.
    assert (unknown["ErrorCode"], unknown["Responses"]) == (70, [])


def test_one_partition_asked_for_twice_comes_once(client: Connection, topic: str) -> None:
    values = fetch_values(topic, 0)
    values["Topics"][0]["Partitions"] *= 2
    answer = client.ask(kafka.FETCH, 11, **values)
    assert [len(found["Partitions"]) for found in answer["Responses"]] == [1]


def test_four_producers_and_a_reader_that_misses_nothing(connect: Connect, client: Connection, topic: str) -> None:
    """A record becomes visible only after all records before it: a reader at the tail must not skip a batch."""
    per_producer = 250
    failures: list[BaseException] = []

    def produce(number: int) -> None:
        try:
            connection = connect()
            for sequence in range(per_producer):
                answer = connection.produce(topic, kafka.batch(b"%d:%d" % (number, sequence)))
                assert answer["ErrorCode"] == 0, answer
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=produce, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    reader = connect()
    while len(seen) < 4 * per_producer and not failures:
        offset = seen[-1] + 1 if seen else 0
        got = _offsets(reader.fetch(topic, offset, max_wait=5_000))
        assert got, f"nothing after {len(seen)} records"
        for base, last in got:
            seen.extend(range(max(base, offset), last + 1))
    for thread in threads:
        thread.join()
    assert not failures
    assert seen == list(range(4 * per_producer))


def test_a_client_that_does_not_take_its_records_does_not_make_the_broker_hold_them(
    start_process: Callable[..., BrokerProcess], tmp_path: Path
) -> None:
    """Each of them asked a folder for 40 MB, which was read at once and kept until it was taken."""
    broker = start_process({"storage.url": f"file://{tmp_path}/data"})
    value = bytes(1_000_000)
    with Connection(broker.address) as client:
        client.create_topic("x")
        for _ in range(40):
            assert client.produce("x", kafka.batch(value))["ErrorCode"] == 0
    before = broker.status("VmRSS")
    readers = [Connection(broker.address, receive_buffer=4_096) for _ in range(8)]
    for reader in readers:
        reader.send(kafka.request(kafka.FETCH, 11, 1, **fetch_values("x", 0)))
    # The answer has begun once its length is there.
    lengths = [struct.unpack(">i", reader.exactly(4))[0] for reader in readers]
    assert all(length > 40_000_000 for length in lengths)
    assert broker.status("VmRSS") - before < 40_000_000
    _, answer = kafka.response(kafka.FETCH, 11, readers[0].exactly(lengths[0]))
    records = answer["Responses"][0]["Partitions"][0]["Records"]
    assert [base for base, _, _ in kafka.batches(records)] == list(range(40))
    for reader in readers:
        reader.close()
