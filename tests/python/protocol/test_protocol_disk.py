"""A full disk: producers get errors, on_error reports it, consumers continue, and no acknowledged record is lost."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kafka_bytes as kafka
from wire_client import PATIENCE_S, Connection

from tansu_cffi import BrokerConfig, BrokerError, BrokerEventHandler, BrokerStorageError, TansuBroker

KAFKA_STORAGE_ERROR = 56


class _EventLog(BrokerEventHandler):
    def __init__(self) -> None:
        self.errors: list[BrokerError] = []
        self.of_error = threading.Event()

    def on_error(self, error: BrokerError) -> None:
        self.errors.append(error)
        self.of_error.set()


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Limits the size of files, which is similar to a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk(tmp_path: Path) -> None:
    # Of today, or retention takes it.
    events, batch = _EventLog(), kafka.batch(bytes(50_000), timestamp=int(time.time() * 1000))
    config = BrokerConfig(storage_url=f"file://{tmp_path}/data")
    with TansuBroker(config, event_handler=events) as broker, Connection(("127.0.0.1", broker.port)) as client:
        client.create_topic("t")
        with no_file_larger_than(200_000):
            codes = [client.produce("t", batch)["ErrorCode"] for _ in range(6)]
            kept = codes.index(KAFKA_STORAGE_ERROR)
            assert codes == [0] * kept + [KAFKA_STORAGE_ERROR] * (6 - kept) and kept == 3
            assert client.fetch("t", 0)["HighWatermark"] == kept
            # Maintenance tells, every ten seconds.
            assert events.of_error.wait(PATIENCE_S)
        assert isinstance(events.errors[0], BrokerStorageError)
        assert "t-0/00000000000000000000.log could not be written" in events.errors[0].message
        assert client.produce("t", batch)["BaseOffset"] == kept
    with TansuBroker(config) as broker, Connection(("127.0.0.1", broker.port)) as client:
        assert client.fetch("t", 0)["HighWatermark"] == kept + 1
