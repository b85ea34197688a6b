"""Topics are created, described and deleted, with every client on every storage."""

from __future__ import annotations

import pytest
from drivers import Driver, Message
from drivers.base import TopicExists
from eventually import until


def test_a_topic_is_created_described_and_deleted(client: Driver, servers: str, topic: str) -> None:
    client.create_topic(servers, topic, 5)
    assert client.topics(servers)[topic] == 5
    with pytest.raises(TopicExists):
        client.create_topic(servers, topic, 5)
    client.delete_topic(servers, topic)
    # Kafka answers before every broker knows.
    until(lambda: topic not in client.topics(servers), lambda: client.topics(servers))


def test_a_topic_made_again_is_empty(client: Driver, servers: str, topic: str) -> None:
    client.create_topic(servers, topic, 1)
    client.produce(servers, topic, [Message(b"old")] * 3)
    client.delete_topic(servers, topic)
    until(lambda: topic not in client.topics(servers), lambda: client.topics(servers))
    client.create_topic(servers, topic, 1)
    assert client.ends(servers, topic, 0) == (0, 0)
    assert client.produce(servers, topic, [Message(b"new")]) == [(0, 0)]
    assert [r.value for r in client.read(servers, topic, 1)] == [b"new"]
