"""Finds the library of Tansu's storages in the package `tansu_cffi_storages`, a separate distribution."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Optional

#: The setting that names the library.
SETTING = "storages.library"
PACKAGE = "tansu_cffi_storages"


def library() -> Optional[str]:
    """Returns the full path of the library in the installed package; None without the package."""
    try:
        if importlib.util.find_spec(PACKAGE) is None:
            return None
    except ValueError:
        # A module in sys.modules without a spec.
        return None
    # Checked each time: the package may be installed while the process runs, for example in a notebook.
    return str(importlib.import_module(PACKAGE).library())


def with_library(settings: Mapping[str, str]) -> dict[str, str]:
    """Returns the settings with the library of the installed package, unless they have `storages.library`."""
    found = None if settings.get(SETTING) else library()
    return dict(settings) if found is None else {**settings, SETTING: found}
