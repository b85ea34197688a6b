"""The embedded broker for asyncio: its events arrive on the broker's thread and are awaited in an event loop."""

from __future__ import annotations

from typing import Optional

from tansu_cffi import BrokerConfig, BrokerError, BrokerEventHandler, TansuBroker
from tansu_cffi.queue._signal import Signal


class _Events(BrokerEventHandler):
    """Has no reference to the broker, so that the broker can be garbage-collected."""

    def __init__(self) -> None:
        self.ready = Signal()
        self.stopped = Signal()
        self.fatal: Optional[BrokerError] = None

    def on_started(self, port: int) -> None:
        self.ready.set()

    def on_fatal(self, error: BrokerError) -> None:
        self.fatal = error

    def on_stopped(self) -> None:
        self.stopped.set()
        self.ready.set()  # a start that failed ends the wait for it


class EmbeddedBroker:
    """One broker, started and stopped without blocking the event loop and without executor threads."""

    def __init__(self, config: BrokerConfig) -> None:
        self._events = _Events()
        self._broker = TansuBroker(config, event_handler=self._events)
        self._started = False

    async def start(self) -> None:
        """Returns when a client can connect; raises the error of a failed start."""
        self._broker.start_nowait()
        self._started = True
        await self._events.ready.wait()
        self.raise_fatal()

    @property
    def bootstrap_servers(self) -> str:
        return self._broker.bootstrap_servers

    @property
    def port(self) -> int:
        return self._broker.port

    def raise_fatal(self) -> None:
        """Raises the fatal error of the broker, if any."""
        if self._events.fatal is not None:
            raise self._events.fatal

    def request_stop(self) -> None:
        """Requests the stop; from any thread or loop, any number of times."""
        self._broker.stop()

    async def wait_stopped(self) -> None:
        """Waits until the port is closed and the storage flushed, then frees the broker."""
        if self._started:  # otherwise on_stopped never comes
            await self._events.stopped.wait()
        self._broker.close()
