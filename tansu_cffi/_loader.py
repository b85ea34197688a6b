"""Loads the compiled module and the library, and checks that their versions match. All cffi objects come from here.

The compiled module is linked against `libtansu.so.0` and finds it in `lib/` beside itself. `TANSU_CFFI_LIBRARY`, a full
path, puts another file in its place for this process: it is loaded first, and the dynamic linker then takes it for the
module's dependency because it bears the same SONAME.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any, Optional

from tansu_cffi._source_tree import has_native

#: The environment variable that names another library.
OVERRIDE = "TANSU_CFFI_LIBRARY"
PACKAGE = Path(__file__).resolve().parent
LIBRARY_NAME = {"darwin": "libtansu.0.dylib", "win32": "tansu.dll"}.get(sys.platform, "libtansu.so.0")

# Never unloaded: threads of the library may run until the process ends.
_kept: list[Any] = []


def library_path() -> str:
    """Returns the path of the library to load."""
    return os.environ.get(OVERRIDE) or str(PACKAGE / "lib" / LIBRARY_NAME)


def _refuse_old_python() -> None:
    if sys.implementation.name == "cpython" and sys.version_info < (3, 10):
        version = ".".join(map(str, sys.version_info[:3]))
        raise ImportError(f"tansu_cffi needs CPython 3.10 or later, or PyPy; this is CPython {version}.")


def _preload(path: str) -> Any:
    """Loads the library at `path` under the name that the compiled module needs."""
    if not os.path.isabs(path):
        raise ImportError(f"{OVERRIDE}={path}: not a full path. Give the full path of a {LIBRARY_NAME}, or unset it.")
    import ctypes

    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"{OVERRIDE}={path}: cannot be loaded ({error}).") from error
    _kept.append(library)
    return library


def _check_override(path: str, library: Any, native: Any) -> None:
    """Refuses a library with another SONAME: it would be loaded in addition and not be used."""
    import ctypes

    # A static string: its address shows which loaded library answers.
    library.tansu_version.restype = ctypes.c_void_p
    theirs = library.tansu_version() or 0
    ours = int(native.ffi.cast("uintptr_t", native.lib.tansu_version()))
    if theirs != ours:
        raise ImportError(f"{OVERRIDE}={path}: its SONAME is not {LIBRARY_NAME}, so the compiled module ignores it.")


def _import_native() -> Any:
    if sys.platform == "win32":
        _kept.append(os.add_dll_directory(str(PACKAGE / "lib")))
    try:
        return importlib.import_module("tansu_cffi._native")
    except ImportError as error:
        if not has_native(PACKAGE):
            raise ImportError(
                f"tansu_cffi in {PACKAGE} has no compiled module. If that is the source tree, install it for "
                f"{sys.executable} (pip install .); else install the package again."
            ) from error
        raise ImportError(f"tansu_cffi cannot load its library {LIBRARY_NAME}: {error}") from error


def _check_abi(native: Any, path: str) -> None:
    have, need = native.lib.tansu_abi_version(), native.lib.TANSU_ABI_VERSION
    if have < need:
        raise ImportError(f"{path} has version {have} of the C ABI; this tansu_cffi needs {need} or later.")


def _touch(native: Any) -> None:
    """Makes cffi build all functions and types now: lazy building is not thread-safe (cffi#271)."""
    for name in dir(native.lib):
        getattr(native.lib, name)
    for declaration in ("tansu_callbacks *", "tansu_config **", "tansu_broker **", "tansu_error **", "tansu_string **"):
        native.ffi.typeof(declaration)
    for declaration in ("char[]", "size_t *", "uint16_t *", "uintptr_t", "void *"):
        native.ffi.typeof(declaration)


def _load() -> Any:
    _refuse_old_python()
    path: Optional[str] = os.environ.get(OVERRIDE) or None
    library = _preload(path) if path else None
    native = _import_native()
    if path:
        _check_override(path, library, native)
    _check_abi(native, library_path())
    _touch(native)
    return native


_native = _load()
ffi: Any = _native.ffi
lib: Any = _native.lib


def text(pointer: Any) -> str:
    """Converts a C string of the library to a `str`; NULL gives an empty one."""
    # The library returns UTF-8; a decoding error must not hide the message.
    return "" if pointer == ffi.NULL else str(ffi.string(pointer).decode("utf-8", "replace"))


VERSION = text(lib.tansu_version())
