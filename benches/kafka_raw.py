"""A Kafka client of a few requests over one socket: what it costs is nearly nothing, so it can measure a broker."""

from __future__ import annotations

import socket
import struct
import time

PRODUCE, FETCH, METADATA, API_VERSIONS = 0, 1, 3, 18


def _crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0x82F63B78 if value & 1 else value >> 1
        table.append(value)
    return table


_TABLE = _crc32c_table()


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _varint(value: int) -> bytes:
    rest, out = (value << 1) ^ (value >> 63), b""
    while rest >= 0x80:
        out, rest = out + bytes([rest & 127 | 128]), rest >> 7
    return out + bytes([rest])


def batch(value: bytes) -> bytes:
    """A record batch (magic 2) of one record."""
    record = b"\0" + _varint(0) + _varint(0) + _varint(-1) + _varint(len(value)) + value + _varint(0)
    record = _varint(len(record)) + record
    now = int(time.time() * 1000)
    tail = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + record
    return struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail)) + tail


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


class Connection:
    """One connection; requests in old, non-flexible versions that every broker of today still serves."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 20.0) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._correlation = 0

    def close(self) -> None:
        self.socket.close()

    def send(self, key: int, version: int, body: bytes) -> None:
        self._correlation += 1
        message = struct.pack(">hhi", key, version, self._correlation) + _string("measure") + body
        self.socket.sendall(struct.pack(">i", len(message)) + message)

    def receive(self) -> bytes:
        length = struct.unpack(">i", self._exactly(4))[0]
        answer = self._exactly(length)
        if struct.unpack_from(">i", answer)[0] != self._correlation:
            raise ConnectionError("an answer to another request")
        return answer[4:]

    def call(self, key: int, version: int, body: bytes) -> bytes:
        self.send(key, version, body)
        return self.receive()

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count:
            part = self.socket.recv(count)
            if not part:
                raise ConnectionError("the broker closed the connection")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def api_versions(self) -> dict[int, tuple[int, int]]:
        answer = self.call(API_VERSIONS, 0, b"")
        error, count = struct.unpack_from(">hi", answer)
        if error:
            raise ConnectionError(f"ApiVersions: error {error}")
        rows = struct.iter_unpack(">hhh", answer[6 : 6 + 6 * count])
        return {key: (low, high) for key, low, high in rows}

    def metadata(self, topic: str) -> bytes:
        """Metadata of one topic, which makes it where auto.create.topics.enable is on."""
        return self.call(METADATA, 4, struct.pack(">i", 1) + _string(topic) + b"\1")

    def produce(self, topic: str, records: bytes, partition: int = 0) -> int:
        """Produces one batch with acks=-1 and gives its base offset."""
        head = struct.pack(">hhi", -1, -1, 10_000) + struct.pack(">i", 1) + _string(topic)
        body = head + struct.pack(">iii", 1, partition, len(records)) + records
        answer = self.call(PRODUCE, 3, body)
        at = 4 + 2 + len(topic.encode()) + 4
        _partition, error, offset = struct.unpack_from(">ihq", answer, at)
        if error:
            raise ConnectionError(f"Produce: error {error}")
        return offset

    def send_fetch(self, topic: str, offset: int, max_wait_ms: int) -> None:
        """Asks for records at `offset`; the answer may be a while."""
        head = struct.pack(">iiiib", -1, max_wait_ms, 1, 1 << 20, 0) + struct.pack(">i", 1) + _string(topic)
        self.send(FETCH, 4, head + struct.pack(">iiqi", 1, 0, offset, 1 << 20))
