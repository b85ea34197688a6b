"""The broker leaves file descriptors to the host: neither clients nor a data folder take them all."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Connection

StartProcess = Callable[..., BrokerProcess]
LIMIT = 128


def test_connections_leave_the_host_some(start_process: StartProcess) -> None:
    broker = start_process(descriptors=LIMIT)
    with ExitStack() as stack:
        clients = [stack.enter_context(Connection(broker.address)) for _ in range(2 * LIMIT)]
        # One that is not wanted is closed at once, the others wait for a request.
        assert clients[-1].is_closed()
        clients[0].create_topic("t")
        assert broker.tell("open 12") == 12
    with Connection(broker.address) as client:
        assert client.produce("t", kafka.batch(b"a"))["ErrorCode"] == 0


@pytest.mark.parametrize("limit", ["max.connections", "descriptors"])
def test_who_leaves_makes_room_at_once(start_process: StartProcess, limit: str) -> None:
    ours = limit == "max.connections"
    broker = start_process({limit: str(LIMIT)}) if ours else start_process(descriptors=LIMIT)
    for _ in range(20):
        with ExitStack() as stack:
            clients = [stack.enter_context(Connection(broker.address)) for _ in range(LIMIT)]
            assert all(client.served() for client in clients[: LIMIT // 2])
            assert clients[-1].served() if ours else clients[-1].is_closed()
        with Connection(broker.address) as client:
            assert client.served()


def test_more_files_than_can_be_open(start_process: StartProcess, tmp_path: Path) -> None:
    settings = {"storage.url": f"file://{tmp_path}/data", "auto.create.topics.enable": "false"}
    broker = start_process(settings, descriptors=LIMIT)
    partitions, segments = 2 * LIMIT, 2 * LIMIT
    with Connection(broker.address) as client:
        client.create_topic("wide", partitions)
        for partition in range(partitions):
            assert client.produce("wide", kafka.batch(b"%d" % partition), partition=partition)["ErrorCode"] == 0
        # Each batch is a minute younger than the last.
        client.create_topic("long", **{"segment.ms": "1000"})
        begin = int(time.time() * 1000) - segments * 60_000
        for i in range(segments):
            assert client.produce("long", kafka.batch(b"%d" % i, timestamp=begin + i * 60_000))["ErrorCode"] == 0
    assert len(list((tmp_path / "data" / "long-0").glob("*.log"))) == segments
    _everything_is_there(broker, partitions, segments)
    broker.tell("stop")
    again = start_process(settings, descriptors=LIMIT)
    _everything_is_there(again, partitions, segments)


def _everything_is_there(broker: BrokerProcess, partitions: int, segments: int) -> None:
    with Connection(broker.address) as client:
        for partition in range(partitions):
            part = client.fetch("wide", 0, partition=partition)
            assert (part["ErrorCode"], part["HighWatermark"]) == (0, 1) and b"%d" % partition in part["Records"]
        for offset in range(segments):
            part = client.fetch("long", offset)
            assert (part["ErrorCode"], part["HighWatermark"]) == (0, segments)
            assert b"%d" % offset in part["Records"]
        assert broker.descriptors() <= LIMIT // 2
        assert broker.tell("open 12") == 12
