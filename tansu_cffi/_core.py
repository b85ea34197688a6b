"""A native broker: its handle, the state that its callbacks report, and the calls on it, with Python's types."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NoReturn, Optional, Protocol

from tansu_cffi import _lifetime
from tansu_cffi._errors import BrokerError, BrokerErrorKind, BrokerStateError, error_of
from tansu_cffi._fields import in_fields
from tansu_cffi._interruptible_event import InterruptibleEvent
from tansu_cffi._loader import ffi, lib, text


class BrokerState(IntEnum):
    """The state of a broker; the numbers are those of the C ABI."""

    NEW = 0
    STARTING = 1
    RUNNING = 2
    STOPPING = 3
    STOPPED = 4
    FAILED = 5

    def __str__(self) -> str:
        return self.name


class Listener(Protocol):
    """Receives the events of a broker on its callback thread."""

    def tell(self, event: str, *args: Any) -> None: ...


# --- errors -----------------------------------------------------------------------------------------------------------


def read_error(error: Any) -> BrokerError:
    """Copies a `tansu_error`; its owner does not change."""
    return error_of(
        status=lib.tansu_error_status(error),
        kind=lib.tansu_error_kind(error),
        message=in_fields(text(lib.tansu_error_message(error))),
        os_code=lib.tansu_error_os_code(error),
        fatal=bool(lib.tansu_error_is_fatal(error)),
        retriable=bool(lib.tansu_error_is_retriable(error)),
    )


def _check(status: int, error: Any) -> None:
    """Raises the error that a call left in `error`, a `tansu_error **`, and frees it."""
    if status != lib.TANSU_OK:
        _raise(status, error)


def _raise(status: int, error: Any) -> NoReturn:
    if error[0] == ffi.NULL:
        name = text(lib.tansu_status_name(status))
        raise error_of(status=status, kind=BrokerErrorKind.INTERNAL, message=f"the library answered {name}")
    try:
        raise read_error(error[0])
    finally:
        lib.tansu_error_free(error[0])


# --- settings ---------------------------------------------------------------------------------------------------------


@contextmanager
def _config(settings: Mapping[str, str]) -> Iterator[Any]:
    out = ffi.new("tansu_config **")
    error = ffi.new("tansu_error **")
    _check(lib.tansu_config_new(out), error)
    try:
        for key, value in settings.items():
            _check(lib.tansu_config_set(out[0], key.encode(), value.encode(), error), error)
        yield out[0]
    finally:
        lib.tansu_config_free(out[0])


def check_settings(settings: Mapping[str, str]) -> None:
    """Raises BrokerConfigError for the first invalid one."""
    with _config(settings):
        pass


def shown_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Returns all settings with passwords masked."""
    with _config(settings) as config:
        return {key: _shown(config, key) for key in setting_keys()}


def _shown(config: Any, key: str) -> str:
    return _read_string(lambda *place: lib.tansu_config_get(config, key.encode(), *place))


def setting_keys() -> list[str]:
    """Returns the keys of all settings."""
    return [text(lib.tansu_config_key_at(i)) for i in range(lib.tansu_config_key_count())]


def setting_docs() -> dict[str, str]:
    """Returns one line about each setting: type, default, range, meaning."""
    return {key: text(lib.tansu_config_key_doc(key.encode())) for key in setting_keys()}


def build_info() -> str:
    """Returns how the library was built, as JSON."""
    return text(lib.tansu_build_info())


def _read_string(read: Any) -> str:
    """Reads a string of any length that the library copies into a buffer."""
    size = 256
    needed = ffi.new("size_t *")
    while True:
        buffer = ffi.new("char[]", size)
        status = read(buffer, size, needed)
        if status == lib.TANSU_OK:
            return text(buffer)
        if status != lib.TANSU_E_BUFFER:
            raise error_of(status=status, kind=BrokerErrorKind.INTERNAL, message=text(lib.tansu_status_name(status)))
        # It may have grown since the first call.
        size = max(int(needed[0]), size + 1)


# --- the broker -------------------------------------------------------------------------------------------------------

_FORKED = -12


class Core:
    """A native broker. Any thread may call any method; no lock is held while the listener is called.

    Threads wait on Python events that the callbacks set, so that Ctrl-C works; calls into the library are short.
    """

    def __init__(self, settings: Mapping[str, str], listener: Listener) -> None:
        self.pid = os.getpid()
        #: Set when a client can connect or the start has failed.
        self.ready = InterruptibleEvent()
        #: Set when on_stopped has returned or will not be called.
        self.stopped = InterruptibleEvent()
        self.port = 0
        self.bootstrap = ""
        self.started = False
        self.fatal: Optional[BrokerError] = None
        #: Whether the callbacks were detached at exit before on_stopped.
        self.detached_at_exit = False
        # Weak: the slot refers to this object, and a handler that refers to its broker must not keep both alive.
        self._listener = weakref.ref(listener)
        self._callback_thread: Optional[int] = None
        # Re-entrant: a signal handler or finalizer may run while its thread holds the lock.
        self._lock = threading.RLock()
        self._users = 0
        self._closing = False
        self._handle: Any = None
        self._last_state = BrokerState.NEW
        self._slot = _lifetime.new_slot(self)
        try:
            self._handle = self._new(settings)
        except BaseException:
            _lifetime.released(self._slot)
            _lifetime.freed(self._slot)
            raise

    def _new(self, settings: Mapping[str, str]) -> Any:
        callbacks = ffi.new("tansu_callbacks *")
        callbacks.struct_size = ffi.sizeof("tansu_callbacks")
        callbacks.user_data = ffi.cast("void *", self._slot)
        callbacks.on_started = lib.tansu_py_on_started
        callbacks.on_stopped = lib.tansu_py_on_stopped
        callbacks.on_error = lib.tansu_py_on_error
        callbacks.on_fatal = lib.tansu_py_on_fatal
        callbacks.release = lib.tansu_py_release
        out = ffi.new("tansu_broker **")
        error = ffi.new("tansu_error **")
        with _config(settings) as config:
            _check(lib.tansu_broker_new(config, callbacks, out, error), error)
        return out[0]

    # -- calls

    @contextmanager
    def _use(self) -> Iterator[Any]:
        """Gives the handle, which is not freed before the last user has left."""
        self.check_process()
        with self._lock:
            if self._closing:
                raise BrokerStateError("the broker is closed. Make a new TansuBroker from the same config.")
            self._users += 1
        try:
            yield self._handle
        finally:
            with self._lock:
                self._users -= 1
                last = self._closing and self._users == 0
            if last:
                self._free()

    @property
    def inherited_over_fork(self) -> bool:
        """Whether this process is a forked child of the one that made it."""
        return self.pid != os.getpid()

    def check_process(self) -> None:
        """Refuses a broker inherited over fork. Called first, because its locks may be held for ever."""
        if self.inherited_over_fork:
            raise BrokerStateError(
                "this broker was made in the parent process and does not run here. Start brokers after fork, "
                "or use spawn instead of fork.",
                status=_FORKED,
            )

    def start(self) -> None:
        """Begins the start and returns."""
        self.check_process()
        # With the lock, so that no other start, close or exit comes between these checks and the library's start,
        # which returns at once.
        with self._lock, self._use() as handle:
            if _lifetime.is_exiting():
                raise BrokerStateError("the interpreter is exiting: a broker that starts now would never be stopped")
            if not _lifetime.in_main_interpreter():
                raise BrokerStateError("a broker can be started in the main interpreter only, not in a subinterpreter")
            before = self.started
            error = ffi.new("tansu_error **")
            # First, so that after Ctrl-C at this point a running broker is not treated as unstarted.
            self.started = True
            status = lib.tansu_broker_start(handle, error)
            if status != lib.TANSU_OK:
                # An earlier start may have succeeded.
                self.started = before or self.state() is not BrokerState.NEW
                _raise(status, error)

    def give_up_start(self) -> None:
        """Ends a start that Ctrl-C has interrupted: stops the broker, or marks it as unstarted."""
        self.stop(0)
        with self._lock:
            if self.state() is BrokerState.NEW:
                self.started = False

    def stop(self, grace_ms: int) -> None:
        """Requests the stop and returns; -1 is the configured grace. A closed broker is ignored."""
        self.check_process()
        if not self._closing:
            try:
                with self._use() as handle:
                    lib.tansu_broker_stop(handle, grace_ms)
            except BrokerStateError:
                pass  # closed by another thread in between

    def join(self, timeout_ms: int) -> bool:
        """Waits inside the library until nothing of the broker is left, its callback thread included."""
        if self._closing or not self.started:
            return True
        error = ffi.new("tansu_error **")
        try:
            with self._use() as handle:
                status = lib.tansu_broker_wait(handle, timeout_ms, error)
                # The broker's fatal error may be a timeout too.
                running = status == lib.TANSU_E_TIMEOUT and not lib.tansu_error_is_fatal(error[0])
                lib.tansu_error_free(error[0])
        except BrokerStateError:
            return True  # closed by another thread in between
        return not running

    def command(self, name: str, args_json: str) -> str:
        """Runs a command; JSON in, JSON out."""
        out = ffi.new("tansu_string **")
        error = ffi.new("tansu_error **")
        with self._use() as handle:
            _check(lib.tansu_broker_command(handle, name.encode(), args_json.encode(), out, error), error)
            try:
                return bytes(ffi.buffer(lib.tansu_string_data(out[0]), lib.tansu_string_len(out[0]))).decode()
            finally:
                lib.tansu_string_free(out[0])

    def state(self) -> BrokerState:
        """Returns the state; of a closed broker, and in a forked child, the last one that was seen."""
        if not self.inherited_over_fork and not self._closing:
            try:
                with self._use() as handle:
                    seen = BrokerState(lib.tansu_broker_state(handle))
                    with self._lock:
                        # States only increase: another thread may have seen a later one.
                        self._last_state = max(self._last_state, seen)
            except BrokerStateError:
                pass
        return self._last_state

    def has_ended(self) -> bool:
        """Whether the port is closed and the storage flushed; on_stopped may still be running."""
        return self._closing or not self.started or self.state() in (BrokerState.STOPPED, BrokerState.FAILED)

    def in_callback(self) -> bool:
        """Whether this thread is inside a handler of this broker."""
        return self._callback_thread == threading.get_ident()

    # -- the end

    @property
    def closed(self) -> bool:
        return self._closing

    def close_unstarted(self) -> bool:
        """Closes a broker that was never started; returns False if it was started and must be stopped first."""
        if not self.inherited_over_fork:
            with self._lock:
                if self.started and not self._closing:
                    return False
                self.close()
        return True

    def close(self) -> None:
        """Frees the handle when its last user has left. It does not wait, so a finalizer may call it."""
        if self.inherited_over_fork:
            return  # the handle belongs to the parent process
        self.state()
        with self._lock:
            if self._closing:
                return
            self._closing = True
            unused = self._users == 0
        if unused:
            self._free()

    def _free(self) -> None:
        lib.tansu_broker_free(self._handle)
        _lifetime.freed(self._slot)
        self.ready.set()
        self.stopped.set()

    def stop_at_exit(self, grace_s: float) -> None:
        """Stops with the shorter one of the configured grace and this one."""
        # With the lock: a start in another thread has ended, or will see that the interpreter is exiting.
        with self._lock:
            if self.started and not self._closing:
                self.stop(-1)
                self.stop(int(grace_s * 1000))

    def detach(self, timeout_ms: int) -> None:
        """Detaches the callbacks and wakes threads that wait for one."""
        if self._closing:
            return
        try:
            with self._use() as handle:
                lib.tansu_broker_detach(handle, timeout_ms)
        except BrokerStateError:
            return  # closed by another thread in between, and so detached
        self.detached_at_exit = not self.stopped.is_set()
        self.ready.set()
        self.stopped.set()

    # -- callbacks, on the callback thread

    def on_started(self, port: int) -> None:
        try:
            with self._use() as handle:
                self.bootstrap = _read_string(lambda *place: lib.tansu_broker_bootstrap(handle, *place))
        except BrokerStateError:
            return  # closed by another thread in between
        self.port = port
        self.state()  # stores the state for a forked child
        self.ready.set()
        self._tell("on_started", port)

    def on_error(self, error: BrokerError) -> None:
        self._tell("on_error", error)

    def on_fatal(self, error: BrokerError) -> None:
        self.fatal = error
        self.ready.set()
        self._tell("on_fatal", error)

    def on_stopped(self) -> None:
        self.state()
        try:
            self._tell("on_stopped")
        finally:
            self.ready.set()
            self.stopped.set()

    def _tell(self, event: str, *args: Any) -> None:
        listener = self._listener()
        if listener is None:
            return
        self._callback_thread = threading.get_ident()
        try:
            listener.tell(event, *args)
        finally:
            self._callback_thread = None
