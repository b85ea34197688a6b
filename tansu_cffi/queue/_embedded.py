"""The embedded broker, seen from asyncio: its events arrive on the broker's own thread and are awaited in a loop."""

from __future__ import annotations

from typing import Optional

from tansu_cffi import BrokerConfig, BrokerError, BrokerEventHandler, TansuBroker
from tansu_cffi.queue._signal import Signal


class _Events(BrokerEventHandler):
    """Holds no broker, so that a forgotten one can still be collected."""

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
        """Returns when a client can connect; raises what went wrong."""
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
        """Raises the error that took the broker down, if one did."""
        if self._events.fatal is not None:
            raise self._events.fatal

    def request_stop(self) -> None:
        """Asks the broker to stop: any thread, any loop, any number of times."""
        self._broker.stop()

    async def wait_stopped(self) -> None:
        """Waits until the port is closed and the storage flushed, then gives the handle back."""
        if self._started:  # else nobody will ever say that it has stopped
            await self._events.stopped.wait()
        self._broker.close()
