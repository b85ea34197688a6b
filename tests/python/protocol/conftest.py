"""Fixtures for tests of the protocol.

`KAFKA_PEER=127.0.0.1:port pytest tests/python/protocol` runs the tests against another broker, except those that look
inside the process. This shows whether a test expects the behaviour of Apache Kafka.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from measured_broker import BrokerProcess
from wire_client import Connection

from tansu_cffi import BrokerConfig, TansuBroker

PEER = os.environ.get("KAFKA_PEER")


@pytest.fixture
def start() -> Iterator[Callable[..., TansuBroker]]:
    """Starts brokers with settings, `start({"max.connections": "3"})`, and stops them after the test."""
    started: list[TansuBroker] = []

    def run(settings: Optional[dict[str, str]] = None) -> TansuBroker:
        broker = TansuBroker(BrokerConfig.from_settings(settings or {}))
        started.append(broker)
        return broker.start()

    yield run
    for broker in started:
        broker.stop(0)
    for broker in started:
        broker.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # A module that names STORAGES asks a broker on each of them; the others ask one in memory.
    if "storage_url" in metafunc.fixturenames and hasattr(metafunc.module, "STORAGES"):
        metafunc.parametrize("storage_url", metafunc.module.STORAGES, indirect=True)


@pytest.fixture
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty storage."""
    name = getattr(request, "param", "memory")
    return "memory://" if name == "memory" else f"{name}://{tmp_path}/broker"


@pytest.fixture
def address(start: Callable[..., TansuBroker], storage_url: str) -> tuple[str, int]:
    """The address of a broker."""
    if PEER:
        host, _, port = PEER.rpartition(":")
        return host, int(port)
    return "127.0.0.1", start({"storage.url": storage_url}).port


@pytest.fixture
def connect(address: tuple[str, int]) -> Iterator[Callable[..., Connection]]:
    """Connections to that broker, closed after the test."""
    made: list[Connection] = []

    def make(**options: Any) -> Connection:
        made.append(Connection(address, **options))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


@pytest.fixture
def client(connect: Callable[..., Connection]) -> Connection:
    """One connection to that broker."""
    return connect()


@pytest.fixture
def topic(client: Connection) -> str:
    """A topic with one partition."""
    name = f"topic-{uuid.uuid4().hex[:12]}"
    client.create_topic(name)
    return name


@pytest.fixture
def start_process() -> Iterator[Callable[..., BrokerProcess]]:
    """Starts brokers in separate processes."""
    started: list[BrokerProcess] = []

    def run(settings: Optional[dict[str, str]] = None, **limits: int) -> BrokerProcess:
        started.append(BrokerProcess(settings or {}, **limits))
        return started[-1]

    with ExitStack() as stack:
        yield run
        for process in started:
            stack.callback(process.close)
