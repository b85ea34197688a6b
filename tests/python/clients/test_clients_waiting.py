"""Waiting clients are woken, a stop does not wait for them, and on_error reports a lost storage."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Callable

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from drivers import DRIVERS, Message
from eventually import until
from servers.postgres import PostgresServer
from servers.storages import Storage
from support import needs

from tansu_cffi import BrokerConfig, BrokerError, BrokerEventHandler, BrokerState, BrokerStorageError, TansuBroker

#: A consumer that is not woken sits in its fetch for this long.
WAIT_MS = 20_000
#: Nothing here takes this long.
PATIENCE_S = 60.0

#: A client without a broker tells stderr so, again and again.
QUIET = {"log_level": 0}

Start = Callable[[Storage], TansuBroker]


def _tail(servers: str, topic: str) -> Consumer:
    """A consumer that waits at the end of the topic's first partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "unused",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": WAIT_MS,
            "fetch.error.backoff.ms": 50,
            **QUIET,
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    return consumer


def _send(producer: Producer, topic: str, value: bytes) -> None:
    producer.produce(topic, value)
    assert producer.flush(PATIENCE_S) == 0


def test_a_produce_wakes_the_consumer_at_the_tail(storage: Storage, start_on: Start, topic: str) -> None:
    servers = start_on(storage).bootstrap_servers
    DRIVERS["confluent-kafka"].create_topic(servers, topic, 1)
    producer = Producer({"bootstrap.servers": servers, "linger.ms": 0, **QUIET})
    consumer = _tail(servers, topic)
    try:
        took = []
        for number in range(12):
            began = time.monotonic()
            _send(producer, topic, b"%d" % number)
            message = consumer.poll(PATIENCE_S)
            took.append((time.monotonic() - began) * 1000)
            assert message is not None and message.error() is None and message.value() == b"%d" % number
        # The first ones find the client connecting.
        print(f"{storage.name}: {median(took[2:]):.1f} ms from send to receipt, {max(took[2:]):.1f} at most")
        assert max(took[2:]) < WAIT_MS / 4
    finally:
        consumer.close()


@pytest.mark.needs("Tansu's storages")
def test_a_file_has_one_broker_also_across_processes(tmp_path: Path, start_on: Start, topic: str) -> None:
    storage = Storage("sqlite", f"sqlite://{tmp_path}/one.db", keeps=True)
    first = start_on(storage)
    with pytest.raises(BrokerStorageError, match=r"storage_url: another broker has .*one\.db.*Stop it, or use another"):
        start_on(storage)
    program = f"""
import tansu_cffi
try:
    tansu_cffi.TansuBroker(tansu_cffi.BrokerConfig(storage_url={storage.url!r})).start()
except tansu_cffi.BrokerStorageError as error:
    print(error.message)
"""
    command = [sys.executable, "-I", "-W", "ignore", "-c", program]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert "another broker" in ran.stdout
    # No record was lost, and the next broker can open the file.
    driver = DRIVERS["confluent-kafka"]
    assert driver.produce(first.bootstrap_servers, topic, [Message(b"x")]) == [(0, 0)]
    first.close()
    assert [r.value for r in driver.read(start_on(storage).bootstrap_servers, topic, 1)] == [b"x"]


def test_a_stop_in_the_middle_of_storage_calls_is_clean(keeping_storage: Storage, start_on: Start, topic: str) -> None:
    driver = DRIVERS["confluent-kafka"]
    broker = start_on(keeping_storage)
    driver.create_topic(broker.bootstrap_servers, topic, 1)
    acknowledged: list[int] = []
    first, done = threading.Event(), threading.Event()

    def delivered(error: object, message: object) -> None:
        if error is None:
            acknowledged.append(message.offset())  # type: ignore[attr-defined]
            first.set()

    def load() -> None:
        producer = Producer(
            {"bootstrap.servers": broker.bootstrap_servers, "linger.ms": 1, "batch.num.messages": 20, **QUIET}
        )
        number = 0
        while not done.is_set():
            try:
                producer.produce(topic, b"%d" % number, callback=delivered)
                number += 1
            except BufferError:
                pass
            producer.poll(0.001)
        producer.purge()
        producer.flush(1)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        assert first.wait(PATIENCE_S)
        began = time.monotonic()
        broker.stop()
        broker.wait(PATIENCE_S)
        print(f"{keeping_storage.name}: stopped under load in {(time.monotonic() - began) * 1000:.0f} ms")
    finally:
        done.set()
        loader.join()
    assert broker.state is BrokerState.STOPPED
    again = start_on(keeping_storage).bootstrap_servers
    begin, end = driver.ends(again, topic, 0)
    assert begin == 0 and end > max(acknowledged)
    assert [r.offset for r in driver.read(again, topic, end)] == list(range(end))


class _EventLog(BrokerEventHandler):
    def __init__(self) -> None:
        self.errors: list[BrokerError] = []
        self.fatal: list[BrokerError] = []
        self.of_error = threading.Event()

    def on_error(self, error: BrokerError) -> None:
        self.errors.append(error)
        self.of_error.set()

    def on_fatal(self, error: BrokerError) -> None:
        self.fatal.append(error)


@pytest.fixture
def mortal_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test stops."""
    needs.require("PostgreSQL", "Tansu's storages")
    server = PostgresServer().start()
    yield server
    server.stop()


def test_a_database_that_goes_away_is_an_error_and_no_hang(mortal_server: PostgresServer, topic: str) -> None:
    events = _EventLog()
    broker = TansuBroker(BrokerConfig(storage_url=mortal_server.new_url()), event_handler=events).start()
    servers = broker.bootstrap_servers
    driver = DRIVERS["confluent-kafka"]
    assert driver.produce(servers, topic, [Message(b"kept")]) == [(0, 0)]
    consumer = _tail(servers, topic)
    # It sits in its fetch from here on.
    assert consumer.poll(PATIENCE_S).value() == b"kept"
    mortal_server.halt()

    producer = Producer({"bootstrap.servers": servers, "message.timeout.ms": 4_000, **QUIET})
    lost: list[KafkaError] = []
    producer.produce(topic, b"lost", callback=lambda error, message: lost.append(error))
    assert producer.flush(PATIENCE_S) == 0
    assert lost[0] is not None
    with pytest.raises(BrokerError) as refused:
        broker.topics()
    print(f"a command says: {refused.value.message}")

    # Maintenance reports it, every ten seconds; the broker keeps running and works again with the database.
    assert events.of_error.wait(PATIENCE_S)
    assert isinstance(events.errors[0], BrokerStorageError)
    assert broker.is_running and not events.fatal
    mortal_server.resume()

    def works_again() -> bool:
        try:
            return bool(driver.produce(servers, topic, [Message(b"again")]))
        except (KafkaException, AssertionError):
            return False

    until(works_again, lambda: events.errors, patience_s=PATIENCE_S)
    mortal_server.halt()
    began = time.monotonic()
    broker.stop()
    broker.wait(PATIENCE_S)
    print(f"stopped without its database in {time.monotonic() - began:.2f} s")
    consumer.close()
    broker.close()


def test_a_database_that_says_nothing_does_not_hold_up_a_stop(mortal_server: PostgresServer, topic: str) -> None:
    events = _EventLog()
    broker = TansuBroker(BrokerConfig(storage_url=mortal_server.new_url()), event_handler=events).start()
    driver = DRIVERS["confluent-kafka"]
    assert driver.produce(broker.bootstrap_servers, topic, [Message(b"x")]) == [(0, 0)]
    mortal_server.freeze()
    try:
        producer = Producer({"bootstrap.servers": broker.bootstrap_servers, **QUIET})
        metadata = threading.Thread(target=lambda: _swallowed(broker.topics))
        metadata.start()
        producer.produce(topic, b"stuck")
        # The connection's request is on its way into the storage; the other one is there.
        assert producer.flush(1.0) == 1
        began = time.monotonic()
        broker.stop(1.0)
        broker.wait(PATIENCE_S)
        took = time.monotonic() - began
        print(f"stopped over a silent database in {took:.1f} s; on_error: {[error.message for error in events.errors]}")
        assert took < PATIENCE_S / 2
        assert events.errors and not events.fatal
        metadata.join(PATIENCE_S)
        assert not metadata.is_alive()
        producer.purge()
        broker.close()
    finally:
        mortal_server.thaw()


def _swallowed(call: Callable[[], object]) -> None:
    try:
        call()
    except BrokerError:
        pass
