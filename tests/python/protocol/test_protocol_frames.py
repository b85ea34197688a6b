"""Malformed frames: wrong lengths, single bytes, connections that end in the middle."""

from __future__ import annotations

import struct
from typing import Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Connection, fetch_values, produce_values

Connect = Callable[..., Connection]
StartProcess = Callable[..., BrokerProcess]
MIB = 1 << 20


def _serves(address: tuple[str, int]) -> bool:
    with Connection(address) as connection:
        return bool(connection.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0)


@pytest.mark.parametrize("length", [-1, -(2**31), 2**31 - 1, 104_857_601, 0, 1, 7])
def test_a_length_that_cannot_be_closes_the_connection(connect: Connect, client: Connection, length: int) -> None:
    liar = connect()
    liar.send(struct.pack(">i", length) + b"x" * max(0, min(length, 1_000)))
    assert liar.is_closed()
    assert client.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0


def test_a_claimed_length_costs_no_memory(start_process: StartProcess) -> None:
    broker = start_process()
    assert _serves(broker.address)
    before = broker.status("VmRSS")
    # Just inside the limit, so that the broker waits for 100 MB from each of them.
    liars = [Connection(broker.address) for _ in range(100)]
    for liar in liars:
        liar.send(struct.pack(">i", 104_857_600) + b"x" * 100)
    assert _serves(broker.address)
    grown = broker.status("VmRSS") - before
    print(f"100 frames that claim 100 MiB: {grown / 1024:.0f} KiB more")
    assert grown < 16 * MIB
    for liar in liars:
        liar.close()


def test_the_limit_of_a_frame_is_the_setting(start: Callable[..., object]) -> None:
    broker = start({"socket.request.max.bytes": "2048"})
    address = ("127.0.0.1", broker.port)  # type: ignore[attr-defined]
    with Connection(address) as fits, Connection(address) as too_long:
        raw = kafka.header(kafka.API_VERSIONS, 0, 1, "x" * (2_048 - 10))
        assert len(raw) == 2_048
        fits.send(kafka.frame(raw))
        assert fits.answer(kafka.API_VERSIONS, 0, 1)["ErrorCode"] == 0
        too_long.send(kafka.frame(kafka.header(kafka.API_VERSIONS, 0, 1, "x" * (2_048 - 9))))
        assert too_long.is_closed()


def test_a_thousand_connections_dropped_in_the_middle_of_a_frame(start_process: StartProcess) -> None:
    broker = start_process()
    with Connection(broker.address) as client:
        client.create_topic("t")
    whole = kafka.request(kafka.PRODUCE, 9, 1, **produce_values("t", kafka.batch(b"never acknowledged" * 100)))
    before = broker.status("VmRSS"), broker.descriptors(), broker.status("Threads")
    for number in range(1_000):
        connection = Connection(broker.address)
        connection.send(whole[: 1 + number % (len(whole) - 1)])
        connection.drop() if number % 2 else connection.close()
    # A new connection is served after those before it: the accept queue is a queue.
    with Connection(broker.address) as client:
        assert client.fetch("t", 0)["HighWatermark"] == 0, "half a request was carried out"
    _until(broker, "descriptors", broker.descriptors, before[1])
    grown = broker.status("VmRSS") - before[0]
    print(f"1,000 dropped connections: {grown / 1024:.0f} KiB more")
    assert grown < 16 * MIB
    # Maintenance has one for a while.
    _until(broker, "threads", lambda: broker.status("Threads"), before[2])


def _until(broker: BrokerProcess, what: str, have: Callable[[], int], before: int) -> None:
    for _ in range(1_000):  # each turn is a request and its answer
        if have() <= before:
            return
        assert _serves(broker.address)
    raise AssertionError(f"{have()} {what} where {before} were before")


def test_one_byte_at_a_time(client: Connection, topic: str) -> None:
    raw = kafka.request(kafka.PRODUCE, 9, 77, **produce_values(topic, kafka.batch(b"dribble")))
    for byte in raw:
        client.send(bytes([byte]))
    assert client.answer(kafka.PRODUCE, 9, 77)["Responses"][0]["PartitionResponses"][0]["BaseOffset"] == 0


def test_frames_cut_at_every_place(client: Connection) -> None:
    pair = kafka.request(kafka.API_VERSIONS, 0, 1) + kafka.request(kafka.METADATA, 1, 2, Topics=[])
    for cut in range(1, len(pair)):
        client.send(pair[:cut])
        client.send(pair[cut:])
        client.answer(kafka.API_VERSIONS, 0, 1)
        client.answer(kafka.METADATA, 1, 2)


def test_pipelined_requests_are_answered_in_order(client: Connection, topic: str) -> None:
    # The first one waits at the broker; the answers of those behind it must not overtake it.
    asked = [(kafka.FETCH, 11, fetch_values(topic, 0, max_wait=300))]
    for number in range(100):
        asked.append((kafka.PRODUCE, 9, produce_values(topic, kafka.batch(b"%d" % number))))
        asked.append((kafka.METADATA, 9, {"Topics": [{"Name": topic}]}))
        asked.append((kafka.API_VERSIONS, 0, {}))
    client.send(b"".join(kafka.request(key, version, i, **values) for i, (key, version, values) in enumerate(asked)))
    answers = [client.answer(key, version, i) for i, (key, version, _) in enumerate(asked)]
    offsets = [a["Responses"][0]["PartitionResponses"][0]["BaseOffset"] for a in answers[1::3]]
    assert offsets == list(range(100))


def test_a_slow_reader_costs_no_one_else(start_process: StartProcess) -> None:
    broker = start_process({"socket.stall.timeout.ms": "1000"})
    with Connection(broker.address) as writer:
        writer.create_topic("t")
        for _ in range(8):
            writer.produce("t", kafka.batch(*[bytes(1_000)] * 900))
        with Connection(broker.address, receive_buffer=4_096) as slow:
            before = broker.status("VmRSS")
            # 200 answers of seven megabytes, none of them read.
            for number in range(200):
                slow.send(kafka.request(kafka.FETCH, 11, number, **fetch_values("t", 0)))
            assert writer.produce("t", kafka.batch(b"served"))["ErrorCode"] == 0
            grown = broker.status("VmRSS") - before
            print(f"200 unread answers of 7 MB: {grown / MIB:.1f} MiB more")
            assert grown < 64 * MIB
            slow.socket.settimeout(20)
            taken = 0
            try:
                while part := _pause_then_read(slow, taken):
                    taken += len(part)
            except ConnectionResetError:
                pass
            assert taken < 200 * 7 * 900_000, "a client that stalls was waited for"
        assert writer.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0


def _pause_then_read(slow: Connection, taken: int) -> bytes:
    """Waits until the broker's stall timeout has passed, which the socket shows, before it reads the first byte."""
    if not taken:
        _until_hung_up(slow)
    return slow.socket.recv(1 << 16)


def _until_hung_up(connection: Connection) -> None:
    import select

    poller = select.poll()
    poller.register(connection.socket, select.POLLRDHUP)
    assert poller.poll(20_000), "the broker keeps a connection that has stalled"


def test_a_client_that_stalls_in_a_request_is_closed(start: Callable[..., object]) -> None:
    broker = start({"socket.stall.timeout.ms": "200"})
    address = ("127.0.0.1", broker.port)  # type: ignore[attr-defined]
    for begun in (b"\0", struct.pack(">i", 100), struct.pack(">i", 100) + b"abc"):
        with Connection(address) as stalled:
            stalled.send(begun)
            assert stalled.is_closed()


def test_an_idle_connection_is_closed_and_a_busy_one_is_not(start: Callable[..., object]) -> None:
    broker = start({"connections.max.idle.ms": "4000"})
    address = ("127.0.0.1", broker.port)  # type: ignore[attr-defined]
    with Connection(address) as idle, Connection(address) as busy:
        busy.create_topic("t")
        assert idle.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0
        # A fetch that waits longer than that is not idle.
        assert busy.fetch("t", 0, max_wait=5_000)["ErrorCode"] == 0
        assert idle.is_closed()


def test_one_connection_more_than_allowed_is_closed(start: Callable[..., object]) -> None:
    broker = start({"max.connections": "3"})
    address = ("127.0.0.1", broker.port)  # type: ignore[attr-defined]
    taken = [Connection(address) for _ in range(3)]
    assert all(connection.ask(kafka.API_VERSIONS, 0)["ErrorCode"] == 0 for connection in taken)
    with Connection(address) as fourth:
        assert fourth.is_closed()
    taken.pop().close()
    for _ in range(1_000):  # the place is free once the broker has seen the close
        with Connection(address) as next_one:
            next_one.send(kafka.request(kafka.API_VERSIONS, 0, 1))
            if not next_one.is_closed():
                break
    else:
        raise AssertionError("a closed connection still counts")
    for connection in taken:
        connection.close()
