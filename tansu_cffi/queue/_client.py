"""aiokafka, the client of the queue: its import, and the translation of its errors."""

from __future__ import annotations

import importlib
from typing import Any

from tansu_cffi.queue._errors import (
    QueueDependencyMissing,
    QueueError,
    QueueRequestError,
    QueueTimeout,
    QueueTopicExists,
    QueueTopicNotFound,
)

#: aiokafka's limit of a request, raised so that the topic's limit applies.
REQUEST_BYTES_MAX = 64 * 1024 * 1024


def load_aiokafka() -> Any:
    """Imports aiokafka; importing `tansu_cffi.queue` alone never does."""
    try:
        importlib.import_module("aiokafka.admin")
        return importlib.import_module("aiokafka")
    except ImportError as error:
        raise QueueDependencyMissing(
            f"tansu_cffi.queue needs aiokafka, which cannot be imported ({error}). pip install aiokafka"
        ) from error


def is_client_error(error: BaseException) -> bool:
    """Whether the error comes from aiokafka and so has to be translated."""
    kafka_errors = importlib.import_module("aiokafka.errors")
    return isinstance(error, kafka_errors.KafkaError)


def translate(error: Any, doing: str) -> QueueError:
    """Converts an aiokafka error to a QueueError; `doing` is the user's call."""
    kafka_errors = importlib.import_module("aiokafka.errors")
    if isinstance(error, (kafka_errors.KafkaTimeoutError, kafka_errors.RequestTimedOutError)):
        return QueueTimeout(f"{doing}: the broker did not answer in time ({error})")
    code = getattr(error, "errno", None)
    code = code if isinstance(code, int) else -1
    name = getattr(error, "message", None) or type(error).__name__
    text = str(error) or name
    if isinstance(error, kafka_errors.TopicAlreadyExistsError):
        return QueueTopicExists(
            f"{doing}: the topic exists already. Pass exist_ok=True to accept it.", code=code, name=name
        )
    if isinstance(error, kafka_errors.UnknownTopicOrPartitionError):
        return QueueTopicNotFound(f"{doing}: there is no such topic or partition", code=code, name=name)
    return QueueRequestError(f"{doing}: {text}", code=code, name=name)
