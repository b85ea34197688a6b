"""README's first line is typed in the source tree, where `python -m tansu_cffi` finds the sources before the package
that was installed from them; the sources have no compiled module. So they stand back for the installed package.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Optional


def has_native(package: Path) -> bool:
    """Whether this folder has the compiled module; `_native.pyi` is none."""
    return any(package.glob("_native.*[!i]"))


def installed_instead_of(package: Path) -> Optional[str]:
    """The installed package, if this one has no compiled module and there is another that has."""
    if has_native(package):
        return None
    for entry in sys.path:
        # An entry that cannot be read is passed over, as the import does.
        with contextlib.suppress(OSError, RuntimeError, TypeError):
            other = Path(entry or ".").resolve() / "tansu_cffi"
            if other != package and has_native(other):
                return str(other)
    return None
