"""The interface of a client for the tests."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import NamedTuple, Optional

#: Nothing that works takes this long; what does has failed.
PATIENCE_S = 30.0
#: The shortest that Apache Kafka lets a group member have.
SESSION_MS = 6_000

Headers = tuple[tuple[str, Optional[bytes]], ...]


class Message(NamedTuple):
    """A record to send."""

    value: Optional[bytes]
    key: Optional[bytes] = None
    headers: Headers = ()
    partition: Optional[int] = 0
    timestamp: Optional[int] = None


class Got(NamedTuple):
    """A received record."""

    partition: int
    offset: int
    key: Optional[bytes]
    value: Optional[bytes]
    headers: Headers
    timestamp: int


class Member(abc.ABC):
    """A consumer in a group."""

    @abc.abstractmethod
    def poll(self, seconds: float = 0.1) -> list[Got]:
        """What has come; also lets the client do its part of a rebalance."""

    @abc.abstractmethod
    def assignment(self) -> set[int]:
        """The partitions that are this member's."""

    @abc.abstractmethod
    def commit(self) -> None:
        """Commits what was polled, and waits for it."""

    @abc.abstractmethod
    def close(self) -> None:
        """Leaves the group."""

    def __enter__(self) -> Member:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Driver(abc.ABC):
    """A client library."""

    name: str

    @abc.abstractmethod
    def produce(
        self,
        servers: str,
        topic: str,
        messages: Sequence[Message],
        *,
        compression: Optional[str] = None,
        idempotent: bool = False,
        acks: object = "all",
    ) -> list[tuple[int, int]]:
        """Sends all and waits; gives partition and offset of each."""

    @abc.abstractmethod
    def read(self, servers: str, topic: str, count: int) -> list[Got]:
        """Reads a topic from its beginning without a group: `count` records, or fewer when no more come."""

    @abc.abstractmethod
    def member(self, servers: str, topic: str, group: str) -> Member:
        """Joins a group that begins where it has committed, or at the beginning."""

    @abc.abstractmethod
    def committed(self, servers: str, group: str, topic: str, partition: int) -> Optional[int]:
        """The offset that the group has committed."""

    @abc.abstractmethod
    def ends(self, servers: str, topic: str, partition: int) -> tuple[int, int]:
        """The first offset and the one after the last."""

    @abc.abstractmethod
    def offset_at(self, servers: str, topic: str, partition: int, timestamp: int) -> Optional[int]:
        """The first offset at that time or later."""

    @abc.abstractmethod
    def create_topic(self, servers: str, topic: str, partitions: int) -> None:
        """Raises TopicExists."""

    @abc.abstractmethod
    def delete_topic(self, servers: str, topic: str) -> None: ...

    @abc.abstractmethod
    def topics(self, servers: str) -> dict[str, int]:
        """Every topic with its count of partitions."""


class TopicExists(Exception):
    """The client's own error for TOPIC_ALREADY_EXISTS."""
