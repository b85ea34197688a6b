"""Bodies that claim more than they contain, for every served request and version, under a memory limit.

An allocation by claim cannot be missed here: it does not fit, and a failed allocation ends the process.
"""

from __future__ import annotations

import random
from typing import Callable

import kafka_bytes as kafka
import pytest
from measured_broker import BrokerProcess
from wire_client import Closed, Connection

MIB = 1 << 20
#: Room that the process has over what it had mapped when it was idle.
ROOM = 256 * MIB
#: Peak memory that all of it may cost.
GROWTH = 64 * MIB

CLAIMS = (2**31 - 1, 2**31 - 2, 0x00FF_FFFF, 100_000, -2)


@pytest.fixture
def broker(start_process: Callable[..., BrokerProcess]) -> BrokerProcess:
    process = start_process()
    with Connection(process.address) as client:
        client.create_topic("x")
        client.produce("x", kafka.batch(b"warm"))
        # No hostile request has this name: one of them may delete x, and be right.
        client.create_topic("survivor")
    process.tell(f"limit {ROOM}")
    return process


def _throw(broker: BrokerProcess, frames: list[tuple[str, bytes]]) -> None:
    """Sends each frame, on a new connection where the last one was closed, and looks for the damage."""
    broker.forget_peak()
    before = broker.status("VmRSS")
    connection = Connection(broker.address)
    for name, raw in frames:
        connection.send(raw + kafka.request(kafka.API_VERSIONS, 0, 123_456))
        try:
            # An answer of any kind, or the end of the connection.
            while kafka.struct.unpack_from(">i", connection.receive())[0] != 123_456:
                pass
        except Closed:
            connection.close()
            assert broker.is_alive(), f"{name} killed the broker"
            try:
                connection = Connection(broker.address)
            except OSError as error:
                raise AssertionError(f"no connection after {name}") from error
        except TimeoutError:
            raise AssertionError(f"{name} is neither answered nor refused") from None
    connection.close()
    grown = broker.status("VmHWM") - before
    print(f"{len(frames)} hostile frames: {grown / MIB:.1f} MiB at the peak")
    assert grown < GROWTH
    with Connection(broker.address) as client:
        assert client.produce("survivor", kafka.batch(b"after"))["ErrorCode"] == 0


def _served(broker: BrokerProcess) -> dict[int, range]:
    with Connection(broker.address) as client:
        return client.served()


def test_every_count_and_length_of_every_served_request_may_lie(broker: BrokerProcess) -> None:
    served = _served(broker)
    assert len(served) > 15
    frames = []
    for key, range_ in served.items():
        for version in range_:
            if version not in kafka.schema_range(key):
                continue
            for path, body in kafka.lies(key, version, CLAIMS):
                name = f"{kafka.NAMES[key]} v{version} {path}"
                frames.append((name, kafka.frame(kafka.header(key, version, 9) + body)))
    assert len(frames) > 2_000
    _throw(broker, frames)


def test_many_honest_elements_of_nothing(broker: BrokerProcess) -> None:
    """A correct count can be as harmful: millions of elements of one byte, each of which becomes a struct."""
    frames = []
    for key, range_ in _served(broker).items():
        version = range_[-1]
        for field in kafka.request_fields(key):
            if version not in kafka.versions(field["versions"]) or not field["type"].startswith("[]"):
                continue
            if not kafka.is_flexible(key, version) or "tag" in field:
                continue
            whole = kafka.body(key, version, {field["name"]: [_empty(field)] * 200_000})
            frames.append(
                (f"{kafka.NAMES[key]} v{version} {field['name']}", kafka.frame(kafka.header(key, version, 9) + whole))
            )
    assert len(frames) > 5
    _throw(broker, frames)


def _empty(field: dict[str, object]) -> object:
    kind = str(field["type"])[2:]
    return {"int32": 0, "int8": 0, "int64": 0, "string": "", "uuid": bytes(16)}.get(kind, {})


def test_bytes_at_random(broker: BrokerProcess) -> None:
    seed = 20_261_124
    draw = random.Random(seed)
    frames = []
    for key, range_ in _served(broker).items():
        for number in range(60):
            version = draw.choice(range_)
            if version not in kafka.schema_range(key):
                continue
            honest = bytearray(kafka.body(key, version, kafka.sample(kafka.request_fields(key), version)))
            for _ in range(draw.randint(1, 4)):
                place = draw.randrange(len(honest) + 1)
                honest[place : place + draw.randint(0, 4)] = draw.randbytes(draw.randint(0, 6))
            name = f"seed {seed}: {kafka.NAMES[key]} v{version} #{number}"
            frames.append((name, kafka.frame(kafka.header(key, version, 9) + bytes(honest))))
    _throw(broker, frames)


def test_batches_that_claim_more_than_they_hold(broker: BrokerProcess) -> None:
    import gzip
    import zlib

    bomb = gzip.compress(bytes(512 * MIB), 9)
    assert len(bomb) < MIB
    batches = {
        "count 2^32-1": kafka.batch(b"a", count=2**32 - 1),
        "count 2^31-1 and its delta": kafka.batch(b"a", count=2**31 - 1, last_offset_delta=2**31 - 2),
        "record length": kafka.batch(b"a", records=kafka.varint(2**31 - 1) + bytes(8)),
        "value length": kafka.batch(b"a", records=kafka.varint(20) + b"\0\0\0\1" + kafka.varint(2**31 - 1) + bytes(20)),
        "header count": kafka.batch(b"a", records=kafka.varint(9) + b"\0\0\0\1\1" + kafka.varint(2**30)),
        "gzip bomb of 512 MiB": kafka.batch(b"a", attributes=1, records=bomb),
        "gzip of nothing": kafka.batch(b"a", attributes=1, records=gzip.compress(b"")),
        "zlib is not gzip": kafka.batch(b"a", attributes=1, records=zlib.compress(b"a")),
        "snappy length": kafka.batch(b"a", attributes=2, records=b"\xff\xff\xff\xff\x0f" + bytes(20)),
        "xerial length": kafka.batch(
            b"a", attributes=2, records=b"\x82SNAPPY\0\0\0\0\1\0\0\0\1\x7f\xff\xff\xff" + bytes(20)
        ),
        "lz4 garbage": kafka.batch(b"a", attributes=3, records=b"\x04\x22\x4d\x18\x70\x73" + b"\xff" * 30),
        "zstd window": kafka.batch(b"a", attributes=4, records=b"\x28\xb5\x2f\xfd\x00\xf8" + bytes(30)),
        "no such codec": kafka.batch(b"a", attributes=7),
    }
    frames = []
    for name, raw in batches.items():
        values = {
            "Acks": -1,
            "TimeoutMs": 1_000,
            "TopicData": [{"Name": "x", "PartitionData": [{"Index": 0, "Records": raw}]}],
        }
        frames.append((name, kafka.request(kafka.PRODUCE, 9, 9, **values)))
    _throw(broker, frames)
    with Connection(broker.address) as client:
        # "warm", from before.
        assert client.fetch("x", 0)["HighWatermark"] == 1, "one of them was stored"
