"""Tansu's storages for tansu_cffi: the shared library, and where it lies.

tansu_cffi finds the library by itself. Programs in other languages give `library()` as the setting `storages.library`.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["__version__", "library"]

__version__: str

_NAME = {"darwin": "libtansu_storages.0.dylib", "win32": "tansu_storages.dll"}.get(
    sys.platform, "libtansu_storages.so.0"
)


def library() -> str:
    """Returns the full path of the shared library."""
    return str(Path(__file__).resolve().parent / "lib" / _NAME)


def __getattr__(name: str) -> str:
    # Not at import: reading an installed distribution's metadata costs more than all of the rest.
    if name == "__version__":
        from importlib.metadata import version

        return version("tansu-cffi-storages")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
