"""Tansu's storages in the programs that tests run in other Pythons."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from support import needs

_INSTALLED = """
import sys
sys.path.append({folder!r})
"""
_DEFAULT = """
import tansu_cffi
# A broker without a URL of its own is on Tansu's storage in memory.
tansu_cffi.BrokerConfig.__init__.__defaults__ = ("tansu+memory://", *tansu_cffi.BrokerConfig.__init__.__defaults__[1:])
assert tansu_cffi.BrokerConfig().storage_url == "tansu+memory://"
"""


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder with the package and nothing else: other packages of this Python may not fit the other one."""
    import tansu_cffi_storages

    folder = tempfile.TemporaryDirectory(prefix="tansu-storages-")
    (Path(folder.name) / "tansu_cffi_storages").symlink_to(Path(tansu_cffi_storages.__file__).parent)
    return folder


def with_tansus_storages(program: str) -> str:
    """Returns the program with Tansu's storages installed; skips the test without them."""
    needs.require("Tansu's storages")
    return _INSTALLED.format(folder=_folder().name) + program


def on_tansus_storage(program: str) -> str:
    """Returns the program with Tansu's storage in memory as the default."""
    return with_tansus_storages(_DEFAULT + program)
