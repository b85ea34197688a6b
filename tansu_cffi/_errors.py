"""What the package raises: one tree, and each class is also the builtin that one would expect.

BrokerError
├─ BrokerConfigError (ValueError)
├─ BrokerArgumentError (ValueError)
├─ BrokerBindError (OSError)
├─ BrokerStorageError
├─ BrokerTimeoutError (TimeoutError)
└─ BrokerStateError (RuntimeError)
"""

from __future__ import annotations

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
        """The kind of that number; a number of a newer library counts as INTERNAL, as the ABI says."""
        try:
            return cls(number)
        except ValueError:
            return cls.INTERNAL


#: The status that an error gets which arose on this side of the C ABI.
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
    """The base of everything that this package raises by itself.

    message: what happened, and the remedy where there is one; free of secrets.
    kind: the coarse kind.
    status: the number of the C ABI, negative; it never changes its meaning.
    os_code: the operating system's number (errno) behind it, or 0.
    fatal: the broker went down, or is going down, because of it.
    retriable: the same call may succeed later without a change.
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
        """The same error in other words."""
        return _rebuild(type(self), message, {**self.__dict__, "message": message})

    def __reduce__(self) -> tuple[Any, ...]:
        # By hand: exceptions pickle their positional arguments alone, and OSError has a way of its own.
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
        # Where those who catch it as an OSError look.
        self.errno = self.os_code or None
        self.strerror = message


class BrokerStorageError(BrokerError):
    """The storage cannot be opened, or failed while the broker was running."""

    _default_kind = BrokerErrorKind.STORAGE


class BrokerTimeoutError(BrokerError, TimeoutError):
    """The time that was given is over; what was waited for goes on."""

    _default_kind = BrokerErrorKind.TIMEOUT


class BrokerStateError(BrokerError, RuntimeError):
    """Not possible now: a second start, a wait in a handler, a broker of the parent process."""

    _default_kind = BrokerErrorKind.STATE


_CLASS_OF_KIND = {
    BrokerErrorKind.CONFIG: BrokerConfigError,
    BrokerErrorKind.BIND: BrokerBindError,
    BrokerErrorKind.STORAGE: BrokerStorageError,
    BrokerErrorKind.TIMEOUT: BrokerTimeoutError,
    BrokerErrorKind.STATE: BrokerStateError,
}

#: A Kafka error in answer to a command has the kind ARGUMENT, but the argument may well be a good one.
_E_KAFKA = -18


def error_of(
    *, status: int, kind: int, message: str, os_code: int = 0, fatal: bool = False, retriable: bool = False
) -> BrokerError:
    """The error of that kind, as the C ABI describes it."""
    known = BrokerErrorKind.of(kind)
    if known is BrokerErrorKind.ARGUMENT and status != _E_KAFKA:
        cls: type[BrokerError] = BrokerArgumentError
    else:
        cls = _CLASS_OF_KIND.get(known, BrokerError)
    return cls(message, kind=known, status=status, os_code=os_code, fatal=fatal, retriable=retriable)
