"""The section "tansu" of a failed test: its brokers' topics and groups, and their log."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator

from tansu_cffi import BrokerError, Group, GroupPartition, TansuBroker, Topic, _logs

#: Lines of the log, topics, groups, and partitions of one of them, that a report has at most.
_LINES, _TOPICS, _GROUPS, _PARTITIONS = 50, 20, 20, 8


class LogLines:
    """The last lines of the library's log, from INFO on. The level of the logger "tansu" does not change."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._count = 0
        _logs.set_tap(logging.INFO, self._add)

    def _add(self, level: int, target: str, message: str) -> None:
        self._count += 1
        self._lines.append(f"{logging.getLevelName(level):7} {target}: {message}")

    def clear(self) -> None:
        """Forgets all lines."""
        _logs.flush()
        self._lines.clear()
        self._count = 0

    def shown(self) -> str:
        """Returns the lines since the last `clear()`, under a heading."""
        _logs.flush()
        lines = list(self._lines)
        which = f"the last {len(lines)} of {self._count} lines" if self._count > len(lines) else "all lines"
        return "\n".join([f"log during the test, {which}:", *(f"  {line}" for line in lines or ["none"])])

    def close(self) -> None:
        """Ends the collection."""
        _logs.set_tap(logging.INFO, None)


def describe(broker: TansuBroker) -> str:
    """Returns lines about a broker: its address, its topics with their ends, its groups with members and lag."""
    lines = [repr(broker)]
    for describe_part in (_topics, _groups):
        try:
            lines += [f"  {line}" for line in describe_part(broker)]
        except BrokerError as error:  # it has stopped, or its storage has no groups
            lines.append(f"  {error}")
    return "\n".join(lines)


def _topics(broker: TansuBroker) -> Iterator[str]:
    topics = sorted(broker.topics(), key=lambda topic: (topic.name.startswith("__"), topic.name))
    # First those with records: a run leaves many topics behind.
    topics.sort(key=lambda topic: all(partition.high_watermark == 0 for partition in topic.partitions))
    yield f"topics ({len(topics)}):"
    for topic in topics[:_TOPICS]:
        yield f"  {_topic(topic)}"
    yield from _more(len(topics) - _TOPICS)


def _topic(topic: Topic) -> str:
    if len(topic.partitions) > _PARTITIONS:
        records = sum(partition.high_watermark - partition.log_start for partition in topic.partitions)
        return f"{topic.name}: {len(topic.partitions)} partitions, offsets of {records} records"
    ends = (f"partition {one.id} has offsets {one.log_start} to {one.high_watermark}" for one in topic.partitions)
    return f"{topic.name}: {', '.join(ends)}"


def _groups(broker: TansuBroker) -> Iterator[str]:
    groups = broker.groups()
    yield f"groups ({len(groups)}):"
    for group in groups[:_GROUPS]:
        yield from (f"  {line}" for line in _group(group, broker.group_offsets(group.name)))
    yield from _more(len(groups) - _GROUPS)


def _group(group: Group, partitions: list[GroupPartition]) -> Iterator[str]:
    lag = sum(partition.lag for partition in partitions)
    yield f"{group.name}: {group.state}, {group.type}, members: {len(group.members)}, lag: {lag}"
    for member in group.members:
        assigned = (f"{topic} {list(numbers)}" for topic, numbers in member.partitions.items())
        yield f"  member {member.member_id} of {member.client_host}: {', '.join(assigned) or 'no partitions'}"
    for one in partitions[:_PARTITIONS]:
        committed = "nothing" if one.committed is None else one.committed
        yield f"  {one.topic}-{one.partition}: committed {committed}, end {one.high_watermark}, lag {one.lag}"
    yield from _more(len(partitions) - _PARTITIONS)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"  and {count} more"
