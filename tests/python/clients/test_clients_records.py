"""A client consumes the records that it produced, with every client on every storage."""

from __future__ import annotations

import time

import pytest
from drivers import DRIVERS, Driver, Got, Message

CODECS = (None, "gzip", "snappy", "lz4", "zstd")


def _as_sent(got: list[Got]) -> list[tuple[object, ...]]:
    return [(r.key, r.value, r.headers) for r in got]


def _as_given(messages: list[Message]) -> list[tuple[object, ...]]:
    return [(m.key, m.value, m.headers) for m in messages]


def test_a_thousand_records_come_back_as_they_were_sent(client: Driver, servers: str, topic: str) -> None:
    messages = [Message(b"value %d" % i, b"key %d" % i, (("n", b"%d" % i),)) for i in range(1_000)]
    placed = client.produce(servers, topic, messages)
    assert placed == [(0, i) for i in range(1_000)]

    got = client.read(servers, topic, 1_000)

    assert [r.offset for r in got] == list(range(1_000))
    assert _as_sent(got) == _as_given(messages)
    assert client.ends(servers, topic, 0) == (0, 1_000)


def test_what_one_client_sends_every_other_reads(servers: str, topic: str) -> None:
    messages = [Message(b"%d" % i, headers=(("who", name.encode()),)) for i, name in enumerate(DRIVERS)]
    for message, writer in zip(messages, DRIVERS.values()):
        writer.produce(servers, topic, [message])
    for reader in DRIVERS.values():
        assert _as_sent(reader.read(servers, topic, len(messages))) == _as_given(messages), reader.name


def test_every_compression(client: Driver, servers: str, topic: str) -> None:
    messages = [
        Message(b"a line that compresses well " * 20 + b"%d" % i, headers=(("i", b"%d" % i),)) for i in range(200)
    ]
    for number, codec in enumerate(CODECS):
        placed = client.produce(servers, topic, messages, compression=codec)
        assert placed == [(0, number * 200 + i) for i in range(200)], codec
    got = client.read(servers, topic, 200 * len(CODECS))
    assert [r.offset for r in got] == list(range(200 * len(CODECS)))
    assert _as_sent(got) == _as_given(messages) * len(CODECS)


def test_empty_and_absent_are_two_things(client: Driver, servers: str, topic: str) -> None:
    messages = [
        Message(b"", b""),
        Message(None, b"deleted"),
        Message(b"no key", None),
        Message(b"x", b"k", (("", b""), ("same", b"1"), ("same", b"2"))),
        Message(b"\x00\xff" * 10, "schlüssel".encode(), (("überschrift", "wert ü".encode()),)),
    ]
    client.produce(servers, topic, messages)
    assert _as_sent(client.read(servers, topic, len(messages))) == _as_given(messages)


def test_a_record_of_900_kilobytes(client: Driver, servers: str, topic: str) -> None:
    value = bytes(range(256)) * 3_516
    client.produce(servers, topic, [Message(b"small"), Message(value), Message(b"small again")])
    assert [r.value for r in client.read(servers, topic, 3)] == [b"small", value, b"small again"]


def test_an_idempotent_producer(client: Driver, servers: str, topic: str) -> None:
    first = [Message(b"%d" % i) for i in range(300)]
    assert client.produce(servers, topic, first, idempotent=True) == [(0, i) for i in range(300)]
    # Another producer id, so that its sequence begins at 0 again without being a duplicate.
    assert client.produce(servers, topic, first, idempotent=True) == [(0, 300 + i) for i in range(300)]
    assert [r.value for r in client.read(servers, topic, 600)] == [m.value for m in first] * 2


@pytest.mark.parametrize("acks", [0, 1])
def test_fewer_acknowledgements_store_no_less(client: Driver, servers: str, topic: str, acks: int) -> None:
    client.create_topic(servers, topic, 1)
    messages = [Message(b"%d" % i) for i in range(100)]
    client.produce(servers, topic, messages, acks=acks)
    assert [r.value for r in client.read(servers, topic, 100)] == [m.value for m in messages]


def test_partitions_keep_their_own_offsets(client: Driver, servers: str, topic: str) -> None:
    client.create_topic(servers, topic, 3)
    messages = [Message(b"%d" % i, partition=i % 3) for i in range(99)]
    placed = client.produce(servers, topic, messages)
    assert placed == [(i % 3, i // 3) for i in range(99)]
    got = sorted(client.read(servers, topic, 99))
    assert [(r.partition, r.offset, r.value) for r in got] == sorted((i % 3, i // 3, b"%d" % i) for i in range(99))


def test_timestamps_and_the_offsets_at_a_time(client: Driver, servers: str, topic: str) -> None:
    began = int(time.time() * 1000) - 600_000
    messages = [Message(b"%d" % i, timestamp=began + i * 1_000) for i in range(100)]
    client.produce(servers, topic, messages)
    assert [r.timestamp for r in client.read(servers, topic, 100)] == [m.timestamp for m in messages]
    assert client.offset_at(servers, topic, 0, began) == 0
    assert client.offset_at(servers, topic, 0, began + 41_001) == 42
    assert client.offset_at(servers, topic, 0, began + 99_000) == 99
    assert client.offset_at(servers, topic, 0, began + 99_001) is None
