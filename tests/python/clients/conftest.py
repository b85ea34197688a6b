"""Fixtures: a broker on each storage, and each client library.

`KAFKA_PEER=host:port pytest tests/python/clients -k "memory and not tansu"` asks another broker instead of ours:
whether a test expects what Apache Kafka does is found out that way.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Callable

import pytest
from drivers import DRIVERS, Driver
from servers.storages import Storage

from tansu_cffi import BrokerConfig, TansuBroker

PEER = "KAFKA_PEER"


@pytest.fixture(params=list(DRIVERS))
def client(request: pytest.FixtureRequest) -> Driver:
    """Each client library in turn."""
    return DRIVERS[request.param]


@pytest.fixture
def start_on() -> Iterator[Callable[[Storage], TansuBroker]]:
    """Starts a broker on a storage; the test may stop it."""
    started: list[TansuBroker] = []

    def start(storage: Storage) -> TansuBroker:
        broker = TansuBroker(BrokerConfig(storage_url=storage.url))
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.close()


@pytest.fixture
def servers(storage: Storage, start_on: Callable[[Storage], TansuBroker]) -> str:
    """The address of a broker on each storage in turn."""
    return os.environ.get(PEER) or start_on(storage).bootstrap_servers


@pytest.fixture
def memory_servers(start_on: Callable[[Storage], TansuBroker]) -> str:
    """The address of a broker in memory."""
    return os.environ.get(PEER) or start_on(Storage("memory", "memory://", keeps=False)).bootstrap_servers


@pytest.fixture
def topic() -> str:
    """An unused name."""
    return f"topic-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def group() -> str:
    """An unused name."""
    return f"group-{uuid.uuid4().hex[:12]}"
