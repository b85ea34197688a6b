"""README's first line is typed in the source tree, where `python -m tansu_cffi` finds the sources before the package
that was installed from them; the sources have no compiled module. So they stand back for the installed package.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Optional


def has_native(package: Path) -> bool:
    """Returns whether this folder has the compiled module; `_native.pyi` does not count."""
    return any(package.glob("_native.*[!i]"))


def installed_instead_of(package: Path) -> Optional[str]:
    """Returns the path of the installed package if only that one has the compiled module."""
    if has_native(package):
        return None
    for entry in sys.path:
        # An unreadable entry is skipped, as in an import.
        with contextlib.suppress(OSError, RuntimeError, TypeError):
            other = Path(entry or ".").resolve() / "tansu_cffi"
            if other != package and has_native(other):
                return str(other)
    return None
