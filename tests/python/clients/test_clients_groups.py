"""Consumer groups: partitions are assigned and move, and committed offsets are kept."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drivers import Driver, Got, Member, Message
from eventually import until

PARTITIONS = 4
ALL = set(range(PARTITIONS))


def _fill(client: Driver, servers: str, topic: str, count: int) -> list[bytes]:
    client.create_topic(servers, topic, PARTITIONS)
    values = [b"%d" % i for i in range(count)]
    client.produce(servers, topic, [Message(value, partition=i % PARTITIONS) for i, value in enumerate(values)])
    return values


def _read(member: Member, count: int) -> list[Got]:
    got: list[Got] = []

    def enough() -> bool:
        got.extend(member.poll())
        return len(got) >= count

    until(enough, lambda: f"{len(got)} of {count} records, partitions {member.assignment()}")
    return got


def test_a_group_reads_everything_once_and_goes_on_where_it_committed(
    client: Driver, servers: str, topic: str, group: str
) -> None:
    values = _fill(client, servers, topic, 200)
    with client.member(servers, topic, group) as member:
        got = _read(member, 200)
        member.commit()
    assert sorted(r.value for r in got if r.value) == sorted(values)
    assert [client.committed(servers, group, topic, partition) for partition in ALL] == [50] * PARTITIONS

    more = [b"more %d" % i for i in range(8)]
    client.produce(servers, topic, [Message(value, partition=i % PARTITIONS) for i, value in enumerate(more)])
    with client.member(servers, topic, group) as member:
        assert sorted(r.value for r in _read(member, 8) if r.value) == more


def test_an_unknown_group_has_committed_nothing(client: Driver, servers: str, topic: str, group: str) -> None:
    client.create_topic(servers, topic, 1)
    assert client.committed(servers, group, topic, 0) is None


def test_a_second_member_takes_a_part_and_gives_it_back(client: Driver, servers: str, topic: str, group: str) -> None:
    _fill(client, servers, topic, 0)
    with client.member(servers, topic, group) as first:
        until(lambda: first.poll() == [] and first.assignment() == ALL, first.assignment)
        with client.member(servers, topic, group) as second, ThreadPoolExecutor(2) as both:

            def shared() -> bool:
                # At once, not in turn: a kafka-python whose poll ends in the middle of a join forgets the join.
                list(both.map(lambda member: member.poll(1.0), (first, second)))
                mine, yours = first.assignment(), second.assignment()
                return bool(mine) and bool(yours) and mine | yours == ALL and not mine & yours

            until(shared, lambda: (first.assignment(), second.assignment()))
        until(lambda: first.poll() == [] and first.assignment() == ALL, first.assignment)


def test_the_partitions_of_a_member_that_dies_move(client: Driver, servers: str, topic: str, group: str) -> None:
    values = _fill(client, servers, topic, 40)
    command = [sys.executable, str(Path(__file__).with_name("member_process.py")), client.name, servers, topic, group]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as doomed:
        try:
            assert doomed.stdout is not None
            line = next(line for line in doomed.stdout if line.strip())
            assert set(map(int, line.split())) == ALL
        finally:
            doomed.kill()
    # The member did not leave: only the broker's clock (session.timeout.ms) can give the partitions to another.
    with client.member(servers, topic, group) as heir:
        got = _read(heir, 40)
        assert heir.assignment() == ALL
    assert sorted(r.value for r in got if r.value) == sorted(values)
