"""TansuBroker: what a program holds in its hands."""

from __future__ import annotations

import copy
import logging
import math
import threading
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

from tansu_cffi import _commands, _lifetime, _logs
from tansu_cffi._commands import Command, Topic
from tansu_cffi._config import BrokerConfig, in_extra, settings_of
from tansu_cffi._core import BrokerState, Core, shown_settings
from tansu_cffi._errors import (
    BrokerArgumentError,
    BrokerConfigError,
    BrokerError,
    BrokerStateError,
    BrokerTimeoutError,
)
from tansu_cffi._events import EventHandler, Listener
from tansu_cffi._storages import with_library

T = TypeVar("T")
Self = TypeVar("Self", bound="TansuBroker")


class TansuBroker:
    """A Kafka-compatible broker in this process. It runs once; to run again, make a new one from the same config.

        with TansuBroker() as broker:
            print(broker.bootstrap_servers)

    config: the settings; without it, records live in memory and the system picks a port.
    event_handler: told what happens, on the broker's own thread; see BrokerEventHandler.
    blocking: `start()` returns only when the broker has stopped.
    logger: where the log records of this process's brokers go from now on, in place of `logging.getLogger("tansu")`.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        config: Optional[BrokerConfig] = None,
        event_handler: Optional[EventHandler] = None,
        *,
        blocking: bool = False,
        logger: Union[logging.Logger, str, None] = None,
    ) -> None:
        if config is None:
            config = BrokerConfig()
        elif not isinstance(config, BrokerConfig):
            raise BrokerArgumentError(f"config: {type(config).__name__} is no BrokerConfig")
        if isinstance(logger, str):
            logger = logging.getLogger(logger)
        elif logger is not None and not isinstance(logger, logging.Logger):
            raise BrokerArgumentError(f"logger: {logger!r} is neither a logging.Logger nor the name of one")
        if not isinstance(blocking, bool):
            raise BrokerArgumentError(f"blocking: {blocking!r} is no bool; it must be True or False")
        self._config = config
        self._listener = Listener(event_handler)
        self._blocking = blocking
        settings = settings_of(config)
        self._shown_url = shown_settings(settings)["storage.url"]
        _logs.attach(logger)
        try:
            self._core = Core(with_library(settings), self._listener)
        except BrokerConfigError as error:
            raise in_extra(error) from None

    # -- lifecycle

    def start(self: Self, timeout: Optional[float] = 30.0) -> Self:
        """Starts the broker. Returns when a client can connect and raises what went wrong otherwise.

        With `blocking=True` it returns when the broker has stopped; Ctrl-C stops it. After BrokerTimeoutError the start
        goes on, until `stop()`.
        """
        seconds = _seconds("timeout", timeout)
        if self._blocking:
            self._serve(seconds)
            return self
        try:
            self._core.start()
            self._until_ready(seconds)
        except BrokerError:
            raise
        except BaseException:  # Ctrl-C, above all: nobody will come to stop what was not seen to start
            self._core.give_up_start()
            raise
        return self

    def start_nowait(self) -> None:
        """Asks for the start and returns; on_started or on_fatal follows."""
        self._core.start()

    def stop(self, grace: Optional[float] = None) -> None:
        """Asks for the stop and returns at once: any thread, any number of times, also in a handler.

        grace: seconds that requests in work may still take; None is the configured grace. A later, shorter one counts.
        """
        seconds = _seconds("grace", grace)
        self._core.stop(-1 if seconds is None else _milliseconds(seconds))

    def wait(self, timeout: Optional[float] = None) -> None:
        """Returns when the port is closed, nothing of the broker runs and the storage is flushed.

        Raises the fatal error of a broker that failed, BrokerTimeoutError when the time is over. It does not ask for
        the stop. Ctrl-C interrupts it.
        """
        seconds = _seconds("timeout", timeout)
        self._wait_end("wait", seconds)
        if self._core.fatal is not None:
            # A copy: an exception object keeps the traceback of each raise.
            raise copy.copy(self._core.fatal)

    def close(self, *, strict: bool = False) -> None:
        """Stops, waits for the end and gives the broker's memory back; may be called again. A closed broker is over.

        It does not raise the error of a broker that failed; `wait()` does. With `strict=True` it raises the first
        exception that a handler has raised. In a forked child it does nothing.
        """
        core = self._core
        if core.inherited_over_fork:
            return
        if not core.close_unstarted():
            core.stop(-1)
            self._wait_end("close", None)
            core.close()
        if strict and self._listener.errors:
            raise self._listener.errors[0]

    def __enter__(self: Self) -> Self:
        try:
            return self.start()
        except BaseException:
            self._core.stop(0)
            raise

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()
        if kind is None and self._core.fatal is not None and not self._core.inherited_over_fork:
            raise copy.copy(self._core.fatal)

    # -- what it is

    @property
    def config(self) -> BrokerConfig:
        """The settings it was made with."""
        return self._config

    @property
    def state(self) -> BrokerState:
        """Where it is in its life, at this moment."""
        return self._core.state()

    @property
    def is_running(self) -> bool:
        """Whether clients can connect."""
        return self.state is BrokerState.RUNNING

    @property
    def port(self) -> int:
        """The bound port; also of a broker that has stopped since."""
        if not self._core.port:
            raise BrokerStateError("port: the broker has none before it has started. Call start() first.")
        return self._core.port

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients, such as `localhost:43127`."""
        if not self._core.bootstrap:
            raise BrokerStateError(
                "bootstrap_servers: there are none before the broker has started. Call start() first."
            )
        return self._core.bootstrap

    @property
    def handler_errors(self) -> list[BaseException]:
        """What the handler's methods have raised, oldest first."""
        return list(self._listener.errors)

    def __repr__(self) -> str:
        where = f" {self._core.bootstrap}" if self._core.bootstrap else ""
        return f"<TansuBroker {self._shown_url}{where} {self._core.state().name}>"

    # -- commands; of a running broker, but for info and metrics

    def info(self) -> dict[str, Any]:
        """What the broker is and how it was built: state, port, storage, served APIs, settings with docs."""
        return self._run(_commands.info())

    def topics(self) -> list[Topic]:
        """All topics with their partitions."""
        return self._run(_commands.topics())

    def create_topic(
        self, name: str, partitions: Optional[int] = None, configs: Optional[Mapping[str, str]] = None
    ) -> Topic:
        """Creates a topic; without a count it has as many partitions as `num.partitions` says."""
        return self._run(_commands.create_topic(name, partitions, configs))

    def metrics(self) -> dict[str, int]:
        """Counters since the start."""
        return self._run(_commands.metrics())

    def _run(self, command: Command[T]) -> T:
        return command.reply(self._core.command(command.name, command.args_json()))

    # -- inside

    def _serve(self, seconds: Optional[float]) -> None:
        """A blocking start. Ctrl-C asks for the stop, a second one takes the grace away, a third one gives up."""
        for grace_ms in (-1, 0):
            try:
                if grace_ms == -1 or self._core.state() is BrokerState.NEW:
                    self._core.start()
                self._until_ready_or_stopped(seconds)
                self.wait()
                return
            except KeyboardInterrupt:
                self._core.stop(grace_ms)
        self.wait()

    def _until_ready_or_stopped(self, seconds: Optional[float]) -> None:
        try:
            self._until_ready(seconds)
        except BrokerStateError:
            # Stopped before it was ready: that is what somebody asked for.
            if self._core.fatal is not None:
                raise

    def _until_ready(self, seconds: Optional[float]) -> None:
        core = self._core
        if core.in_callback():
            raise _reentrant("start")
        if not core.ready.wait(seconds):
            raise BrokerTimeoutError(
                f"start: no client can connect after {seconds} s; {self._shown_url} is still being opened. "
                "Give start() a longer timeout, or call stop().",
                retriable=True,
            )
        if core.port:
            return
        # When this raises, the broker is over, its last handler included; unless that one hangs.
        core.stopped.wait(seconds)
        if core.fatal is not None:
            raise copy.copy(core.fatal)
        raise BrokerStateError("start: the broker was stopped before it was ready")

    def _wait_end(self, doing: str, seconds: Optional[float]) -> None:
        core = self._core
        core.check_process()
        if core.in_callback():
            raise _reentrant(doing)
        if not core.started:
            raise BrokerStateError(f"{doing}() before start(): there is no end to wait for. Call start() first.")
        if not core.stopped.wait(seconds):
            raise BrokerTimeoutError(
                f"{doing}: the broker is {core.state().name} after {seconds} s. stop() asks it to stop.", retriable=True
            )
        if core.detached_at_exit:
            raise BrokerStateError(f"{doing}: the interpreter is exiting and a handler of this broker has not returned")
        while not core.join(_lifetime.SLICE_MS):
            pass

    def __del__(self) -> None:
        core: Optional[Core] = self.__dict__.get("_core")  # absent if __init__ has raised
        if core is None or core.closed or core.inherited_over_fork:
            return
        if core.started and not core.stopped.is_set() and core.fatal is None:
            warnings.warn(
                f"{self!r} was never stopped; use it in a `with`, or call stop() and wait()",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
        core.close()


def _seconds(name: str, value: Any) -> Optional[float]:
    """A time-out as Python's own waits take it; None is for ever."""
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise BrokerArgumentError(f"{name}: {value!r} is no number of seconds")
    if math.isnan(value) or value < 0:
        raise BrokerArgumentError(f"{name}: {value!r} s; it must be 0 or more, or None")
    return min(value, threading.TIMEOUT_MAX)


def _milliseconds(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _reentrant(doing: str) -> BrokerStateError:
    return BrokerStateError(
        f"{doing}() was called inside a handler of this broker; it would wait for itself. Call stop() and return."
    )
