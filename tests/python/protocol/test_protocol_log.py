"""What the log says of topics, requests, and requests that are refused.

At level TRACE a session of all that was "serving", "connection closed" and "stopped".
"""

from __future__ import annotations

import logging
import re
import struct
import time
from typing import Callable

import kafka_bytes as kafka
import pytest
from wire_client import PATIENCE_S, Connection

from tansu_cffi import TansuBroker

Start = Callable[..., TansuBroker]


class Log:
    """The lines of the library's log, which come on a thread of its own."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def lines(self, level: str) -> list[str]:
        records = list(self._caplog.records)
        ours = [record for record in records if record.name.startswith("tansu") and record.levelname == level]
        return [record.getMessage() for record in ours]

    def wait(self, level: str, pattern: str) -> re.Match[str]:
        """The first line that matches as a whole."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for line in self.lines(level):
                found = re.fullmatch(pattern, line)
                if found:
                    return found
            time.sleep(0.01)
        raise AssertionError(f"no line of level {level} is {pattern!r}: {self.lines(level)}")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    return Log(caplog)


def test_topics_are_reported_at_info(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="tansu")
    broker = start()
    client = r'client "test" \(/127\.0\.0\.1\)'
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.create_topic("made", 3)
        connection.ask(kafka.METADATA, 9, Topics=[{"Name": "auto"}], AllowAutoTopicCreation=True)
        connection.ask(20, 5, TopicNames=["made"], TimeoutMs=10_000)
        connection.ask(10, 3, Key="g", KeyType=0)
    broker.create_topic("mine", partitions=2)
    log.wait("INFO", rf"topic made created with 3 partitions by {client}")
    log.wait("INFO", rf"topic auto auto-created with 1 partition: {client} asked for it")
    log.wait("INFO", rf"topic made deleted by {client}")
    log.wait("INFO", r"topic __consumer_offsets created with 50 partitions by the broker")
    log.wait("INFO", r"topic mine created with 2 partitions by the host program")
    assert not log.lines("DEBUG")


def test_members_of_groups_are_reported_at_info(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="tansu")
    broker = start()
    protocols = [{"Name": "range\n", "Metadata": b""}]
    values: dict[str, object] = {"GroupId": "g", "SessionTimeoutMs": 10_000, "RebalanceTimeoutMs": 10_000}
    values |= {"ProtocolType": "consumer", "Protocols": protocols, "MemberId": "", "GroupInstanceId": None}
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.ask(10, 3, Key="g", KeyType=0)
        joined = connection.ask(kafka.KEYS["JoinGroup"], 3, **values)
        member = joined["MemberId"]
        connection.ask(kafka.KEYS["LeaveGroup"], 2, GroupId="g", MemberId=member)
    member = re.escape(str(member))
    log.wait("INFO", rf"group g: member {member} joined from /127\.0\.0\.1")
    log.wait("INFO", r"group g: rebalanced in generation 1 with 1 member, protocol range\\n")
    log.wait("INFO", rf"group g: member {member} left")
    log.wait("INFO", r"group g: empty in generation 2")


def test_a_flood_of_topics_is_cut(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="tansu")
    broker = start()
    topics = [{"Name": f"t{number}", "NumPartitions": 1, "ReplicationFactor": 1} for number in range(3_000)]
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.ask(kafka.CREATE_TOPICS, 5, Topics=topics, timeoutMs=10_000)
        log.wait("INFO", "topic t0 created .*")
        time.sleep(0.2)
        connection.create_topic("after")
    left_out = int(log.wait("INFO", r"(\d+) topics, groups and transactions changed that are not listed here")[1])
    created = [line for line in log.lines("INFO") if line.startswith("topic t")]
    assert 200 <= len(created) < 1_000
    assert len(created) + left_out <= 3_000


def test_each_request_is_reported_at_debug(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="tansu")
    broker = start()
    client = r'client "test" \(/127\.0\.0\.1\)'
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.create_topic("t")
        connection.produce("gone", b"x")
        topics = [{"Name": name} for name in ("a\x1b[31m", "b", "c", "d")]
        connection.ask(kafka.METADATA, 9, Topics=topics, AllowAutoTopicCreation=False)
        connection.served()
    took = r"\d+\.\d{3} ms"
    log.wait("DEBUG", rf"CreateTopics v5 of {client}, topic t, no error, {took}")
    log.wait("DEBUG", rf"Produce v9 of {client}, topic gone, error 3 \(UnknownTopicOrPartition\), {took}")
    log.wait("DEBUG", rf"Metadata v9 of {client}, topic a\\u\{{1b\}}\[31m, b, c and 1 more, error \d+ \(\w+\), {took}")
    log.wait("DEBUG", rf"ApiVersions v0 of {client}, {took}")


def test_a_request_that_waits_is_reported_with_its_time(
    start: Start, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="tansu")
    broker = start()
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.create_topic("t")
        connection.fetch("t", 0, max_wait=150)
    took = log.wait("DEBUG", r"Fetch v11 of client .*, topic t, no error, (\d+)\.\d{3} ms")
    assert int(took[1]) >= 149


def _refused(broker: TansuBroker, raw: bytes) -> None:
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.send(raw)
        assert connection.is_closed()


def _header(key: int, version: int, client_id: str = "test") -> bytes:
    raw = struct.pack(">hhih", key, version, 1, len(client_id)) + client_id.encode()
    # The header of an API that Kafka does not have is the one of most others.
    is_flexible = key in kafka.NAMES and kafka.is_flexible(key, version)
    return kafka.frame(raw + b"\x00" if is_flexible else raw)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", r"request of a client \(/127\.0\.0\.1\) refused: an HTTP request .*"),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
            r"request of a client \(/127\.0\.0\.1\) refused: a TLS handshake .*security\.protocol=PLAINTEXT.*",
        ),
        (b"\xff\xff\xff\xff", r"request of a client .* refused: the bytes are no Kafka request: .*"),
        (_header(12_345, 0), r"request of a client .* refused: unknown API: .* key 12345"),
        (_header(1, 99), r'request of client "test" .* refused: unsupported version: Fetch version 99 .*'),
        (_header(36, 1), r'request of client "test" .* refused: SaslAuthenticate \(key 36\) is not .*'),
        (_header(3, 9) + b"\x00", r'request of client "test" .* refused: MetadataRequest version 9 is malformed.*'),
        (_header(1, 99, "a\nb\x1b[0m"), r'request of client "a\\nb\\u\{1b\}\[0m" .* refused: unsupported .*'),
    ],
    ids=["http", "tls", "negative", "unknown", "version", "unserved", "malformed", "control"],
)
def test_a_refused_request_is_warned_of_once(
    start: Start, log: Log, caplog: pytest.LogCaptureFixture, raw: bytes, line: str
) -> None:
    caplog.set_level("WARNING", logger="tansu")
    broker = start()
    for _ in range(3):
        _refused(broker, raw)
    log.wait("WARNING", line)
    _refused(broker, _header(2, 99, "last"))
    log.wait("WARNING", r'request of client "last" .* refused: .*')
    matching = [one for one in log.lines("WARNING") if re.fullmatch(line, one)]
    assert len(matching) == 1, log.lines("WARNING")
    assert not any(char < " " for one in log.lines("WARNING") for char in one)


def test_a_transaction_whose_time_is_over_is_told(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="tansu")
    broker = start()
    broker.create_topic("t", 1)
    with Connection(("127.0.0.1", broker.port)) as connection:
        asked = {"TransactionalId": "tx", "TransactionTimeoutMs": 100, "ProducerId": -1, "ProducerEpoch": -1}
        given = connection.ask(kafka.INIT_PRODUCER_ID, 4, **asked)
        who = {"V3AndBelowProducerId": given["ProducerId"], "V3AndBelowProducerEpoch": given["ProducerEpoch"]}
        topics = [{"Name": "t", "Partitions": [0]}]
        key = kafka.KEYS["AddPartitionsToTxn"]
        connection.ask(key, 3, **who, V3AndBelowTransactionalId="tx", V3AndBelowTopics=topics)
        log.wait("INFO", r"transaction of tx aborted: it was open for longer than 100 ms")


def test_nothing_is_written_below_the_level(start: Start, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="tansu")
    broker = start()
    with Connection(("127.0.0.1", broker.port)) as connection:
        connection.create_topic("t")
    _refused(broker, b"GET / HTTP/1.1\r\n\r\n")
    broker.stop()
    broker.wait(PATIENCE_S)
    assert not [one for level in ("DEBUG", "INFO", "WARNING") for one in log.lines(level)]
