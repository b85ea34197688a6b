"""Acknowledged records exist after a stop and a new start on the same storage."""

from __future__ import annotations

from typing import Callable

from drivers import Driver, Message
from eventually import until
from servers.storages import Storage

from tansu_cffi import TansuBroker


def test_records_offsets_and_topics_outlive_the_broker(
    client: Driver, keeping_storage: Storage, start_on: Callable[[Storage], TansuBroker], topic: str, group: str
) -> None:
    first = start_on(keeping_storage)
    servers = first.bootstrap_servers
    client.create_topic(servers, topic, 2)
    messages = [Message(b"%d" % i, b"k", (("h", b"%d" % i),), partition=i % 2) for i in range(500)]
    client.produce(servers, topic, messages, compression="gzip", idempotent=True)
    with client.member(servers, topic, group) as member:
        seen = []
        until(lambda: seen.extend(member.poll()) or len(seen) == 500, lambda: len(seen))
        member.commit()
    before = sorted(client.read(servers, topic, 500))
    first.close()

    servers = start_on(keeping_storage).bootstrap_servers
    assert client.topics(servers)[topic] == 2
    assert sorted(client.read(servers, topic, 500)) == before
    assert [r.value for r in before if r.partition == 1] == [m.value for m in messages if m.partition == 1]
    assert [client.committed(servers, group, topic, partition) for partition in (0, 1)] == [250, 250]
    assert client.produce(servers, topic, [Message(b"after")], idempotent=True) == [(0, 250)]
    with client.member(servers, topic, group) as member:
        late = []
        until(lambda: late.extend(member.poll()) or bool(late), lambda: late)
        assert [(r.partition, r.offset, r.value) for r in late] == [(0, 250, b"after")]
