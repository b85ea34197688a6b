"""The exceptions of the package. Most are also a builtin exception.

BrokerError
├─ BrokerConfigError (ValueError)
├─ BrokerArgumentError (ValueError)
├─ BrokerBindError (OSError)
├─ BrokerStorageError
├─ BrokerTimeoutError (TimeoutError)
├─ BrokerRequestError              a Kafka error code, in .code and .name
│  └─ BrokerTopicExistsError
└─ BrokerStateError (RuntimeError)
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any, Optional, TypeVar

E = TypeVar("E", bound="BrokerError")


class BrokerErrorKind(IntEnum):
    """The coarse kind of an error; the numbers are those of the C ABI."""

    CONFIG = 1
    BIND = 2
    STORAGE = 3
    IO = 4
    TIMEOUT = 5
    STATE = 6
    PANIC = 7
    INTERNAL = 8
    ARGUMENT = 9

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, number: int) -> BrokerErrorKind:
        """Returns the kind of a number; an unknown number is INTERNAL."""
        try:
            return cls(number)
        except ValueError:
            return cls.INTERNAL


#: The status of an error that Python code raises.
_STATUS_OF_KIND = {
    BrokerErrorKind.CONFIG: -5,
    BrokerErrorKind.BIND: -6,
    BrokerErrorKind.STORAGE: -7,
    BrokerErrorKind.IO: -8,
    BrokerErrorKind.TIMEOUT: -9,
    BrokerErrorKind.STATE: -10,
    BrokerErrorKind.PANIC: -13,
    BrokerErrorKind.INTERNAL: -19,
    BrokerErrorKind.ARGUMENT: -2,
}


class BrokerError(Exception):
    """The base of all exceptions of this package.

    message: the error and the remedy, without secrets.
    kind: a BrokerErrorKind.
    status: the negative status number of the C ABI; its meaning never changes.
    os_code: the errno of the operating system, or 0.
    fatal: whether the error stops, or stopped, the broker.
    retriable: whether the same call may succeed later without a change.
    """

    _default_kind = BrokerErrorKind.INTERNAL

    def __init__(
        self,
        message: str = "",
        *,
        kind: Optional[int] = None,
        status: Optional[int] = None,
        os_code: int = 0,
        fatal: bool = False,
        retriable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = self._default_kind if kind is None else BrokerErrorKind.of(kind)
        self.status = _STATUS_OF_KIND[self.kind] if status is None else status
        self.os_code = os_code
        self.fatal = fatal
        self.retriable = retriable

    def __str__(self) -> str:
        return self.message

    def saying(self: E, message: str) -> E:
        """Returns a copy with another message."""
        return _rebuild(type(self), message, {**self.__dict__, "message": message})

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle only their positional arguments, and OSError differs from the others.
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(cls: type[E], message: str, state: dict[str, Any]) -> E:
    error = cls(message, **{name: state[name] for name in ("kind", "status", "os_code", "fatal", "retriable")})
    error.__dict__.update(state)
    return error


class BrokerConfigError(BrokerError, ValueError):
    """A field or setting has a value that cannot be used; nothing was started."""

    _default_kind = BrokerErrorKind.CONFIG


class BrokerArgumentError(BrokerError, ValueError):
    """An argument of a method is of the wrong type or out of range."""

    _default_kind = BrokerErrorKind.ARGUMENT


class BrokerBindError(BrokerError, OSError):
    """The port is taken, or the address is not one of this machine."""

    _default_kind = BrokerErrorKind.BIND

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message, **details)
        # For code that catches it as an OSError.
        self.errno = self.os_code or None
        self.strerror = message


class BrokerStorageError(BrokerError):
    """The storage cannot be opened, or failed while the broker was running."""

    _default_kind = BrokerErrorKind.STORAGE


class BrokerTimeoutError(BrokerError, TimeoutError):
    """The timeout has passed; the operation continues."""

    _default_kind = BrokerErrorKind.TIMEOUT


class BrokerStateError(BrokerError, RuntimeError):
    """The call is not possible in this state: a second start, a wait in a handler, a broker of the parent process."""

    _default_kind = BrokerErrorKind.STATE


class BrokerRequestError(BrokerError):
    """The broker answered a command with an error of Kafka's protocol.

    code: Kafka's error code, such as 36; -1 if it is not known.
    name: its name in Kafka's protocol, such as "TOPIC_ALREADY_EXISTS".
    """

    _default_kind = BrokerErrorKind.ARGUMENT

    def __init__(
        self, message: str = "", *, code: int = -1, name: str = "UNKNOWN_SERVER_ERROR", **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.code = code
        self.name = name


class BrokerTopicExistsError(BrokerRequestError):
    """A topic of this name exists."""


_CLASS_OF_KIND = {
    BrokerErrorKind.CONFIG: BrokerConfigError,
    BrokerErrorKind.BIND: BrokerBindError,
    BrokerErrorKind.STORAGE: BrokerStorageError,
    BrokerErrorKind.TIMEOUT: BrokerTimeoutError,
    BrokerErrorKind.STATE: BrokerStateError,
    BrokerErrorKind.ARGUMENT: BrokerArgumentError,
}

#: A Kafka error of a command has the kind ARGUMENT, although the argument may be valid.
_E_KAFKA = -18
_KAFKA_ERROR = re.compile(r"Kafka error (-?\d+) \((\w+)\): ")
_TOPIC_ALREADY_EXISTS = 36


def error_of(
    *, status: int, kind: int, message: str, os_code: int = 0, fatal: bool = False, retriable: bool = False
) -> BrokerError:
    """Returns the exception for an error of the C ABI."""
    known = BrokerErrorKind.of(kind)
    details: dict[str, Any] = {
        "kind": known,
        "status": status,
        "os_code": os_code,
        "fatal": fatal,
        "retriable": retriable,
    }
    cls: type[BrokerError] = _CLASS_OF_KIND.get(known, BrokerError)
    if status == _E_KAFKA:
        cls = BrokerRequestError
        found = _KAFKA_ERROR.match(message)
        if found:
            details.update(code=int(found[1]), name=re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found[2]).upper())
            cls = BrokerTopicExistsError if details["code"] == _TOPIC_ALREADY_EXISTS else cls
    return cls(message, **details)
