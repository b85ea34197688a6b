"""Programs of the tests on a storage of Tansu's in place of memory://."""

from __future__ import annotations

from pathlib import Path

from support import needs

_HEAD = """
import sys
sys.path.append({packages!r})  # behind the environment's own packages
import tansu_cffi
# A broker without a URL of its own is on Tansu's storage in memory.
tansu_cffi.BrokerConfig.__init__.__defaults__ = ("tansu+memory://", *tansu_cffi.BrokerConfig.__init__.__defaults__[1:])
assert tansu_cffi.BrokerConfig().storage_url == "tansu+memory://"
"""


def on_tansus_storage(program: str) -> str:
    """Returns the program with another default storage; skips the test without Tansu's storages."""
    needs.require("Tansu's storages")
    import tansu_cffi_storages

    return _HEAD.format(packages=str(Path(tansu_cffi_storages.__file__).parents[1])) + program
