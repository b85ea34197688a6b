"""What is measured, by name. Each throughput figure comes from a fresh server."""

from __future__ import annotations

from typing import Callable

from ..record import Options, Record
from . import groups, java, latency, start, throughput, topics

SUITES: dict[str, Callable[[Record, Options], None]] = {
    "start": start.start,
    "throughput": throughput.throughput,
    "retention": throughput.retention,
    "latency": latency.latency,
    "group": groups.group,
    "topics": topics.topics,
    "idle": topics.idle,
    "scale": throughput.scale,
    "warm": throughput.warm,
    "java": java.java,
}
DEFAULT = "start,throughput,latency,group,topics,idle,scale"
