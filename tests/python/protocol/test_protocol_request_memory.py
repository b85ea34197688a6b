"""queued.max.request.bytes: the memory of large requests of all connections."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Callable

import kafka_bytes as kafka
from wire_client import Connection

from tansu_cffi import TansuBroker

Start = Callable[..., TansuBroker]
MIB = 1 << 20
#: The least that the setting takes.
SMALL = {"queued.max.request.bytes": str(MIB), "auto.create.topics.enable": "true"}


def _values(size: int) -> bytes:
    return kafka.batch(b"x" * size)


def test_a_request_larger_than_the_queue_is_served_alone(start: Start) -> None:
    broker = start(SMALL)
    with Connection(("127.0.0.1", broker.port)) as client:
        client.create_topic("t")
        for _ in range(3):
            assert client.produce("t", _values(4 * MIB // 5))["ErrorCode"] == 0


def test_large_requests_at_once_do_not_wait_for_each_other(start: Start) -> None:
    """Earlier versions deadlocked: all connections had a partial reservation and none had enough."""
    broker = start(SMALL)
    frame = kafka.frame(kafka.header(kafka.METADATA, 1, 1) + b"\x7f" * (600 * 1024))

    def send(_: int) -> bool:
        with Connection(("127.0.0.1", broker.port)) as client:
            for at in range(0, len(frame), 50 * 1024):
                client.send(frame[at : at + 50 * 1024])
            # Nonsense, so it is closed as soon as it is there as a whole; the stall time-out is longer than we wait.
            return client.is_closed()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send, range(16)))


def test_api_versions_gives_its_share_back(start: Start) -> None:
    broker = start(SMALL)
    address = ("127.0.0.1", broker.port)
    with Connection(address) as hoarder, Connection(address) as client:
        # 900 KB of responses of version 0 to an unknown version.
        hoarder.send(kafka.frame(struct.pack(">hhi", kafka.API_VERSIONS, 99, 7) + b"\0" * (900 * 1024)))
        assert hoarder.receive()[:4] == struct.pack(">i", 7)
        client.create_topic("t")
        assert client.produce("t", _values(700 * 1024))["ErrorCode"] == 0


def test_a_trickle_does_not_keep_its_share(start: Start) -> None:
    broker = start({**SMALL, "socket.stall.timeout.ms": "300"})
    with Connection(("127.0.0.1", broker.port)) as trickle:
        frame = kafka.frame(kafka.header(kafka.METADATA, 1, 1) + b"\0" * (80 * 1024))
        trickle.send(frame[: 70 * 1024])
        trickle.socket.settimeout(0.1)  # the time between two bytes: less than it takes to be called stalled
        sent = 0
        for byte in frame[70 * 1024 : 70 * 1024 + 200]:
            trickle.send(bytes([byte]))
            sent += 1
            try:
                if trickle.is_closed():
                    break
            except TimeoutError:
                continue
        assert sent < 100, "one byte a tenth of a second held memory that other connections need"


def test_a_large_announced_length_does_not_block_other_connections(start: Start) -> None:
    broker = start({"queued.max.request.bytes": str(4 * MIB), "socket.stall.timeout.ms": "3600000"})
    address = ("127.0.0.1", broker.port)
    with ExitStack() as stack, Connection(address) as client:
        for _ in range(16):  # more than the queue takes, so that some wait for it
            announcer = stack.enter_context(Connection(address))
            announcer.send(struct.pack(">i", 100 * MIB) + kafka.header(kafka.METADATA, 1, 1) + bytes(70 * 1024))
        client.create_topic("t")
        for _ in range(3):
            assert client.produce("t", _values(900 * 1024))["ErrorCode"] == 0
