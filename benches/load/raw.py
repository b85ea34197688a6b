"""A small raw client: no library whose start costs time."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, Optional


class Reply:
    """The fields of an answer, one after the other."""

    def __init__(self, body: bytes, at: int) -> None:
        self.body, self.at = body, at

    def take(self, form: str) -> Any:
        value = struct.unpack_from(">" + form, self.body, self.at)[0]
        self.at += struct.calcsize(">" + form)
        return value

    def skip(self, count: int) -> None:
        self.at += count

    def string(self) -> Optional[str]:
        length = self.take("h")
        if length < 0:
            return None
        self.skip(length)
        return self.body[self.at - length : self.at].decode()


class Raw:
    """One connection speaking old (non-flexible) versions, chosen from what the server offers."""

    def __init__(self, host: str, port: int, timeout: float = 10) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation_id = 0
        self.apis: dict[int, tuple[int, int]] = {}

    def close(self) -> None:
        self.socket.close()

    def call(self, key: int, version: int, body: bytes) -> bytes:
        self.correlation_id += 1
        request = struct.pack(">hhih", key, version, self.correlation_id, 5) + b"bench" + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        length = struct.unpack(">i", self._read(4))[0]
        return self._read(length)[4:]

    def _read(self, length: int) -> bytes:
        buffer = bytearray(length)
        view, got = memoryview(buffer), 0
        while got < length:
            count = self.socket.recv_into(view[got:])
            if not count:
                raise ConnectionError("closed")
            got += count
        return bytes(buffer)

    def api_versions(self) -> dict[int, tuple[int, int]]:
        body = self.call(18, 0, b"")
        error, count = struct.unpack_from(">hi", body)
        if error:
            raise ConnectionError(f"ApiVersions error {error}")
        self.apis = {key: (low, high) for key, low, high in struct.iter_unpack(">hhh", body[6 : 6 + 6 * count])}
        return self.apis

    def pick(self, key: int, low: int, high: int) -> int:
        server_low, server_high = self.apis[key]
        version = min(high, server_high)
        if version < max(low, server_low):
            raise RuntimeError(f"api {key}: server has {server_low}-{server_high}, this client {low}-{high}")
        return version

    def metadata_reply(self, topics: Optional[Sequence[str]]) -> tuple[int, bytes]:
        version = self.pick(3, 4, 7)
        body = struct.pack(">i", -1)
        if topics is not None:
            names = (struct.pack(">h", len(topic)) + topic.encode() for topic in topics)
            body = struct.pack(">i", len(topics)) + b"".join(names)
        return version, self.call(3, version, body + b"\1")

    def metadata(self, topics: Optional[Sequence[str]] = ()) -> dict[str, list[tuple[int, int, int]]]:
        """{topic: [(error, partition, leader)]}; topics=None asks for all of them."""
        version, body = self.metadata_reply(topics)
        reply = Reply(body, 4)
        for _ in range(reply.take("i")):
            reply.take("i"), reply.string(), reply.take("i"), reply.string()
        reply.string(), reply.take("i")
        found = {}
        for _ in range(reply.take("i")):
            topic_error, name, _ = reply.take("h"), reply.string(), reply.take("b")
            partitions = []
            for _ in range(reply.take("i")):
                error, index, leader = reply.take("h"), reply.take("i"), reply.take("i")
                if version >= 7:
                    reply.take("i")
                for _ in range(3 if version >= 5 else 2):
                    reply.skip(4 * reply.take("i"))
                partitions.append((error or topic_error, index, leader))
            found[name or ""] = partitions
        return found

    def wait_topic(self, topic: str, partitions: int = 1, timeout: float = 30) -> int:
        end = time.monotonic() + timeout
        while True:
            found = self.metadata([topic]).get(topic, [])
            if len(found) >= partitions and all(error == 0 and leader >= 0 for error, _, leader in found):
                return len(found)
            if time.monotonic() > end:
                raise TimeoutError(f"{topic}: {found}")
            time.sleep(0.001)

    def create_topic(self, topic: str, partitions: int = 1, configs: Optional[dict[str, str]] = None) -> int:
        if 19 not in self.apis:
            return self.wait_topic(topic)
        name = struct.pack(">ih", 1, len(topic)) + topic.encode()
        pairs = [text for pair in (configs or {}).items() for text in pair]
        said = b"".join(struct.pack(">h", len(text)) + text.encode() for text in pairs)
        asked = struct.pack(">ihii", partitions, 1, 0, len(pairs) // 2) + said + struct.pack(">ib", 30000, 0)
        body = self.call(19, self.pick(19, 2, 4), name + asked)
        error = struct.unpack_from(">h", body, 10 + len(topic))[0]
        if error not in (0, 36):
            raise RuntimeError(f"CreateTopics error {error}")
        return self.wait_topic(topic, partitions)

    def produce(self, topic: str, batch: bytes) -> int:
        """The error code."""
        head = struct.pack(">hhii", -1, -1, 30000, 1) + struct.pack(">h", len(topic)) + topic.encode()
        body = self.call(0, self.pick(0, 3, 7), head + struct.pack(">iii", 1, 0, len(batch)) + batch)
        error: int = struct.unpack_from(">h", body, 4 + 2 + len(topic) + 4 + 4)[0]
        return error
