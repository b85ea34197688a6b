"""The functions that the library calls: all `def_extern` functions of the package.

cffi has one function for each name in the process; a second `def_extern` would replace it for all brokers. Each comes
in on a thread of the library, copies what it is lent, and hands on.
"""

from __future__ import annotations

from typing import Any, Optional

from tansu_cffi import _core, _lifetime, _logs
from tansu_cffi._loader import ffi, text


def _broker(user_data: Any) -> Optional[_core.Core]:
    return _lifetime.find(_slot(user_data))


def _slot(user_data: Any) -> int:
    return int(ffi.cast("uintptr_t", user_data))


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_on_started(user_data: Any, port: int) -> None:
    broker = _broker(user_data)
    if broker is not None:
        broker.on_started(port)


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_on_stopped(user_data: Any) -> None:
    broker = _broker(user_data)
    if broker is not None:
        broker.on_stopped()


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_on_error(user_data: Any, error: Any) -> None:
    broker = _broker(user_data)
    if broker is not None:
        broker.on_error(_core.read_error(error))


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_on_fatal(user_data: Any, error: Any) -> None:
    broker = _broker(user_data)
    if broker is not None:
        broker.on_fatal(_core.read_error(error))


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_release(user_data: Any) -> None:
    _lifetime.released(_slot(user_data))


@ffi.def_extern(onerror=_lifetime.trampoline_failed)  # type: ignore[untyped-decorator, unused-ignore]
def tansu_py_log(user_data: Any, level: int, target: Any, message: Any) -> None:
    _logs.deliver(level, text(target), text(message))
