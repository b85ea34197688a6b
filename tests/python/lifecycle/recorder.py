"""A handler that records its events, and that a test can wait for."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional

from tansu_cffi import BrokerError, BrokerEventHandler


class Recorder(BrokerEventHandler):
    """`names` has the events in order; `on[name]`, if set, is called inside that event."""

    def __init__(self, **on: Callable[..., Any]) -> None:
        self.on = on
        self.names: list[str] = []
        self.threads: set[int] = set()
        self.errors: list[BrokerError] = []
        self._changed = threading.Condition()

    def _told(self, name: str, *args: Any) -> None:
        with self._changed:
            self.names.append(name)
            self.threads.add(threading.get_ident())
            self._changed.notify_all()
        hook: Optional[Callable[..., Any]] = self.on.get(name)
        if hook is not None:
            hook(*args)

    def wait_for(self, name: str, count: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.names.count(name) >= count, 20), self.names

    def on_started(self, port: int) -> None:
        self._told("started", port)

    def on_stopped(self) -> None:
        self._told("stopped")

    def on_error(self, error: BrokerError) -> None:
        self.errors.append(error)
        self._told("error", error)

    def on_fatal(self, error: BrokerError) -> None:
        self.errors.append(error)
        self._told("fatal", error)
