"""The queue's errors. Each is a BrokerError; some are also a builtin exception.

BrokerError
└─ QueueError
   ├─ QueueDependencyMissing (ImportError)
   ├─ QueueArgumentError (ValueError)
   ├─ QueueNotStarted (BrokerStateError)
   │  └─ QueueStopped
   ├─ QueueAlreadyStarted (BrokerStateError)
   ├─ QueueTimeout (BrokerTimeoutError)
   └─ QueueRequestError            a Kafka error code, in .code and .name
      ├─ QueueTopicNotFound (LookupError)
      └─ QueueTopicExists
"""

from __future__ import annotations

from typing import Any

from tansu_cffi import BrokerArgumentError, BrokerError, BrokerErrorKind, BrokerStateError, BrokerTimeoutError


class QueueError(BrokerError):
    """The base of all errors of the queue."""


class QueueDependencyMissing(QueueError, ImportError):
    """aiokafka is not installed."""

    _default_kind = BrokerErrorKind.CONFIG


class QueueArgumentError(QueueError, BrokerArgumentError):
    """An argument of the wrong type or out of range; the message names it."""


class QueueNotStarted(QueueError, BrokerStateError):
    """A verb before `start()` or after `stop()`."""


class QueueStopped(QueueNotStarted):
    """The queue was stopped while this call was waiting."""


class QueueAlreadyStarted(QueueError, BrokerStateError):
    """`start()` on a queue that runs."""


class QueueTimeout(QueueError, BrokerTimeoutError):
    """The broker did not answer in time."""


class QueueRequestError(QueueError):
    """The broker answered with a Kafka error."""

    #: Kafka's error code; -1 for an error of the client.
    code: int
    #: Kafka's name of the error, such as MESSAGE_TOO_LARGE.
    name: str

    def __init__(
        self, message: str = "", *, code: int = -1, name: str = "UNKNOWN_SERVER_ERROR", **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.code = code
        self.name = name


class QueueTopicNotFound(QueueRequestError, LookupError):
    """The topic or the partition does not exist."""


class QueueTopicExists(QueueRequestError):
    """`create_topic()` of a topic that exists."""
