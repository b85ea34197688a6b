"""The commands of a broker as data: name, arguments, and a function that reads the reply.

This module does not call the library; `_core` runs a command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Generic, Optional, TypeVar

from tansu_cffi._errors import BrokerArgumentError
from tansu_cffi._fields import Plain, text_of

T = TypeVar("T")


@dataclass(frozen=True)
class Partition:
    """One partition of a topic."""

    id: int
    #: Offset of the first kept record.
    log_start: int
    #: Offset of the next record.
    high_watermark: int


@dataclass(frozen=True)
class Topic:
    """A topic and its partitions."""

    name: str
    id: str
    partitions: tuple[Partition, ...]


@dataclass(frozen=True)
class Command(Generic[T]):
    """A command, and the function that reads its reply."""

    name: str
    read: Callable[[Any], T]
    args: Mapping[str, Any] = field(default_factory=dict)

    def args_json(self) -> str:
        return json.dumps({name: value for name, value in self.args.items() if value is not None})

    def within(self, milliseconds: int) -> Command[T]:
        """Returns the command with a time limit."""
        return replace(self, args={**self.args, "timeout_ms": milliseconds})

    def reply(self, text: str) -> T:
        return self.read(json.loads(text))


def info() -> Command[dict[str, Any]]:
    """Describes the broker and its build."""
    return Command("info", dict)


def topics() -> Command[list[Topic]]:
    """Lists all topics."""
    return Command("topics.list", lambda reply: [_topic(topic) for topic in reply["topics"]])


def create_topic(name: str, partitions: Optional[int], configs: Optional[Mapping[str, Plain]]) -> Command[Topic]:
    """Creates a topic. Checks only the types of the arguments; the library checks the values."""
    if not isinstance(name, str):
        raise BrokerArgumentError(f"name: {name!r} is not a string")
    if partitions is not None and (not isinstance(partitions, int) or isinstance(partitions, bool)):
        raise BrokerArgumentError(f"partitions: {partitions!r} is not a whole number")
    if configs is not None and not isinstance(configs, Mapping):
        raise BrokerArgumentError(f"configs: {configs!r} is not a mapping of strings")
    args = {"name": name, "partitions": partitions, "configs": _config_texts(configs) if configs else None}
    return Command("topics.create", _topic, args)


def _config_texts(configs: Mapping[str, Plain]) -> dict[str, str]:
    texts = {}
    for key, value in configs.items():
        text = text_of(value)
        if not isinstance(key, str) or text is None:
            raise BrokerArgumentError(
                f"configs[{key!r}]: {value!r}; topic configs map strings to strings, numbers or bools"
            )
        texts[key] = text
    return texts


def metrics() -> Command[dict[str, int]]:
    """Returns the counters since the start."""
    return Command("metrics", lambda reply: {metric["name"]: metric["value"] for metric in reply["metrics"]})


def _topic(reply: Mapping[str, Any]) -> Topic:
    partitions = tuple(Partition(p["id"], p["log_start"], p["high_watermark"]) for p in reply["partitions"])
    return Topic(reply["name"], reply["id"], partitions)
