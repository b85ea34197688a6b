"""Groups as data, and the commands that list them and wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from tansu_cffi._commands import Command
from tansu_cffi._errors import BrokerArgumentError


@dataclass(frozen=True)
class GroupMember:
    """A member of a group."""

    member_id: str
    #: Kafka's `group.instance.id`, or None.
    instance_id: Optional[str]
    client_id: str
    client_host: str
    #: The numbers of the assigned partitions, by topic; empty for a member that is no consumer.
    partitions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A group and its members."""

    name: str
    #: As Kafka's tools show it: Empty, PreparingRebalance, CompletingRebalance or Stable; of a group of the consumer
    #: protocol Empty, Assigning, Reconciling or Stable.
    state: str
    #: As Kafka's tools show it: classic or consumer.
    type: str
    #: "consumer" for groups of consumers; empty for a group that only commits offsets.
    protocol_type: str
    #: The assignor; of a classic group while it is stable.
    protocol: str
    members: tuple[GroupMember, ...]


@dataclass(frozen=True)
class GroupPartition:
    """A partition that a group has committed an offset of, or that is assigned to a member."""

    topic: str
    partition: int
    #: The committed offset, or None.
    committed: Optional[int]
    metadata: str
    #: Offset of the next record of the partition.
    high_watermark: int
    #: Records from the committed offset, or else from the first kept one, to the high watermark.
    lag: int


def groups() -> Command[list[Group]]:
    """Lists all groups."""
    return Command("groups.list", lambda reply: [_group(group) for group in reply["groups"]])


def group(name: str) -> Command[Optional[Group]]:
    """Describes one group."""
    args = {"group": _text("group", name)}
    return Command("groups.describe", lambda reply: reply["group"] and _group(reply["group"]), args)


def offsets(name: str) -> Command[list[GroupPartition]]:
    """Lists the partitions of a group."""
    return Command("offsets.list", _partitions, {"group": _text("group", name)})


def wait_for_group(name: str, members: Optional[int], state: Optional[str]) -> Command[Group]:
    """Waits for members and a state."""
    state = None if state is None else _text("state", state)
    args = {"group": _text("group", name), "members": _number("members", members), "state": state}
    return Command("groups.wait", _group, args)


def wait_for_offset(name: str, topic: str, partition: int, offset: int) -> Command[list[GroupPartition]]:
    """Waits for a committed offset."""
    args = {"group": _text("group", name), "topic": _text("topic", topic)}
    numbers = {"partition": _number("partition", partition), "offset": _number("offset", offset)}
    return Command("offsets.wait", _partitions, {**args, **numbers})


def wait_for_lag(name: str, topic: Optional[str], at_most: int) -> Command[list[GroupPartition]]:
    """Waits until the lag is no more than a number of records."""
    topic = None if topic is None else _text("topic", topic)
    args = {"group": _text("group", name), "topic": topic, "lag": _number("at_most", at_most)}
    return Command("lag.wait", _partitions, args)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BrokerArgumentError(f"{name}: {value!r} is not a string")
    return value


def _number(name: str, value: Any) -> Optional[int]:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise BrokerArgumentError(f"{name}: {value!r} is not a whole number")
    return value


def _group(reply: Mapping[str, Any]) -> Group:
    members = tuple(_member(member) for member in reply["members"])
    names = ("name", "state", "type", "protocol_type", "protocol")
    return Group(**{name: reply[name] for name in names}, members=members)


def _member(reply: Mapping[str, Any]) -> GroupMember:
    partitions = {topic: tuple(numbers) for topic, numbers in reply["partitions"].items()}
    names = ("member_id", "instance_id", "client_id", "client_host")
    return GroupMember(**{name: reply[name] for name in names}, partitions=partitions)


def _partitions(reply: Mapping[str, Any]) -> list[GroupPartition]:
    names = ("topic", "partition", "committed", "metadata", "high_watermark", "lag")
    return [GroupPartition(*(partition[name] for name in names)) for partition in reply["partitions"]]
