"""A queue in five verbs over an embedded broker: start, create_topic, produce, fetch, stop.

    backend = TansuBackend(storage_url="memory://", port=9092, blocking=False)
    await backend.start()
    await backend.create_topic("my-topic")
    offset = await backend.produce("my-topic", b"hello world")
    records = await backend.fetch("my-topic", offset=0)
    await backend.stop()

Other Kafka clients may use the same broker at the same time.
"""

from __future__ import annotations

from tansu_cffi import _public
from tansu_cffi.queue._backend import TansuBackend
from tansu_cffi.queue._errors import (
    QueueAlreadyStarted,
    QueueArgumentError,
    QueueDependencyMissing,
    QueueError,
    QueueNotStarted,
    QueueRequestError,
    QueueStopped,
    QueueTimeout,
    QueueTopicExists,
    QueueTopicNotFound,
)
from tansu_cffi.queue._record import Record

__all__ = [
    "QueueAlreadyStarted",
    "QueueArgumentError",
    "QueueDependencyMissing",
    "QueueError",
    "QueueNotStarted",
    "QueueRequestError",
    "QueueStopped",
    "QueueTimeout",
    "QueueTopicExists",
    "QueueTopicNotFound",
    "Record",
    "TansuBackend",
]

_public.show(globals(), __all__)
