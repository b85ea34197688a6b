"""TansuBroker: the broker as a Python object."""

from __future__ import annotations

import copy
import logging
import math
import os
import threading
import time
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

from tansu_cffi import _clients, _commands, _groups, _lifetime, _logs
from tansu_cffi._commands import Command, Topic
from tansu_cffi._config import BrokerConfig, config_of, in_extra, settings_of
from tansu_cffi._core import BrokerState, Core, shown_settings
from tansu_cffi._errors import (
    BrokerArgumentError,
    BrokerConfigError,
    BrokerError,
    BrokerStateError,
    BrokerTimeoutError,
)
from tansu_cffi._events import EventHandler, Listener
from tansu_cffi._fields import Plain
from tansu_cffi._groups import Group, GroupPartition
from tansu_cffi._storages import with_library

T = TypeVar("T")
Self = TypeVar("Self", bound="TansuBroker")


class TansuBroker:
    """A Kafka-compatible broker in this process. It runs once; to run again, make a new one from the same config.

        with TansuBroker() as broker:
            print(broker.bootstrap_servers)

    config: the settings, or the URL of the storage, or the folder of a `file:///` URL as a Path. The default keeps
        records in memory and takes a free port.
    event_handler: receives events on a thread of the broker; see BrokerEventHandler.
    blocking: whether `start()` returns only when the broker has stopped.
    logger: receives the log records of all brokers in this process from now on, in place of
        `logging.getLogger("tansu")`.
    fields: fields of BrokerConfig that differ from `config`: `TansuBroker(node_id=2)`. `port`, `host` and `storage` are
        other names of `listener_port`, `listener_host` and `storage_url`.

    Any thread may call any method. The constructor raises BrokerConfigError for an invalid setting and
    BrokerArgumentError for an invalid argument; it starts nothing.
    """

    def __init__(
        self,
        config: Union[BrokerConfig, str, os.PathLike[str], None] = None,
        event_handler: Optional[EventHandler] = None,
        *,
        blocking: bool = False,
        logger: Union[logging.Logger, str, None] = None,
        **fields: Any,
    ) -> None:
        config = config_of(config, fields)
        if isinstance(logger, str):
            logger = logging.getLogger(logger)
        elif logger is not None and not isinstance(logger, logging.Logger):
            raise BrokerArgumentError(f"logger: {logger!r} is neither a logging.Logger nor the name of one")
        if not isinstance(blocking, bool):
            raise BrokerArgumentError(f"blocking: {blocking!r} is not a bool; use True or False")
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
        """Starts the broker and returns when a client can connect.

        timeout: seconds; None waits without a limit. With `blocking=True` it returns when the broker has stopped;
        Ctrl-C stops it. Raises BrokerBindError, BrokerStorageError or the error that ended the start, and
        BrokerTimeoutError after the timeout; the start then continues until `stop()`.
        """
        seconds = _seconds("timeout", timeout)
        if self._blocking:
            self._serve(seconds)
            return self
        try:
            self._begin()
            self._until_ready(seconds)
        except BrokerError:
            raise
        except BaseException:  # Ctrl-C for example: the caller cannot know that the broker has to be stopped
            self._core.give_up_start()
            raise
        return self

    def start_nowait(self) -> None:
        """Begins the start and returns; on_started or on_fatal follows."""
        self._begin()

    def stop(self, grace: Optional[float] = None) -> None:
        """Requests the stop and returns at once; from any thread, any number of times, also in a handler.

        grace: seconds for requests in work to finish; None is the configured grace. A later, shorter one shortens it.
        """
        seconds = _seconds("grace", grace)
        self._core.stop(-1 if seconds is None else _milliseconds(seconds))

    def wait(self, timeout: Optional[float] = None) -> None:
        """Waits until the port is closed, nothing of the broker runs and the storage is flushed.

        timeout: seconds; None waits without a limit. Raises the fatal error of a broker that failed and
        BrokerTimeoutError after the timeout. It does not request the stop. Ctrl-C interrupts it.
        """
        seconds = _seconds("timeout", timeout)
        self._wait_end("wait", seconds)
        if self._core.fatal is not None:
            # A copy, because an exception object keeps the traceback of each raise.
            raise copy.copy(self._core.fatal)

    def close(self, *, strict: bool = False) -> None:
        """Stops the broker, waits for its end and frees it; may be called again.

        It does not raise the error of a broker that failed; `wait()` does. With `strict=True` it raises the first
        exception of a handler. In a forked child it does nothing.
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

    # -- properties

    @property
    def config(self) -> BrokerConfig:
        """The settings of this broker."""
        return self._config

    @property
    def state(self) -> BrokerState:
        """The present state."""
        return self._core.state()

    @property
    def is_running(self) -> bool:
        """Whether clients can connect."""
        return self.state is BrokerState.RUNNING

    @property
    def port(self) -> int:
        """The bound port, also after a stop. Raises BrokerStateError before the broker has started."""
        if not self._core.port:
            raise self._not_started("port")
        return self._core.port

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients, such as `localhost:43127`. Raises BrokerStateError before the first start."""
        if not self._core.bootstrap:
            raise self._not_started("bootstrap_servers")
        return self._core.bootstrap

    def client_config(self, client: str) -> dict[str, Any]:
        """Returns what a Kafka client needs to connect, as a new dict in the client's own names.

        client: "aiokafka" or "kafka-python" (keyword arguments), "confluent" or "java" (properties), "kgo" (options of
        franz-go with their arguments), "node" (members of KafkaJS' object).

        Raises BrokerArgumentError for an unknown client, and BrokerStateError before the first start.
        """
        return _clients.config_for(_clients.check(client), self.bootstrap_servers)

    @property
    def handler_errors(self) -> list[BaseException]:
        """The exceptions of the handler's methods, oldest first; at most 100."""
        return list(self._listener.errors)

    def __repr__(self) -> str:
        where = f" {self._core.bootstrap}" if self._core.bootstrap else ""
        return f"<TansuBroker {self._shown_url}{where} {self._core.state().name}>"

    # -- commands; all but info and metrics need a running broker

    def info(self) -> dict[str, Any]:
        """Returns a description of the broker and its build: state, port, storage, served APIs, settings with docs."""
        return self._run(_commands.info())

    def topics(self) -> list[Topic]:
        """Returns all topics with their partitions."""
        return self._run(_commands.topics())

    def create_topic(
        self, name: str, partitions: Optional[int] = None, configs: Optional[Mapping[str, Plain]] = None
    ) -> Topic:
        """Creates a topic. `partitions` defaults to `num.partitions`; `configs` are Kafka's topic configs.

        Raises BrokerTopicExistsError, BrokerRequestError with Kafka's code for what else the broker refuses, and
        BrokerArgumentError for an argument of the wrong type.
        """
        return self._run(_commands.create_topic(name, partitions, configs))

    def metrics(self) -> dict[str, int]:
        """Returns the counters since the start, by name."""
        return self._run(_commands.metrics())

    def groups(self) -> list[Group]:
        """Returns all groups with their members. Only memory:// and file:// tell of their groups."""
        return self._run(_groups.groups())

    def group(self, name: str) -> Optional[Group]:
        """Returns a group, or None if it does not exist."""
        return self._run(_groups.group(name))

    def group_offsets(self, name: str) -> list[GroupPartition]:
        """Returns the partitions that a group has committed or is assigned, with committed offset and lag."""
        return self._run(_groups.offsets(name))

    def wait_for_group(
        self,
        name: str,
        *,
        members: Optional[int] = None,
        state: Optional[str] = None,
        timeout: Optional[float] = 30.0,
    ) -> Group:
        """Waits until a group has this number of members, or this state ("Stable", "Empty"), or both, and returns it.

        Without either it waits until the group is stable. timeout: seconds; None waits without a limit. Raises
        BrokerTimeoutError, which says what the group is instead. Ctrl-C interrupts it.
        """
        return self._wait_for(_groups.wait_for_group(name, members, state), timeout)

    def wait_for_offset(
        self, name: str, topic: str, partition: int, offset: int, *, timeout: Optional[float] = 30.0
    ) -> list[GroupPartition]:
        """Waits until a group has committed this offset of a partition, or a later one, and returns its partitions.

        An offset is that of the next record to be read. See `wait_for_group()` for timeout and errors.
        """
        return self._wait_for(_groups.wait_for_offset(name, topic, partition, offset), timeout)

    def wait_for_lag(
        self, name: str, topic: Optional[str] = None, *, at_most: int = 0, timeout: Optional[float] = 30.0
    ) -> list[GroupPartition]:
        """Waits until the group's lag, over one topic or all of its partitions, is at most this number of records.

        The default waits until everything is consumed and committed. Returns the group's partitions. See
        `wait_for_group()` for timeout and errors.
        """
        return self._wait_for(_groups.wait_for_lag(name, topic, at_most), timeout)

    def _run(self, command: Command[T]) -> T:
        return command.reply(self._core.command(command.name, command.args_json()))

    def _wait_for(self, command: Command[T], timeout: Optional[float]) -> T:
        """Runs a command that waits, in slices, so that signals are handled."""
        seconds = _seconds("timeout", timeout)
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left_ms = math.inf if until is None else max(0.0, until - time.monotonic()) * 1000
            slice_ms = math.ceil(min(left_ms, _lifetime.SLICE_MS))
            try:
                return self._run(command.within(slice_ms))
            except BrokerTimeoutError:
                if left_ms <= slice_ms:
                    raise

    # -- inside

    def _not_started(self, what: str) -> BrokerStateError:
        fatal = self._core.fatal
        if fatal is not None:
            return BrokerStateError(f"{what}: none, because the start failed: {fatal}")
        if self._core.closed or self._core.started and self._core.stopped.is_set():
            return BrokerStateError(f"{what}: none, because the broker was stopped before it had started")
        return BrokerStateError(f"{what}: none before the broker has started. Call start() first.")

    def _begin(self) -> None:
        """Begins the start. The library's error for a second one does not know how the first one came about."""
        core = self._core
        if not core.inherited_over_fork and not core.closed and core.started:
            state = core.state()
            if state in (BrokerState.STARTING, BrokerState.RUNNING):
                raise BrokerStateError(
                    f"start: the broker was started before and is {state}. Entering it with `with` starts it too."
                )
            if state in (BrokerState.STOPPING, BrokerState.STOPPED, BrokerState.FAILED):
                raise BrokerStateError(
                    f"start: the broker was started before and is {state}. A broker runs once; "
                    "make a new TansuBroker from the same config."
                )
        core.start()

    def _serve(self, seconds: Optional[float]) -> None:
        """Runs a blocking start. Ctrl-C requests the stop, a second one ends the grace, a third one raises."""
        for grace_ms in (-1, 0):
            try:
                if grace_ms == -1 or self._core.state() is BrokerState.NEW:
                    self._begin()
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
            # Stopped before it was ready, by a call of stop().
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
        # Waits for the last handler before it raises, unless that handler hangs.
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
            raise BrokerStateError(f"{doing}() before start(): the broker was not started. Call start() first.")
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
    """Checks a timeout in seconds; None is no limit."""
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise BrokerArgumentError(f"{name}: {value!r} is not a number of seconds")
    if math.isnan(value) or value < 0:
        raise BrokerArgumentError(f"{name}: {value!r} s; it must be 0 or more, or None")
    return min(value, threading.TIMEOUT_MAX)


def _milliseconds(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _reentrant(doing: str) -> BrokerStateError:
    return BrokerStateError(
        f"{doing}() was called inside a handler of this broker; it would wait for itself. Call stop() and return."
    )
