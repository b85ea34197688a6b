"""Events of a broker: the four methods of a handler."""

from __future__ import annotations

import warnings
from typing import Any, Optional, Protocol, runtime_checkable

from tansu_cffi import _lifetime
from tansu_cffi._errors import BrokerArgumentError, BrokerError
from tansu_cffi._fields import near


@runtime_checkable
class EventHandler(Protocol):
    """A handler is any object with these four methods; it need not derive from BrokerEventHandler."""

    def on_started(self, port: int) -> None: ...
    def on_stopped(self) -> None: ...
    def on_error(self, error: BrokerError) -> None: ...
    def on_fatal(self, error: BrokerError) -> None: ...


class BrokerEventHandler:
    """A handler with empty methods to override.

    The methods run on a thread of the broker, one at a time and in order. They may call `stop()`. `wait()` and
    `close()` raise BrokerStateError in them, because they would wait for the handler itself. An exception does not
    reach the broker: it goes to `sys.unraisablehook` and to `broker.handler_errors`.
    """

    def on_started(self, port: int) -> None:
        """Called when clients can connect to `port`. At most once, first."""

    def on_stopped(self) -> None:
        """Called when the port is closed and the storage is flushed. Once for each start, last."""

    def on_error(self, error: BrokerError) -> None:
        """Called for an error after which the broker continues."""

    def on_fatal(self, error: BrokerError) -> None:
        """Called for the error that stops the broker; on_stopped follows. At most once."""


METHODS = ("on_started", "on_stopped", "on_error", "on_fatal")
#: Exceptions of handlers that are kept; all are reported.
ERRORS_MAX = 100


class Listener:
    """Calls a handler and keeps its exceptions. The TansuBroker owns it, so that both can be collected together."""

    def __init__(self, handler: Optional[EventHandler]) -> None:
        _check(handler)
        self._handler = handler
        self.errors: list[BaseException] = []

    def tell(self, event: str, *args: Any) -> None:
        """Calls one method, on the broker's callback thread."""
        if self._handler is None:
            return
        try:
            getattr(self._handler, event)(*args)
        except BaseException as error:  # also SystemExit: this thread cannot end the program
            if len(self.errors) < ERRORS_MAX:
                self.errors.append(error)
            _lifetime.report_unraisable(error, getattr(self._handler, event, self._handler))


def _check(handler: Any) -> None:
    if handler is None:
        return
    if isinstance(handler, type):
        raise BrokerArgumentError(f"event_handler: {handler.__name__} is a class; give an object: {handler.__name__}()")
    for method in METHODS:
        if not callable(getattr(handler, method, None)):
            raise BrokerArgumentError(
                f"event_handler: {type(handler).__name__} has no method {method}(). Derive it from BrokerEventHandler."
            )
    for name in dir(type(handler)):
        meant = near(name, METHODS) if name.startswith("on_") and name not in METHODS else None
        if meant is not None:
            slip = f"event_handler: {type(handler).__name__}.{name}() is never called. Did you mean {meant}()?"
            warnings.warn(slip, stacklevel=4)
