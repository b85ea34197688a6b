"""Requests that create or delete thousands of topics, or decompress a gigabyte: others do not wait for them, their own
connection does."""

from __future__ import annotations

import gzip
import select
from pathlib import Path
from typing import Any

import kafka_bytes as kafka
from wire_client import Connection, produce_values

from tansu_cffi import BrokerConfig, TansuBroker

DELETE_TOPICS = kafka.KEYS["DeleteTopics"]
UNKNOWN_TOPIC_OR_PARTITION = 3
#: Enough that the broker is at it for longer than many requests take, also where the folder is in memory.
TOPICS = 500
#: Each is inflated for a hundredth of a second, and more.
BOMBS = 20


def _new_names(prefix: str = "made") -> dict[str, object]:
    """Returns a Metadata request of that many unknown topics."""
    return {"Topics": [{"Name": f"{prefix}-{i}"} for i in range(TOPICS)], "AllowAutoTopicCreation": True}


def _broker(tmp_path: Path) -> TansuBroker:
    return TansuBroker(
        BrokerConfig.from_settings({"storage.url": f"file://{tmp_path}/data?fsync=never", "num.network.threads": "1"})
    )


def test_other_clients_do_not_wait(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker:
        address = ("127.0.0.1", broker.port)
        with Connection(address) as client, Connection(address) as other:
            client.create_topic("t")
            # Where the request has the only thread, at most one comes before it. Where this process has not, few do.
            assert any(_acknowledged_beside(client, other, f"made{attempt}") > 5 for attempt in range(10))


def _acknowledged_beside(client: Connection, other: Connection, prefix: str) -> int:
    """Returns how many requests of one client are answered before the long request of another."""
    other.send(kafka.request(kafka.METADATA, 4, 1, **_new_names(prefix)))
    acknowledged = _acknowledged_until(client, other)
    assert len(other.answer(kafka.METADATA, 4, 1)["Topics"]) == TOPICS
    return acknowledged


def _acknowledged_until(client: Connection, other: Connection) -> int:
    acknowledged = 0
    while not select.select([other.socket], [], [], 0)[0]:
        assert client.produce("t", kafka.batch(b"v"))["ErrorCode"] == 0
        acknowledged += 1
    return acknowledged


def test_other_clients_do_not_wait_for_what_is_inflated(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker:
        address = ("127.0.0.1", broker.port)
        with Connection(address) as client, Connection(address) as other:
            client.create_topic("t")
            client.create_topic("inflated", BOMBS)
            other.send(kafka.request(kafka.PRODUCE, 9, 1, **_bombs(BOMBS)))
            # Where the request has the only thread, at most one comes before it.
            assert _acknowledged_until(client, other) > 5
            answer = other.answer(kafka.PRODUCE, 9, 1)["Responses"][0]["PartitionResponses"]
            assert [part["ErrorCode"] for part in answer] == [0] * BOMBS


def test_a_stop_ends_what_is_inflated(tmp_path: Path) -> None:
    broker = _broker(tmp_path)
    with broker, Connection(("127.0.0.1", broker.port)) as client:
        client.create_topic("inflated", 20 * BOMBS)
        client.send(kafka.request(kafka.PRODUCE, 9, 1, **_bombs(20 * BOMBS)))
        while not _appended(broker):
            pass
        broker.stop(0)
        broker.wait(10)
    with _broker(tmp_path) as again:
        assert 0 < _appended(again) < 20 * BOMBS


def _appended(broker: TansuBroker) -> int:
    """Records of all topics."""
    return sum(partition.high_watermark for topic in broker.topics() for partition in topic.partitions)


def _bombs(count: int) -> dict[str, Any]:
    """Returns batches of one record of 90 MB each, compressed to a thousandth."""
    batch = kafka.batch(b"", attributes=1, records=gzip.compress(kafka.record(0, bytes(90_000_000))))
    data = [{"Index": i, "Records": batch} for i in range(count)]
    return {"Acks": -1, "TimeoutMs": 10_000, "TopicData": [{"Name": "inflated", "PartitionData": data}]}


def test_a_connection_is_answered_in_order(tmp_path: Path) -> None:
    with _broker(tmp_path) as broker, Connection(("127.0.0.1", broker.port)) as client:
        produced = produce_values(f"made-{TOPICS - 1}", kafka.batch(b"v"))
        deleted = {"TopicNames": [f"made-{i}" for i in range(TOPICS)], "TimeoutMs": 10_000}
        client.send(
            kafka.request(kafka.METADATA, 4, 1, **_new_names())
            + kafka.request(kafka.PRODUCE, 9, 2, **produced)
            + kafka.request(DELETE_TOPICS, 3, 3, **deleted)
            + kafka.request(kafka.PRODUCE, 9, 4, **produced)
        )
        made = client.answer(kafka.METADATA, 4, 1)["Topics"]
        assert len(made) == TOPICS and all(topic["ErrorCode"] == 0 for topic in made)
        codes = []
        for key, version, number in ((kafka.PRODUCE, 9, 2), (DELETE_TOPICS, 3, 3), (kafka.PRODUCE, 9, 4)):
            answer = client.answer(key, version, number)["Responses"][0]
            codes.append((answer["PartitionResponses"][0] if key == kafka.PRODUCE else answer)["ErrorCode"])
        assert codes == [0, 0, UNKNOWN_TOPIC_OR_PARTITION]


def test_a_stop_ends_them(tmp_path: Path) -> None:
    broker = _broker(tmp_path)
    with broker, Connection(("127.0.0.1", broker.port)) as client:
        client.send(kafka.request(kafka.METADATA, 4, 1, **_new_names()))
        with Connection(("127.0.0.1", broker.port)) as other:
            while not (tmp_path / "data" / "made-0-0").exists():
                other.served()
        broker.stop(0)
        broker.wait(10)
    with _broker(tmp_path) as again, Connection(("127.0.0.1", again.port)) as client:
        there = client.ask(kafka.METADATA, 4, Topics=None, AllowAutoTopicCreation=False)["Topics"]
        assert there and all(topic["ErrorCode"] == 0 for topic in there)
