"""ListOffsets: by time, at the ends of a partition and after DeleteRecords."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable

import kafka_bytes as kafka
from wire_client import Connection

from tansu_cffi import TansuBroker

STORAGES = ("memory", "file")
OFFSET_OUT_OF_RANGE = 1
LATEST, EARLIEST, MAX_TIMESTAMP, EARLIEST_LOCAL, LATEST_TIERED = -1, -2, -3, -4, -5
#: Young enough for any retention.
BEGIN = int(time.time() * 1000) - 60_000


def _ten(client: Connection, topic: str, timestamp: int) -> None:
    assert client.produce(topic, kafka.batch(*[b"v"] * 10, timestamp=timestamp))["ErrorCode"] == 0


def _at(client: Connection, topic: str, timestamp: int) -> tuple[int, int, int]:
    """Offset, timestamp and leader epoch."""
    part = {"PartitionIndex": 0, "CurrentLeaderEpoch": -1, "Timestamp": timestamp}
    topics = [{"Name": topic, "Partitions": [part]}]
    answer = client.ask(kafka.LIST_OFFSETS, 9, ReplicaId=-1, Topics=topics)["Topics"][0]["Partitions"][0]
    assert answer["ErrorCode"] == 0
    return answer["Offset"], answer["Timestamp"], answer["LeaderEpoch"]


def _delete(client: Connection, topic: str, before: int) -> int:
    topics = [{"Name": topic, "Partitions": [{"PartitionIndex": 0, "Offset": before}]}]
    answer = client.ask(kafka.KEYS["DeleteRecords"], 2, Topics=topics, TimeoutMs=5_000)
    part = answer["Topics"][0]["Partitions"][0]
    assert part["ErrorCode"] == 0
    return int(part["LowWatermark"])


def test_the_ends_of_a_partition(client: Connection, topic: str) -> None:
    for special in (LATEST, EARLIEST, EARLIEST_LOCAL):
        assert _at(client, topic, special) == (0, -1, 0)
    assert _at(client, topic, MAX_TIMESTAMP) == _at(client, topic, BEGIN) == (-1, -1, -1)
    _ten(client, topic, BEGIN)
    assert _at(client, topic, LATEST) == (10, -1, 0), "the next offset, not the last batch's"
    _ten(client, topic, BEGIN + 1_000)
    assert _at(client, topic, LATEST) == (20, -1, 0)
    assert _at(client, topic, EARLIEST) == _at(client, topic, EARLIEST_LOCAL) == (0, -1, 0)
    assert _at(client, topic, LATEST_TIERED) == (-1, -1, -1), "nothing is tiered"


def test_times(client: Connection, topic: str) -> None:
    for late in (1_000, 3_000, 2_000):
        _ten(client, topic, BEGIN + late)
    assert _at(client, topic, BEGIN) == (0, BEGIN + 1_000, 0)
    assert _at(client, topic, BEGIN + 1_001) == (10, BEGIN + 3_000, 0)
    assert _at(client, topic, BEGIN + 3_000) == (10, BEGIN + 3_000, 0)
    assert _at(client, topic, BEGIN + 3_001) == (-1, -1, -1), "there is none so late"
    assert _at(client, topic, MAX_TIMESTAMP) == (10, BEGIN + 3_000, 0)


def test_what_is_deleted_is_at_no_time(client: Connection, topic: str) -> None:
    for late in (1_000, 3_000, 2_000):
        _ten(client, topic, BEGIN + late)
    # In the middle of a batch.
    assert _delete(client, topic, 14) == 14
    assert _at(client, topic, EARLIEST) == _at(client, topic, EARLIEST_LOCAL) == (14, -1, 0)
    assert _at(client, topic, BEGIN) == (14, BEGIN + 3_000, 0)
    assert _delete(client, topic, 20) == 20
    assert _at(client, topic, BEGIN) == _at(client, topic, MAX_TIMESTAMP) == (20, BEGIN + 2_000, 0)
    assert _at(client, topic, BEGIN + 2_500) == (-1, -1, -1)
    assert client.fetch(topic, 19)["ErrorCode"] == OFFSET_OUT_OF_RANGE
    part = client.fetch(topic, 20)
    assert (part["ErrorCode"], part["LogStartOffset"], part["HighWatermark"]) == (0, 20, 30)
    assert client.produce(topic, kafka.batch(b"v"))["LogStartOffset"] == 20
    assert _delete(client, topic, -1) == 31
    assert _at(client, topic, EARLIEST) == _at(client, topic, LATEST) == (31, -1, 0)


def test_the_start_of_the_log_outlives_the_broker(start: Callable[..., TansuBroker], tmp_path: Path) -> None:
    settings = {"storage.url": f"file://{tmp_path}/broker"}
    first = start(settings)
    with Connection(("127.0.0.1", first.port)) as client:
        client.create_topic("t")
        _ten(client, "t", BEGIN)
        assert _delete(client, "t", 4) == 4
    first.stop()
    first.wait(20)
    with Connection(("127.0.0.1", start(settings).port)) as client:
        assert _at(client, "t", EARLIEST) == (4, -1, 0)
        assert _at(client, "t", BEGIN - 1) == (4, BEGIN, 0)
        assert client.fetch("t", 3)["ErrorCode"] == OFFSET_OUT_OF_RANGE
