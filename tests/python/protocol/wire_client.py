"""A connection that sends exactly the given bytes."""

from __future__ import annotations

import itertools
import socket
import struct
from typing import Any, Optional

import kafka_bytes as kafka

#: Nothing that works takes this long.
PATIENCE_S = 20.0


class Closed(Exception):
    """The broker closed the connection."""


class Connection:
    """One client's connection."""

    def __init__(self, address: tuple[str, int], *, receive_buffer: Optional[int] = None) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        try:
            if receive_buffer is not None:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.socket.settimeout(PATIENCE_S)
            self.socket.connect(address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self.socket.close()
            raise
        self._ids = itertools.count(1)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def drop(self) -> None:
        """Closes with a reset, as a killed machine's connection ends."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, raw: bytes) -> None:
        """A broker that has closed may refuse the rest: what it did is seen when its answer is read."""
        try:
            self.socket.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def receive(self) -> bytes:
        """One response, without its length prefix."""
        (length,) = struct.unpack(">i", self.exactly(4))
        return self.exactly(length)

    def exactly(self, count: int) -> bytes:
        """So many bytes, however they are cut."""
        parts = []
        while count:
            try:
                part = self.socket.recv(min(count, 1 << 20))
            except ConnectionResetError:
                part = b""
            if not part:
                raise Closed
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def is_closed(self) -> bool:
        """Waits for the broker to close; False where it answers, or goes on waiting for more."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except socket.timeout:
            return False

    def ask(self, key: int, version: int, **values: Any) -> dict[str, Any]:
        """A request and its response."""
        correlation_id = next(self._ids)
        self.send(kafka.request(key, version, correlation_id, **values))
        return self.answer(key, version, correlation_id)

    def answer(self, key: int, version: int, correlation_id: int) -> dict[str, Any]:
        """The response to a request that was sent before."""
        got, values = kafka.response(key, version, self.receive())
        assert got == correlation_id, f"response {got} where {correlation_id} was next"
        return values

    # -- what many tests ask

    def create_topic(self, name: str, partitions: int = 1, **configs: str) -> None:
        pairs = [{"Name": key, "Value": value} for key, value in configs.items()]
        topic = {"Name": name, "NumPartitions": partitions, "ReplicationFactor": 1, "Configs": pairs}
        answer = self.ask(kafka.CREATE_TOPICS, 5, Topics=[topic], timeoutMs=10_000)
        assert answer["Topics"][0]["ErrorCode"] == 0, answer

    def produce(self, topic: str, records: Optional[bytes], *, partition: int = 0, acks: int = -1) -> dict[str, Any]:
        """One partition's part of the answer."""
        answer = self.ask(kafka.PRODUCE, 9, **produce_values(topic, records, partition=partition, acks=acks))
        part: dict[str, Any] = answer["Responses"][0]["PartitionResponses"][0]
        return part

    def fetch(self, topic: str, offset: int, **options: Any) -> dict[str, Any]:
        """One partition's part of the answer."""
        answer = self.ask(kafka.FETCH, 11, **fetch_values(topic, offset, **options))
        assert answer["ErrorCode"] == 0, answer
        part: dict[str, Any] = answer["Responses"][0]["Partitions"][0]
        return part

    def served(self) -> dict[int, range]:
        """Keys and versions that the broker says it serves."""
        answer = self.ask(kafka.API_VERSIONS, 0)
        return {key["ApiKey"]: range(key["MinVersion"], key["MaxVersion"] + 1) for key in answer["ApiKeys"]}


def produce_values(topic: str, records: Optional[bytes], *, partition: int = 0, acks: int = -1) -> dict[str, Any]:
    """A Produce request for one partition."""
    data = {"Name": topic, "PartitionData": [{"Index": partition, "Records": records}]}
    return {"Acks": acks, "TimeoutMs": 10_000, "TopicData": [data]}


def fetch_values(
    topic: str,
    offset: int,
    *,
    partition: int = 0,
    max_wait: int = 0,
    min_bytes: int = 1,
    max_bytes: int = 1 << 26,
    partition_bytes: int = 1 << 26,
) -> dict[str, Any]:
    """A Fetch request (to version 12) for one partition."""
    place = {"Partition": partition, "FetchOffset": offset, "PartitionMaxBytes": partition_bytes}
    return {
        "MaxWaitMs": max_wait,
        "MinBytes": min_bytes,
        "MaxBytes": max_bytes,
        "Topics": [{"Topic": topic, "Partitions": [place]}],
    }
